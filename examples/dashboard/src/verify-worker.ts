// The verification, off the page's own thread: a log of any length leaves the page usable, and the page can end it.
import type { AnchorReader } from '@dpp/anchor'
import {
  isDppError,
  isJsonObject,
  type Json,
  type JsonObject,
  parseEvent,
  parseStrict,
} from '@dpp/core'
import {
  createJsonRpcReader,
  createWebSource,
  type EvidenceSource,
  parsePolicy,
  type Step,
  type Verdict,
  type VerifyOptions,
  verifyEvent,
  verifyProduct,
} from '@dpp/verifier'
import { createPack, createPackReaders } from '@dpp/verifier/pack'
import { didToUrl, parseDid } from '@dpp/webvh'
import { attackSource, unplugged } from './attacks.ts'
import { createBroughtSource, recordReads } from './recording-source.ts'
import type {
  EventContents,
  VerifyMessage,
  VerifyRequest,
  VerifyResult,
} from './verify-messages.ts'

const fileTimeoutMs = 8_000
const chainTimeoutMs = 4_000
const passportMaxBytes = 256 * 1024

addEventListener('message', ({ data }: MessageEvent<VerifyRequest>) => {
  verify(data).then(
    (result) => tell({ kind: 'done', result }),
    // Only a fault of the page's own settings comes here: whatever the files hold ends in a verdict.
    (error: unknown) => reportError(error),
  )
})

async function verify(request: VerifyRequest): Promise<VerifyResult> {
  const { did, config, attack, brought, event } = request
  const started = performance.now()
  const files = new Map<string, Uint8Array>()
  const plain =
    brought === undefined
      ? createWebSource({ fetch: fetchCurrent, origins: config.origins })
      : createBroughtSource(brought.files)
  const source = attack === undefined ? plain : attackSource(plain, attack)
  const policyFile = policyOf(request)
  const options: VerifyOptions = {
    policy: parsePolicy(policyFile),
    sources: [recordReads(source, files, (read) => tell({ kind: 'read', read }))],
    readers: readersOf(request, parsePolicy(policyFile)),
    limits: { timeoutMs: fileTimeoutMs },
    onStep: (step: Step) => tell({ kind: 'step', step, elapsedMs: performance.now() - started }),
  }
  const packed =
    request.wantsPack === true ? await createPack(did, { ...options, policyFile }) : undefined
  const verdict =
    packed?.verdict ??
    (event === undefined
      ? await verifyProduct(did, options)
      : await verifyEvent(event.event, { ...options, product: did, receipt: event.receipt }))
  const elapsedMs = performance.now() - started
  return {
    verdict,
    contents: readContents(verdict, files),
    passport: verdict.product === null ? undefined : await readPassport(did, plain),
    pack: packed?.bytes,
    elapsedMs,
  }
}

// Logs and proofs grow: a copy in the browser's cache, fresh for a minute, would hide what came since.
const fetchCurrent: typeof fetch = (input, init) => {
  const isGrowing = /\/(?:did\.jsonl|did-witness\.json|witness\.json)$/.test(String(input))
  return fetch(input, isGrowing ? { cache: 'no-cache', ...init } : init)
}

function readersOf(
  { config, attack, brought }: VerifyRequest,
  policy: VerifyOptions['policy'],
): AnchorReader[] {
  const bundles =
    brought?.trustedBlockHash === undefined
      ? []
      : createPackReaders(
          {
            did: '',
            created: '',
            policy: undefined,
            files: brought.files,
            source: createBroughtSource(brought.files),
          },
          policy,
        )
  if (brought?.askChain === false) return bundles
  const nodes = config.chains.map(({ id, rpcUrls }) =>
    createJsonRpcReader({
      chain: id,
      urls: rpcUrls,
      fetch: attack === 'chain-out' ? unplugged : fetch,
      timeoutMs: chainTimeoutMs,
    }),
  )
  return [...bundles, ...nodes]
}

/** The page's policy, with the block that a person trusts. */
function policyOf({ config, brought }: VerifyRequest): Json {
  const policy = config.policy as JsonObject
  const hash = brought?.trustedBlockHash
  const chains = policy['chains']
  if (hash === undefined || !Array.isArray(chains)) return policy
  const trustedBlocks = [{ number: '0', hash }] // The hash alone is compared.
  return {
    ...policy,
    chains: chains.map((chain) => (isJsonObject(chain) ? { ...chain, trustedBlocks } : chain)),
  }
}

/** Only content whose own bytes give the digest that the log names is ever shown. */
function readContents({ events }: Verdict, files: ReadonlyMap<string, Uint8Array>): EventContents {
  const byName = new Map(
    [...files].map(([url, body]) => [url.slice(url.lastIndexOf('/') + 1), body]),
  )
  const contents = new Map<string, JsonObject>()
  for (const { digest } of events) {
    const body = byName.get(`${digest}.json`)
    if (body === undefined) continue
    try {
      const parsed = parseEvent(body)
      if (parsed.digest === digest) contents.set(digest, parsed.event as unknown as JsonObject)
    } catch (error) {
      if (!isDppError(error)) throw error // The verdict says what is wrong with it.
    }
  }
  return contents
}

async function readPassport(did: string, source: EvidenceSource): Promise<JsonObject | undefined> {
  try {
    const url = didToUrl(parseDid(did)).replace(/did\.jsonl$/, 'passport.json')
    const signal = AbortSignal.timeout(fileTimeoutMs)
    const reading = await source.read(url, { maxBytes: passportMaxBytes, signal })
    const value = reading.status === 'found' ? parseStrict(reading.body) : undefined
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined // It adds words to the page and nothing to the verdict.
  }
}

function tell(message: VerifyMessage): void {
  postMessage(message)
}
