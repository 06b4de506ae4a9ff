// Files that a person drops on the page: an evidence pack, or single files of one product, put at their public URLs.
import { isJsonObject, type JsonObject, parseStrict } from '@dpp/core'
import { didToUrl, parseDid } from '@dpp/webvh'

export type Brought = {
  readonly did: string
  readonly files: ReadonlyMap<string, Uint8Array>
  /** What the page understood, for the person. */
  readonly summary: string
}

type NamedFile = { readonly name: string; readonly body: Uint8Array }

const newline = 0x0a
const packLimits = { maxFiles: 10_000, maxBytes: 64 * 1024 * 1024 }

/**
 * Finds the product that the files are about.
 *
 * @throws Error with a sentence for the person when there is none.
 */
export async function readBrought(named: readonly NamedFile[]): Promise<Brought> {
  const [first] = named
  if (first === undefined) throw new Error('No file came.')
  if (named.length === 1 && isZip(first.body)) return openBroughtPack(first)
  const log = named.find(({ body, name }) => name.endsWith('.jsonl') || isLog(body))
  if (log === undefined) {
    throw new Error('There is neither an evidence pack nor a did.jsonl among these files.')
  }
  const did = didOfLog(log.body)
  const logUrl = didToUrl(parseDid(did))
  const folder = logUrl.slice(0, logUrl.lastIndexOf('/') + 1)
  const base = folder.slice(0, folder.slice(0, -1).lastIndexOf('/') + 1)
  const files = new Map<string, Uint8Array>()
  for (const file of named) {
    files.set(file === log ? logUrl : urlOf(file, folder, base), file.body)
  }
  return {
    did,
    files,
    summary: `${named.length === 1 ? 'One file' : `${named.length} files`}, about ${did}.`,
  }
}

async function openBroughtPack({ name, body }: NamedFile): Promise<Brought> {
  const { openPack } = await import('@dpp/verifier/pack')
  const { did, created, files } = openPack(body, packLimits)
  return { did, files, summary: `${name}: ${files.size} files, packed ${created}, about ${did}.` }
}

// By name, as the files are called at their public URLs (docs/spec/urls.md).
function urlOf({ name, body }: NamedFile, folder: string, base: string): string {
  if (/^z[1-9A-HJ-NP-Za-km-z]{40,60}\.json$/.test(name)) return `${base}events/${name}`
  if (/^[0-9a-f]{64}(\.evidence)?\.json$/.test(name)) return `${base}batches/${name}`
  const issuer = isLog(body) ? scidOf(body) : undefined
  return issuer === undefined ? `${folder}${name}` : `${base}issuers/${issuer}/did.jsonl`
}

// What the log claims to be about, by its newest line; whether that holds is for the check to say. Nothing is verified
// here: a long log would hold up the page.
function didOfLog(body: Uint8Array): string {
  const end = body.at(-1) === newline ? body.length - 1 : body.length
  const newest = readLine(body.subarray(body.lastIndexOf(newline, end - 1) + 1, end))
  const state = newest?.['state'] ?? readLine(firstLine(body))?.['state']
  const id = isJsonObject(state) ? state['id'] : undefined
  if (typeof id !== 'string') throw new Error('This log names no product.')
  return id
}

function scidOf(body: Uint8Array): string | undefined {
  const parameters = readLine(firstLine(body))?.['parameters']
  const scid = isJsonObject(parameters) ? parameters['scid'] : undefined
  return typeof scid === 'string' ? scid : undefined
}

function isLog(body: Uint8Array): boolean {
  return readLine(firstLine(body))?.['versionId'] !== undefined
}

function firstLine(body: Uint8Array): Uint8Array {
  const end = body.indexOf(newline)
  return end < 0 ? body : body.subarray(0, end)
}

function readLine(line: Uint8Array): JsonObject | undefined {
  try {
    const value = parseStrict(line)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // No log then, or a broken one.
  }
}

function isZip(body: Uint8Array): boolean {
  return body[0] === 0x50 && body[1] === 0x4b
}
