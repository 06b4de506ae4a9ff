// Follows the batches of a load run until every proof is out.
import type { ServiceClient } from '../data/service-client.ts'

export type BatchView = {
  readonly id: number
  readonly state: string
  readonly events: number
  readonly createdAt: string
  readonly root?: string
  readonly treeSize?: number
  readonly problem?: string
}

export type Settled = {
  readonly batches: readonly BatchView[]
  /** From the call until every root was recorded, in a final block, and its proofs out. */
  readonly rootedSeconds: number
  readonly anchoredSeconds: number
  readonly settledSeconds: number
}

const POLL_MS = 100
const beforeRoot: readonly string[] = ['claimed', 'signed', 'published']

/** The id of the newest batch; 0: there is none. */
export async function newestBatch(service: ServiceClient): Promise<number> {
  const { batches } = await service.get<{ batches: readonly BatchView[] }>('/batches')
  return batches[0]?.id ?? 0
}

/**
 * Asks for a batch and waits until those after batch `after` hold all events and are settled. A service that refuses the request
 * (another replica has the lease) runs them at its own hours.
 *
 * @throws when it takes longer than `patienceSeconds`, with what the batches say of themselves
 */
export async function settle(
  service: ServiceClient,
  options: { readonly after: number; readonly events: number; readonly patienceSeconds: number },
  onState: (batch: BatchView) => void,
): Promise<Settled> {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  // It answers when the logs are out: for a large batch long after a proxy has hung up. The batches say how it goes.
  service.post('/batches', {}).catch(() => {})
  const seen = new Map<number, string>()
  let rootedSeconds: number | undefined
  let anchoredSeconds: number | undefined
  for (;;) {
    const batches = await batchesAfter(service, options.after)
    for (const batch of batches.toReversed()) {
      if (seen.get(batch.id) !== batch.state) onState(batch)
      seen.set(batch.id, batch.state)
    }
    const events = batches.reduce((sum, batch) => sum + batch.events, 0)
    if (events >= options.events) {
      const are = (isThere: (state: string) => boolean): boolean =>
        batches.every(({ state }) => isThere(state))
      if (are((state) => !beforeRoot.includes(state))) rootedSeconds ??= seconds()
      if (are((state) => state === 'final' || state === 'settled')) anchoredSeconds ??= seconds()
      if (are((state) => state === 'settled'))
        return {
          batches,
          rootedSeconds: rootedSeconds ?? seconds(),
          anchoredSeconds: anchoredSeconds ?? seconds(),
          settledSeconds: seconds(),
        }
    }
    if (seconds() > options.patienceSeconds)
      throw new Error(
        `after ${options.patienceSeconds} s ${events} of ${options.events} events are in batches: ${describe(batches)}`,
      )
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

async function batchesAfter(service: ServiceClient, after: number): Promise<readonly BatchView[]> {
  const found: BatchView[] = []
  let path: string | undefined = '/batches'
  while (path !== undefined) {
    const page: { batches: readonly BatchView[]; next?: string } = await service.get(path)
    found.push(...page.batches.filter(({ id }) => id > after))
    path = (page.batches.at(-1)?.id ?? 0) > after ? page.next : undefined
  }
  return found
}

function describe(batches: readonly BatchView[]): string {
  const open = batches.filter(({ state }) => state !== 'settled')
  return open
    .map(({ id, state, problem }) => `${id} is ${state}, ${problem ?? 'no problem noted'}`)
    .join('; ')
}
