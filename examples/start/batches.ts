// Running batches and waiting for them, through the service's HTTP interface.
import type { JsonObject, SecuredEvent } from '@dpp/core'
import type { Service } from './service.ts'

type BatchList = { readonly batches: readonly { readonly id: number; readonly state: string }[] }

type PostAnswer = {
  readonly results: readonly { readonly receipt?: number }[]
  readonly receipts: readonly JsonObject[]
}

const waitMs = 60_000

/** Posts events twice: the second answer must be the first one again. Gives the receipt of each event. */
export async function postEvents(
  service: Service,
  events: readonly SecuredEvent[],
): Promise<readonly (JsonObject | undefined)[]> {
  const first = await service.post<PostAnswer>('/events', { events })
  const second = await service.post<PostAnswer>('/events', { events })
  if (JSON.stringify(first) !== JSON.stringify(second)) {
    throw new Error('POST /events gave another receipt for the same events')
  }
  return first.results.map(({ receipt }) => first.receipts[receipt ?? -1])
}

/** Starts a batch and waits until the newest one is in this state: `rooted` (logs out) or `settled` (proofs out). */
export async function runBatch(service: Service, state: 'rooted' | 'settled'): Promise<void> {
  await service.post('/batches', {})
  await waitForBatch(service, state)
}

export async function waitForBatch(service: Service, state: 'rooted' | 'settled'): Promise<void> {
  const deadline = Date.now() + waitMs
  for (;;) {
    const { batches } = await service.get<BatchList>('/batches')
    if (batches[0]?.state === state) return
    if (Date.now() > deadline) {
      throw new Error(
        `no batch is ${state} after ${waitMs / 1000} s: ${JSON.stringify(batches[0])}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
