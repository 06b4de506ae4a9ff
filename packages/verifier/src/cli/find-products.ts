// Products in a folder: an operator's store or a mirror of one, laid out as the URLs are (docs/spec/urls.md).
import { readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { decodeUtf8, isDppError, isJsonObject, parseStrict } from '@dpp/core'
import { didToUrl, parseEventsService } from '@dpp/webvh'
import { readFileIfAny } from './files.ts'

export type FoundProducts = {
  readonly dids: readonly string[]
  /** Public host → folder, as the places of the logs imply. */
  readonly folders: Readonly<Record<string, string>>
  /** Logs that are not where their DID says, as mirrors of issuers are, or that list no events. */
  readonly others: number
  /** Files of which nobody can say what product they are of. */
  readonly unreadable: readonly string[]
}

/** Finds the logs of products below a folder, in the order of their paths; undefined where it is no folder. */
export function findProducts(folder: string): FoundProducts | undefined {
  const paths = listLogs(resolve(folder))
  if (paths === undefined) return undefined
  const dids: string[] = []
  const folders: Record<string, string> = {}
  const unreadable: string[] = []
  let others = 0
  for (const path of paths) {
    const claim = readClaim(path)
    if (claim === undefined) {
      unreadable.push(path)
      continue
    }
    const { host, pathname } = new URL(claim.url)
    const root = path.slice(0, -pathname.length)
    if (claim.isProduct && path.endsWith(pathname) && (folders[host] ?? root) === root) {
      folders[host] = root
      dids.push(claim.did)
    } else others++
  }
  return { dids, folders, others, unreadable }
}

function listLogs(folder: string): string[] | undefined {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => basename(path) === 'did.jsonl')
      .sort()
      .map((path) => join(folder, path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

type Claim = { readonly did: string; readonly url: string; readonly isProduct: boolean }

// What a log says of itself decides only what is asked for; whether it is true, the verification finds out.
function readClaim(path: string): Claim | undefined {
  try {
    const lines = decodeUtf8(readFileIfAny(path) ?? new Uint8Array())
      .trimEnd()
      .split('\n')
    const entry = parseStrict(lines.at(-1) ?? '')
    const state = isJsonObject(entry) ? entry['state'] : undefined
    if (!isJsonObject(state) || typeof state['id'] !== 'string') return undefined
    const did = state['id']
    return { did, url: didToUrl(did), isProduct: parseEventsService(state) !== undefined }
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}
