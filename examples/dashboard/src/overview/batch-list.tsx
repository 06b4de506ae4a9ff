// The batches: each one Merkle root on the chain, with what it cost per event.
import { type ReactNode, useState } from 'react'
import { type AnchorCost, formatEther } from '../chain-receipts.ts'
import { CopyButton } from '../copy-button.tsx'
import type { ListedBatch } from '../service-api.ts'
import { formatCount, formatWhen, shorten } from '../words.ts'

const states: Readonly<Record<string, string>> = {
  claimed: 'Collecting',
  signed: 'Entries signed',
  published: 'Logs published',
  rooted: 'Waits for the chain',
  final: 'Final on the chain',
  settled: 'Settled',
}

const pageSize = 8

export function BatchList({
  batches,
  costs,
}: {
  readonly batches: readonly ListedBatch[]
  readonly costs: ReadonlyMap<number, AnchorCost>
}): ReactNode {
  const [shown, setShown] = useState(pageSize)
  return (
    <section className="card" aria-labelledby="batches-title">
      <h2 id="batches-title">Batches</h2>
      {batches.length === 0 ? <p className="muted">No batch has run yet.</p> : null}
      <ul className="batches">
        {batches.slice(0, shown).map((batch) => (
          <Batch key={batch.id} batch={batch} cost={costs.get(batch.id)} />
        ))}
      </ul>
      {shown < batches.length ? (
        <button type="button" onClick={() => setShown(shown + pageSize)}>
          Show more of {formatCount(batches.length - shown)}
        </button>
      ) : null}
    </section>
  )
}

function Batch({
  batch,
  cost,
}: {
  readonly batch: ListedBatch
  readonly cost: AnchorCost | undefined
}): ReactNode {
  const { id, state, createdAt, root, treeSize, events, problem } = batch
  return (
    <li className="batch" data-state={state === 'settled' ? 'settled' : 'open'}>
      <div className="batch-head">
        <strong>Batch {id}</strong>
        <span className="tag">{states[state] ?? state}</span>
        <time dateTime={createdAt.toISOString()} className="muted">
          {formatWhen(createdAt)}
        </time>
      </div>
      <p className="batch-root">
        {root === undefined ? (
          <span className="muted">no root yet</span>
        ) : (
          <>
            <code title={root}>{shorten(root, 10)}</code>
            <CopyButton text={root} what={`the root of batch ${id}`} />
          </>
        )}
      </p>
      <dl className="figures">
        <Figure name="Events" value={formatCount(events)} />
        <Figure name="Leaves" value={treeSize === undefined ? '–' : formatCount(treeSize)} />
        <Figure name="Gas" value={cost === undefined ? '–' : formatCount(cost.gasUsed)} />
        <Figure
          name="Cost per event"
          value={
            cost === undefined || events === 0
              ? '–'
              : `${formatCount(Math.round(Number(cost.gasUsed) / events))} gas · ${formatEther(
                  (cost.gasUsed * cost.price) / BigInt(events),
                )}`
          }
        />
      </dl>
      {problem === undefined ? null : <p className="event-reason">{problem}</p>}
    </li>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
