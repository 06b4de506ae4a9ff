// A chain, and a node between it and the service, that fail in every way the reliability rules name. Meanwhile logs go on and
// readers see pending; afterwards each root stands on the chain once by our account, and fsck finds nothing.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployRegistry, registryAbi } from '@dpp/anchor/ethereum'
import type { JsonObject } from '@dpp/core'
import { pino } from 'pino'
import { createPublicClient, createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../../../test/anvil.ts'
import {
  type Exchange,
  type FaultProxy,
  passOn,
  startFaultProxy,
} from '../../../test/fault-proxy.ts'
import {
  createOrganisation,
  type FileHost,
  getJson,
  type Organisation,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../test/server-client.ts'
import { type Config, parseConfig } from './config.ts'
import { runFsck } from './fsck/open-fsck.ts'
import { startServer } from './main.ts'
import { createServer, type Server } from './server.ts'

type Batch = { id: number; state: string; root: `0x${string}`; problem?: string }

const DOMAIN = 'dpp.windowco.example'
const FINALITY = 6

let anvil: Anvil
let proxy: FaultProxy
let host: FileHost
let issuer: Organisation
let product: RegisteredProduct
let server: Server
let url: string
let folder: string
let registry: `0x${string}`
let config: Config
let relayer: ReturnType<typeof privateKeyToAccount>
let stranger: ReturnType<typeof privateKeyToAccount>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-chain-'))
  ;[anvil, host] = await Promise.all([startAnvil({ slotsInAnEpoch: 1 }), startFileHost()])
  proxy = await startFaultProxy(anvil.url)
  const [deployer = '0x', key = '0x', other = '0x'] = anvil.privateKeys
  relayer = privateKeyToAccount(key)
  stranger = privateKeyToAccount(other)
  const account = privateKeyToAccount(deployer)
  registry = (await deployRegistry({ rpcUrl: anvil.url, chainId: anvil.chainId, account })).address
  issuer = await createOrganisation(host, 'windowco.example')
  config = parseConfig(environment())
  const parts = { log: pino({ level: 'silent' }), now: () => new Date(), crashPoint: () => {} }
  server = await createServer(config, parts)
  url = await server.app.listen({ host: '127.0.0.1', port: 0 })
  server.batches.start()
  product = await registerProduct(url, DOMAIN, issuer, 'CHAIN-1')
})

afterAll(async () => {
  await server?.close()
  await proxy?.close()
  await host?.close()
  await anvil?.stop()
  await rm(folder, { recursive: true, force: true })
})

function environment(more: { readonly [name: string]: string } = {}): {
  readonly [name: string]: string
} {
  return {
    DPP_DATA_DIR: folder,
    DPP_DOMAIN: DOMAIN,
    DPP_RPC_URLS: proxy.endpoint,
    DPP_REGISTRY: registry,
    DPP_FINALITY: `${FINALITY}`,
    DPP_INTERVAL_SECONDS: '0',
    DPP_POLL_MS: '50',
    DPP_ORIGINS: `windowco.example=${host.url}`,
    DPP_LOG_LEVEL: 'silent',
    RELAYER_PRIVATE_KEY: anvil.privateKeys[1] ?? '',
    ...more,
  }
}

const pauseMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const mine = (blocks: number): Promise<unknown> =>
  anvil.request('anvil_mine', [`0x${blocks.toString(16)}`])

/** Posts an event and seals it. The log is out whatever the chain does. */
async function seal(): Promise<Batch> {
  await pauseMs(1000) // Entry times are whole seconds.
  const event = await signManufacture(issuer, [product])
  expect((await postJson(`${url}/events`, event)).status).toBe(201)
  const { body } = await postJson(`${url}/batches`, {})
  const [newest] = (body as { batches: Batch[] }).batches
  if (newest === undefined) throw new Error('no batch')
  const { versionId } = (await getJson(`${url}/dids/${product.scid}`)).body as JsonObject
  const log = await (await fetch(`${url}/.well-known/did/${product.scid}/did.jsonl`)).text()
  expect(log).toContain(String(versionId))
  return newest
}

async function look(id: number): Promise<Batch & { anchor?: { state: string } }> {
  return (await getJson(`${url}/batches/${id}`)).body as Batch & { anchor?: { state: string } }
}

async function until(
  id: number,
  done: (batch: Awaited<ReturnType<typeof look>>) => boolean,
): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (done(await look(id))) return
    await pauseMs(25)
  }
  throw new Error(`the batch stays ${JSON.stringify(await look(id))}`)
}

/** The batch gets no further than its root while the fault lasts. */
async function assertHeldUp({ id }: Batch): Promise<void> {
  await pauseMs(400)
  expect(['rooted']).toContain((await look(id)).state)
}

/** Once all is well: settled, anchored once by us, and in order. */
async function assertSettles({ id, root }: Batch): Promise<void> {
  for (let attempt = 0; attempt < 200 && (await look(id)).state !== 'settled'; attempt++) {
    await mine(1)
    await pauseMs(50)
  }
  expect(await look(id)).toMatchObject({ state: 'settled' })
  const { anchors } = (await getJson(`${url}/.well-known/did/batches/${root.slice(2)}.json`))
    .body as { anchors: { batchId: string; anchorer: string }[] }
  const ours = (await listAnchors()).filter(
    (anchor) => anchor.root === root && anchor.anchorer === relayer.address.toLowerCase(),
  )
  expect(ours).toHaveLength(1)
  expect(anchors).toMatchObject([{ batchId: ours[0]?.batchId, anchorer: ours[0]?.anchorer }])
  expect((await runFsck(config)).findings).toEqual([])
}

async function listAnchors(): Promise<{ batchId: string; root: string; anchorer: string }[]> {
  const client = createPublicClient({ transport: http(anvil.url), cacheTime: 0 })
  const contract = { address: registry, abi: registryAbi } as const
  const count = await client.readContract({ ...contract, functionName: 'batchCount' })
  const ids = Array.from({ length: Number(count) }, (_, index) => BigInt(index))
  return await Promise.all(
    ids.map(async (id) => {
      const read = { ...contract, args: [id] } as const
      const root = await client.readContract({ ...read, functionName: 'roots' })
      const anchorer = await client.readContract({ ...read, functionName: 'anchorerOf' })
      return { batchId: String(id), root, anchorer: anchorer.toLowerCase() }
    }),
  )
}

type Call = { readonly id: number; readonly method: string }

/** Answers calls of `method` with a result that is not the chain's. */
function lie(method: string, result: unknown): (exchange: Exchange) => Promise<void> {
  return async (exchange) => {
    const call = JSON.parse(Buffer.from(exchange.body).toString()) as Call
    if (call.method !== method) return await passOn(exchange)
    const body = JSON.stringify({ jsonrpc: '2.0', id: call.id, result })
    exchange.answer({ status: 200, headers: { 'content-type': 'application/json' }, body })
  }
}

describe('a node that does not do its work', () => {
  const html = '<!doctype html><title>Sorry</title>'
  const faults: readonly (readonly [string, (exchange: Exchange) => Promise<void>])[] = [
    ['never answers (C1)', async ({ response }) => void setTimeout(() => response.destroy(), 5000)],
    ['breaks off (C1)', async ({ response }) => void response.destroy()],
    [
      'does it and breaks off (C1)',
      ({ forward, response }) => forward().then(() => void response.destroy()),
    ],
    ['names a nonce from before (C2)', lie('eth_getTransactionCount', '0x0')],
    ['answers HTML (C10)', async ({ answer }) => answer({ status: 200, body: html })],
    ['answers 429 (C10)', async ({ answer }) => answer({ status: 429, body: html })],
    [
      'answers 50 MB (C10)',
      async ({ answer }) => answer({ status: 200, body: Buffer.alloc(50_000_000, 32) }),
    ],
    ['is of another chain (C8)', lie('eth_chainId', '0x1')],
  ]

  it.each(faults)(
    '%s',
    async (_name, fault) => {
      proxy.handle = fault
      const batch = await seal()
      await assertHeldUp(batch)
      proxy.handle = passOn
      await assertSettles(batch)
    },
    60_000,
  )

  it('says that a transaction is known nowhere, when it is mined (C10)', async () => {
    proxy.handle = lie('eth_getTransactionReceipt', null)
    const batch = await seal()
    await mine(FINALITY + 2)
    await assertHeldUp(batch)
    proxy.handle = passOn
    await assertSettles(batch)
  }, 60_000)
})

describe('a chain that goes its own ways', () => {
  it('drops our transaction (C3)', async () => {
    await anvil.request('evm_setAutomine', [false])
    const batch = await seal()
    await until(batch.id, ({ anchor }) => anchor?.state === 'sent')
    await anvil.request('anvil_dropAllTransactions')
    await anvil.request('evm_setAutomine', [true])
    await assertSettles(batch)
  }, 60_000)

  it('takes another transaction of our account in its place (C4)', async () => {
    await anvil.request('evm_setAutomine', [false])
    const batch = await seal()
    await until(batch.id, ({ anchor }) => anchor?.state === 'sent')
    await anvil.request('anvil_dropAllTransactions')
    const wallet = createWalletClient({
      account: relayer,
      chain: foundry,
      transport: http(anvil.url),
    })
    await wallet.sendTransaction({ to: stranger.address, value: 1n })
    await mine(1)
    await anvil.request('evm_setAutomine', [true])
    await assertSettles(batch)
  }, 60_000)

  it.each([1, 3, 5])(
    'goes back %i blocks (C6)',
    async (depth) => {
      const batch = await seal()
      await until(batch.id, ({ anchor }) => anchor?.state === 'mined')
      await mine(depth - 1)
      await anvil.request('anvil_reorg', [depth, []])
      await assertSettles(batch)
    },
    60_000,
  )

  it('has our root by a stranger first (C7)', async () => {
    await anvil.request('evm_setAutomine', [false])
    const batch = await seal()
    await until(batch.id, ({ anchor }) => anchor?.state === 'sent')
    await anvil.request('anvil_dropAllTransactions')
    await anvil.request('evm_setAutomine', [true])
    const wallet = createWalletClient({
      account: stranger,
      chain: foundry,
      transport: http(anvil.url),
    })
    const contract = { address: registry, abi: registryAbi } as const
    await wallet.writeContract({ ...contract, functionName: 'anchor', args: [batch.root] })
    await assertSettles(batch)
  }, 60_000)

  it('has a registry that reverts for a while (C5)', async () => {
    const code = await anvil.request('eth_getCode', [registry, 'latest'])
    await anvil.request('anvil_setCode', [registry, '0x60006000fd'])
    const batch = await seal()
    await assertHeldUp(batch)
    await anvil.request('anvil_setCode', [registry, code])
    await assertSettles(batch)
  }, 60_000)

  it('finds our account empty (C9)', async () => {
    const balance = await anvil.request('eth_getBalance', [relayer.address, 'latest'])
    await anvil.request('anvil_setBalance', [relayer.address, '0x0'])
    const batch = await seal()
    await until(batch.id, ({ problem }) => problem !== undefined)
    await assertHeldUp(batch)
    await anvil.request('anvil_setBalance', [relayer.address, balance])
    await assertSettles(batch)
  }, 60_000)
})

describe('two nodes that disagree (C11)', () => {
  it('give fsck nothing to go by: it neither accuses the chain nor says that all is well', async () => {
    const batch = await seal()
    await assertSettles(batch)
    proxy.handle = async ({ forward, answer }) => {
      const { status, headers = {}, body } = await forward()
      const text = Buffer.from(body ?? '').toString()
      const other = text.replace(
        /"hash":"0x(.)/g,
        (_, digit) => `"hash":"0x${digit === 'f' ? 0 : 'f'}`,
      )
      const { 'content-length': _, ...rest } = headers
      answer({ status, headers: rest, body: other })
    }
    const both = parseConfig(environment({ DPP_RPC_URLS: `${anvil.url},${proxy.endpoint}` }))
    const { findings } = await runFsck(both)
    proxy.handle = passOn
    const subject = `batch ${batch.id}`
    const found = findings.find((finding) => finding.subject === subject)
    expect(found?.problem).toContain('ERR_DPP_CHAIN_')
    expect(found?.problem).not.toContain('not on the chain')
  }, 60_000)
})

describe('a start', () => {
  const startWith = async (more: { readonly [name: string]: string }): Promise<void> => {
    const other = await mkdtemp(join(tmpdir(), 'dpp-chain-start-'))
    try {
      await (
        await startServer(parseConfig(environment({ ...more, DPP_DATA_DIR: other, DPP_PORT: '0' })))
      ).close()
    } finally {
      await rm(other, { recursive: true, force: true })
    }
  }

  it('is refused on another chain, and without the registry (C8)', async () => {
    const refusal = expect.objectContaining({ code: 'ERR_DPP_CONFIG_INVALID' })
    await expect(startWith({ DPP_CHAIN_ID: '1' })).rejects.toEqual(refusal)
    await expect(startWith({ DPP_REGISTRY: `0x${'11'.repeat(20)}` })).rejects.toEqual(refusal)
  })
})
