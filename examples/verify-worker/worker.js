// An edge worker that answers GET /?did=… with a verdict. RPC_URL and CHAIN are its settings; ORIGINS (JSON) says where
// public hosts answer on a stack of your own machine.
import { createJsonRpcReader, createWebSource, parsePolicy, verifyProduct } from '@dpp/verifier'

const fetch = (...request) => globalThis.fetch(...request)

// biome-ignore lint/style/noDefaultExport: what the runtime looks for
export default {
  async fetch(request, { RPC_URL, CHAIN, ORIGINS }) {
    const did = new URL(request.url).searchParams.get('did')
    if (did === null) return new Response('ask with ?did=…', { status: 400 })
    const verdict = await verifyProduct(did, {
      policy: parsePolicy({}), // Whom you believe: by default the published registries.
      sources: [createWebSource({ fetch, origins: JSON.parse(ORIGINS ?? '{}') })],
      readers: [createJsonRpcReader({ chain: CHAIN, urls: [RPC_URL], fetch })],
      signal: request.signal,
    })
    // Every verdict is an answer: 200 says that there is one, not that it is a good one.
    return Response.json(verdict, { headers: { 'cache-control': 'no-store' } })
  },
}
