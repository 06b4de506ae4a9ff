// The reader against a real chain, through providers that lie, fail, lag or differ. Absence, outage and disagreement
// are three different answers.
import { encodeUtf8, type JsonObject, toHex } from '@dpp/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registryAddress } from '../ethereum/registry-artifact.ts'
import { createRig, type Rig, relayer, testRoot } from '../ethereum/rig.suite.ts'
import { encodeBlockHeader } from './block-header.ts'
import { createCallReader } from './call-reader.ts'
import type { Finality } from './chain-head.ts'
import { keccakHex } from './chain-hex.ts'
import { createEvidenceReader } from './evidence-reader.ts'
import type { AnchorQuery } from './reader.ts'
import { ANCHORED_BY_TOPIC, SELECTORS } from './registry-abi.ts'
import type { RegistryLookupOptions } from './registry-lookup.ts'
import { createRegistryReader } from './registry-reader.ts'

type Call = { readonly method: string; readonly params: readonly unknown[]; readonly id: number }
type Method = (typeof methods)[number]
/** What a provider does instead of answering truthfully; `undefined` for the truth. */
type Lie = (call: Call) => unknown
/** An answer of its own, another call, or the true answer with members changed. */
type Told = Partial<Call> & {
  readonly result?: unknown
  readonly error?: object
  readonly edit?: object
  readonly raw?: true
  readonly change?: { readonly which: number; readonly value: unknown }
}

/** The ways to read a registry at a block. */
const methods = ['storage', 'proof', 'calls'] as const

const anchorer = relayer.address.toLowerCase()
const ours = testRoot(1)
const query: AnchorQuery = { registry: registryAddress, root: ours, anchorer }
const hour = 3_600_000
const chainId = 31_337

let rig: Rig
let found: { batchId: string; block: { number: string } }

beforeAll(async () => {
  rig = await createRig()
  // 40 batches of strangers, ours, 60 more: enough that nobody reads every root.
  await flood(0, 40)
  const record = await rig.reach(ours, 'final')
  if (record.state !== 'final') throw new Error('not final')
  found = record
  await flood(40, 100)
  await rig.mine(5)
}, 120_000)
afterAll(() => rig.anvil.stop())

describe.each(methods)('finding an anchor by %s', (method) => {
  it('takes the hinted batch, in few calls', async () => {
    const { reader, calls } = open([truth], { method })
    const finding = await reader.findAnchor({ ...query, batchId: found.batchId })
    expect(finding).toMatchObject({
      chain: 'eip155:31337',
      batchId: found.batchId,
      anchorer,
      root: ours,
      final: true,
    })
    expect(calls.length).toBeLessThanOrEqual(8)
    expect(calls).not.toContain('eth_getLogs')
  })

  it.each([
    ['no hint', {}],
    ['a wrong batch id', { batchId: '7' }],
    ['a batch id beyond the count', { batchId: '99999999999999999999' }],
    ['a wrong block', { blockNumber: '3' }],
    ['a block that does not exist', { blockNumber: '88888888' }],
  ])('finds it with %s', async (_, hints) => {
    const { reader } = open([truth], { method })
    expect(await reader.findAnchor({ ...query, ...hints })).toMatchObject({
      batchId: found.batchId,
    })
  })

  it('needs no logs when the block is known: binary search over the times', async () => {
    const lie: Lie = ({ method }) => (method === 'eth_getLogs' ? { result: [] } : undefined)
    const { reader } = open([lie], { method })
    const hints = { blockNumber: found.block.number }
    expect(await reader.findAnchor({ ...query, ...hints })).toMatchObject({
      batchId: found.batchId,
    })
  })

  it('halves its windows where a provider refuses long ones', async () => {
    const lie: Lie = ({ method, params }) => {
      if (method !== 'eth_getLogs') return undefined
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }]
      return Number(toBlock) - Number(fromBlock) >= 10
        ? { error: { code: -32005, message: 'query exceeds max block range' } }
        : undefined
    }
    const { reader } = open([lie], { method })
    expect(await reader.findAnchor(query)).toMatchObject({ batchId: found.batchId })
  })

  it('says that it is absent, for another root, anchorer or a later anchor', async () => {
    const { reader } = open([truth], { method })
    expect(await reader.findAnchor({ ...query, root: testRoot(9_999) })).toBeUndefined()
    expect(await reader.findAnchor({ ...query, anchorer: `0x${'12'.repeat(20)}` })).toBeUndefined()
  })

  it('does not say so while it has not reached the block that is asked about', async () => {
    const { reader } = open([truth], { method })
    const beyond = { ...query, root: testRoot(9_999), blockNumber: '88888888' }
    await expect(reader.findAnchor(beyond)).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_STALE' })
  })

  it('reports the anchorer and the earliest anchor when nobody in particular is asked for', async () => {
    const { reader } = open([truth], { method })
    const finding = await reader.findAnchor({ registry: registryAddress, root: ours })
    expect(finding).toMatchObject({ anchorer, batchId: found.batchId })
  })

  it('refuses an address without code, and with other code', async () => {
    const { reader } = open([truth], { method })
    for (const registry of [`0x${'12'.repeat(20)}`, '0x4e59b44847b379578588920ca78fbf26c0b4956c'])
      await expect(reader.findAnchor({ ...query, registry })).rejects.toMatchObject({
        code: 'ERR_DPP_CHAIN_CODE',
      })
  })
})

describe('the interface as words', () => {
  it.each(Object.entries(SELECTORS))('%s', (name, selector) => {
    const signature = name === 'batchCount' ? 'batchCount()' : `${name}(uint256)`
    expect(keccakHex(encodeUtf8(signature)).slice(0, 10)).toBe(selector)
  })

  it('AnchoredBy', () => {
    expect(keccakHex(encodeUtf8('AnchoredBy(address,bytes32,uint256)'))).toBe(ANCHORED_BY_TOPIC)
  })
})

describe('finality', () => {
  it.each(['finalized', 'safe', { depth: 2 }] as const)(
    'reads at %j',
    async (finality: Finality) => {
      const { reader } = open([truth], { finality })
      expect(await reader.findAnchor(query)).toMatchObject({ final: true })
    },
  )

  it('tells a young anchor from a final one', async () => {
    const { reader } = open([truth])
    const young = testRoot(2)
    await rig.reach(young, 'mined')
    expect(await reader.findAnchor({ ...query, root: young })).toMatchObject({ final: false })
    await rig.mine(3)
    expect(await reader.findAnchor({ ...query, root: young })).toMatchObject({ final: true })
  })

  it('notices a head that stands still', async () => {
    const now = (): Date => new Date(Date.now() + 2 * hour)
    const { reader } = open([truth], { now, maxHeadAgeMs: hour })
    await expect(reader.findAnchor(query)).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_STALE' })
  })
})

describe('hints', () => {
  it('that lead nowhere are no failure', async () => {
    const lie: Lie = ({ method, params }) => {
      const [filter] = params as [{ fromBlock?: string; toBlock?: string }]
      const isHint = method === 'eth_getLogs' && filter.fromBlock === filter.toBlock
      const isBlock = method === 'eth_getBlockByNumber' && params[0] === '0x5'
      return isHint || isBlock ? { error: { code: -32000, message: 'pruned' } } : undefined
    }
    const { reader } = open([lie])
    expect(await reader.findAnchor({ ...query, blockNumber: '5' })).toMatchObject({
      batchId: found.batchId,
    })
  })
})

describe('k of n', () => {
  /** A provider that stopped at block 1, and says that this is the final one. */
  const frozen: Lie = ({ method, params }) =>
    method === 'eth_getBlockByNumber' && !String(params[0]).startsWith('0x')
      ? { method, params: ['0x1', false] }
      : undefined
  const otherHash: Lie = ({ method }) =>
    method === 'eth_getBlockByNumber' ? { edit: { hash: `0x${'ab'.repeat(32)}` } } : undefined
  const otherRoot: Lie = ({ method }) =>
    method === 'eth_getStorageAt' || method === 'eth_call' ? { result: testRoot(666) } : undefined
  const otherChain: Lie = ({ method }) => (method === 'eth_chainId' ? { result: '0x1' } : undefined)
  const noLogs: Lie = ({ method }) => (method === 'eth_getLogs' ? { result: [] } : undefined)
  const dead: Lie = () => new TypeError('connection refused')
  const silent: Lie = () => 'silence'

  it.each([
    ['is dead', dead],
    ['never answers', silent],
    ['answers HTML', (): unknown => new Response('<html></html>')],
    ['answers 429', (): unknown => new Response('', { status: 429 })],
    ['serves another chain', otherChain],
    ['lies about the block hash', otherHash],
    ['lies about the storage', otherRoot],
    ['hides the logs', noLogs],
    ['stands still', frozen],
  ])('finds it with two of three, when one %s', async (_, lie) => {
    for (const method of ['storage', 'calls'] as const) {
      const { reader } = open([truth, lie, truth], { timeoutMs: 400, method })
      expect(await reader.findAnchor(query)).toMatchObject({ batchId: found.batchId, final: true })
    }
  })

  it.each([
    ['the block hash', otherHash],
    ['the storage', otherRoot],
    ['the logs', noLogs],
  ])('calls it disagreement when one of two lies about %s', async (_, lie) => {
    for (const method of ['storage', 'calls'] as const) {
      const { reader } = open([truth, lie], { timeoutMs: 400, method })
      await expect(reader.findAnchor(query)).rejects.toMatchObject({
        code: 'ERR_DPP_CHAIN_DISAGREEMENT',
      })
    }
  })

  it('calls it an outage when too few answer, and names the shared reason', async () => {
    await expect(open([truth, dead], {}).reader.findAnchor(query)).rejects.toMatchObject({
      code: 'ERR_DPP_CHAIN_UNREACHABLE',
    })
    await expect(open([otherChain, otherChain], {}).reader.findAnchor(query)).rejects.toMatchObject(
      { code: 'ERR_DPP_CHAIN_MISMATCH' },
    )
  })

  it('does not believe two different answers, each given often enough', async () => {
    const { reader } = open([truth, truth, otherRoot, otherRoot], { quorum: 2 })
    await expect(reader.findAnchor(query)).rejects.toMatchObject({
      code: 'ERR_DPP_CHAIN_DISAGREEMENT',
    })
  })

  it('counts an endpoint once, however often it is named', () => {
    const rpcUrls = ['http://a.example', 'http://a.example/', 'HTTP://A.example']
    const options = { rpcUrls, chainId, finality: 'finalized', quorum: 2 } as const
    expect(() => createRegistryReader(options)).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_CHAIN_QUERY' }),
    )
  })
})

describe('proofs against lies', () => {
  it.each([
    ['another storage value', { storageHash: `0x${'11'.repeat(32)}` }, true],
    ['no account proof', { accountProof: [] }, false],
    ['no storage proof', { storageProof: [] }, false],
    ['junk nodes', { accountProof: ['0x00', '0xff'] }, false],
    ['something else', 'hello', false],
  ])('an answer with %s', async (_, edit, isHarmless) => {
    const lie: Lie = ({ method, params }) =>
      method === 'eth_getProof' && (params[1] as unknown[]).length > 0
        ? typeof edit === 'string'
          ? { result: edit }
          : { edit }
        : undefined
    const alone = open([lie], { method: 'proof' }).reader.findAnchor(query)
    // Only the nodes count: what the node says beside them is not even read.
    if (isHarmless) expect(await alone).toMatchObject({ batchId: found.batchId })
    else
      await expect(alone).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_DPP_CHAIN_(PROOF|RESPONSE)$/),
      })
    const { reader } = open([lie, truth], { method: 'proof' })
    expect(await reader.findAnchor(query)).toMatchObject({ batchId: found.batchId })
  })

  it('a header that does not hash to what the providers agreed on', async () => {
    const lie: Lie = ({ method }) =>
      method === 'eth_getBlockByNumber' ? { edit: { stateRoot: testRoot(5) } } : undefined
    const { reader } = open([lie], { method: 'proof' })
    await expect(reader.findAnchor(query)).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_PROOF' })
  })
})

describe('evidence', () => {
  it('is captured once the anchor is final, and shows it without the chain', async () => {
    const { reader } = open([truth])
    const young = testRoot(3)
    await rig.reach(young, 'mined')
    expect(await reader.captureEvidence({ ...query, root: young })).toBeUndefined()
    await rig.mine(3)
    const evidence = await reader.captureEvidence({ ...query, root: young })
    if (evidence === undefined) throw new Error('no evidence')
    const finding = await reader.findAnchor({ ...query, root: young })
    const trustedBlockHashes = [finding?.block.hash ?? '']
    const offline = createEvidenceReader({
      chain: reader.chain,
      evidence: [evidence],
      trustedBlockHashes,
    })
    expect(await offline.findAnchor({ ...query, root: young })).toEqual(finding)
  })

  it('is captured behind a fork that appended fields, where a node gives raw headers', async () => {
    const future: Lie = ({ method, params }) => {
      if (method === 'eth_getBlockByNumber') return { edit: { requestsHash: null } }
      if (method !== 'debug_getRawHeader') return undefined
      return { method: 'eth_getBlockByNumber', params: [params[0], false], raw: true }
    }
    const { reader } = open([future])
    expect(await reader.captureEvidence(query)).toMatchObject({ batchId: found.batchId })
    const withheld: Lie = (call) =>
      call.method === 'debug_getRawHeader' ? undefined : future(call)
    await expect(open([withheld]).reader.captureEvidence(query)).rejects.toMatchObject({
      code: 'ERR_DPP_CHAIN_PROOF',
    })
  })
})

describe('junk', () => {
  const requests = [
    'eth_chainId',
    'eth_getBlockByNumber',
    'eth_getCode',
    'eth_getStorageAt',
    'eth_getLogs',
    'eth_getProof',
    'eth_call',
  ]
  it.each(methods)('in any answer is a coded failure, by %s', async (method) => {
    const junk = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom('0x', '0x0', '0xzz', `0x${'ff'.repeat(32)}`, '0x1', [], [{}], {}, null),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...requests), junk, async (target, result) => {
        const lie: Lie = ({ method: asked }) => (asked === target ? { result } : undefined)
        const outcome = await open([lie], { method })
          .reader.findAnchor(query)
          .catch((error: unknown) => error)
        if (outcome instanceof Error)
          expect(outcome).toMatchObject({ code: expect.stringMatching(/^ERR_DPP_CHAIN_/) })
      }),
      { numRuns: 150 },
    )
  })
  it.each(requests)('inside the answer to %s is a coded failure', async (target) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.jsonValue({ maxDepth: 2 }), async (which, value) => {
        const lie: Lie = ({ method: asked }) =>
          asked === target ? { change: { which, value } } : undefined
        const outcome = await open([lie], {
          method: target === 'eth_getProof' ? 'proof' : target === 'eth_call' ? 'calls' : 'storage',
        })
          .reader.findAnchor({ ...query, blockNumber: found.block.number })
          .catch((error: unknown) => error)
        if (outcome instanceof Error)
          expect(outcome).toMatchObject({ code: expect.stringMatching(/^ERR_DPP_CHAIN_/) })
      }),
      { numRuns: 40 },
    )
  })
})

describe('callers', () => {
  it('are told of malformed queries before anything is asked', async () => {
    const { reader, calls } = open([truth], { registry: registryAddress })
    const bad: Partial<AnchorQuery>[] = [
      { root: `0x${'0'.repeat(64)}` },
      { root: '0x1' },
      { registry: `0x${'12'.repeat(20)}` },
      { anchorer: relayer.address },
      { batchId: '-1' },
      { blockNumber: 'latest' },
    ]
    for (const change of bad)
      await expect(reader.findAnchor({ ...query, ...change })).rejects.toMatchObject({
        code: 'ERR_DPP_CHAIN_QUERY',
      })
    expect(calls).toEqual([])
  })

  it('can stop it', async () => {
    const { reader } = open([silentProvider], { timeoutMs: 60_000 })
    await expect(
      reader.findAnchor(query, { signal: AbortSignal.timeout(30) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('never see the key that a URL holds', async () => {
    const fetch: typeof globalThis.fetch = () => Promise.reject(new TypeError('refused'))
    const rpcUrls = ['https://user:secret@rpc.example/v3/secret-key']
    const reader = createRegistryReader({ rpcUrls, chainId, finality: 'finalized', fetch })
    const error = await reader.findAnchor(query).catch((e: unknown) => e)
    expect(String(error)).toContain('rpc.example')
    expect(String(error)).not.toContain('secret')
  })
})

function truth(): undefined {
  return undefined
}

function silentProvider(): unknown {
  return 'silence'
}

/** A reader over one provider per lie, all on the same chain. */
function open(
  lies: readonly Lie[],
  { method = 'storage', ...options }: Partial<RegistryLookupOptions> & { method?: Method } = {},
) {
  const calls: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const call: Call = JSON.parse(String(init?.body))
    calls.push(call.method)
    const lie = lies[Number(new URL(String(input)).hostname.slice(1, -'.example'.length))]
    const said = lie?.(call)
    if (said instanceof Error) throw said
    if (said instanceof Response) return said
    if (said === 'silence') return new Promise(() => {})
    const told = said as Told | undefined
    if (told !== undefined && ('result' in told || 'error' in told))
      return Response.json({ jsonrpc: '2.0', id: call.id, ...told })
    const { method, params, id } = { ...call, ...(told?.params ? told : {}) }
    const body = JSON.stringify({ jsonrpc: '2.0', method, params, id })
    const response = await globalThis.fetch(rig.anvil.url, { ...init, body, signal: null })
    if (!told?.edit && !told?.change && !told?.raw) return response
    const answer = (await response.json()) as { result: JsonObject }
    if (told.raw) {
      const result = `0x${toHex(encodeBlockHeader(answer.result))}`
      return Response.json({ ...answer, result })
    }
    const { which = 0, value } = told.change ?? {}
    const names = Object.keys(answer.result)
    const name = names[which % Math.max(1, names.length)] ?? '0'
    const edit = told.edit ?? { [name]: value }
    const list = Object.assign([], answer.result, edit)
    return Response.json({
      ...answer,
      result: Array.isArray(answer.result) ? list : { ...answer.result, ...edit },
    })
  }
  const rpcUrls = lies.map((_, index) => `http://p${index}.example`)
  const shared = { rpcUrls, chainId, finality: 'finalized', fetch, ...options } as const
  const capturing = createRegistryReader(method === 'proof' ? { ...shared, method } : shared)
  const reader = method === 'calls' ? { ...capturing, ...createCallReader(shared) } : capturing
  return { reader, calls }
}

/** Anchors of strangers, a block each. */
async function flood(from: number, to: number): Promise<void> {
  const [, stranger] = (await rig.anvil.request('eth_accounts')) as readonly string[]
  for (let n = from; n < to; n += 1) {
    const data = `0xeecdf927${testRoot(1_000 + n).slice(2)}`
    const transaction = { from: stranger, to: registryAddress, data, gas: '0x30d40' }
    await rig.anvil.request('eth_sendTransaction', [transaction])
  }
}
