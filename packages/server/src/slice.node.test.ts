// The whole job against the real server process and a real chain: events in, logs out, one anchored root, proofs that
// the verifying functions of the other packages accept.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  entryLeafHash,
  parseBatchFile,
  parseWitnessFile,
  verifyBatchFile,
  verifyInclusionProof,
} from '@dpp/anchor'
import { createRegistryReader } from '@dpp/anchor/ethereum'
import { eventDigest, parseReceipt, parseStrict, verifyReceipt } from '@dpp/core'
import { fetchLog, readEvents, verificationKey, verifyLog } from '@dpp/webvh'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  getJson,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../test/server-client.ts'
import { type ServerProcess, startServerProcess } from '../../../test/server-process.ts'
import { openScene, type ServiceScene, untilSettled } from '../../../test/service-scene.ts'

let scene: ServiceScene
let server: ServerProcess

beforeAll(async () => {
  scene = await openScene()
  server = await startServerProcess(scene.environment)
})

afterAll(async () => {
  await server?.stop()
  await scene?.close()
})

async function publicFile(path: string): Promise<string> {
  const response = await fetch(`${server.url}/.well-known/did/${path}`)
  expect(response.status, path).toBe(200)
  return await response.text()
}

describe('one batch', () => {
  let products: RegisteredProduct[]

  it('registers products whose DIDs resolve at once', async () => {
    const serials = ['W26-000001', 'W26-000002', 'W26-000003']
    products = []
    for (const serial of serials) {
      products.push(await registerProduct(server.url, scene.domain, scene.issuer, serial))
    }
    for (const { did, scid } of products) {
      const report = verifyLog(await publicFile(`${scid}/did.jsonl`), { did })
      expect(report.error).toBeUndefined()
      expect(report.versions).toHaveLength(1)
    }
  })

  it('answers an event with a receipt that verifies, the same bytes each time', async () => {
    const event = await signManufacture(scene.issuer, products)
    const first = await postJson(`${server.url}/events`, event)
    const second = await postJson(`${server.url}/events`, event)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.text).toBe(first.text)
    const receipt = parseReceipt(parseStrict(first.text))
    const { body } = await getJson(`${server.url}/service`)
    const { did, receiptVerificationMethod: method } = body as { [name: string]: string }
    if (did === undefined || method === undefined) throw new Error('no DID')
    expect(receipt.proof.verificationMethod).toBe(method)
    // From the domain's root, as anybody would.
    const { head } = verifyLog(
      await fetchLog(did, { fetch, origins: { [scene.domain]: server.url } }),
    )
    const key = verificationKey(head?.document ?? {}, method, 'assertionMethod')
    expect(head?.did).toBe(did)
    expect(key && verifyReceipt(receipt, key)).toEqual({ verified: true })
    expect(receipt.events).toEqual([
      { digest: eventDigest(event), products: products.map(({ did }) => did) },
    ])
  })

  it('seals, anchors and publishes it', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1000)) // Entry times are whole seconds.
    const run = await postJson(`${server.url}/batches`, {})
    expect(run.status).toBe(200)
    const [root = ''] = await untilSettled(server.url)

    const reader = createRegistryReader({
      rpcUrls: [scene.anvil.url],
      chainId: scene.anvil.chainId,
      registry: scene.registry,
      finality: { depth: 0 },
    })
    const found = await reader.findAnchor({ registry: scene.registry, root })
    expect(found?.final).toBe(true)

    const batch = parseBatchFile(await publicFile(`batches/${root.slice(2)}.json`))
    expect(verifyBatchFile(batch)).toBe(true)
    expect(batch.treeSize).toBe(4) // Three products and the issuer's mirror.
    expect(batch.anchors).toHaveLength(1)

    for (const { did, scid } of products) {
      const report = verifyLog(await publicFile(`${scid}/did.jsonl`), { did })
      expect(report.error).toBeUndefined()
      expect(report.versions).toHaveLength(2)
      const [event] = readEvents(report.versions)
      const text = await publicFile(`events/${event?.digest}.json`)
      expect(eventDigest(parseStrict(text))).toBe(event?.digest)
      const witness = parseWitnessFile(await publicFile(`${scid}/witness.json`))
      const [proof] = witness.proofs
      const tip = report.versions.at(-1)
      expect(proof?.versionId).toBe(tip?.versionId)
      expect(proof && verifyInclusionProof(proof, entryLeafHash(tip?.line ?? ''))).toBe(true)
      expect(proof?.root).toBe(root)
    }

    const scid = scene.issuer.did.split(':')[2] ?? ''
    expect(await publicFile(`issuers/${scid}/did.jsonl`)).toBe(
      scene.host.files.get('/.well-known/did.jsonl'),
    )
    const mirrored = parseWitnessFile(await publicFile(`issuers/${scid}/witness.json`))
    expect(mirrored.proofs[0]?.root).toBe(root)
  })

  it('seals a second batch while the chain holds still, and anchors it when the chain is back', async () => {
    const [product] = products
    if (product === undefined) throw new Error('no product')
    scene.anvil.pause()
    const event = await signManufacture(scene.issuer, [product])
    expect((await postJson(`${server.url}/events`, event)).status).toBe(201)
    const run = (await postJson(`${server.url}/batches`, {})).body as {
      batches: { state: string }[]
    }
    expect(run.batches[0]?.state).toBe('rooted')
    const { body } = await getJson(`${server.url}/events/${eventDigest(event)}`)
    expect(body).toMatchObject({ stage: 'sealed' })
    const log = await publicFile(`${product.scid}/did.jsonl`)
    expect(verifyLog(log, { did: product.did }).versions).toHaveLength(3)
    scene.anvil.resume()
    await untilSettled(server.url)
    const witness = parseWitnessFile(await publicFile(`${product.scid}/witness.json`))
    expect(witness.proofs).toHaveLength(2)
  })

  it('keeps the development keys for its owner alone', async () => {
    const text = await readFile(join(scene.folder, 'development-keys.json'), 'utf8')
    expect(Object.keys(JSON.parse(text))).toEqual(['witnessPrivateKey', 'relayerPrivateKey'])
  })

  it('drains on SIGTERM: what was under way is answered, and the process ends in order', async () => {
    const events = await Promise.all(
      products.map((product) => signManufacture(scene.issuer, [product])),
    )
    const answers = events.map((event) => postJson(`${server.url}/events`, event))
    await Promise.race(answers)
    const started = performance.now()
    await server.stop('SIGTERM')
    expect(server.process.exitCode).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
    for (const answer of await Promise.allSettled(answers)) {
      if (answer.status === 'fulfilled') expect([201, 503]).toContain(answer.value.status)
    }
  })
})
