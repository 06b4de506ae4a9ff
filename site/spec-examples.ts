// The examples of the format pages, made by the code that makes the real files: one honest product whose keys and times are
// fixed, so that the bytes never change. `node site/spec-examples.ts` writes them into the pages; a test compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryLeafHash, formatHash } from '@dpp/anchor'
import { createMemoryReader, createMemorySource, parsePolicy, verifyProduct } from '@dpp/verifier'
import { createPack } from '@dpp/verifier/pack'
import { unzipSync } from 'fflate'
import {
  anchorBatch,
  appendEvents,
  at,
  BASE,
  CHAIN,
  createIssuer,
  createProduct,
  createTestEvent,
  createWorld,
  publishEvent,
  publishLog,
  REGISTRY,
  RELAYER,
  type TestLog,
  type World,
} from '../packages/verifier/src/lies/evidence.suite.ts'
import { repository } from '../release/packages.ts'

/** The text of the fenced block that follows `## Example` on a page, by page; several blocks stand in their order. */
export type SpecExamples = Readonly<Record<string, readonly string[]>>

export async function makeExamples(): Promise<SpecExamples> {
  const { world, issuer, product } = await makeWorld()
  const line = product.lines[1]?.trimEnd() ?? ''
  const policyFile = {
    type: 'DppTrustPolicy',
    version: 1,
    chains: [
      {
        id: CHAIN,
        registry: REGISTRY,
        anchorers: [{ address: RELAYER, from: '2026-01-01T00:00:00Z' }],
        finality: 'finalized',
      },
    ],
    issuers: [{ did: issuer.did, types: ['commissioning', 'inspecting'] }],
    allowDidKey: false,
    maxPendingAgeSeconds: 86_400,
    maxAgeSeconds: 7_776_000,
    requireDisclosure: false,
    lastSeen: { [product.did]: product.head.versionId },
  }
  const options = {
    policy: parsePolicy(policyFile),
    sources: [createMemorySource(world.files)],
    readers: [createMemoryReader(world.chain)],
    now: at(180),
  }
  const verdict = await verifyProduct(product.did, options)
  const { bytes } = await createPack(product.did, { ...options, policyFile })
  const manifest = new TextDecoder().decode(unzipSync(bytes)['manifest.json'])
  const batch = Object.entries(world.files).find(([url]) => url.startsWith(`${BASE}batches/`))
  return {
    'product-log': [pretty(line)],
    leaf: [line, formatHash(entryLeafHash(line))],
    'witness-file': [pretty(world.files[`${BASE}${product.scid}/witness.json`] ?? '')],
    'batch-file': [pretty(batch?.[1] ?? '')],
    'trust-policy': [pretty(JSON.stringify(policyFile))],
    verdict: [pretty(JSON.stringify(verdict))],
    'evidence-pack': [manifestTree(manifest), pretty(manifest)],
  }
}

async function makeWorld(): Promise<{ world: World; issuer: TestLog; product: TestLog }> {
  const world = createWorld()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  const product = await createProduct(issuer.did, 'W26-000001')
  publishLog(world, issuer)
  const parts = { issuer: issuer.did, key: 'windowco 1', products: [product.did], minute: 10 }
  const event = await createTestEvent(parts)
  publishEvent(world, event)
  await appendEvents(product, 'W26-000001', [event], 20)
  publishLog(world, product)
  anchorBatch(world, { minute: 30, products: [product], issuers: [issuer] })
  return { world, issuer, product }
}

const pretty = (json: string): string => JSON.stringify(JSON.parse(json), undefined, 1)

function manifestTree(manifest: string): string {
  const { files } = JSON.parse(manifest) as { files: readonly string[] }
  return ['manifest.json', ...files.map((url, index) => `files/${index}  ${url}`)].join('\n')
}

/** The page with its example blocks replaced. Throws where it has fewer of them. */
export function replaceExamples(page: string, examples: readonly string[]): string {
  const [head = '', rest = ''] = page.split(/(?<=^## Example\n)/m)
  let index = 0
  const replaced = rest.replace(/^(```\w*\n)[\s\S]*?\n```$/gm, (block, fence: string) => {
    const example = examples[index++]
    return example === undefined ? block : `${fence}${example}\n\`\`\``
  })
  if (index < examples.length) throw new Error(`the page has no ${examples.length} example blocks`)
  return head + replaced
}

export const specPage = (name: string): string => join(repository, 'docs/spec', `${name}.md`)

if (import.meta.main) {
  for (const [name, examples] of Object.entries(await makeExamples())) {
    writeFileSync(specPage(name), replaceExamples(readFileSync(specPage(name), 'utf8'), examples))
    process.stdout.write(`docs/spec/${name}.md\n`)
  }
}
