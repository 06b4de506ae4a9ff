// The tables of docs/scaling.md.
import { assumptions, perPiece, perProduct, perService, type Scale, scaleTo } from './scale.ts'

const sizes = [1_000_000, 10_000_000, 1_000_000_000]

/** One piece, as it was measured. */
export function formatPieces(): string {
  return table([
    ['piece', 'figure'],
    ['events of a product', show(perProduct.events)],
    ['log entries of a product', show(perProduct.entries)],
    ['a log entry', bytes(perPiece.entryBytes)],
    ["an event's file", bytes(perPiece.eventBytes)],
    ["a proof in a product's `witness.json`, in the run's trees", bytes(perPiece.proofBytes)],
    ["a leaf in a batch's file", bytes(perPiece.batchBytesPerLeaf)],
    ["a batch's evidence", bytes(perPiece.evidenceBytes)],
    ['events that one service takes in', `${show(perService.takenPerSecond)}/s`],
    ['events that one service brings from claim to proof', `${show(perService.sealedPerSecond)}/s`],
  ])
}

/** One column for each number of products. */
export function formatScales(): string {
  const scales = sizes.map((size) => scaleTo(size))
  const row = (name: string, of: (scale: Scale) => string): string[] => [name, ...scales.map(of)]
  return table([
    row('products in a year', ({ products }) => show(products)),
    row('events in an hour', (scale) => show(scale.eventsPerHour)),
    row(`events in a second, at ${assumptions.peak} times the average`, (scale) =>
      show(scale.peakPerSecond),
    ),
    row('shards: queues, leases, relayers', (scale) => show(scale.shards)),
    row('leaves of a batch', (scale) => show(scale.leaves)),
    row('a proof', (scale) => bytes(scale.proofBytes)),
    row("a batch's file", (scale) => bytes(scale.batchFileBytes)),
    row('gas in a year', (scale) => show(scale.gasPerYear)),
    row('gas for an event', (scale) => show(scale.gasPerEvent)),
    row(`ether in a year, at ${assumptions.gwei} gwei`, (scale) => show(scale.etherPerYear)),
    row('public files in a year', (scale) => show(scale.files)),
    row('public bytes in a year', (scale) => `${show(scale.publicGigabytes)} GB`),
    row('journal in a year, at least', (scale) => `${show(scale.journalGigabytes)} GB`),
    row('writes to the store', (scale) => `${show(scale.putsPerSecond)}/s`),
    row(
      `requests to the CDN, ${assumptions.viewsPerYear} views of a product`,
      (scale) => `${show(scale.readsPerSecond)}/s`,
    ),
  ])
}

function table(rows: readonly (readonly string[])[]): string {
  const [heading = [], ...body] = rows
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = heading.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(heading), line(rule), ...body.map(line)].join('\n')
}

// Three digits that count, and whole numbers from there on.
function show(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

function bytes(value: number): string {
  if (value < 10_000) return `${show(Math.round(value))} B`
  return value < 1e6 ? `${show(value / 1e3)} kB` : `${show(value / 1e6)} MB`
}
