// The third party: checks a product from its public files and an RPC URL, under a policy of its own.
import { canonicalize, decodeUtf8, encodeUtf8, type JsonObject, type SecuredEvent } from '@dpp/core'
import {
  createJsonRpcReader,
  createMemorySource,
  createWebSource,
  decisiveCheck,
  type EvidenceSource,
  parsePolicy,
  type Verdict,
  type VerdictStatus,
  type VerifyOptions,
  verifyEvent,
  verifyProduct,
} from '@dpp/verifier'

/** What came out, and what should have. */
export type Outcome = {
  readonly product: string
  readonly status: VerdictStatus
  readonly expected: VerdictStatus
  /** The verdict as a person sees it. */
  readonly shown: string
  /** The sentence of the check that decided. */
  readonly text: string
}

export type CheckerOptions = {
  /** Where the public hosts of the DIDs really answer. */
  readonly origins: Readonly<Record<string, string>>
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: string
  /** Whom this verifier believes, besides a product's controller. */
  readonly issuers: readonly { readonly did: string; readonly types: readonly string[] }[]
}

export type Checker = {
  readonly check: (did: string, product: string, expected: VerdictStatus) => Promise<Outcome>
  /** Checks an event that was posted a moment ago and stands in no log yet, by the service's receipt for it. */
  readonly checkPosted: (
    event: SecuredEvent,
    receipt: JsonObject | undefined,
    what: string,
  ) => Promise<Outcome>
  /** Checks a copy of the product's files in which somebody moved the manufacture of the product by a year. */
  readonly checkTampered: (did: string, product: string) => Promise<Outcome>
}

const shown: Readonly<Record<VerdictStatus, string>> = {
  anchored: '✅ Anchored',
  pending: '⏳ Pending',
  indeterminate: '❔ Unknown',
  invalid: '❌ Invalid',
}

export function createChecker({
  origins,
  rpcUrl,
  chainId,
  registry,
  issuers,
}: CheckerOptions): Checker {
  const chain = `eip155:${chainId}`
  const policy = parsePolicy({ chains: [{ id: chain, registry: registry.toLowerCase() }], issuers })
  const web = createWebSource({ fetch, origins })
  const optionsFor = (source: EvidenceSource): VerifyOptions => ({
    policy,
    sources: [source],
    readers: [createJsonRpcReader({ chain, urls: [rpcUrl], fetch, timeoutMs: 2_000 })],
  })
  const verify = (did: string, source: EvidenceSource): Promise<Verdict> =>
    verifyProduct(did, optionsFor(source))
  return {
    check: async (did, product, expected) => outcome(await verify(did, web), product, expected),
    checkPosted: async (event, receipt, what) => {
      const verdict = await verifyEvent(canonicalize(event), { ...optionsFor(web), receipt })
      return outcome(verdict, what, 'pending')
    },
    checkTampered: async (did, product) => {
      const copy = new Map<string, Uint8Array>()
      await verify(did, copying(web, copy))
      for (const [url, body] of copy) if (url.includes('/events/')) copy.set(url, backdate(body))
      return outcome(await verify(did, createMemorySource(copy)), product, 'invalid')
    },
  }
}

function outcome(verdict: Verdict, product: string, expected: VerdictStatus): Outcome {
  const text = decisiveCheck(verdict)?.text ?? ''
  return { product, status: verdict.status, expected, shown: shown[verdict.status], text }
}

/** Reads from `source` and keeps what it read. */
function copying(source: EvidenceSource, copy: Map<string, Uint8Array>): EvidenceSource {
  return {
    read: async (url, options) => {
      const reading = await source.read(url, options)
      if (reading.status === 'found') copy.set(url, reading.body)
      return reading
    },
  }
}

function backdate(event: Uint8Array): Uint8Array {
  const text = decodeUtf8(event)
  return encodeUtf8(
    text.replace(/"eventTime":"(\d{4})/, (_, year: string) => `"eventTime":"${Number(year) - 1}`),
  )
}
