// Succession: roots that were anchored on one chain are anchored again on another, once each, whatever kills the command; then
// a verifier that trusts the successor alone says anchored, while the first chain is gone.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EvmAnchor, parseBatchFile } from '@dpp/anchor'
import { deployRegistry, registryAbi } from '@dpp/anchor/ethereum'
import { createJsonRpcReader, createWebSource, parsePolicy, verifyProduct } from '@dpp/verifier'
import { createPublicClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
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
} from './server-client.ts'
import { runServerCommand, startServerProcess } from './server-process.ts'

const DOMAIN = 'dpp.windowco.example'
const SUCCESSOR = 'eip155:31338'
const BATCHES = 2

let folder: string
let first: Anvil
let second: Anvil
let host: FileHost
let issuer: Organisation
let registry: `0x${string}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-re-anchor-'))
  ;[first, second, host] = await Promise.all([
    startAnvil({ slotsInAnEpoch: 1 }),
    startAnvil({ slotsInAnEpoch: 1, chainId: 31_338 }),
    startFileHost(),
  ])
  for (const { url: rpcUrl, chainId, privateKeys } of [first, second]) {
    const account = privateKeyToAccount(privateKeys[0] ?? '0x')
    registry = (await deployRegistry({ rpcUrl, chainId, account })).address
  }
  issuer = await createOrganisation(host, 'windowco.example')
})

afterAll(async () => {
  await Promise.all([first?.stop('SIGKILL'), second?.stop('SIGKILL'), host?.close()])
  await rm(folder, { recursive: true, force: true })
})

function serviceOn({ url, chainId, privateKeys }: Anvil): { readonly [name: string]: string } {
  return {
    DPP_DATA_DIR: folder,
    DPP_DOMAIN: DOMAIN,
    DPP_RPC_URLS: url,
    DPP_CHAIN_ID: `${chainId}`,
    DPP_REGISTRY: registry,
    DPP_FINALITY: '0',
    DPP_INTERVAL_SECONDS: '0',
    DPP_POLL_MS: '50',
    DPP_ORIGINS: `windowco.example=${host.url}`,
    RELAYER_PRIVATE_KEY: privateKeys[1] ?? '',
  }
}

async function anchorBatch(url: string, product: RegisteredProduct): Promise<void> {
  const posted = await postJson(`${url}/events`, await signManufacture(issuer, [product]))
  expect(posted.status, posted.text).toBe(201)
  await new Promise((resolve) => setTimeout(resolve, 1000)) // Entry times are whole seconds.
  await postJson(`${url}/batches`, {})
  for (let attempt = 0; attempt < 600; attempt++) {
    const { batches } = (await getJson(`${url}/batches`)).body as { batches: { state: string }[] }
    if (batches[0]?.state === 'settled') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the batch did not settle')
}

async function rootsOn({ url }: Anvil): Promise<readonly string[]> {
  const client = createPublicClient({ transport: http(url), cacheTime: 0 })
  const contract = { address: registry, abi: registryAbi } as const
  const count = await client.readContract({ ...contract, functionName: 'batchCount' })
  return await Promise.all(
    Array.from({ length: Number(count) }, (_, id) =>
      client.readContract({ ...contract, functionName: 'roots', args: [BigInt(id)] }),
    ),
  )
}

it('anchors old roots on a successor, which then suffices', async () => {
  const before = await startServerProcess(serviceOn(first))
  const product = await registerProduct(before.url, DOMAIN, issuer, 'W26-SUCC')
  for (let count = 0; count < BATCHES; count++) await anchorBatch(before.url, product)
  await before.stop()
  const roots = await rootsOn(first)
  expect(roots).toHaveLength(BATCHES)

  const environment = serviceOn(second)
  const command = ['re-anchor', '--to', SUCCESSOR]
  const [wrongChain, planned] = await Promise.all([
    runServerCommand(command, serviceOn(first)),
    runServerCommand([...command, '--dry-run'], environment),
  ])
  expect(wrongChain.stderr).toContain('ERR_DPP_CONFIG_INVALID')
  expect(wrongChain.code).toBe(1)
  expect(JSON.parse(planned.stdout)).toMatchObject({
    ...{ chain: SUCCESSOR, already: 0, anchored: BATCHES },
    costWei: expect.stringMatching(/^[1-9]\d+$/),
  })
  expect(await rootsOn(second)).toEqual([])

  // Killed after its first transaction was sent, and after the first root was final.
  for (const crashAt of ['K8', 'K9@2']) {
    const killed = await runServerCommand(command, { ...environment, DPP_CRASH_AT: crashAt })
    expect(killed.code, killed.stderr).toBeNull()
  }
  const done = await runServerCommand(command, environment)
  expect(done.code, done.stderr).toBe(0)
  const again = await runServerCommand(command, environment)
  expect(JSON.parse(again.stdout)).toMatchObject({ already: BATCHES, anchored: 0 })
  expect([...(await rootsOn(second))].sort()).toEqual([...roots].sort())
  await first.stop('SIGKILL')

  const after = await startServerProcess(environment)
  try {
    for (const root of roots) {
      const file = await fetch(`${after.url}/.well-known/did/batches/${root.slice(2)}.json`)
      const anchors = parseBatchFile(await file.text()).anchors as readonly EvmAnchor[]
      expect(anchors.map(({ chain }) => chain).sort()).toEqual(['eip155:31337', SUCCESSOR])
    }
    await second.request('anvil_mine', ['0x10']) // The verifier asks for the finalized block.
    const verify = async (): Promise<unknown> =>
      await verifyProduct(product.did, {
        policy: parsePolicy({ chains: [{ id: SUCCESSOR, registry }] }),
        sources: [
          createWebSource({
            fetch,
            origins: { [DOMAIN]: after.url, 'windowco.example': host.url },
          }),
        ],
        readers: [createJsonRpcReader({ chain: SUCCESSOR, urls: [second.url], fetch })],
      })
    expect(await verify()).toMatchObject({ status: 'anchored', anchor: { chain: SUCCESSOR } })
    await anchorBatch(after.url, product) // The service itself goes on there.
    await second.request('anvil_mine', ['0x10'])
    expect(await verify()).toMatchObject({ status: 'anchored', anchor: { chain: SUCCESSOR } })
    expect(await rootsOn(second)).toHaveLength(BATCHES + 1)
  } finally {
    await after.stop()
  }
}, 300_000) // Nine programs, one after the other.
