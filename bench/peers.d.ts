// The peers that ship no types: what the benchmark uses of them.
declare module '@digitalbazaar/*' {
  // biome-ignore lint/suspicious/noExplicitAny: untyped packages of others.
  export const DataIntegrityProof: any
  // biome-ignore lint/suspicious/noExplicitAny: untyped packages of others.
  export const createSignCryptosuite: any
  // biome-ignore lint/suspicious/noExplicitAny: untyped packages of others.
  export const createVerifyCryptosuite: any
  // biome-ignore lint/suspicious/noExplicitAny: untyped packages of others.
  export const from: any
}
