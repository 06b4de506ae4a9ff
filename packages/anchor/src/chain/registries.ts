// The chains that a WitnessAnchorRegistry stands on. Chains come and go: this is data, and never a reason to trust
// an anchor (that is the verifier's policy).

/** One deployment of the registry contract, as the published list names it. */
export type RegistryInfo = {
  /** CAIP-2. */
  readonly chain: string
  /** The chain's name, for people. */
  readonly name: string
  /** Lower-case. The same everywhere, because the deployment is deterministic (CREATE2). */
  readonly address: string
  /** keccak-256 of the deployed code. */
  readonly codeHash: string
  /** First block that can hold an anchor: where a search through logs begins. Absent until it is deployed. */
  readonly deployBlock?: string
  /** `planned`: nothing is deployed there yet. `retired`: read it, anchor on the successor. */
  readonly status: 'planned' | 'active' | 'retired'
  /** CAIP-2 of the chain that takes over: roots are anchored again there. */
  readonly successor?: string
  /** A chain of one's own machine: blocks come on demand, so an old head is normal. */
  readonly local?: true
}

/** Address and code of version 1 of the contract on every chain. A test compares them with the artifact. */
const version1 = {
  address: '0x489f88bde0e4649bf30a06e62409be513e257b9c',
  codeHash: '0x238bf628151f65bafcb5c180c04baa9a17726bbda59c90434c20debb8fd8b1bb',
} as const

/** Every registry that this release knows. */
export const registries: readonly RegistryInfo[] = [
  { ...version1, chain: 'eip155:11155111', name: 'Sepolia', status: 'planned' },
  {
    ...version1,
    chain: 'eip155:31337',
    name: 'local chain',
    status: 'active',
    deployBlock: '0',
    local: true,
  },
]

/** The registry of a chain, if this release knows one. */
export function findRegistry(chain: string): RegistryInfo | undefined {
  return registries.find((registry) => registry.chain === chain)
}
