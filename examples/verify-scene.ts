// What the three verifying examples look at in their tests: one product with two anchored events, its public files on a
// small static host, and the registry on a chain of its own.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRig, relayer } from '../packages/anchor/src/ethereum/rig.suite.ts'
import {
  anchorBatch,
  appendEvents,
  createIssuer,
  createProduct,
  createTestEvent,
  createWorld,
  publishEvent,
  publishLog,
} from '../packages/verifier/src/lies/evidence.suite.ts'

export type VerifyScene = {
  readonly did: string
  readonly rpcUrl: string
  readonly chain: string
  /** Public host → where it answers here, as `createWebSource` takes it. */
  readonly origins: Readonly<Record<string, string>>
  /** What was asked for, by path: shows that an example reads the evidence itself. */
  readonly served: readonly string[]
  stop(): Promise<void>
}

const hosts = ['dpp.windowco.example', 'windowco.example']

/** Publishes and anchors everything; the host allows pages of any origin, as a public one does. */
export async function createVerifyScene(): Promise<VerifyScene> {
  const world = createWorld()
  const rig = await createRig()
  const served: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    served.push(path)
    const url = hosts.map((host) => `https://${host}${path}`).find((each) => each in world.files)
    response.writeHead(url === undefined ? 404 : 200, { 'access-control-allow-origin': '*' })
    response.end(url === undefined ? 'not here' : world.files[url])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const issuer = await createIssuer('windowco.example', 'windowco 1')
  publishLog(world, issuer)
  const product = await createProduct(issuer.did, 'W1')
  for (const minute of [10, 70]) {
    const parts = { issuer: issuer.did, key: 'windowco 1', products: [product.did], minute }
    const event = await createTestEvent(parts)
    publishEvent(world, event)
    await appendEvents(product, 'W1', [event], minute + 10)
    publishLog(world, product)
    const anchorer = relayer.address.toLowerCase()
    const batch = { minute: minute + 20, products: [product], anchorer, onChain: false }
    await rig.reach(anchorBatch(world, batch), 'final')
  }
  return {
    did: product.did,
    rpcUrl: rig.anvil.url,
    chain: `eip155:${rig.anvil.chainId}`,
    origins: Object.fromEntries(hosts.map((host) => [host, base])),
    served,
    async stop() {
      server.closeAllConnections()
      server.close()
      await rig.anvil.stop()
    },
  }
}
