// Running batches and waiting for them, through the service's HTTP interface.
import type { SecuredEvent } from '@dpp/core'
import type { Service } from './service.ts'

type BatchList = { readonly batches: readonly { readonly id: number; readonly state: string }[] }

const waitMs = 60_000

/** Posts events twice: the second answer must be the first one again. */
export async function postEvents(service: Service, events: readonly SecuredEvent[]): Promise<void> {
  const first = await service.post('/events', { events })
  const second = await service.post('/events', { events })
  if (JSON.stringify(first) !== JSON.stringify(second)) {
    throw new Error('POST /events gave another receipt for the same events')
  }
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
