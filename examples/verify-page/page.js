// Verifies the product that the page's address names: index.html?did=…&rpc=… (and, for a stack on your own machine,
// &chain=eip155:31337&host=dpp.example=http://127.0.0.1:8080). Nobody but the visitor's browser decides.
import {
  createJsonRpcReader,
  createWebSource,
  parsePolicy,
  summarize,
  verifyProduct,
} from '@dpp/verifier'

const asked = new URLSearchParams(location.search)
const place = (id) => document.getElementById(id)
const fetch = (...request) => globalThis.fetch(...request)

const verdict = await verifyProduct(asked.get('did') ?? '', {
  policy: parsePolicy({}), // Whom you believe: by default the published registries.
  sources: [
    createWebSource({
      fetch,
      origins: Object.fromEntries(asked.getAll('host').map((pair) => pair.split('='))),
    }),
  ],
  readers: [
    createJsonRpcReader({
      chain: asked.get('chain') ?? 'eip155:11155111',
      urls: asked.getAll('rpc'), // Several providers must agree.
      fetch,
    }),
  ],
  onStep({ check, state, result }) {
    if (state !== 'done') return
    const item = document.createElement('li')
    item.textContent = `${check}: ${result.status}. ${result.text}` // As text: it comes from evidence.
    place('checks').append(item)
  },
})

const { title, reason } = summarize(verdict)
place('title').textContent = title
place('reason').textContent = reason
document.documentElement.dataset.status = verdict.status
