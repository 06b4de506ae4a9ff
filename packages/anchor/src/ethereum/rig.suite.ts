// What the tests of the writer and the reader stand on: a chain of their own, a clock, a journal that survives crashes,
// and a wire that can be cut.
import { createPublicClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Anvil, type AnvilOptions, startAnvil } from '../../../../test/anvil.ts'
import { deployRegistry } from './deploy.ts'
import type { AnchorJournal, AnchorRecord } from './journal.ts'
import { registryAbi, registryAddress } from './registry-artifact.ts'
import { type AnchorWriter, type AnchorWriterOptions, createAnchorWriter } from './writer.ts'

export type Rig = {
  readonly anvil: Anvil
  readonly journal: AnchorJournal
  /** A writer as after a restart: only chain and journal know what was before. */
  writer(options?: Partial<AnchorWriterOptions>): AnchorWriter
  mine(blocks?: number): Promise<void>
  /** Blocks are made by `mine` only. */
  holdMining(): Promise<void>
  /** Moves the writer's clock. */
  later(ms: number): void
  /** Advances until `state`, mining a block after each step that changed nothing. */
  reach(root: string, state: AnchorRecord['state'], writer?: AnchorWriter): Promise<AnchorRecord>
  /** Everything that the registry holds, by its own functions. */
  listAnchors(): Promise<readonly { readonly root: string; readonly anchorer: string }[]>
  /** How often the relayer anchored the root. */
  countAnchors(root: string): Promise<number>
}

/** The relayer of every rig: anvil's first account. */
export const relayer = privateKeyToAccount(
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
)

export async function createRig(options: AnvilOptions = {}): Promise<Rig> {
  const anvil = await startAnvil({ slotsInAnEpoch: 1, ...options })
  // Deployed by somebody else: the relayer's nonces belong to its anchors.
  const deployer = privateKeyToAccount(anvil.privateKeys[3] ?? '0x')
  await deployRegistry({ rpcUrl: anvil.url, chainId: anvil.chainId, account: deployer, pollMs: 20 })
  const journal = createJsonJournal()
  let clockMs = Date.now()

  const writer: Rig['writer'] = (overrides = {}) =>
    createAnchorWriter({
      rpcUrl: anvil.url,
      chainId: anvil.chainId,
      registry: registryAddress,
      account: relayer,
      journal,
      finality: 'finalized',
      now: () => new Date(clockMs),
      ...overrides,
    })

  const mine = async (blocks = 1): Promise<void> => {
    await anvil.request('anvil_mine', [`0x${blocks.toString(16)}`])
  }

  const reach: Rig['reach'] = async (root, state, using = writer()) => {
    let before: AnchorRecord | undefined
    for (let steps = 0; steps < 60; steps += 1) {
      const record = await using.advance(root)
      if (record.state === state) return record
      if (before !== undefined && JSON.stringify(record) === JSON.stringify(before)) await mine()
      before = record
    }
    throw new Error(`${root} does not get to ${state}: ${JSON.stringify(before)}`)
  }

  const client = createPublicClient({ transport: http(anvil.url, { batch: true }), cacheTime: 0 })
  const contract = { address: registryAddress, abi: registryAbi } as const
  const listAnchors: Rig['listAnchors'] = async () => {
    const count = await client.readContract({ ...contract, functionName: 'batchCount' })
    const readAnchor = async (id: bigint) => {
      const read = { ...contract, args: [id] } as const
      const [root, anchorer] = await Promise.all([
        client.readContract({ ...read, functionName: 'roots' }),
        client.readContract({ ...read, functionName: 'anchorerOf' }),
      ])
      return { root, anchorer }
    }
    return await Promise.all(
      Array.from({ length: Number(count) }, (_, id) => readAnchor(BigInt(id))),
    )
  }

  return {
    anvil,
    journal,
    writer,
    mine,
    reach,
    listAnchors,
    countAnchors: async (root) => {
      const anchors = await listAnchors()
      return anchors.filter((one) => one.root === root && one.anchorer === relayer.address).length
    },
    holdMining: async () => void (await anvil.request('evm_setAutomine', [false])),
    later: (ms) => {
      clockMs += ms
    },
  }
}

/** A root that is nobody else's. */
export function testRoot(n: number): `0x${string}` {
  return `0x${n.toString(16).padStart(64, 'c')}`
}

/** Keeps text, as a file or a database would: nothing survives but what JSON holds. */
export function createJsonJournal(): AnchorJournal {
  const rows = new Map<string, string>()
  const read = (row: string): AnchorRecord => JSON.parse(row)
  return {
    load: async (root) => {
      const row = rows.get(root)
      return row === undefined ? undefined : read(row)
    },
    save: async (record) => void rows.set(record.root, JSON.stringify(record)),
    pending: async () => [...rows.values()].map(read).filter(({ state }) => state !== 'final'),
  }
}

export type Wire = {
  readonly fetch: typeof globalThis.fetch
  /** Every call so far, as `method`. */
  readonly calls: readonly string[]
}

/**
 * A `fetch` that asks `cut` about each JSON-RPC call: `before` fails without sending, `after` sends and then fails (a
 * time-out of either sense), a `Response` is answered instead, anything else goes through.
 */
export function createWire(
  cut: (
    method: string,
    index: number,
    params: readonly unknown[],
  ) => 'before' | 'after' | Response | undefined,
): Wire {
  const calls: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { method, params } = JSON.parse(String(init?.body))
    const verdict = cut(method, calls.length, params)
    calls.push(method)
    if (verdict instanceof Response) return verdict
    if (verdict === 'before') throw new TypeError('the connection was refused')
    const response = await globalThis.fetch(input, init)
    if (verdict !== 'after') return response
    await response.arrayBuffer()
    throw new TypeError('the connection was lost')
  }
  return { fetch, calls }
}

/** A JSON-RPC answer for `createWire`: the id of a request is its place among the calls of one client, from 1. */
export function rpcAnswer(id: number, answer: object): Response {
  return Response.json({ jsonrpc: '2.0', id, ...answer })
}
