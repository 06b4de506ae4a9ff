// k of n: what several RPC providers must say alike before it is believed. Disagreement and outage are different
// failures, and neither is an answer.
import { type DppError, isDppError } from '@dpp/core'
import { type ChainErrorCode, chainError } from './chain-errors.ts'
import type { JsonRpc } from './json-rpc.ts'

/** The providers and how many of them must agree. */
export type Quorum = {
  readonly providers: readonly JsonRpc[]
  readonly threshold: number
}

/**
 * Checks the endpoints and the threshold, by default a majority.
 *
 * Endpoints are counted once however often they are named: one liar listed twice is one voice.
 *
 * @throws ERR_DPP_CHAIN_QUERY
 */
export function createQuorum(
  urls: readonly string[],
  open: (url: string) => JsonRpc,
  threshold?: number,
): Quorum {
  const distinct = [...new Set(urls.map((url) => (URL.canParse(url) ? new URL(url).href : url)))]
  const needed = threshold ?? Math.floor(distinct.length / 2) + 1
  if (distinct.length === 0)
    throw chainError('ERR_DPP_CHAIN_QUERY', 'no RPC endpoint is configured')
  if (!Number.isInteger(needed) || needed < 1 || needed > distinct.length)
    throw chainError('ERR_DPP_CHAIN_QUERY', `a quorum of ${needed} of ${distinct.length} endpoints`)
  return { providers: distinct.map(open), threshold: needed }
}

/**
 * Asks every provider and returns the answer that `threshold` of them give alike by `keyOf`.
 *
 * @throws ERR_DPP_CHAIN_DISAGREEMENT where they differ, else the code that the failures share or
 * ERR_DPP_CHAIN_UNREACHABLE; the reason of an aborted `signal`
 */
export async function agree<T>(
  quorum: Quorum,
  ask: (provider: JsonRpc, signal: AbortSignal) => Promise<T>,
  keyOf: (answer: T) => string,
  signal?: AbortSignal,
): Promise<T> {
  const votes = new Map<string, number>()
  const failures: unknown[] = []
  // Below a majority two answers could reach the threshold, so everybody is heard before one is believed.
  const mayStopEarly = quorum.threshold * 2 > quorum.providers.length
  let winner: { answer: T } | undefined
  await askAll(quorum, ask, signal, (outcome) => {
    if ('failure' in outcome) {
      failures.push(outcome.failure)
      return 'wait'
    }
    const key = keyOf(outcome.answer)
    const count = (votes.get(key) ?? 0) + 1
    votes.set(key, count)
    if (count >= quorum.threshold) winner ??= outcome
    return mayStopEarly && winner !== undefined ? 'enough' : 'wait'
  })
  const reached = [...votes.values()].filter((count) => count >= quorum.threshold).length
  if (reached === 1 && winner !== undefined) return winner.answer
  if (votes.size > 1)
    throw chainError(
      'ERR_DPP_CHAIN_DISAGREEMENT',
      `the RPC providers give ${votes.size} different answers: ${[...votes.keys()].join(' / ').slice(0, 400)}`,
    )
  throw tooFew(quorum, failures)
}

/** What one provider did. */
export type Outcome<T> = { readonly answer: T } | { readonly failure: unknown }

/** What an outcome means for the ones still open: wait for them, for a little while only, or not at all. */
export type Patience = 'wait' | 'soon' | 'enough'

/** Asks every provider at once; `heard` gets each outcome and says how much longer to wait. */
export async function askAll<T>(
  quorum: Quorum,
  ask: (provider: JsonRpc, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal | undefined,
  heard: (outcome: Outcome<T>) => Patience,
): Promise<void> {
  signal?.throwIfAborted()
  const enough = new AbortController()
  const either = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal])
  const startedMs = performance.now()
  let grace: ReturnType<typeof setTimeout> | undefined
  await new Promise<void>((resolve) => {
    let open = quorum.providers.length
    const finish = (): void => {
      clearTimeout(grace)
      enough.abort() // The rest are hung up on: nobody waits for the slowest provider.
      resolve()
    }
    const settle = (outcome: Outcome<T>): void => {
      open -= 1
      if (enough.signal.aborted) return
      const patience = heard(outcome)
      if (open === 0 || patience === 'enough') finish()
      else if (patience === 'soon')
        grace ??= setTimeout(finish, Math.max(MIN_GRACE_MS, performance.now() - startedMs))
    }
    for (const provider of quorum.providers) {
      ask(provider, either).then(
        (answer) => settle({ answer }),
        (failure: unknown) => settle({ failure }),
      )
    }
  })
  signal?.throwIfAborted()
}

/** A provider that takes longer than this, and twice as long as the ones before it, is not waited for. */
const MIN_GRACE_MS = 150

/** Why fewer than `threshold` providers answered: the failure they share, else unreachable. */
export function tooFew(quorum: Quorum, failures: readonly unknown[]): DppError<ChainErrorCode> {
  const foreign = failures.find((failure) => !isDppError(failure))
  if (foreign !== undefined) throw foreign // A bug of ours is not an outage.
  const known = failures.filter(isDppError)
  const [first] = known
  const shared = known.every((failure) => failure.code === first?.code) ? first?.code : undefined
  return chainError(
    (shared as ChainErrorCode | undefined) ?? 'ERR_DPP_CHAIN_UNREACHABLE',
    `${quorum.providers.length - failures.length} of ${quorum.providers.length} RPC providers answered, ` +
      `${quorum.threshold} needed: ${known
        .map((failure) => failure.message)
        .join('; ')
        .slice(0, 600)}`,
    { cause: first },
  )
}
