// Events over time, by batch: bars in equal steps of time, with the numbers in a table for those who cannot see them.
import type { ReactNode } from 'react'
import type { ListedBatch } from '../service-api.ts'
import { formatCount, formatWhen, plural } from '../words.ts'

const barCount = 24
const width = 480
const height = 120

export function ActivityChart({
  batches,
}: {
  readonly batches: readonly ListedBatch[]
}): ReactNode {
  const bars = barsOf(batches)
  const most = Math.max(1, ...bars.map(({ events }) => events))
  const total = bars.reduce((sum, { events }) => sum + events, 0)
  const step = width / barCount
  return (
    <section className="card" aria-labelledby="activity-title">
      <h2 id="activity-title">
        Events over time <span className="count">{plural(total, 'event')}</span>
      </h2>
      {bars.length === 0 ? (
        <p className="muted">Nothing yet.</p>
      ) : (
        <>
          <svg
            className="chart"
            viewBox={`0 0 ${width} ${height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${plural(total, 'event')} in ${plural(batches.length, 'batch', 'batches')}; most at once: ${formatCount(most)}`}
          >
            <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} className="axis" />
            {bars.map(({ index, events, start }) => (
              <rect
                key={index}
                x={index * step + 2}
                y={height - Math.max(3, (events / most) * (height - 8))}
                width={step - 4}
                height={Math.max(3, (events / most) * (height - 8))}
                rx="2"
              >
                <title>{`${formatWhen(start)}: ${plural(events, 'event')}`}</title>
              </rect>
            ))}
          </svg>
          <div className="chart-ends">
            <span>{formatWhen(bars[0]?.start ?? '')}</span>
            <span>{formatWhen(bars.at(-1)?.start ?? '')}</span>
          </div>
        </>
      )}
    </section>
  )
}

type Bar = { readonly index: number; readonly start: Date; readonly events: number }

/** Events per equal step of time between the first and the last batch; empty steps are left out. */
function barsOf(batches: readonly ListedBatch[]): Bar[] {
  const times = batches.map(({ createdAt }) => createdAt.getTime())
  const first = Math.min(...times)
  const stepMs = Math.max(1, (Math.max(...times) - first) / (barCount - 1))
  const sums = new Map<number, number>()
  for (const { createdAt, events } of batches) {
    const index = Math.min(barCount - 1, Math.floor((createdAt.getTime() - first) / stepMs))
    sums.set(index, (sums.get(index) ?? 0) + events)
  }
  return [...sums]
    .map(([index, events]) => ({ index, events, start: new Date(first + index * stepMs) }))
    .sort((a, b) => a.index - b.index)
}
