// The issuers' keys, out of their own did:webvh logs: fetched, verified, kept for the log's ttl in memory and in the
// journal. A key never comes from the request that it is to verify.
import { DppError, decodeDidKey, encodeMultikey, isDppError } from '@dpp/core'
import {
  type Fetch,
  fetchLog,
  fetchWitnessFile,
  type LogHead,
  type Origins,
  verificationKey,
  verifyLog,
} from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import type { IssuerBook, IssuerLog } from '../journal/log-port.ts'
import { describeError } from '../logger.ts'

export type IssuerKey = { readonly multikey: string; readonly publicKey: Uint8Array }

export type IssuerLogs = {
  /**
   * The key that `verificationMethod` names now, if the issuer's document has it under `assertionMethod`.
   *
   * `lastKnown` falls back to the last verified log when the issuer cannot be read now.
   *
   * @throws ERR_DPP_EVENT_KEY_UNKNOWN, ERR_DPP_ISSUER_UNREACHABLE, ERR_DPP_ISSUER_INVALID, ERR_DPP_ISSUER_FORKED
   */
  keyFor(
    issuer: string,
    verificationMethod: string,
    options?: { readonly lastKnown?: boolean },
  ): Promise<IssuerKey>
}

export type IssuerLogsOptions = {
  readonly book: IssuerBook
  readonly fetch: Fetch
  readonly origins: Origins
  readonly now: () => Date
}

type Known = {
  readonly record: IssuerLog
  readonly head: LogHead
  readonly keys: Map<string, IssuerKey>
}

const MAX_KNOWN = 10_000
const MAX_TTL_SECONDS = 3600
const REFETCH_AFTER_MS = 5000
const FETCH_LIMITS = { timeoutMs: 10_000 } // A batch waits for its issuers.

export function createIssuerLogs(options: IssuerLogsOptions): IssuerLogs {
  const { book, now } = options
  const memory = new Map<string, Known>() // In order of last load: the first goes when there are too many.
  const loading = new Map<string, Promise<Known | undefined>>()
  const fetching = new Map<string, Promise<Known>>()

  async function keyFor(
    issuer: string,
    method: string,
    { lastKnown = false } = {},
  ): Promise<IssuerKey> {
    if (issuer.startsWith('did:key:')) return didKey(issuer, method)
    const known = await current(issuer, lastKnown)
    const key = findKey(known, method)
    if (key !== undefined) return key
    // A key that was added a moment ago: look once more, but not for every request of a confused client.
    const isFresh = now().getTime() - known.record.fetchedAt.getTime() < REFETCH_AFTER_MS
    const again = isFresh || lastKnown ? undefined : findKey(await refresh(issuer, known), method)
    if (again === undefined) throw keyUnknown(method)
    return again
  }

  async function current(did: string, lastKnown: boolean): Promise<Known> {
    const known = memory.get(did) ?? (await shared(loading, did, load))
    if (known !== undefined && isCurrent(known.record, now())) return known
    try {
      return await refresh(did, known)
    } catch (error) {
      if (lastKnown && known !== undefined && isDppError(error)) return known
      throw error
    }
  }

  async function load(did: string): Promise<Known | undefined> {
    const record = await book.find(did)
    if (record === undefined) return undefined
    // It was verified when it was fetched, and the clock may have been set back since.
    const latest = new Date(Math.max(now().getTime(), record.fetchedAt.getTime()))
    const { head, error } = verifyLog(record.log, { ...record, now: latest })
    return head === undefined || error !== undefined ? undefined : remember(record, head)
  }

  function remember(record: IssuerLog, head: LogHead): Known {
    const known = { record, head, keys: new Map<string, IssuerKey>() }
    memory.delete(record.did)
    memory.set(record.did, known)
    const [oldest] = memory.keys()
    if (memory.size > MAX_KNOWN && oldest !== undefined) memory.delete(oldest)
    return known
  }

  function refresh(did: string, known: Known | undefined): Promise<Known> {
    return shared(fetching, did, () => fetchKnown(did, known))
  }

  async function fetchKnown(did: string, known: Known | undefined): Promise<Known> {
    const files = { ...options, limits: FETCH_LIMITS }
    const fetched = await reading(did, () => fetchLog(did, files))
    // A cache gave an older copy, or the connection broke off in the middle: no news, and no fork.
    const isOlder = known !== undefined && startsWith(known.record.log, fetched)
    const log = isOlder ? known.record.log : fetched
    if (known !== undefined && !startsWith(log, known.record.log)) {
      throw new DppError<ServerErrorCode>(
        'ERR_DPP_ISSUER_FORKED',
        `the log of ${did} does not continue the one that was seen before`,
      )
    }
    // The history that was verified before is not verified again, each time that the ttl has passed: 3,000 entries take half a
    // second. But where there are witnesses: their file is new, and it is about the whole.
    const from = known?.record.witnessFile === undefined ? known?.head : undefined
    let report = verifyLog(log, { did, from, now: now() })
    let witnessFile: Uint8Array | undefined
    if (report.error?.code === 'ERR_DPP_DID_WITNESS_THRESHOLD') {
      witnessFile = await reading(did, () => fetchWitnessFile(did, files))
      report = verifyLog(log, { did, witnessFile, now: now() })
    }
    const { head, error } = report
    if (head === undefined || error !== undefined) {
      const detail = error === undefined ? 'it is empty' : describeError(error)
      throw new DppError<ServerErrorCode>('ERR_DPP_ISSUER_INVALID', `the log of ${did}: ${detail}`)
    }
    const fetchedAt = now()
    const ttlSeconds = Math.min(Math.max(head.parameters.ttl, 1), MAX_TTL_SECONDS)
    const record: IssuerLog = {
      did,
      scid: head.scid,
      log,
      ...(witnessFile === undefined ? {} : { witnessFile }),
      fetchedAt,
      expiresAt: new Date(fetchedAt.getTime() + ttlSeconds * 1000),
    }
    await book.save(record)
    return remember(record, head)
  }

  return { keyFor }
}

// Events that need the same log at the same time share one reading of it: each would verify it anew.
async function shared<Result>(
  running: Map<string, Promise<Result>>,
  did: string,
  start: (did: string) => Promise<Result>,
): Promise<Result> {
  const started = running.get(did) ?? start(did).finally(() => running.delete(did))
  running.set(did, started)
  return await started
}

async function reading<Content>(did: string, read: () => Promise<Content>): Promise<Content> {
  try {
    return await read()
  } catch (cause) {
    if (!isDppError(cause)) throw cause
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_ISSUER_UNREACHABLE',
      `the log of ${did} cannot be read: ${cause.code}`,
      { cause },
    )
  }
}

// Behind a clock that was set back, "expires in an hour" would be true for longer: a key that was removed would count, and one
// that was added would not.
function isCurrent({ fetchedAt, expiresAt }: IssuerLog, now: Date): boolean {
  return fetchedAt <= now && now < expiresAt
}

function findKey(known: Known, method: string): IssuerKey | undefined {
  const cached = known.keys.get(method)
  if (cached !== undefined) return cached
  const publicKey = verificationKey(known.head.document, method, 'assertionMethod')
  if (publicKey === undefined) return undefined
  const key = { publicKey, multikey: encodeMultikey(publicKey) }
  known.keys.set(method, key) // Bounded: a document names each of its methods once.
  return key
}

// did:key: the DID is the key; its one verification method repeats it after the hash.
function didKey(did: string, method: string): IssuerKey {
  const multikey = did.slice('did:key:'.length)
  if (method !== `${did}#${multikey}`) throw keyUnknown(method)
  return { multikey, publicKey: decodeDidKey(did) }
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, beginning.length), beginning) === 0
}

function keyUnknown(method: string): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_EVENT_KEY_UNKNOWN',
    `${method} is not a key of the issuer for assertions`,
  )
}
