// The life cycle of an anchor against a real chain: each state, and what a chain, a node or a crash does in it.
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../../../../test/anvil.ts'
import { createRegistryReader } from '../registry-reader.ts'
import { deployRegistry } from './deploy.ts'
import { createMemoryJournal } from './journal.ts'
import { registryAddress } from './registry-artifact.ts'
import { createAnchorWriter } from './writer.ts'

let anvil: Anvil

beforeAll(async () => {
  anvil = await startAnvil({ slotsInAnEpoch: 1 })
})
afterAll(() => anvil.stop())

const root = (n: number): `0x${string}` => `0x${n.toString(16).padStart(64, 'a')}`

describe('anchor writer', () => {
  it('takes a root from nothing to final, and a reader finds it', async () => {
    const account = privateKeyToAccount(anvil.privateKeys[0] ?? '0x')
    const deployment = await deployRegistry({ rpcUrl: anvil.url, chainId: 31_337, account })
    expect(deployment).toMatchObject({ status: 'deployed', address: registryAddress })
    const journal = createMemoryJournal()
    const writer = createAnchorWriter({
      rpcUrl: anvil.url,
      chainId: 31_337,
      registry: registryAddress,
      account,
      journal,
      finality: 'finalized',
    })
    const states: string[] = []
    while (states.at(-1) !== 'final' && states.length < 20) {
      states.push((await writer.advance(root(1))).state)
      await anvil.request('anvil_mine', ['0x1'])
    }
    expect(states).toEqual(['prepared', 'prepared', 'sent', 'mined', 'final'])
    for (const method of ['storage', 'proof'] as const) {
      const reader = createRegistryReader({
        rpcUrls: [anvil.url],
        chainId: 31_337,
        finality: 'finalized',
        method,
      })
      const found = await reader.findAnchor({ registry: registryAddress, root: root(1) })
      expect(found).toMatchObject({ batchId: '0', anchorer: writer.anchorer, final: true })
      expect(await reader.findAnchor({ registry: registryAddress, root: root(2) })).toBeUndefined()
    }
  })
})
