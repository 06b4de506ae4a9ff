// Loaded before an example: its public names lead to the scene, and the names that a page leaves to its reader exist.
const { routes, variables } = JSON.parse(process.env.DPP_SCENE)
const real = globalThis.fetch

const localUrl = (url) => {
  const [from, to] = Object.entries(routes).find(([prefix]) => url.startsWith(prefix)) ?? ['', '']
  return to + url.slice(from.length)
}

globalThis.fetch = (input, init) =>
  real(
    input instanceof Request ? new Request(localUrl(input.url), input) : localUrl(`${input}`),
    init,
  )

Object.assign(globalThis, {
  did: variables.DID,
  product: variables.PRODUCT,
  digest: variables.DIGEST,
  issuer: variables.ISSUER,
  seed: Uint8Array.from(Buffer.from(variables.SEED, 'hex')),
})
