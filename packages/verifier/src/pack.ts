// Entry `./pack`: evidence packs (docs/spec/evidence-pack.md): one zip file with everything that a verification of one
// product reads, and the evidence bundles of its anchors, so that it can be checked without server and chain.
import type { AnchorReader } from '@dpp/anchor'
import { createEvidenceReader, parseEvidence } from '@dpp/anchor/evidence'
import {
  canonicalize,
  encodeUtf8,
  isDppError,
  isJsonObject,
  type Json,
  parseStrict,
} from '@dpp/core'
import { unzipSync, zipSync } from 'fflate'
import type { VerifyOptions } from './context.ts'
import { verifierError } from './errors.ts'
import type { TrustPolicy } from './policy.ts'
import { layoutOf } from './sources/layout.ts'
import { createMemorySource } from './sources/memory-source.ts'
import type { EvidenceSource } from './sources/source.ts'
import type { Verdict } from './verdict/verdict.ts'
import { verifyProduct } from './verify-product.ts'

export type EvidencePack = {
  readonly did: string
  /** When the pack was made, as its maker says. */
  readonly created: string
  /** The policy that its maker used: a suggestion, which a verifier reads and does not have to follow. */
  readonly policy: Json | undefined
  /** Every file by its public URL. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly source: EvidenceSource
}

export type PackLimits = { readonly maxFiles: number; readonly maxBytes: number }

const defaultPackLimits: PackLimits = { maxFiles: 20_000, maxBytes: 256 * 1024 * 1024 }

/**
 * Makes an evidence pack: verifies the product, keeps every file that this read, and adds the evidence bundle of each
 * confirmed anchor where the operator publishes one.
 *
 * The verdict comes with it: a pack is made of whatever there is, also of what does not verify.
 */
export async function createPack(
  did: string,
  options: VerifyOptions & { readonly policyFile?: Json },
): Promise<{ readonly bytes: Uint8Array; readonly verdict: Verdict }> {
  const files = new Map<string, Uint8Array>()
  const sources = options.sources.map((source) => keeping(source, files))
  const verdict = await verifyProduct(did, { ...options, sources })
  await keepBundles(did, verdict, sources, options.signal)
  const manifest = {
    type: 'DppEvidencePack',
    version: 1,
    did,
    created: verdict.checkedAt,
    files: [...files.keys()].sort(),
    ...(options.policyFile === undefined ? {} : { policy: options.policyFile }),
  }
  const entries = manifest.files.map(
    (url, index) => [entryName(index), files.get(url) ?? new Uint8Array()] as const,
  )
  // A fixed time, as local time because zip stores that: the same evidence gives the same bytes.
  const zipOptions = { mtime: new Date(2000, 0, 1), level: 9 } as const
  const bytes = zipSync(
    { 'manifest.json': encodeUtf8(canonicalize(manifest)), ...Object.fromEntries(entries) },
    zipOptions,
  )
  return { bytes, verdict }
}

/**
 * Opens an evidence pack. Nothing in it is verified yet: hand its source and its reader to `verifyProduct`.
 *
 * @throws ERR_DPP_PACK_INVALID, ERR_DPP_PACK_LIMIT
 */
export function openPack(bytes: Uint8Array, limits: Partial<PackLimits> = {}): EvidencePack {
  const entries = unzip(bytes, { ...defaultPackLimits, ...limits })
  const manifest = readManifest(entries['manifest.json'])
  const files = new Map<string, Uint8Array>()
  for (const [index, url] of manifest.files.entries()) {
    const body = entries[entryName(index)]
    if (body === undefined) throw invalid(`the pack lacks ${url}`)
    files.set(url, body)
  }
  return { ...manifest, files, source: createMemorySource(files) }
}

/**
 * Readers over the evidence bundles of a pack, one per chain of the policy.
 *
 * An anchor counts only under a block that the policy trusts (`trustedBlocks`): whoever made the pack
 * cannot vouch for the chain. Without one the verdict is `indeterminate`.
 */
export function createPackReaders(
  { files }: EvidencePack,
  { chains }: TrustPolicy,
): AnchorReader[] {
  const bundles = [...files]
    .filter(([url]) => url.endsWith('.evidence.json'))
    .map(([, body]) => body)
  return [...new Set(chains.map(({ id }) => id))].map((chain) => {
    const own = chains.filter(({ id }) => id === chain)
    const codeHashes = own.flatMap(({ codeHash }) => codeHash ?? [])
    return createEvidenceReader({
      chain,
      evidence: bundles.filter((body) => isOfChain(body, chain)),
      trustedBlockHashes: own.flatMap(({ trustedBlocks }) => trustedBlocks.map(({ hash }) => hash)),
      ...(codeHashes.length === 0 ? {} : { codeHashes }),
    })
  })
}

function keeping(source: EvidenceSource, files: Map<string, Uint8Array>): EvidenceSource {
  return {
    async read(url, options) {
      const reading = await source.read(url, options)
      if (reading.status === 'found') files.set(url, reading.body)
      return reading
    },
  }
}

async function keepBundles(
  did: string,
  { entries }: Verdict,
  sources: readonly EvidenceSource[],
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const layout = layoutOf(did)
  const roots = new Set(entries.flatMap(({ anchor }) => (anchor === null ? [] : [anchor.root])))
  for (const root of layout === undefined ? [] : roots) {
    const url = layout?.batchUrl(root).replace(/\.json$/, '.evidence.json') ?? ''
    for (const source of sources) {
      // Not every operator publishes bundles, and a pack without them is still worth having.
      const reading = await source
        .read(url, { maxBytes: 512 * 1024, signal })
        .catch(() => undefined)
      if (reading?.status === 'found') break
    }
  }
}

function isOfChain(body: Uint8Array, chain: string): boolean {
  try {
    return parseEvidence(body).chain === chain
  } catch (error) {
    if (isDppError(error)) return false
    throw error
  }
}

function entryName(index: number): string {
  return `files/${index}`
}

function unzip(bytes: Uint8Array, { maxFiles, maxBytes }: PackLimits): Record<string, Uint8Array> {
  let files = 0
  let size = 0
  try {
    return unzipSync(bytes, {
      filter({ originalSize }) {
        files++
        size += originalSize
        // Before anything is inflated: a small archive can claim, and hold, very much.
        if (files > maxFiles || size > maxBytes) {
          throw verifierError('ERR_DPP_PACK_LIMIT', 'the pack holds more than allowed')
        }
        return true
      },
    })
  } catch (cause) {
    if (isDppError(cause)) throw cause
    throw verifierError('ERR_DPP_PACK_INVALID', 'not a zip file', { cause })
  }
}

type Manifest = Pick<EvidencePack, 'did' | 'created' | 'policy'> & {
  readonly files: readonly string[]
}

function readManifest(body: Uint8Array | undefined): Manifest {
  if (body === undefined) throw invalid('the pack has no manifest.json')
  let manifest: Json
  try {
    manifest = parseStrict(body, { maxBytes: 16 * 1024 * 1024 })
  } catch (cause) {
    throw verifierError('ERR_DPP_PACK_INVALID', 'manifest.json is not strict JSON', { cause })
  }
  if (
    !isJsonObject(manifest) ||
    manifest['type'] !== 'DppEvidencePack' ||
    manifest['version'] !== 1
  ) {
    throw invalid('manifest.json is not of a DppEvidencePack of version 1')
  }
  const { did, created, files, policy } = manifest
  if (typeof did !== 'string' || typeof created !== 'string')
    throw invalid('did or created is missing')
  if (!Array.isArray(files) || !files.every((url) => typeof url === 'string'))
    throw invalid('files is not a list of URLs')
  return { did, created, policy, files }
}

function invalid(message: string): Error {
  return verifierError('ERR_DPP_PACK_INVALID', message)
}
