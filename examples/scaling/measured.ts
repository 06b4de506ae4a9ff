// What was measured, and where it is written down. A test holds each figure against its document.

type Measured = { readonly value: number; readonly text: string; readonly source: string }

const measured = <const Table extends Readonly<Record<string, Measured>>>(table: Table): Table =>
  table

const run = 'docs/full-size-run.md'
const ingest = 'docs/evidence/ingest.md'

export const figures = measured({
  products: { value: 3_000, text: '| product DIDs                          | 3,000', source: run },
  /** Those whose bytes are published: without the restricted ones. */
  events: { value: 13_220, text: '| events                  | 13,220', source: run },
  entries: { value: 7_221, text: '| log entries                           | 7,221', source: run },
  leaves: { value: 5_503, text: '4, with 5,503 leaves', source: run },
  logBytes: { value: 17_213_610, text: '17,213,610', source: run },
  eventBytes: { value: 25_570_971, text: '25,570,971', source: run },
  proofBytes: { value: 7_947_251, text: '7,947,251', source: run },
  batchBytes: { value: 1_068_641, text: '1,068,641', source: run },
  evidenceBytes: { value: 15_381, text: '15,381', source: run },
  batches: { value: 4, text: '4, with 5,503 leaves', source: run },
  /** A whole transaction, after the registry's first. */
  anchorGas: {
    value: 74_900,
    text: '"anchor": "74900"',
    source: 'contracts/snapshots/WitnessAnchorRegistryTest.json',
  },
  /** One batch, from its claim to its last proof; service, chain and client on two cores. */
  batchEvents: { value: 10_000, text: '10,000 events over 3,000 products', source: ingest },
  batchSeconds: { value: 17.6, text: '17.6 s', source: ingest },
  batchIngestSeconds: { value: 2.5, text: 'ingest 2.5 s', source: ingest },
})
