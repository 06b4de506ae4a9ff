// Published test vectors, read once by the Node process and handed to every test, in Node and in the browser alike.
import { inject } from 'vitest'

/** The files of one vector set (`ed25519`, `jcs`, …): path inside the set → text. Empty where the vectors are absent. */
export function vectorFiles(set: string): Record<string, string> {
  const prefix = `${set}/`
  const files: Record<string, string> = {}
  for (const [path, text] of Object.entries(inject('vectors'))) {
    if (path.startsWith(prefix)) files[path.slice(prefix.length)] = text
  }
  return files
}
