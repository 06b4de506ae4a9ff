// Is the history of this product intact and anchored?
//
//   npm install @dpp/verifier @dpp/webvh undici     (undici@7 on Node below 22.19; for the guarded fetch)
//   node verify.mjs <did> <rpc-url> [host=url …]
//
// `host=url` says where a public host really answers: for a stack on your own machine. CHAIN names another chain (CAIP-2).
import process from 'node:process'
import { createWebSource, parsePolicy, summarize, verifyProduct } from '@dpp/verifier'
import { createProvenReader } from '@dpp/verifier/proofs'
import { createGuardedFetch } from '@dpp/webvh/node'

const [did, rpcUrl, ...hosts] = process.argv.slice(2)
if (rpcUrl === undefined) throw new Error('usage: node verify.mjs <did> <rpc-url> [host=url …]')
const chain = process.env.CHAIN ?? 'eip155:11155111'
const origins = Object.fromEntries(hosts.map((pair) => pair.split('=')))

const verdict = await verifyProduct(did, {
  policy: parsePolicy({}), // Whom you believe: by default the published registries.
  // A DID from a stranger names the hosts that are asked: the guarded fetch reaches no private address.
  sources: [createWebSource({ fetch: hosts.length > 0 ? fetch : createGuardedFetch(), origins })],
  readers: [createProvenReader({ chain, urls: [rpcUrl], fetch })],
})

const { title, reason, details } = summarize(verdict)
console.log(title)
console.log(reason)
for (const { check, status } of verdict.checks) console.log(`  ${check}: ${status}`)
for (const detail of details) console.log(`  ${detail}`)
process.exitCode = verdict.status === 'anchored' ? 0 : 1
