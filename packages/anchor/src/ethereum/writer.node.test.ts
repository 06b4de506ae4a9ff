// The life cycle of an anchor against a real chain: each state, and what a crash, a cut wire, a pool, a reorg, a spike
// or a stranger does in it. Whatever happens, the relayer anchors each root exactly once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnchorRecord } from './journal.ts'
import { registryAddress } from './registry-artifact.ts'
import {
  createJsonJournal,
  createRig,
  createWire,
  type Rig,
  relayer,
  rpcAnswer,
  testRoot,
} from './rig.suite.ts'
import { createRemoteSigner } from './transaction.ts'

const root = testRoot(1)
const gwei = 1_000_000_000n
const minute = 60_000

let rig: Rig

beforeEach(async () => {
  rig = await createRig()
})
afterEach(() => rig.anvil.stop())

describe('the usual way', () => {
  it('prepares, sends, sees it mined and final, each as one step', async () => {
    const states: string[] = []
    while (states.at(-1) !== 'final' && states.length < 10) {
      states.push((await rig.writer().advance(root)).state)
      await rig.mine()
    }
    expect(states).toEqual(['prepared', 'prepared', 'sent', 'mined', 'final'])
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('records the signed bytes before anybody sees them', async () => {
    const record = await rig.reach(root, 'prepared').then(() => rig.writer().advance(root))
    expect(record).toMatchObject({ state: 'prepared', nonce: 0 })
    expect(record.transactions).toHaveLength(1)
    expect(await rig.journal.load(root)).toEqual(record)
    const { hash } = record.transactions[0] ?? {}
    expect(await rig.anvil.request('eth_getTransactionByHash', [hash])).toBeNull()
  })

  it('costs at most 94,000 gas the first time and 76,000 then, whole transactions', async () => {
    for (const [n, limit] of [
      [1, 94_000],
      [2, 76_000],
      [3, 76_000],
    ] as const) {
      const record = await rig.reach(testRoot(n), 'final')
      if (record.state !== 'final') throw new Error('not final')
      const receipt = await rig.anvil.request('eth_getTransactionReceipt', [record.transactionHash])
      const { gasUsed } = receipt as { gasUsed: string }
      expect(Number(gasUsed)).toBeLessThanOrEqual(limit)
    }
  })

  it('leaves a final root alone, and refuses what is no root', async () => {
    const record = await rig.reach(root, 'final')
    const wire = createWire(() => 'before')
    expect(await rig.writer({ fetch: wire.fetch }).advance(root)).toEqual(record)
    expect(wire.calls).toEqual([])
    for (const bad of [`0x${'0'.repeat(64)}`, '0x12', root.toUpperCase(), ''])
      await expect(rig.writer().advance(bad)).rejects.toMatchObject({ code: 'ERR_DPP_ANCHOR_ROOT' })
  })

  it('gives many roots consecutive nonces, also when they advance at once', async () => {
    await rig.holdMining()
    const writer = rig.writer()
    const roots = Array.from({ length: 6 }, (_, n) => testRoot(n))
    for (let step = 0; step < 3; step += 1) await Promise.all(roots.map((r) => writer.advance(r)))
    const records = await rig.journal.pending()
    expect(records.map(({ nonce }) => nonce).sort()).toEqual([0, 1, 2, 3, 4, 5])
    for (const r of roots) await rig.reach(r, 'final', writer)
    for (const r of roots) expect(await rig.countAnchors(r)).toBe(1)
  })
})

describe('crashes and cut wires', () => {
  it('goes on after a crash behind any call and any write, in both senses', async () => {
    const counting = createWire(() => undefined)
    await rig.reach(testRoot(0), 'final', rig.writer({ fetch: counting.fetch }))
    const calls = counting.calls.length
    expect(calls).toBeGreaterThan(20)
    let failures = 0
    for (let cutAt = 0; cutAt < calls; cutAt += 1) {
      for (const sense of ['before', 'after'] as const) {
        const target = testRoot(1 + cutAt * 2 + (sense === 'after' ? 1 : 0))
        const wire = createWire((_, index) => (index === cutAt ? sense : undefined))
        const cut = rig.writer({ fetch: wire.fetch })
        await rig.reach(target, 'final', cut).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'ERR_DPP_CHAIN_UNREACHABLE' })
          failures += 1
        })
        await rig.reach(target, 'final') // A writer that knows the journal and nothing else.
        expect(await rig.countAnchors(target), `${sense} call ${cutAt}`).toBe(1)
      }
    }
    expect(failures).toBeGreaterThan(calls) // Nearly every cut was felt.
  }, 120_000)

  it('crashes between journal and chain: a write that failed, and one that was reported as failed', async () => {
    for (let cutAt = 0; cutAt < 5; cutAt += 1) {
      for (const sense of ['before', 'after'] as const) {
        const target = testRoot(100 + cutAt * 2 + (sense === 'after' ? 1 : 0))
        let writes = 0
        const journal: typeof rig.journal = {
          ...rig.journal,
          save: async (record) => {
            writes += 1
            if (writes - 1 === cutAt && sense === 'before') throw new Error('power cut')
            await rig.journal.save(record)
            if (writes - 1 === cutAt) throw new Error('power cut')
          },
        }
        await rig.reach(target, 'final', rig.writer({ journal })).catch(() => undefined)
        await rig.reach(target, 'final')
        expect(await rig.countAnchors(target)).toBe(1)
      }
    }
  })

  it('does not anchor again when the journal is lost', async () => {
    const record = await rig.reach(root, 'final')
    const journal = createJsonJournal()
    const again = await rig.reach(root, 'final', rig.writer({ journal }))
    expect(again).toMatchObject({ batchId: '0', transactions: [] })
    expect(record).toMatchObject({ batchId: '0' })
    expect(await rig.countAnchors(root)).toBe(1)
  })
})

describe('the pool', () => {
  beforeEach(() => rig.holdMining())

  it('sends the same bytes again when the transaction was dropped', async () => {
    const sent = await rig.reach(root, 'sent')
    const [first] = sent.transactions
    await rig.anvil.request('anvil_dropTransaction', [first?.hash])
    const watched = await rig.writer().advance(root)
    expect(watched.transactions).toEqual(sent.transactions)
    expect(await rig.anvil.request('eth_getTransactionByHash', [first?.hash])).not.toBeNull()
    await rig.reach(root, 'final')
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('waits for what a lost journal left in the pool, and does not anchor again', async () => {
    await rig.reach(testRoot(2), 'sent')
    await rig.reach(root, 'sent')
    const writer = rig.writer({ journal: createJsonJournal() })
    await writer.advance(root)
    const waiting = await writer.advance(root)
    expect(waiting).toMatchObject({ notice: { code: 'ERR_DPP_ANCHOR_UNKNOWN_PENDING' } })
    expect(waiting.transactions).toEqual([])
    await rig.reach(root, 'final', writer)
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('replaces a stuck one by the rule, and records both', async () => {
    const [first] = (await rig.reach(root, 'sent')).transactions
    const baseFee = 20n * gwei
    await rig.anvil.request('anvil_setNextBlockBaseFeePerGas', [`0x${baseFee.toString(16)}`])
    rig.later(10 * minute)
    expect((await rig.writer().advance(root)).transactions).toHaveLength(1) // No block since: not outbid.
    await rig.mine()
    const replaced = await rig.writer().advance(root)
    expect(replaced).toMatchObject({ state: 'prepared', nonce: 0 })
    const second = replaced.transactions[1]
    expect(second?.nonce).toBe(first?.nonce)
    const [before, after] = [first, second].map((tx) => ({
      max: BigInt(tx?.maxFeePerGas ?? 0),
      tip: BigInt(tx?.maxPriorityFeePerGas ?? 0),
    }))
    expect((after?.max ?? 0n) * 8n).toBeGreaterThanOrEqual((before?.max ?? 0n) * 9n)
    expect((after?.tip ?? 0n) * 8n).toBeGreaterThanOrEqual((before?.tip ?? 0n) * 9n)
    const { baseFeePerGas } = (await rig.anvil.request('eth_getBlockByNumber', [
      'latest',
      false,
    ])) as { baseFeePerGas: string }
    expect(after?.max).toBeGreaterThanOrEqual(2n * BigInt(baseFeePerGas))
    expect(await rig.reach(root, 'final')).toMatchObject({ transactionHash: second?.hash })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('accepts that the first one wins after all', async () => {
    const [first] = (await rig.reach(root, 'sent')).transactions
    rig.later(10 * minute)
    await rig.anvil.request('anvil_dropTransaction', [first?.hash])
    await rig.mine()
    const replaced = await rig.writer().advance(root)
    expect(replaced.transactions).toHaveLength(2)
    // A miner far away kept the first one.
    await rig.anvil.request('anvil_dropAllTransactions')
    await rig.anvil.request('eth_sendRawTransaction', [first?.raw])
    await rig.mine()
    expect(await rig.reach(root, 'final')).toMatchObject({ transactionHash: first?.hash })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('waits rather than pay more than the cap, before the first and before a replacement', async () => {
    const fees = { maxFeePerGasWei: 5n * gwei }
    await rig.anvil.request('anvil_setNextBlockBaseFeePerGas', [`0x${(50n * gwei).toString(16)}`])
    await rig.mine()
    await rig.writer({ fees }).advance(root)
    const waiting = await rig.writer({ fees }).advance(root)
    expect(waiting).toMatchObject({ notice: { code: 'ERR_DPP_ANCHOR_FEE_CAP' }, transactions: [] })
    await rig.anvil.request('anvil_setNextBlockBaseFeePerGas', [`0x${gwei.toString(16)}`])
    await rig.mine()
    await rig.reach(root, 'sent', rig.writer({ fees }))
    await rig.anvil.request('anvil_setNextBlockBaseFeePerGas', [`0x${(50n * gwei).toString(16)}`])
    await rig.mine()
    rig.later(10 * minute)
    const stuck = await rig.writer({ fees }).advance(root)
    expect(stuck).toMatchObject({ state: 'sent', notice: { code: 'ERR_DPP_ANCHOR_FEE_CAP' } })
    expect(stuck.transactions).toHaveLength(1)
    await rig.anvil.request('anvil_setNextBlockBaseFeePerGas', [`0x${gwei.toString(16)}`])
    await rig.reach(root, 'final', rig.writer({ fees }))
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('waits with an empty balance, says what is missing, and foresees it', async () => {
    const balance = await rig.writer().forecast()
    expect(balance.batchesLeft).toBeGreaterThan(1_000)
    await rig.anvil.request('anvil_setBalance', [relayer.address, '0x1'])
    expect(await rig.writer().forecast()).toMatchObject({ balanceWei: 1n, batchesLeft: 0 })
    await rig.writer().advance(root)
    const waiting = await rig.writer().advance(root)
    expect(waiting).toMatchObject({ notice: { code: 'ERR_DPP_ANCHOR_BALANCE' }, transactions: [] })
    await rig.anvil.request('anvil_setBalance', [relayer.address, '0xde0b6b3a7640000'])
    await rig.mine() // What anvil is told outside a block stands under no state root until the next one.
    expect((await rig.reach(root, 'final')).notice).toBeUndefined()
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('fills nonces that stand empty below its own', async () => {
    const high = createWire((method) =>
      method === 'eth_getProof'
        ? new Response('{"jsonrpc":"2.0","id":9,"error":{"code":-32601,"message":"not offered"}}')
        : undefined,
    )
    // A transaction of the relayer that a reorg took back: its nonces are empty again.
    await rig.anvil.request('anvil_setNonce', [relayer.address, '0x2'])
    const sent = await rig.reach(root, 'sent', rig.writer({ fetch: high.fetch }))
    expect(sent.nonce).toBe(2)
    await rig.anvil.request('anvil_setNonce', [relayer.address, '0x0'])
    await rig.mine()
    rig.later(10 * minute)
    const filling = await rig.writer().advance(root)
    expect(filling).toMatchObject({ notice: { code: 'ERR_DPP_ANCHOR_NONCE_GAP' } })
    const record = await rig.reach(root, 'final')
    const fills = record.transactions.filter(({ purpose }) => purpose === 'fill')
    expect(fills.map(({ nonce }) => nonce)).toEqual([0, 1])
    expect(await rig.countAnchors(root)).toBe(1)
  })
})

describe('a lie that would cost money', () => {
  it('is not paid for: a gap too wide is reported, not filled', async () => {
    await rig.holdMining()
    let id = 0
    const wire = createWire((method) => {
      id += 1
      if (method === 'eth_getTransactionCount') return rpcAnswer(id, { result: '0xffff' })
      if (method === 'eth_getProof')
        return rpcAnswer(id, { error: { code: -32601, message: 'no' } })
      return undefined
    })
    await rig.reach(root, 'sent', rig.writer({ fetch: wire.fetch }))
    await rig.mine()
    rig.later(10 * minute)
    const record = await rig.writer().advance(root)
    expect(record).toMatchObject({ notice: { code: 'ERR_DPP_ANCHOR_NONCE_GAP' } })
    expect(record.transactions).toHaveLength(1)
  })
})

describe('what is lost for good', () => {
  it('tries again after a revert, but only once that is final', async () => {
    const code = await rig.anvil.request('eth_getCode', [registryAddress, 'latest'])
    const writer = rig.writer({ finality: { depth: 8 } })
    await rig.mine(10)
    await rig.reach(root, 'prepared').then(() => writer.advance(root))
    await rig.anvil.request('anvil_setCode', [registryAddress, '0x5f5ffd'])
    await writer.advance(root)
    await rig.anvil.request('anvil_setCode', [registryAddress, code])
    await rig.mine()
    const reverted = await writer.advance(root)
    expect(reverted).toMatchObject({ state: 'sent', notice: { code: 'ERR_DPP_ANCHOR_REVERTED' } })
    await rig.mine(10)
    expect((await writer.advance(root)).nonce).toBeUndefined()
    const record = await rig.reach(root, 'final', writer)
    expect(record).toMatchObject({ nonce: 1 })
    expect(record.transactions.map(({ nonce }) => nonce)).toEqual([0, 1])
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('takes a new nonce when its own went to a foreign transaction, once that is final', async () => {
    await rig.holdMining()
    const sent = await rig.reach(root, 'sent')
    await rig.anvil.request('anvil_dropTransaction', [sent.transactions[0]?.hash])
    await useUpNonce()
    await rig.mine()
    const taken = await rig.writer().advance(root)
    expect(taken).toMatchObject({ notice: { code: 'ERR_DPP_ANCHOR_NONCE_TAKEN' }, nonce: 0 })
    const record = await rig.reach(root, 'final')
    expect(record).toMatchObject({ nonce: 1 })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('keeps its nonce when the foreign transaction is reorged out before it is final', async () => {
    await rig.mine(30)
    await rig.holdMining()
    const writer = rig.writer({ finality: { depth: 10 } })
    const sent = await rig.reach(root, 'sent', writer)
    await rig.anvil.request('anvil_dropTransaction', [sent.transactions[0]?.hash])
    await useUpNonce()
    await rig.mine(2)
    expect((await writer.advance(root)).notice?.code).toBe('ERR_DPP_ANCHOR_NONCE_TAKEN')
    await rig.anvil.request('anvil_reorg', [3, []])
    await rig.anvil.request('anvil_dropAllTransactions')
    const record = await rig.reach(root, 'final', writer)
    expect(record).toMatchObject({ nonce: 0, transactions: [{ nonce: 0 }] })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  async function useUpNonce(): Promise<void> {
    const to = '0x000000000000000000000000000000000000dead'
    const transaction = { from: relayer.address, to, value: '0x1', nonce: '0x0' }
    await rig.anvil.request('eth_sendTransaction', [transaction])
  }
})

describe('reorgs above finality', () => {
  it.each([1, 5, 20])('takes depth %i: back to sent, another id, once', async (depth) => {
    await rig.mine(30)
    const writer = rig.writer({ finality: { depth: 24 } })
    const before = await rig.reach(root, 'mined', writer)
    expect(before).toMatchObject({ batchId: '0' })
    await rig.mine(depth - 1)
    expect(await writer.advance(root)).toEqual(before)
    await rig.anvil.request('anvil_reorg', [depth, []])
    expect(await rig.countAnchors(root)).toBe(0)
    await anchorAs(1, testRoot(77)) // A stranger takes the id that was ours.
    const back = await writer.advance(root)
    expect(back.state).toBe('sent')
    expect(back).not.toHaveProperty('batchId')
    const after = await rig.reach(root, 'final', writer)
    expect(after).toMatchObject({ batchId: '1', transactions: before.transactions })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('follows its anchor into another block and another id', async () => {
    await rig.mine(30)
    const writer = rig.writer({ finality: { depth: 24 } })
    const before = await rig.reach(root, 'mined', writer)
    await rig.anvil.request('anvil_reorg', [1, []])
    await anchorAs(1, testRoot(77))
    await rig.anvil.request('eth_sendRawTransaction', [before.transactions[0]?.raw])
    expect(await writer.advance(root)).toMatchObject({ state: 'mined', batchId: '1' })
    await rig.reach(root, 'final', writer)
    expect(await rig.countAnchors(root)).toBe(1)
  })
})

describe('strangers, liars and mistakes', () => {
  it('reads its own receipt only: a stranger who anchors our root first is not us', async () => {
    await anchorAs(1, root)
    const record = await rig.reach(root, 'final')
    expect(record).toMatchObject({ batchId: '1' })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('refuses the wrong chain, an address without code and other code, before it signs', async () => {
    const other = await createRig({ chainId: 4_242 })
    try {
      await expect(rig.writer({ rpcUrl: other.anvil.url }).advance(root)).rejects.toMatchObject({
        code: 'ERR_DPP_CHAIN_MISMATCH',
      })
    } finally {
      await other.anvil.stop()
    }
    for (const registry of [`0x${'12'.repeat(20)}`, '0x4e59b44847b379578588920ca78fbf26c0b4956c']) {
      const writer = rig.writer({ registry, journal: createJsonJournal() })
      await writer.advance(root)
      await expect(writer.advance(root)).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_CODE' })
    }
    expect(await rig.anvil.request('eth_getTransactionCount', [relayer.address, 'latest'])).toBe(
      '0x0',
    )
  })

  it('refuses to go on with the journal of another chain, registry or relayer', async () => {
    await rig.writer().advance(root)
    const writer = rig.writer({ registry: `0x${'12'.repeat(20)}` })
    await expect(writer.advance(root)).rejects.toMatchObject({ code: 'ERR_DPP_ANCHOR_JOURNAL' })
  })

  it.each([1, -1])('sees a nonce that lies by %i, by the proof', async (by) => {
    await rig.reach(testRoot(50), 'final')
    const real = Number(
      await rig.anvil.request('eth_getTransactionCount', [relayer.address, 'latest']),
    )
    let id = 0
    const wire = createWire((method) => {
      id += 1
      return method === 'eth_getTransactionCount'
        ? rpcAnswer(id, { result: `0x${(real + by).toString(16)}` })
        : undefined
    })
    const writer = rig.writer({ fetch: wire.fetch })
    await writer.advance(root)
    await expect(writer.advance(root)).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_DISAGREEMENT' })
    await rig.reach(root, 'final')
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('anchors once with a node that counts too few and gives no proofs', async () => {
    await rig.reach(testRoot(50), 'final')
    await rig.mine(3)
    let id = 0
    const wire = createWire((method) => {
      id += 1
      if (method === 'eth_getTransactionCount') return rpcAnswer(id, { result: '0x0' })
      if (method === 'eth_getProof')
        return rpcAnswer(id, { error: { code: -32601, message: 'no such method' } })
      return undefined
    })
    const sent = await rig.reach(root, 'sent', rig.writer({ fetch: wire.fetch }))
    expect(sent).toMatchObject({ nonce: 0, notice: { code: 'ERR_DPP_ANCHOR_REJECTED' } })
    expect(await rig.reach(root, 'final')).toMatchObject({ nonce: 1 })
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it.each([
    ['HTML', () => new Response('<html>blocked</html>'), 'ERR_DPP_CHAIN_RESPONSE'],
    ['429', () => new Response('slow down', { status: 429 }), 'ERR_DPP_CHAIN_UNREACHABLE'],
    ['503', () => new Response('<html>', { status: 503 }), 'ERR_DPP_CHAIN_UNREACHABLE'],
    ['50 MB', () => new Response(new Uint8Array(50_000_000)), 'ERR_DPP_CHAIN_RESPONSE'],
    ['another id', () => rpcAnswer(999, { result: '0x7a69' }), 'ERR_DPP_CHAIN_RESPONSE'],
    ['an empty object', () => Response.json({}), 'ERR_DPP_CHAIN_RESPONSE'],
    ['nothing', () => new Response(null, { status: 204 }), 'ERR_DPP_CHAIN_UNREACHABLE'],
  ])('says what it is when the node answers %s, and goes on later', async (_, answer, code) => {
    const sent = await rig.reach(root, 'sent')
    const wire = createWire(answer)
    await expect(rig.writer({ fetch: wire.fetch }).advance(root)).rejects.toMatchObject({ code })
    expect(await rig.journal.load(root)).toEqual(sent)
    await rig.reach(root, 'final')
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('gives up on a node that never answers, and stops when it is told to', async () => {
    const silent: typeof fetch = () => new Promise(() => {})
    const writer = rig.writer({ fetch: silent, timeoutMs: 50 })
    await expect(writer.advance(root)).rejects.toMatchObject({ code: 'ERR_DPP_CHAIN_UNREACHABLE' })
    const stop = AbortSignal.timeout(20)
    const patient = rig.writer({ fetch: silent, timeoutMs: 60_000 })
    await expect(patient.advance(root, { signal: stop })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})

describe('signers', () => {
  it('anchors with a remote signer over JSON-RPC', async () => {
    const account = createRemoteSigner({ url: rig.anvil.url, address: relayer.address })
    await rig.reach(root, 'final', rig.writer({ account }))
    expect(await rig.countAnchors(root)).toBe(1)
  })

  it('refuses another transaction, another key and junk, and sends nothing', async () => {
    const sign = relayer.signTransaction
    const liars = [
      (tx: Parameters<typeof sign>[0]) => sign({ ...tx, value: 1n }),
      (tx: Parameters<typeof sign>[0]) => sign({ ...tx, to: `0x${'66'.repeat(20)}` }),
      (tx: Parameters<typeof sign>[0]) => sign({ ...tx, nonce: 7 }),
      async () => '0x1234' as const,
      async () => '0x' as const,
    ]
    await rig.writer().advance(root)
    for (const signTransaction of liars) {
      const writer = rig.writer({ account: { address: relayer.address, signTransaction } })
      await expect(writer.advance(root)).rejects.toMatchObject({ code: 'ERR_DPP_SIGNER_REFUSED' })
    }
    const address = `0x${'12'.repeat(20)}` as const
    await rig.anvil.request('anvil_setBalance', [address, '0xde0b6b3a7640000'])
    await rig.mine()
    const thief = rig.writer({
      account: { address, signTransaction: sign },
      journal: createJsonJournal(),
    })
    await thief.advance(root)
    await expect(thief.advance(root)).rejects.toMatchObject({ code: 'ERR_DPP_SIGNER_REFUSED' })
    const { transactions } = (await rig.journal.load(root)) as AnchorRecord
    expect(transactions).toEqual([])
  })
})

/** Anchors by another of anvil's accounts. */
async function anchorAs(account: number, anyRoot: string): Promise<void> {
  const accounts = (await rig.anvil.request('eth_accounts')) as readonly string[]
  const data = `0xeecdf927${anyRoot.slice(2)}`
  const transaction = { from: accounts[account], to: registryAddress, data, gas: '0x30d40' }
  const hash = await rig.anvil.request('eth_sendTransaction', [transaction])
  while ((await rig.anvil.request('eth_getTransactionReceipt', [hash])) === null)
    await new Promise((resolve) => setTimeout(resolve, 5))
}
