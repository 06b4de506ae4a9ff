// The contract: its Forge suite, and that what is shipped is what the source compiles to.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { registries } from '@dpp/anchor'
import {
  registryAbi,
  registryAddress,
  registryBytecode,
  registryCodeHash,
  registryCompiler,
  registryDeployedBytecode,
  registryFactory,
  registryStorageLayout,
} from '@dpp/anchor/ethereum'
import { getContractAddress, keccak256 } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileRegistry, settings } from './compiler.ts'
import { type ForgeResult, runForge } from './forge-program.ts'

describe('registry artifact', () => {
  it('is what the pinned compiler makes of the source', () => {
    const compiled = compileRegistry()
    expect(registryBytecode).toBe(compiled.bytecode)
    expect(registryDeployedBytecode).toBe(compiled.deployedBytecode)
    expect(registryAbi).toEqual(compiled.abi)
    expect(registryStorageLayout).toEqual(compiled.storageLayout)
    expect(registryCompiler).toEqual({ version: compiled.compiler, ...settings })
  })

  it('names the address and the code hash that follow from it, and so does the chain registry', () => {
    expect(registryCodeHash).toBe(keccak256(registryDeployedBytecode))
    const address = getContractAddress({
      opcode: 'CREATE2',
      from: registryFactory,
      salt: `0x${'00'.repeat(32)}`,
      bytecode: registryBytecode,
    })
    expect(registryAddress).toBe(address.toLowerCase())
    expect(registries.length).toBeGreaterThan(0)
    for (const { address, codeHash } of registries)
      expect({ address, codeHash }).toEqual({
        address: registryAddress,
        codeHash: registryCodeHash,
      })
  })
})

describe('Forge suite', () => {
  let result: ForgeResult

  beforeAll(async () => {
    result = await runForge(['test', '--json'])
  }, 120_000)

  it('passes: unit, fuzz and invariant tests, and the gas snapshot holds', () => {
    expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0)
    const suites: Record<string, { test_results: Record<string, { status: string }> }> = JSON.parse(
      result.stdout,
    )
    const tests = Object.values(suites).flatMap(({ test_results }) => Object.entries(test_results))
    expect(tests.length).toBeGreaterThanOrEqual(13)
    expect(tests.filter(([, { status }]) => status !== 'Success')).toEqual([])
  })

  it('tests the very bytecode that is shipped', () => {
    const file = 'out/WitnessAnchorRegistry.sol/WitnessAnchorRegistry.json'
    const { bytecode } = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))
    expect(bytecode.object).toBe(registryBytecode)
  })

  it('keeps an anchor within its gas: 76,000 usually, 94,000 for the first', () => {
    const file = 'snapshots/WitnessAnchorRegistryTest.json'
    const snapshot = JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))
    expect(Number(snapshot['anchor'])).toBeLessThanOrEqual(76_000)
    expect(Number(snapshot['anchor, first'])).toBeLessThanOrEqual(94_000)
  })
})
