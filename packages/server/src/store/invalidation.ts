// Tells a CDN which public files have changed: a webhook gets their paths in groups, after they are written. It only makes
// readers see a change earlier than the files' own cache lifetime of a minute, so it may fail and never holds anything up.
import type { Store } from '@dpp/anchor'
import { describeError, type Logger } from '../logger.ts'

export type Invalidation = {
  /** Says that the file at a key has changed. Returns at once. */
  changed(key: string): void
  /** Sends what waits, each group once, and ends. */
  close(): Promise<void>
}

export type InvalidationOptions = {
  readonly url: string
  /** Sent as a bearer token. */
  readonly token?: string | undefined
  /** Most paths in one call. */
  readonly groupSize: number
  readonly log: Logger
  /** How long a change waits for others; a second unless told. */
  readonly delayMs?: number
  /** The first pause after a failure; each further one is twice as long. A second unless told. */
  readonly pauseMs?: number
}

const ATTEMPTS = 5
const TIMEOUT_MS = 10_000
const CLOSE_MS = 3_000
const MAX_WAITING = 100_000

/**
 * Makes the sender. One call is under way at a time; a group is sent up to five times and then given up with a warning, as is
 * what exceeds 100,000 waiting paths. Any answer of 2xx is success.
 */
export function createInvalidation(options: InvalidationOptions): Invalidation {
  const { groupSize, log, delayMs = 1000, pauseMs = 1000 } = options
  const waiting = new Set<string>() // A file that changes twice before it is told is told once.
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined
  const closing = new AbortController()

  function wake(inMs: number): void {
    if (inMs === 0) clearTimeout(timer)
    else if (timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      sending ??= sendAll(ATTEMPTS).finally(() => {
        sending = undefined
        if (waiting.size > 0 && !closing.signal.aborted) wake(delayMs)
      })
    }, inMs)
  }

  async function sendAll(attempts: number): Promise<void> {
    while (waiting.size > 0) {
      const paths = [...take(waiting, groupSize)]
      await send(paths, attempts)
    }
    if (dropped === 0) return
    log.warn({ event: 'cdn.not_told', paths: dropped }, 'changed files dropped: too many wait')
    dropped = 0
  }

  async function send(paths: readonly string[], attempts: number): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await post(options, paths)
        return
      } catch (error) {
        if (attempt >= attempts || closing.signal.aborted) {
          const fields = { paths: paths.length, error: describeError(error) }
          log.warn({ event: 'cdn.not_told', ...fields }, 'the webhook took no changed files')
          return
        }
      }
      // Half to all of a time that doubles.
      await sleep(pauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), closing.signal)
    }
  }

  return {
    changed(key) {
      if (waiting.size >= MAX_WAITING) dropped += 1
      else waiting.add(`/${key}`)
      wake(waiting.size === groupSize ? 0 : delayMs)
    },
    async close() {
      closing.abort()
      clearTimeout(timer)
      const rest = (sending ?? Promise.resolve()).then(() => sendAll(1))
      await Promise.race([rest, sleep(CLOSE_MS)])
    },
  }
}

/** The same store, which tells of every write but those of immutable files: nothing caches one before it is there. */
export function tellChanges(store: Store, { changed }: Invalidation): Store {
  const { remove } = store
  return {
    ...store,
    async create(key, body, meta) {
      const created = await store.create(key, body, meta)
      // Where there was nothing, caches may hold that answer.
      if (!meta.cacheControl.includes('immutable')) changed(key)
      return created
    },
    async replace(key, body, token, meta) {
      const replaced = await store.replace(key, body, token, meta)
      changed(key)
      return replaced
    },
    ...(remove === undefined
      ? {}
      : {
          async remove(key: string) {
            await remove(key)
            changed(key)
          },
        }),
  }
}

async function post({ url, token }: InvalidationOptions, paths: readonly string[]): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ type: 'DppInvalidation', version: 1, paths }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
}

function* take(from: Set<string>, most: number): Generator<string> {
  let left = most
  for (const item of from) {
    if (left-- === 0) return
    from.delete(item)
    yield item
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
