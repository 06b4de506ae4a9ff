// Many anchors through a chain that misbehaves before every single step, and a count of what came of it.
import type { AnchorJournal, AnchorRecord } from './journal.ts'
import { registryAddress } from './registry-artifact.ts'
import { createRig, createWire, type Rig, relayer, testRoot } from './rig.suite.ts'
import type { AnchorWriter } from './writer.ts'

const faults = [
  'crash before a call',
  'crash behind a call',
  'crash before a journal write',
  'crash behind a journal write',
  'time-out before a call',
  'time-out behind a call',
  'transaction dropped',
  'pool emptied',
  'fees rise',
  'an older transaction wins',
  'reorg',
  'stranger anchors our root',
] as const

type Fault = (typeof faults)[number]

export type FaultRun = {
  readonly seed: number
  readonly anchors: number
  readonly steps: number
  readonly injected: Readonly<Record<Fault, number>>
  /** Steps that ended in an error, of any kind. */
  readonly failedSteps: number
  readonly replacements: number
  /** Times that a record went from `mined` back to `sent`, or to another block. */
  readonly reorgsSeen: number
  readonly anchoredOnce: number
  readonly missing: number
  readonly anchoredTwice: number
  readonly strangers: number
}

const FINAL_DEPTH = 8
const IN_FLIGHT = 5

/** Anchors `anchors` roots, a few at a time, with a random fault before each step. The same seed, the same faults. */
export async function runFaults(anchors: number, seed: number): Promise<FaultRun> {
  const random = createRandom(seed)
  const rig = await createRig()
  try {
    await rig.mine(FINAL_DEPTH + 2)
    await rig.holdMining()
    const injected = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>
    const tally = { steps: 0, failedSteps: 0, reorgsSeen: 0, strangers: 0 }
    const open = Array.from({ length: anchors }, (_, n) => testRoot(n))
    const done: AnchorRecord[] = []
    let writer = openWriter(rig)
    while (open.length > 0) {
      const index = random(Math.min(IN_FLIGHT, open.length))
      const root = open[index] ?? ''
      const fault = faults[random(faults.length)] ?? 'reorg'
      injected[fault] += 1
      const before = await rig.journal.load(root)
      const isCrash = fault.startsWith('crash')
      const isCut = isCrash || fault.startsWith('time-out')
      if (isCut) writer = openWriter(rig, { fault, at: random(fault.includes('write') ? 2 : 12) })
      else await misbehave(rig, fault, before, random, root)
      if (fault === 'stranger anchors our root') tally.strangers += 1
      tally.steps += 1
      const after = await writer.advance(root).catch((error: unknown) => {
        tally.failedSteps += 1
        assertExpected(error)
        return undefined
      })
      if (isCut) writer = openWriter(rig) // After a crash only journal and chain are left.
      if (before?.state === 'mined' && after && JSON.stringify(after) !== JSON.stringify(before))
        if (after.state !== 'final') tally.reorgsSeen += 1
      if (after?.state === 'final') done.push(...open.splice(index, 1).map(() => after))
      rig.later(15_000)
      if (random(2) === 0) await rig.mine()
      if (tally.steps > anchors * 400) throw new Error(`no end in sight: ${open.length} left`)
    }
    const ours = (await rig.listAnchors()).filter(({ anchorer }) => anchorer === relayer.address)
    const counts = done.map(({ root }) => ours.filter((anchor) => anchor.root === root).length)
    return {
      seed,
      anchors,
      injected,
      ...tally,
      replacements: done.reduce((sum, record) => sum + countReplacements(record), 0),
      anchoredOnce: counts.filter((count) => count === 1).length,
      missing: counts.filter((count) => count === 0).length,
      anchoredTwice: counts.filter((count) => count > 1).length,
    }
  } finally {
    await rig.anvil.stop()
  }
}

/** What happens outside of the writer before its step. */
async function misbehave(
  rig: Rig,
  fault: Fault,
  record: AnchorRecord | undefined,
  random: (below: number) => number,
  root: string,
): Promise<void> {
  const { anvil } = rig
  const newest = record?.transactions.at(-1)
  switch (fault) {
    case 'transaction dropped':
      if (newest !== undefined) await anvil.request('anvil_dropTransaction', [newest.hash])
      return
    case 'pool emptied':
      await anvil.request('anvil_dropAllTransactions')
      return
    case 'fees rise':
      await anvil.request('anvil_setNextBlockBaseFeePerGas', [`0x${(20e9).toString(16)}`])
      await rig.mine()
      rig.later(120_000)
      return
    case 'an older transaction wins': {
      const oldest = record?.transactions.find(({ nonce }) => nonce === record.nonce)
      if (oldest === undefined || newest === undefined) return
      await anvil.request('anvil_dropTransaction', [newest.hash])
      await anvil.request('eth_sendRawTransaction', [oldest.raw]).catch(() => undefined) // Used up.
      return
    }
    case 'reorg':
      await anvil.request('anvil_reorg', [1 + random(FINAL_DEPTH - 1), []])
      return
    case 'stranger anchors our root': {
      const [, , stranger] = (await anvil.request('eth_accounts')) as readonly string[]
      const data = `0xeecdf927${root.slice(2)}`
      const transaction = { from: stranger, to: registryAddress, data, gas: '0x30d40' }
      await anvil.request('eth_sendTransaction', [transaction])
      return
    }
  }
}

/** A writer as after a restart, with at most one fault in its wire or its journal. */
function openWriter(rig: Rig, cut?: { fault: Fault; at: number }): AnchorWriter {
  const sense = cut?.fault.includes('behind') === true ? 'after' : 'before'
  let writes = 0
  const journal: AnchorJournal = {
    ...rig.journal,
    save: async (record) => {
      writes += 1
      const isNow = cut?.fault.includes('write') === true && writes - 1 === cut.at
      if (isNow && sense === 'before') throw new Error('crash')
      await rig.journal.save(record)
      if (isNow) throw new Error('crash')
    },
  }
  const wire = createWire((_, index) =>
    cut?.fault.includes('call') === true && index === cut.at ? sense : undefined,
  )
  return rig.writer({ journal, fetch: wire.fetch, finality: { depth: FINAL_DEPTH } })
}

/** Only what was injected, and what the chain says because of it. A bug of ours must not count as a fault. */
function assertExpected(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isInjected = error instanceof Error && error.message === 'crash'
  if (isInjected || code.startsWith('ERR_DPP_CHAIN_')) return
  throw error
}

function countReplacements({ transactions }: AnchorRecord): number {
  const nonces = new Set(transactions.map(({ nonce }) => nonce))
  return transactions.length - nonces.size
}

/** mulberry32: small, and the same everywhere. */
function createRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}
