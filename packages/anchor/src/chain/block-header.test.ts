// Headers: the block hash is recomputed, and nothing else is believed.
import { type JsonObject, toHex } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { encodeBlockHeader, parseBlockHeader } from './block-header.ts'

const zeros = (bytes: number): string => `0x${'00'.repeat(bytes)}`

/** Ethereum mainnet, block 0: known to everybody, and hashed with the fields of 2015. */
const genesis: JsonObject = {
  hash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
  parentHash: zeros(32),
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: zeros(20),
  stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
  transactionsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  receiptsRoot: '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
  logsBloom: zeros(256),
  difficulty: '0x400000000',
  number: '0x0',
  gasLimit: '0x1388',
  gasUsed: '0x0',
  timestamp: '0x0',
  extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
  mixHash: zeros(32),
  nonce: '0x0000000000000042',
  // What nodes add and the hash does not cover.
  size: '0x21c',
  totalDifficulty: '0x400000000',
  transactions: [],
  uncles: [],
}

describe('block header', () => {
  it('hashes to the block hash of mainnet, and is read back', () => {
    const header = parseBlockHeader(encodeBlockHeader(genesis))
    expect(header).toMatchObject({ hash: genesis['hash'], number: 0n, timestampSeconds: 0n })
    expect(`0x${toHex(header.stateRoot)}`).toBe(genesis['stateRoot'])
  })

  it.each(Object.keys(genesis).slice(1, 16))('refuses a header with another %s', (name) => {
    const value = String(genesis[name])
    const changed = {
      ...genesis,
      [name]: `${value.slice(0, -1)}${value.endsWith('1') ? '2' : '1'}`,
    }
    expect(() => encodeBlockHeader(changed)).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_CHAIN_PROOF' }),
    )
  })

  it('refuses a header without a field, and one of a fork that it does not know', () => {
    const { stateRoot: _, ...lacking } = genesis
    for (const block of [lacking, { ...genesis, baseFeePerGas: '0x7' }])
      expect(() => encodeBlockHeader(block)).toThrow(
        expect.objectContaining({ code: 'ERR_DPP_CHAIN_PROOF' }),
      )
    expect(() => encodeBlockHeader({ ...genesis, number: 'zero' })).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_CHAIN_RESPONSE' }),
    )
  })
})
