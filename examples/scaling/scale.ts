// How a number of products fits: computed from what was measured, and from assumptions that the reader can change.
import { figures } from './measured.ts'

export type Assumptions = {
  /** How many times the average hour the busiest one has. */
  readonly peak: number
  /** Part of an hour that a service may spend on its batches. */
  readonly busy: number
  readonly rootsPerHour: number
  /** How often somebody verifies a product in a year. */
  readonly viewsPerYear: number
  /** Price of gas. */
  readonly gwei: number
  /** What one shard's journal may hold. */
  readonly journalGigabytes: number
}

export const assumptions: Assumptions = {
  peak: 10,
  busy: 0.5,
  rootsPerHour: 1,
  viewsPerYear: 10,
  gwei: 1,
  journalGigabytes: 1_000,
}

/** One product over its life, as the demonstration data has it. */
export const perProduct = {
  events: figures.events.value / figures.products.value,
  entries: figures.entries.value / figures.products.value,
}

export const perPiece = {
  entryBytes: figures.logBytes.value / figures.entries.value,
  eventBytes: figures.eventBytes.value / figures.events.value,
  proofBytes: figures.proofBytes.value / figures.leaves.value,
  batchBytesPerLeaf: figures.batchBytes.value / figures.leaves.value,
  evidenceBytes: figures.evidenceBytes.value / figures.batches.value,
}

/** What one service brings from claim to proof, and takes in beside it. */
export const perService = {
  sealedPerSecond: figures.batchEvents.value / figures.batchSeconds.value,
  takenPerSecond: figures.batchEvents.value / figures.batchIngestSeconds.value,
}

const HOURS = 8_766 // Of a year.
const PATH_BYTES = 69 // `"0x…64…",`
// Mean length of a proof's path in the trees of the measured run, whose sizes are those of its four batches.
const measuredTrees = [3_004, 1_376, 1_052, 60]
const measuredPath =
  measuredTrees.reduce((sum, size) => sum + size * Math.log2(size), 0) /
  measuredTrees.reduce((sum, size) => sum + size, 0)

export type Scale = {
  readonly products: number
  readonly eventsPerHour: number
  readonly peakPerSecond: number
  readonly shards: number
  /** Entries in the tree of an average batch. */
  readonly leaves: number
  readonly proofBytes: number
  readonly batchFileBytes: number
  readonly gasPerYear: number
  readonly gasPerEvent: number
  readonly etherPerYear: number
  readonly publicGigabytes: number
  readonly journalGigabytes: number
  readonly files: number
  readonly putsPerSecond: number
  readonly readsPerSecond: number
}

/** Products whose lives are spread evenly over one year. */
export function scaleTo(products: number, given: Assumptions = assumptions): Scale {
  const events = products * perProduct.events
  const entries = products * perProduct.entries
  const eventsPerHour = events / HOURS
  const peakPerHour = eventsPerHour * given.peak
  const capacityPerHour = perService.sealedPerSecond * 3_600 * given.busy
  // The journal keeps events and entries for ever: their bytes are the least that it holds.
  const journalBytes = events * perPiece.eventBytes + entries * perPiece.entryBytes
  const byWork = Math.ceil(peakPerHour / capacityPerHour)
  const byJournal = Math.ceil(journalBytes / (given.journalGigabytes * 1e9))
  const shards = Math.max(1, byWork, byJournal)
  const roots = shards * given.rootsPerHour * HOURS
  const leaves = entries / roots
  const proofBytes =
    perPiece.proofBytes + PATH_BYTES * (Math.log2(Math.max(1, leaves)) - measuredPath)
  const batchFileBytes = leaves * perPiece.batchBytesPerLeaf
  const gasPerYear = roots * figures.anchorGas.value
  const publicBytes =
    events * perPiece.eventBytes +
    entries * (perPiece.entryBytes + proofBytes) +
    roots * (batchFileBytes + perPiece.evidenceBytes)
  return {
    products,
    eventsPerHour,
    peakPerSecond: peakPerHour / 3_600,
    shards,
    leaves,
    proofBytes,
    batchFileBytes,
    gasPerYear,
    gasPerEvent: gasPerYear / events,
    etherPerYear: (gasPerYear * given.gwei) / 1e9,
    publicGigabytes: publicBytes / 1e9,
    journalGigabytes: journalBytes / 1e9,
    files: 2 * products + events + 2 * roots,
    // An event's file once; log and proof with each entry; batch file and evidence.
    putsPerSecond: (events + 2 * entries + 2 * roots) / (HOURS * 3_600),
    // Log, proof, one issuer's log, each event.
    readsPerSecond: (products * given.viewsPerYear * (3 + perProduct.events)) / (HOURS * 3_600),
  }
}
