// Packs and the command line against a real chain: made online, opened when server and chain are gone.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createRegistryReader } from '@dpp/anchor/evidence'
import { canonicalize, encodeUtf8 } from '@dpp/core'
import { didToUrl } from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRig, type Rig, relayer } from '../../anchor/src/ethereum/rig.suite.ts'
import { createJsonRpcReader } from './chain/json-rpc-reader.ts'
import { findProducts } from './cli/find-products.ts'
import { type World as CliWorld, run } from './cli/run.ts'
import { threadSetup } from './cli/thread-options.ts'
import {
  anchorBatch,
  appendEvents,
  BASE,
  createIssuer,
  createProduct,
  createTestEvent,
  createWorld,
  publishEvent,
  publishLog,
  REGISTRY,
  type TestLog,
  type World,
} from './lies/evidence.suite.ts'
import { verifyProducts } from './node/verify-products.ts'
import { createPack, createPackReaders, openPack } from './pack.ts'
import { parsePolicy } from './policy.ts'
import { createMemorySource } from './sources/memory-source.ts'
import { verifyProduct } from './verify-product.ts'

const world: World = createWorld()
const chain = 'eip155:31337'
let product: TestLog
let rig: Rig
let host: Server
let base: string
let eventText: string

beforeAll(async () => {
  const anchorer = relayer.address.toLowerCase()
  rig = await createRig()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  publishLog(world, issuer)
  product = await createProduct(issuer.did, 'W1')
  const event = await createTestEvent({
    issuer: issuer.did,
    key: 'windowco 1',
    products: [product.did],
    minute: 10,
  })
  eventText = canonicalize(event)
  publishEvent(world, event)
  await appendEvents(product, 'W1', [event], 20)
  publishLog(world, product)
  const root = anchorBatch(world, { minute: 30, products: [product], anchorer, onChain: false })
  await rig.reach(root, 'final')
  const reader = createRegistryReader({
    rpcUrls: [rig.anvil.url],
    chainId: 31337,
    finality: 'finalized',
  })
  const evidence = await reader.captureEvidence({ registry: REGISTRY, root, anchorer })
  world.files[`${BASE}batches/${root.slice(2)}.evidence.json`] = canonicalize(evidence)
  host = createServer((request, response) => {
    const names = ['dpp.windowco.example', 'windowco.example']
    const url = names
      .map((name) => `https://${name}${request.url}`)
      .find((each) => each in world.files)
    response.statusCode = url === undefined ? 404 : 200
    response.end(url === undefined ? '' : world.files[url])
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
}, 60_000)

afterAll(async () => {
  host.close()
  await rig.anvil.stop()
})

const policyFile = { chains: [{ id: chain, registry: REGISTRY }] }

async function pack(): Promise<{ bytes: Uint8Array; blockHash: string }> {
  const { bytes, verdict } = await createPack(product.did, {
    policy: parsePolicy(policyFile),
    policyFile,
    sources: [createMemorySource(world.files)],
    readers: [createJsonRpcReader({ chain, urls: [rig.anvil.url], fetch })],
  })
  expect(verdict.status).toBe('anchored')
  const opened = openPack(bytes)
  const [bundle] = createPackReaders(opened, parsePolicy(policyFile))
  const refused = await bundle
    ?.findAnchor({ registry: REGISTRY, root: verdict.anchor?.root ?? '' })
    .catch(String)
  const blockHash = /0x[0-9a-f]{64}/.exec(String(refused))?.[0] ?? ''
  return { bytes, blockHash }
}

describe('evidence packs', () => {
  it('prove a product without server and chain, under a block that the verifier trusts', async () => {
    const { bytes, blockHash } = await pack()
    const trustedBlocks = [{ number: '1', hash: blockHash }]
    const policy = parsePolicy({ chains: [{ id: chain, registry: REGISTRY, trustedBlocks }] })
    const opened = openPack(bytes)
    const offline = { sources: [opened.source], readers: createPackReaders(opened, policy) }
    expect((await verifyProduct(opened.did, { policy, ...offline })).status).toBe('anchored')
    const trustless = parsePolicy(policyFile)
    const readers = createPackReaders(opened, trustless)
    const verdict = await verifyProduct(opened.did, {
      policy: trustless,
      sources: [opened.source],
      readers,
    })
    expect(verdict.status).toBe('indeterminate')
    expect(verdict.checks.at(-1)).toMatchObject({ check: 'anchor', reason: 'anchor.unreadable' })
  })

  it('refuse what is no pack, and what holds too much', async () => {
    const { bytes } = await pack()
    const refusal = (code: string): unknown => expect.objectContaining({ code })
    expect(() => openPack(new Uint8Array(100))).toThrowError(refusal('ERR_DPP_PACK_INVALID'))
    expect(() => openPack(bytes.slice(0, -40))).toThrowError(refusal('ERR_DPP_PACK_INVALID'))
    expect(() => openPack(bytes, { maxBytes: 1000 })).toThrowError(refusal('ERR_DPP_PACK_LIMIT'))
    expect(() => openPack(bytes, { maxFiles: 2 })).toThrowError(refusal('ERR_DPP_PACK_LIMIT'))
    for (let at = 0; at < bytes.length; at += 13) {
      try {
        openPack(bytes.with(at, (bytes[at] ?? 0) ^ 0xff))
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_DPP_PACK_/) })
      }
    }
  })
})

describe('dpp-verify', () => {
  const written = new Map<string, Uint8Array>()
  async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    let out = ''
    let err = ''
    const cliWorld: CliWorld = {
      fetch,
      readFile: async (path) => written.get(path),
      writeFile: async (path, bytes) => void written.set(path, bytes),
      findProducts,
      verifyMany: (dids, data, threads = 2) =>
        verifyProducts(dids, { setup: threadSetup, data, threads }),
      color: false,
      out: (text) => {
        out += text
      },
      err: (text) => {
        err += text
      },
    }
    const code = await run(args, cliWorld)
    return { code, out, err }
  }
  const resolve = (): string[] =>
    ['dpp.windowco.example', 'windowco.example'].flatMap((name) => ['--resolve', `${name}=${base}`])

  it('reports a product, writes a pack, and checks the pack', async () => {
    written.set('policy.json', encodeUtf8(JSON.stringify(policyFile)))
    const online = await cli(
      product.did,
      '--rpc',
      rig.anvil.url,
      '--policy',
      'policy.json',
      '--write-pack',
      'w1.pack',
      ...resolve(),
    )
    expect(online.err).toBe('')
    expect(online.code).toBe(0)
    expect(online.out).toMatch(/^✅ Anchored\n {2}did:webvh:/)
    expect(online.out).toMatch(/✓ log .*\n.*✓ events .*\n.*✓ inclusion .*\n.*✓ anchor /)
    const offline = await cli('w1.pack', '--policy', 'policy.json', '--json')
    expect(offline.code).toBe(4)
    expect(JSON.parse(offline.out)).toMatchObject({ type: 'DppVerdict', status: 'indeterminate' })
    expect((await cli('w1.pack', '--rpc', rig.anvil.url, '--policy', 'policy.json')).code).toBe(0)
  })

  it('checks an event file, and answers in German', async () => {
    written.set('event.json', encodeUtf8(eventText))
    const { code, out } = await cli(
      'event.json',
      '--rpc',
      rig.anvil.url,
      '--lang',
      'de',
      ...resolve(),
    )
    expect(code).toBe(0)
    expect(out).toMatch(/^✅ Verankert/)
  })

  it('says what could be proven earlier', async () => {
    const { code, out } = await cli(
      product.did,
      '--rpc',
      rig.anvil.url,
      '--as-of',
      '2026-11-02T10:10:00Z',
      ...resolve(),
    )
    expect(code).toBe(3)
    expect(out).toMatch(/^⏳ Pending/)
  })

  it('checks every product of a folder and of a list, on several threads', async () => {
    const late = await createProduct('did:key:z6MkExample', 'W2')
    const folder = await mkdtemp(join(tmpdir(), 'dpp-folder-'))
    const put = async (path: string, body: string | Uint8Array): Promise<void> => {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), body)
    }
    try {
      for (const [url, body] of Object.entries(world.files)) {
        await put(`${new URL(url).host}${new URL(url).pathname}`, body)
      }
      const place = didToUrl(late.did).replace('https://', '')
      await put(place, late.lines.join(''))
      await put('dpp.windowco.example/.well-known/did/cut/did.jsonl', '{"versionId":')
      const common = ['--rpc', rig.anvil.url, '--resolve', `windowco.example=${base}`]
      const { code, out, err } = await cli(folder, ...common)
      expect(out.split('\n').sort()).toEqual([
        '',
        expect.stringMatching(`^✅ Anchored {2}${product.did}$`),
        expect.stringMatching(`^❔ Unknown {2}${late.did} {2}\\S`),
      ])
      expect(code).toBe(4)
      expect(err).toMatch(/cut\/did\.jsonl is no log that can be read\n/)
      expect(err).toMatch(/1 logs left out: mirrors of issuers/)
      expect(err).toMatch(/3 products: 1 anchored, 0 pending, 2 indeterminate, 0 invalid\n$/)
      written.set('dids.txt', encodeUtf8(`${product.did}\n`.repeat(3)))
      const list = await cli('dids.txt', '--json', '--threads', '3', ...common, ...resolve())
      const verdicts = list.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(verdicts.map(({ status }) => status)).toEqual(verdicts.map(() => 'anchored'))
      expect(verdicts).toHaveLength(3)
      expect(list.code).toBe(0)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('gives the verdicts in order, may be left early, and says why a thread could not start', async () => {
    const data = { endpoints: [], quorum: undefined, resolve: {}, asOf: undefined, policy: {} }
    const dids = Array.from({ length: 100 }, (_, index) => `did:no:${index}`)
    const seen: string[] = []
    for await (const { did } of verifyProducts(dids, { setup: threadSetup, data, threads: 2 })) {
      seen.push(did)
      if (seen.length === 70) break
    }
    expect(seen).toEqual(dids.slice(0, 70))
    const lost = verifyProducts(dids, { setup: new URL('./nowhere.js', import.meta.url) })
    await expect(lost.next()).rejects.toThrow(/nowhere\.js/)
  })

  it.each<[string, string[]]>([
    ['a number of threads that is none', ['did:webvh:x', '--threads', '0']],
    ['a folder without products', ['src']],
    ['a pack of many', ['dids.txt', '--write-pack', 'x.pack']],
    ['nothing', []],
    ['two subjects', ['a', 'b']],
    ['an unknown option', ['--moon', 'did:webvh:x']],
    ['a file that is not there', ['nowhere.json']],
    ['an empty file', ['empty.pack']],
    ['a file of something else', ['page.html']],
    ['a policy that is not there', ['did:webvh:x', '--policy', 'nowhere']],
    ['a time that is none', ['did:webvh:x', '--as-of', 'yesterday']],
    ['an endpoint that is no URL', ['did:webvh:x', '--rpc', 'localhost']],
    ['a mapping without a target', ['did:webvh:x', '--resolve', 'host']],
    ['an unknown language', ['did:webvh:x', '--lang', 'fr']],
    ['a quorum that is none', ['did:webvh:x', '--quorum', 'all']],
  ])('refuses %s with code 2 and a sentence', async (_, args) => {
    written.set('empty.pack', new Uint8Array()).set('page.html', encodeUtf8('<html></html>'))
    const { code, err } = await cli(...args)
    expect(code).toBe(2)
    expect(err).toMatch(/^dpp-verify: \S/)
  })
})
