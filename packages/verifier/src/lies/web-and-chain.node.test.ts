// The whole path with nothing in memory: files over HTTP through an origins map, the registry on a real EVM over JSON-RPC.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRig, type Rig, relayer } from '../../../anchor/src/ethereum/rig.suite.ts'
import { createJsonRpcReader } from '../chain/json-rpc-reader.ts'
import { parsePolicy } from '../policy.ts'
import { createProvenReader } from '../proofs.ts'
import { createWebSource } from '../sources/web-source.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { verifyProduct } from '../verify-product.ts'
import {
  anchorBatch,
  appendEvents,
  createIssuer,
  createProduct,
  createTestEvent,
  createWorld,
  publishEvent,
  publishLog,
  REGISTRY,
  type TestLog,
  type World,
} from './evidence.suite.ts'

const world: World = createWorld()
let product: TestLog
let rig: Rig
let host: Server
let base: string
const hosts = ['dpp.windowco.example', 'windowco.example']

beforeAll(async () => {
  const anchorer = relayer.address.toLowerCase()
  rig = await createRig()
  host = createServer((request, response) => {
    const url = hosts
      .map((name) => `https://${name}${request.url}`)
      .find((each) => each in world.files)
    response.statusCode = url === undefined ? 404 : 200
    response.end(url === undefined ? 'not here' : world.files[url])
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(host.address() as AddressInfo).port}`

  const issuer = await createIssuer('windowco.example', 'windowco 1')
  publishLog(world, issuer)
  product = await createProduct(issuer.did, 'W1')
  for (const minute of [10, 70]) {
    const event = await createTestEvent({
      issuer: issuer.did,
      key: 'windowco 1',
      products: [product.did],
      minute,
    })
    publishEvent(world, event)
    await appendEvents(product, 'W1', [event], minute + 10)
    publishLog(world, product)
    const batch = { minute: minute + 20, products: [product], anchorer, onChain: false }
    await rig.reach(anchorBatch(world, batch), 'final')
  }
}, 60_000)

afterAll(async () => {
  host.close()
  await rig.anvil.stop()
})

const readers = { proofs: createProvenReader, agreement: createJsonRpcReader } as const

function verify(
  urls: readonly string[],
  options: { quorum?: number; timeoutMs?: number } = {},
  createReader: (typeof readers)[keyof typeof readers] = createProvenReader,
): Promise<Verdict> {
  const chain = 'eip155:31337'
  const anchorers = [relayer.address.toLowerCase()]
  return verifyProduct(product.did, {
    policy: parsePolicy({ chains: [{ id: chain, registry: REGISTRY, anchorers }] }),
    sources: [
      createWebSource({ fetch, origins: Object.fromEntries(hosts.map((name) => [name, base])) }),
    ],
    readers: [createReader({ chain, urls, fetch, ...options })],
  })
}

async function withEndpoint<T>(
  answer: (body: string) => Promise<{ status?: number; body: string }>,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { status = 200, body: text } = await answer(body)
    response.statusCode = status
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

async function forward(body: string): Promise<{ body: string }> {
  const response = await fetch(rig.anvil.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return { body: await response.text() }
}

describe('web source and JSON-RPC readers', () => {
  it.each(['proofs', 'agreement'] as const)(
    'finds a product anchored over HTTP and JSON-RPC, by %s',
    async (way) => {
      const verdict = await verify([rig.anvil.url], {}, readers[way])
      expect(verdict.checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
        'log passed',
        'events passed',
        'inclusion passed',
        'anchor passed',
      ])
      expect(verdict.status).toBe('anchored')
      expect(verdict.anchor?.anchorerListed).toBe(true)
      expect(verdict.anchor?.batchId).toBe('1')
      // The second proof names batch 0: a wrong number with a root that is there is a warning.
      expect(verdict.warnings.map(({ reason }) => reason)).toContain('warning.batch-id')
    },
  )

  it('reads by agreement where a provider has no eth_getProof', async () => {
    const verdict = await withEndpoint(
      async (body) =>
        body.includes('eth_getProof')
          ? {
              body: JSON.stringify({
                jsonrpc: '2.0',
                id: JSON.parse(body).id,
                error: { code: -32601, message: 'no' },
              }),
            }
          : forward(body),
      (url) => verify([url]),
    )
    expect(verdict.status).toBe('anchored')
  })

  it.each<[string, (body: string) => Promise<{ status?: number; body: string }>]>([
    ['HTML', async () => ({ body: '<html>welcome</html>' })],
    ['429', async () => ({ status: 429, body: 'slow down' })],
    ['an empty body', async () => ({ body: '' })],
    ['50 MB', async () => ({ body: `{"result":"${'0'.repeat(50_000_000)}"}` })],
    [
      'another chain',
      async (body) => ({ body: (await forward(body)).body.replace('"0x7a69"', '"0x1"') }),
    ],
    ['nothing', () => new Promise(() => {})],
    [
      'no such root',
      async (body) => {
        const { body: honest } = await forward(body)
        return {
          body: body.includes('eth_call')
            ? honest.replace(/0x[0-9a-f]{64}/, `0x${'0'.repeat(64)}`)
            : honest,
        }
      },
    ],
  ])(
    'a provider that answers %s gives indeterminate beside an honest one, unless it proves',
    async (_, answer) => {
      const options = { quorum: 2, timeoutMs: 1500 }
      const [verdict, agreed] = await withEndpoint(answer, (url) =>
        Promise.all([
          verify([url, rig.anvil.url], options),
          verify([url, rig.anvil.url], options, createJsonRpcReader),
        ]),
      )
      expect(agreed.status).toBe('indeterminate')
      expect(verdict.status).toMatch(/^(indeterminate|anchored)$/)
      if (verdict.status === 'indeterminate') {
        expect(verdict.checks.find(({ check }) => check === 'anchor')?.reason).toBe(
          'anchor.unreadable',
        )
      }
    },
  )

  it('names an unreachable chain', async () => {
    const verdict = await verify(['http://127.0.0.1:9'])
    expect(verdict.status).toBe('indeterminate')
    expect(verdict.checks.at(-1)?.reason).toBe('anchor.unreadable')
  })

  it('names an unreachable host', async () => {
    const policy = parsePolicy({ chains: [] })
    const sources = [
      createWebSource({ fetch, origins: { [hosts[0] ?? '']: 'http://127.0.0.1:9' } }),
    ]
    const verdict = await verifyProduct(product.did, { policy, sources, readers: [] })
    expect(verdict.status).toBe('indeterminate')
    expect(verdict.checks[0]?.reason).toBe('log.unreachable')
  })
})
