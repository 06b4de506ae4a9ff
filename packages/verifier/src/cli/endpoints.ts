// The endpoints of --rpc, and which chain each of them serves.
import { createJsonRpc } from '@dpp/anchor/evidence'
import { DppError, isDppError } from '@dpp/core'

export type Endpoint = {
  readonly url: string
  /** CAIP-2. Absent: not said, and not answered. */
  readonly chain?: string | undefined
}

/** Reads `[CHAIN=]URL`; undefined when it is not that. */
export function readEndpoint(text: string): Endpoint | undefined {
  const [, chain, url = ''] = /^(?:(eip155:[1-9]\d{0,15})=)?(https?:\/\/.*)$/i.exec(text) ?? []
  return URL.canParse(url) ? { url, chain } : undefined
}

/**
 * Asks the endpoints whose chain was not said. One that does not answer stays without.
 *
 * Nobody is believed about which chain is meant: an endpoint that claims another one than the others would leave their quorum
 * and be the only one of its own.
 *
 * @throws ERR_DPP_CHAIN_MISMATCH when they serve several chains, and the chain of one was not said
 */
export async function askChains(
  given: readonly Endpoint[],
  fetch: typeof globalThis.fetch,
): Promise<readonly Endpoint[]> {
  const endpoints = await Promise.all(
    given.map(async ({ url, chain }) => ({ url, chain: chain ?? (await chainOf(url, fetch)) })),
  )
  const served = endpoints.filter(({ chain }) => chain !== undefined)
  const isMixed = new Set(served.map(({ chain }) => chain)).size > 1
  if (isMixed && given.some(({ chain }) => chain === undefined)) {
    const claims = served.map(({ url, chain }) => `--rpc ${chain}=${url}`).join(' ')
    throw new DppError(
      'ERR_DPP_CHAIN_MISMATCH',
      `the endpoints serve different chains; say of each which one it is to serve: ${claims}`,
    )
  }
  return endpoints
}

async function chainOf(url: string, fetch: typeof globalThis.fetch): Promise<string | undefined> {
  try {
    const id = await createJsonRpc(url, { fetch, timeoutMs: 5_000 }).request('eth_chainId', [])
    return `eip155:${Number(id)}`
  } catch (error) {
    if (isDppError(error)) return undefined
    throw error
  }
}
