// The small reader: what k of n providers answer alike to calls of the registry's functions. No keccak-256, no tries;
// whoever wants proofs takes `createRegistryReader`.
import { chainError } from './chain-errors.ts'
import { formatWord, readHash } from './chain-hex.ts'
import { agree } from './quorum.ts'
import type { AnchorReader } from './reader.ts'
import { SELECTORS } from './registry-abi.ts'
import { createRegistryLookup, type RegistryLookupOptions } from './registry-lookup.ts'
import {
  type AnchorRecord,
  assertCode,
  type RegistryState,
  type RegistryStateOptions,
  readEach,
} from './registry-state.ts'

/**
 * Reads a WitnessAnchorRegistry by `eth_call`, each value alike from `quorum` providers at the block they agree on.
 *
 * As trustworthy as the providers: `quorum` of them that lie alike are believed.
 *
 * @throws ERR_DPP_CHAIN_QUERY; `findAnchor`: the ERR_DPP_CHAIN_ codes but those of proofs
 */
export function createCallReader(options: RegistryLookupOptions): AnchorReader {
  const { chain, findAnchor } = createRegistryLookup(options, openCalledState)
  return { chain, findAnchor }
}

async function openCalledState(options: RegistryStateOptions): Promise<RegistryState> {
  const { quorum, head, registry, codeHashes, signal } = options
  const call = (data: string, to?: string): Promise<string> =>
    agree(
      quorum,
      async (provider, stop) => {
        const message = to === undefined ? { data } : { to, data }
        // EIP-1898: exactly this block, whatever a reorg does meanwhile.
        const at = { blockHash: head.hash }
        return readHash(await provider.request('eth_call', [message, at], stop))
      },
      (word) => word,
      signal,
    )
  const readNumber = async (selector: string, id?: bigint): Promise<bigint> =>
    BigInt(await call(selector + (id === undefined ? '' : formatWord(id).slice(2)), registry))
  const readRecord = async (id: bigint): Promise<AnchorRecord> => {
    const [anchorer, timestampSeconds] = await Promise.all([
      readNumber(SELECTORS.anchorerOf, id),
      readNumber(SELECTORS.timestamps, id),
    ])
    return { anchorer: addressOf(anchorer), timestampSeconds }
  }
  assertCode(registry, await call(codeHashProgram(registry)), codeHashes)
  return {
    head,
    callsFor: (roots) => roots,
    readCount: () => readNumber(SELECTORS.batchCount),
    readRoots: (ids) =>
      readEach(ids, async (id) => formatWord(await readNumber(SELECTORS.roots, id))),
    readRecords: (ids) => readEach(ids, readRecord),
  }
}

// A creation that is only called: PUSH20 address EXTCODEHASH, then return that word. The node hashes the code, so that
// no reader needs keccak-256 for it.
function codeHashProgram(address: string): string {
  return `0x73${address.slice(2)}3f60005260206000f3`
}

function addressOf(word: bigint): string {
  if (word >> 160n !== 0n)
    throw chainError('ERR_DPP_CHAIN_RESPONSE', 'the node answered something that is not an address')
  return `0x${word.toString(16).padStart(40, '0')}`
}
