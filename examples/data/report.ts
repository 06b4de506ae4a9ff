// The figures of a run as tables, for people and for docs/full-size-run.md.
import { formatTable } from '../start/progress.ts'
import type { FileFigures } from './measure-files.ts'
import type { Seeded } from './seed.ts'

export function formatReport(
  seeded: Seeded,
  files: readonly FileFigures[] | undefined,
  seconds: number,
): string {
  const { products, events, restricted, refused, uploaded, batches, verified } = seeded
  const leaves = batches.reduce((sum, batch) => sum + batch.leaves, 0)
  const gas = batches.reduce((sum, batch) => sum + batch.gas, 0)
  const rows = [
    ['what', 'figure'],
    ['product DIDs', show(products)],
    ['events', show(events)],
    ['of them restricted', show(restricted)],
    ['events refused as they must be', show(refused)],
    ...(uploaded === undefined
      ? []
      : [['logs uploaded', `${show(uploaded.written)}, ${show(uploaded.present)} there before`]]),
    ['batches', show(batches.length)],
    ['leaves of all trees', show(leaves)],
    ['gas', `${show(gas)} (${(gas / Math.max(1, events)).toFixed(1)} an event)`],
    [
      'products verified',
      `${show(verified.products)}, ${show(verified.surprises.length)} not as expected`,
    ],
    ['log entries verified', show(verified.entries)],
    ['seconds', show(seconds)],
  ]
  return `${[
    formatTable(rows),
    formatTable([
      ['batch', 'events', 'leaves', 'gas', 'block', 'root'],
      ...batches.map(({ id, events: own, leaves: size, gas: cost, block, root }) => [
        ...[id, own, size, cost].map(show),
        block,
        root,
      ]),
    ]),
    ...(files === undefined ? [] : [formatFiles(files)]),
  ].join('\n\n')}\n`
}

function formatFiles(files: readonly FileFigures[]): string {
  const sum = (of: 'files' | 'bytes'): number => files.reduce((total, each) => total + each[of], 0)
  const rows = [...files, { kind: 'all', files: sum('files'), bytes: sum('bytes') }]
  return formatTable([
    ['published', 'files', 'bytes'],
    ...rows.map(({ kind, files: count, bytes }) => [kind, show(count), show(bytes)]),
  ])
}

function show(value: number): string {
  return value.toLocaleString('en')
}
