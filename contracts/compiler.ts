// How the registry is compiled, pinned so that everybody gets the same bytes: solc from npm, no metadata hash.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)
const solc: { version(): string; compile(input: string): string } = require('solc')

/** The compiler settings. Any change of them changes the bytecode and with it the address on every chain. */
export const settings = {
  evmVersion: 'shanghai', // PUSH0 is the newest opcode used, so older chains run it too.
  optimizer: { enabled: true, runs: 1_000_000 }, // Called often, deployed once.
  viaIR: false,
  // No CBOR trailer: the bytecode depends on the source's code only, not on its comments or its path.
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
} as const

const sourceName = 'src/WitnessAnchorRegistry.sol'
const contractName = 'WitnessAnchorRegistry'

export type CompiledRegistry = {
  readonly compiler: string
  readonly abi: readonly object[]
  readonly bytecode: `0x${string}`
  readonly deployedBytecode: `0x${string}`
  readonly storageLayout: readonly { readonly label: string; readonly slot: string }[]
}

/** The standard JSON input, which block explorers take to verify the source. */
export function compilerInput(): object {
  return {
    language: 'Solidity',
    sources: {
      [sourceName]: { content: readFileSync(join(import.meta.dirname, sourceName), 'utf8') },
    },
    settings: {
      ...settings,
      outputSelection: {
        '*': {
          '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object', 'storageLayout'],
        },
      },
    },
  }
}

/** Compiles the registry. A warning is an error. */
export function compileRegistry(): CompiledRegistry {
  const output = JSON.parse(solc.compile(JSON.stringify(compilerInput())))
  const messages: readonly { formattedMessage: string }[] = output.errors ?? []
  if (messages.length > 0) throw new Error(messages.map((m) => m.formattedMessage).join('\n'))
  const contract = output.contracts[sourceName][contractName]
  return {
    compiler: solc.version(),
    abi: contract.abi,
    bytecode: `0x${contract.evm.bytecode.object}`,
    deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
    storageLayout: contract.storageLayout.storage.map(
      ({ label, slot }: { label: string; slot: string }) => ({ label, slot }),
    ),
  }
}
