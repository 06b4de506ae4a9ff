// What owners and operators do to control after registration: transfer, closing, a new master secret. Every log that comes
// of it resolves with didwebvh-ts too.
import { verify } from 'node:crypto'
import {
  addProof,
  createLocalSigner,
  eventDigest,
  generateSeed,
  type JsonObject,
  type LocalSigner,
} from '@dpp/core'
import {
  appendDigests,
  appendEntry,
  hashKey,
  isOpen,
  readEvents,
  takeoverParameters,
  verifyLog,
} from '@dpp/webvh'
import { resolveDIDFromLog } from 'didwebvh-ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type LocalService, openLocalService, SERVICE_DOMAIN } from '../../../test/local-service.ts'
import {
  getJson,
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../test/server-client.ts'
import { runServerCommand } from '../../../test/server-process.ts'
import { planControl } from './custody/delegated-control.ts'
import { createUpdateKeys } from './custody/update-keys.ts'

// Imported under NODE_ENV=test, the peer writes every log that it touches into ./test/logs.
vi.hoisted(() => vi.stubEnv('NODE_ENV', 'production'))
vi.unstubAllEnvs() // It looks once; other test files share the process.

const first = new Uint8Array(32).fill(7)
const second = new Uint8Array(32).fill(8)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

let local: LocalService
let now = new Date(Date.now() + 10_000)

beforeAll(async () => {
  local = await openLocalService({ WITNESS_PRIVATE_KEY: hex(first) }, () => now)
})

afterAll(() => local?.close())

function tick(): Date {
  now = new Date(now.getTime() + 2000)
  return now
}

async function seal(): Promise<void> {
  tick()
  await local.server.batches.runNow()
}

async function accept(product: RegisteredProduct): Promise<{ digest: string; status: number }> {
  const event = await signManufacture(local.issuer, [product], now)
  const { status } = await postJson(`${local.url}/events`, event)
  return { digest: eventDigest(event), status }
}

const spki = Buffer.from('302a300506032b6570032100', 'hex')
const verifier = {
  verify: async (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => {
    const key = Buffer.concat([spki, publicKey])
    return verify(null, message, { key, format: 'der', type: 'spki' }, signature)
  },
}

/** The published log, which both implementations resolve to the same document. */
async function published({ did, scid }: RegisteredProduct): Promise<ReturnType<typeof verifyLog>> {
  const text = await (await fetch(`${local.url}/.well-known/did/${scid}/did.jsonl`)).text()
  const report = verifyLog(text, { did, now })
  expect(report.error).toBeUndefined()
  const log = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as never)
  const peer = (await resolveDIDFromLog(log, { verifier })) as { doc: unknown }
  expect(peer.doc).toMatchObject({ id: did, controller: report.head?.document['controller'] })
  return report
}

async function ask(path: string, body: JsonObject): Promise<{ status: number; code?: unknown }> {
  const { status, body: answer } = await postJson(`${local.url}${path}`, body)
  const { code } = answer as JsonObject
  return { status, ...(code === undefined ? {} : { code }) }
}

function sign(document: JsonObject, signer: LocalSigner, created = now): Promise<JsonObject> {
  return addProof(document, {
    signer,
    created: new Date(Math.floor(created.getTime() / 1000) * 1000),
  })
}

describe('transfer', () => {
  it('replaces controller and recovery hash at the word of the recovery key alone', async () => {
    const product = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'TRANSFER-1')
    const newRecovery = createLocalSigner(generateSeed())
    const buyer = `did:webvh:${'Qm'.padEnd(46, 'a')}:buyer.example`
    const request = {
      type: 'DppTransferRequest',
      version: 1,
      product: product.did,
      controller: buyer,
      recoveryHash: hashKey(newRecovery.multikey),
    }
    const path = `/dids/${product.scid}/transfer`
    const refused = { status: 403, code: 'ERR_DPP_TRANSFER_REFUSED' }
    const proof = { status: 403, code: 'ERR_DPP_CONTROLLER_PROOF' }
    const { recovery } = product
    const stranger = createLocalSigner(generateSeed())
    expect(await ask(path, await sign(request, stranger))).toEqual(refused)
    expect(await ask(path, await sign(request, local.issuer.signer))).toEqual(refused)
    expect(
      await ask(path, { ...(await sign(request, recovery)), controller: local.issuer.did }),
    ).toEqual(refused)
    expect(await ask(path, request)).toEqual(refused)
    const other = { ...request, product: `${product.did}x` }
    expect(await ask(path, await sign(other, recovery))).toEqual(proof)
    const close = { ...request, type: 'DppCloseRequest' }
    expect(await ask(path, await sign(close, recovery))).toEqual(proof)
    const old = new Date(now.getTime() - 7_200_000)
    expect(await ask(path, await sign(request, recovery, old))).toEqual(proof)
    const same = { ...request, recoveryHash: hashKey(recovery.multikey) }
    expect(await ask(path, await sign(same, recovery))).toEqual(refused)
    const nobody = { ...request, controller: 'did:example:1' }
    expect(await ask(path, await sign(nobody, recovery))).toEqual(refused)

    const signed = await sign(request, recovery)
    expect(await ask(path, signed)).toEqual({ status: 201 })
    expect(await ask(path, signed)).toEqual({ status: 200 }) // Done already.
    const { head, versions } = await published(product)
    expect(versions).toHaveLength(2)
    // The key is spent.
    expect(
      await ask(path, await sign({ ...request, controller: local.issuer.did }, recovery)),
    ).toEqual(refused)
    expect(head?.document['controller']).toBe(buyer)
    expect(head?.parameters.nextKeyHashes).toContain(request.recoveryHash)
    expect((await accept(product)).status).toBe(403) // The seller speaks for it no more.

    const takeover = await appendEntry(head as NonNullable<typeof head>, {
      parameters: takeoverParameters(newRecovery.multikey, [hashKey(stranger.multikey)]),
      signer: newRecovery,
      versionTime: tick(),
    })
    const posted = { head: head?.versionId ?? '', log: takeover.line }
    expect(await ask(`/dids/${product.scid}/log`, posted)).toEqual({ status: 201 })
    expect((await published(product)).versions).toHaveLength(3)
  })
})

describe('closing', () => {
  it("seals what waits, then ends the log in two entries, at the controller's word", async () => {
    const product = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'CLOSE-1')
    const { digest } = await accept(product)
    const request = { type: 'DppCloseRequest', version: 1, product: product.did }
    const path = `/dids/${product.scid}/close`
    const unsigned = { status: 403, code: 'ERR_DPP_CONTROLLER_PROOF' }
    expect(await ask(path, request)).toEqual(unsigned)
    const { signer } = local.issuer
    expect(await ask(path, await sign({ ...request, version: 2 }, signer))).toEqual(unsigned)
    expect(await ask(path, await sign(request, product.recovery))).toMatchObject({ status: 403 })
    expect(await ask(path, await sign(request, signer))).toEqual({ status: 202 })
    expect((await getJson(`${local.url}/dids/${product.scid}`)).body).toMatchObject({
      closing: true,
    })
    expect(await ask('/events', await signManufacture(local.issuer, [product], now))).toEqual({
      status: 409,
      code: 'ERR_DPP_PRODUCT_CLOSED',
    })
    for (let batch = 0; batch < 4; batch++) await seal()
    const { versions } = await published(product)
    expect(readEvents(versions).map((event) => event.digest)).toEqual([digest])
    expect(
      versions.map(({ parameters }) => [
        parameters.updateKeys.length,
        parameters.nextKeyHashes.length,
      ]),
    ).toEqual([
      [1, 2],
      [1, 2],
      [1, 0],
      [0, 0],
    ])
    expect((await getJson(`${local.url}/dids/${product.scid}`)).body).toMatchObject({
      control: 'closed',
    })
    expect(await ask(path, await sign(request, signer))).toMatchObject({ status: 409 })
  })
})

describe('a closing', () => {
  const request = (product: RegisteredProduct): JsonObject => ({
    type: 'DppCloseRequest',
    version: 1,
    product: product.did,
  })

  it('is withdrawn by the next entry of the owner', async () => {
    const product = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'CLOSE-2')
    const closing = await sign(request(product), local.issuer.signer)
    expect(await ask(`/dids/${product.scid}/close`, closing)).toEqual({ status: 202 })
    const { head } = await published(product)
    if (head === undefined) throw new Error('no head')
    const keys = createUpdateKeys(first)
    const takeover = await appendEntry(head, {
      parameters: takeoverParameters(product.recovery.multikey, [
        keys.hashFor(product.item, 3), // Delegated again at once.
        hashKey(createLocalSigner(generateSeed()).multikey),
      ]),
      signer: product.recovery,
      versionTime: tick(),
    })
    const posted = { head: head.versionId, log: takeover.line }
    expect(await ask(`/dids/${product.scid}/log`, posted)).toEqual({ status: 201 })
    for (let batch = 0; batch < 3; batch++) await seal()
    expect((await published(product)).versions).toHaveLength(2)
    expect((await accept(product)).status).toBe(201)
  })

  it('lets an event that came in between be sealed by the key of the half-closed log', async () => {
    const product = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'CLOSE-3')
    const closing = await sign(request(product), local.issuer.signer)
    expect(await ask(`/dids/${product.scid}/close`, closing)).toEqual({ status: 202 })
    await seal()
    const { head } = await published(product)
    if (head === undefined) throw new Error('no head')
    expect(head.parameters.nextKeyHashes).toEqual([])
    const plan = planControl(createUpdateKeys(first), product.item, head)
    if (plan === undefined) throw new Error('no plan')
    const late = eventDigest(await signManufacture(local.issuer, [product], now))
    const entry = await appendEntry(head, {
      ...plan,
      document: appendDigests(head.document, [late]),
      versionTime: tick(),
    })
    const report = verifyLog(entry.line, { from: head, now })
    expect(report.error).toBeUndefined()
    expect(isOpen(entry.head)).toBe(true)
    await seal()
    expect((await published(product)).versions).toHaveLength(3)
  })
})

describe('a new master secret', () => {
  it('takes each log over with its next entry, while the old one is kept', async () => {
    await local.restart({ WITNESS_PRIVATE_KEY: hex(first) })
    const product = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'ROTATE-1')
    const idle = await registerProduct(local.url, SERVICE_DOMAIN, local.issuer, 'ROTATE-2')
    await accept(product)
    await seal()
    const before = (await getJson(`${local.url}/service`)).body as Described

    await local.restart({ WITNESS_PRIVATE_KEY: hex(second), WITNESS_PREVIOUS_KEYS: hex(first) })
    await accept(product)
    await seal()
    const [, , third] = (await published(product)).versions
    const [old, current] = [createUpdateKeys(first), createUpdateKeys(second)]
    expect(third?.parameters.updateKeys).toEqual([old.signerFor(product.item, 3).multikey])
    expect(third?.parameters.nextKeyHashes[0]).toBe(current.hashFor(product.item, 4))
    const service = (await getJson(`${local.url}/service`)).body as Described
    expect(service.did).toBe(before.did)
    expect(service.receiptVerificationMethod).not.toBe(before.receiptVerificationMethod)
    await local.server.close()
    expect(await keysCommand(hex(second), hex(first))).toMatchObject({
      secrets: [{ logs: 1 }, { logs: 2 }], // The other one is of the test above.
      foreignLogs: 0,
      receiptVerificationMethod: service.receiptVerificationMethod,
    })

    await local.restart({ WITNESS_PRIVATE_KEY: hex(second) }) // Too early: one log still hangs on the old secret.
    await accept(product)
    await accept(idle)
    await seal()
    expect((await published(product)).versions).toHaveLength(4)
    expect((await published(idle)).versions).toHaveLength(1)
    expect((await getJson(`${local.url}/dids/${idle.scid}`)).body).toMatchObject({
      control: 'self',
    })
  })
})

type Described = { readonly did: string; readonly receiptVerificationMethod: string }

async function keysCommand(secret: string, previous: string): Promise<JsonObject> {
  const { stdout } = await runServerCommand(['keys'], {
    DPP_DATA_DIR: local.folder,
    DPP_DOMAIN: SERVICE_DOMAIN,
    WITNESS_PRIVATE_KEY: secret,
    WITNESS_PREVIOUS_KEYS: previous,
    RELAYER_PRIVATE_KEY: '11'.repeat(32),
  })
  expect(stdout).not.toContain(secret)
  return JSON.parse(stdout) as JsonObject
}
