// The third party: verifies products from their public files and an RPC URL, under a policy of its own, and holds each verdict
// against what was expected when the events were made.
import type { AnchorReader } from '@dpp/anchor'
import {
  createJsonRpcReader,
  createWebSource,
  decisiveCheck,
  type EvidenceSource,
  parsePolicy,
  type Verdict,
  verifyProduct,
} from '@dpp/verifier'
import type { Expectation } from './expectations.ts'
import { inParallel } from './in-parallel.ts'

export type VerifierOptions = {
  /** Where the public hosts of the DIDs really answer. */
  readonly origins: Readonly<Record<string, string>>
  readonly rpcUrl: string
  /** CAIP-2. */
  readonly chain: string
  readonly policy: unknown
}

/** One product whose verdict is not the expected one. */
export type Surprise = { readonly did: string; readonly expected: string; readonly found: string }

export type Verified = {
  readonly products: number
  /** Of all logs that were verified. */
  readonly entries: number
  readonly surprises: readonly Surprise[]
}

const LANES = 8

/** Verifies products and holds each verdict against what was expected. */
export async function verifyProducts(
  expectations: readonly Expectation[],
  options: VerifierOptions,
  onProgress: (done: number) => void,
): Promise<Verified> {
  const policy = parsePolicy(options.policy)
  const sources = [rememberIssuers(createWebSource({ fetch, origins: options.origins }))]
  const { chain, rpcUrl } = options
  const readers = [rememberFindings(createJsonRpcReader({ chain, urls: [rpcUrl], fetch }))]
  const surprises: Surprise[] = []
  let done = 0
  let entries = 0
  await inParallel(expectations, LANES, async (expectation) => {
    const { did } = expectation
    const verdict = await verifyProduct(did, { policy, sources, readers })
    const surprise = compareVerdict(expectation, verdict)
    if (surprise !== undefined) surprises.push(surprise)
    entries += verdict.entries.length
    done += 1
    onProgress(done)
  })
  return { products: done, entries, surprises }
}

/** What of a verdict is not as expected: its status, or what it counts. */
export function compareVerdict(expectation: Expectation, verdict: Verdict): Surprise | undefined {
  const expected = describeExpectation(expectation)
  const found = describeVerdict(verdict)
  if (found === expected) return undefined
  const why = verdict.status === expectation.status ? '' : ` (${decisiveCheck(verdict)?.text})`
  return { did: expectation.did, expected, found: `${found}${why}` }
}

/** A sample that is spread evenly, with every odd case that there is: its first window each time. */
export function chooseSample(
  expectations: readonly Expectation[],
  size: number,
): readonly Expectation[] {
  const step = Math.max(1, Math.floor(expectations.length / size))
  const chosen = new Set(expectations.filter((_, index) => index % step === 0).slice(0, size))
  const seen = new Set<string>()
  for (const expectation of expectations) {
    const { oddCase, kind } = expectation
    const name = `${oddCase} ${kind}`
    if (oddCase === null || seen.has(name)) continue
    seen.add(name)
    chosen.add(expectation)
  }
  return [...chosen]
}

function describeExpectation(expected: Expectation): string {
  return describeCounts(expected.status, {
    events: expected.events + expected.withheld,
    withheld: expected.withheld,
    thirdParty: expected.thirdParty,
    corrected: expected.corrected,
  })
}

function describeVerdict({ status, events, eventCounts }: Verdict): string {
  const { withheld, thirdParty, corrected } = eventCounts
  return describeCounts(status, { events: events.length, withheld, thirdParty, corrected })
}

function describeCounts(status: string, counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count}`)
  return [status, ...parts].join(', ')
}

// The few issuers stand in every product's evidence. Their logs are read once for the whole run: they do not change in it.
function rememberIssuers(source: EvidenceSource): EvidenceSource {
  const known = new Map<string, ReturnType<EvidenceSource['read']>>()
  return {
    read(url, options) {
      const isIssuers = url.endsWith('/.well-known/did.jsonl') || url.includes('/issuers/')
      if (!isIssuers || options.fresh === true) return source.read(url, options)
      const before = known.get(url)
      if (before !== undefined) return before
      // Without the first asker's signal: its end is not the end of those who wait with it.
      const reading = source.read(url, { ...options, signal: AbortSignal.timeout(15_000) })
      known.set(url, reading)
      reading.catch(() => known.delete(url))
      return reading
    },
  }
}

// All products of a batch share its root: a final anchor is asked for once.
function rememberFindings(reader: AnchorReader): AnchorReader {
  const known = new Map<string, ReturnType<AnchorReader['findAnchor']>>()
  return {
    chain: reader.chain,
    findAnchor(query, options) {
      const name = JSON.stringify(query)
      const before = known.get(name)
      if (before !== undefined) return before
      const finding = reader.findAnchor(query)
      known.set(name, finding)
      finding.then(
        (found) => {
          if (found?.final !== true) known.delete(name)
        },
        () => known.delete(name),
      )
      options?.signal?.throwIfAborted()
      return finding
    },
  }
}
