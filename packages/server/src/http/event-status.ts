// How far an event has come, per product and as a whole.
import type { Journal } from '../journal/port.ts'

export type EventStage =
  | 'accepted' // durable, in no log yet
  | 'sealed' // in a recorded log entry; published from then on
  | 'submitted' // the anchoring transaction was signed and recorded
  | 'mined' // in a block that is not final yet
  | 'final' // in a final block
  | 'published' // proofs are out
  | 'failed' // on the dead-letter list, with a reason
  | 'awaiting-controller' // the product's owner writes its log, and has not yet
  | 'not-hosted' // the product's log is elsewhere

export type DeliveryStatus = {
  readonly scid: string
  readonly stage: EventStage
  readonly versionId?: string
  readonly batch?: number
  readonly root?: string
  readonly reason?: string
}

export type EventStatus = {
  readonly digest: string
  /** The least advanced stage of the products that are hosted here. */
  readonly stage: EventStage
  /** Whether everybody may read it, an audience alone, or nobody any more. */
  readonly content: 'public' | 'restricted' | 'erased'
  readonly deliveries: readonly DeliveryStatus[]
}

const order: readonly EventStage[] = [
  'failed',
  'awaiting-controller',
  'accepted',
  'sealed',
  'submitted',
  'mined',
  'final',
  'published',
  'not-hosted',
]

/** The status of an accepted event; undefined when there is none with this digest. */
export async function eventStatus(
  journal: Journal,
  digest: string,
): Promise<EventStatus | undefined> {
  const deliveries = await journal.events.deliveries(digest)
  if (deliveries === undefined) return undefined
  const statuses: DeliveryStatus[] = []
  for (const { scid, state, batch, versionId, reason } of deliveries) {
    const sealed = state === 'sealed' && batch !== undefined ? await batchStage(journal, batch) : {}
    statuses.push({
      scid,
      stage: stageOf(state),
      ...(versionId === undefined ? {} : { versionId }),
      ...(batch === undefined ? {} : { batch }),
      ...(reason === undefined ? {} : { reason }),
      ...sealed,
    })
  }
  const stage = order.find((each) => statuses.some((status) => status.stage === each))
  const withheld = await journal.events.withheld(digest)
  const hidden = withheld?.isErased === true ? 'erased' : 'restricted'
  const content = withheld === undefined ? 'public' : hidden
  return { digest, stage: stage ?? 'accepted', content, deliveries: statuses }
}

function stageOf(state: string): EventStage {
  if (state === 'pending' || state === 'claimed') return 'accepted'
  if (state === 'dead') return 'failed'
  return state as EventStage
}

async function batchStage(
  journal: Journal,
  id: number,
): Promise<{ stage: EventStage; root?: string }> {
  const batch = await journal.batches.find(id)
  if (batch?.root === undefined) return { stage: 'sealed' }
  const { root, state } = batch
  if (state === 'settled') return { stage: 'published', root }
  const record = await journal.anchors.load(root)
  if (record === undefined || record.transactions.length === 0) return { stage: 'sealed', root }
  const stage =
    record.state === 'mined' || record.state === 'final' ? record.state : ('submitted' as const)
  return { stage, root }
}
