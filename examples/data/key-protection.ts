// Where the passphrase of the key file comes from. Never from the command line: every user of the machine sees that.
import { readFile } from 'node:fs/promises'

/** How the key file is protected: by a passphrase, or, where that was asked for in so many words, not at all. */
export type KeyProtection =
  | { readonly kind: 'passphrase'; readonly text: string }
  | { readonly kind: 'passphrase-file'; readonly path: string }
  | { readonly kind: 'plain' }

export const PASSPHRASE_VARIABLE = 'KEYS_PASSPHRASE'

/** Chooses the protection from options and environment; refuses to go on without one. */
export function chooseProtection(
  options: {
    readonly passphraseFile?: string | undefined
    readonly plainKeys?: boolean | undefined
  },
  environment: { readonly [name: string]: string | undefined },
): KeyProtection {
  if (options.plainKeys === true) return { kind: 'plain' }
  if (options.passphraseFile !== undefined)
    return { kind: 'passphrase-file', path: options.passphraseFile }
  const text = environment[PASSPHRASE_VARIABLE]
  if (text !== undefined && text !== '') return { kind: 'passphrase', text }
  throw new Error(
    `the private keys need a passphrase: set ${PASSPHRASE_VARIABLE} or give --passphrase-file (or, for throw-away keys, --plain-keys)`,
  )
}

/** The passphrase; undefined for plain keys. A file's last line feed is not part of it. */
export async function passphraseOf(protection: KeyProtection): Promise<string | undefined> {
  if (protection.kind === 'plain') return undefined
  if (protection.kind === 'passphrase') return protection.text
  return (await readFile(protection.path, 'utf8')).replace(/\r?\n$/, '')
}
