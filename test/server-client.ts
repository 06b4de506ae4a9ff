// What a client of the service does, for tests: an organisation with a published did:webvh log, products under delegated
// control, signed events.
import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  createEvent,
  createLocalSigner,
  digitalLink,
  generateSeed,
  type LocalSigner,
  manufactureEvent,
  type SecuredEvent,
  signEvent,
} from '@dpp/core'
import {
  createLog,
  createProductDocument,
  delegatedGenesisParameters,
  hashKey,
  PRODUCT_PATH,
} from '@dpp/webvh'

/** A host that serves files from memory by path, for issuers' logs. */
export type FileHost = {
  readonly url: string
  readonly files: Map<string, string>
  close(): Promise<void>
}

export async function startFileHost(): Promise<FileHost> {
  const files = new Map<string, string>()
  const server = createServer((request, response) => {
    const body = files.get(request.url ?? '')
    const headers = { 'content-type': 'text/jsonl', 'access-control-allow-origin': '*' }
    response.writeHead(body === undefined ? 404 : 200, headers)
    response.end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  async function close(): Promise<void> {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}`, files, close }
}

export type Organisation = {
  readonly did: string
  readonly signer: LocalSigner
  /** The signer's seed, for programs that read a key from a file. */
  readonly seed: Uint8Array
}

/** An organisation whose log is published at `domain` on the host. */
export async function createOrganisation(host: FileHost, domain: string): Promise<Organisation> {
  const updateKey = createLocalSigner(generateSeed())
  const seed = generateSeed()
  const { multikey } = createLocalSigner(seed)
  const id = `did:webvh:{SCID}:${domain}`
  const { did, line } = await createLog({
    domain,
    document: {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      verificationMethod: [
        { id: `${id}#key-1`, type: 'Multikey', controller: id, publicKeyMultibase: multikey },
      ],
      assertionMethod: [`${id}#key-1`],
    },
    parameters: { updateKeys: [updateKey.multikey], ttl: 60 },
    signer: updateKey,
    versionTime: new Date(),
  })
  host.files.set('/.well-known/did.jsonl', line)
  return { did, seed, signer: createLocalSigner(seed, { verificationMethod: `${did}#key-1` }) }
}

export type RegisteredProduct = {
  readonly did: string
  readonly scid: string
  readonly item: string
  /** The owner's recovery key, which takes the log over. */
  readonly recovery: LocalSigner
}

/** Registers a product under delegated control. */
export async function registerProduct(
  serverUrl: string,
  domain: string,
  controller: Pick<Organisation, 'did'>,
  serial: string,
): Promise<RegisteredProduct> {
  const item = digitalLink({ gtin: '09521234500018', serial })
  const { keys } = (await postJson(`${serverUrl}/dids/keys`, { alsoKnownAs: [item] })).body as {
    keys: { nextKeyHash: string }[]
  }
  const owner = createLocalSigner(generateSeed())
  const recovery = createLocalSigner(generateSeed())
  const { did, scid, line } = await createLog({
    domain,
    path: [...PRODUCT_PATH],
    document: createProductDocument({ domain, digitalLink: item, controller: controller.did }),
    parameters: delegatedGenesisParameters(owner.multikey, {
      service: keys[0]?.nextKeyHash ?? '',
      recovery: hashKey(recovery.multikey),
    }),
    signer: owner,
    versionTime: new Date(),
  })
  const answer = await postJson(`${serverUrl}/dids`, { log: line })
  if (answer.status !== 201) throw new Error(`registration: ${JSON.stringify(answer)}`)
  return { did, scid, item, recovery }
}

/** A signed manufacture event about the products. */
export async function signManufacture(
  issuer: Pick<Organisation, 'did' | 'signer'>,
  products: readonly RegisteredProduct[],
  now: Date = new Date(),
): Promise<SecuredEvent> {
  const subject = manufactureEvent({
    products: products.map(({ did }) => did),
    items: products.map(({ item }) => item),
    eventTime: now,
    timeZoneOffset: '+01:00',
  })
  const event = createEvent({
    issuer: { id: issuer.did, name: 'WindowCo AG' },
    subject,
    validFrom: now,
  })
  return await signEvent(event, issuer.signer, { created: now })
}

export type Answer = { readonly status: number; readonly body: unknown; readonly text: string }

export async function postJson(url: string, value: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text), text }
}

export async function getJson(url: string): Promise<Answer> {
  const response = await fetch(url)
  const text = await response.text()
  return { status: response.status, body: JSON.parse(text), text }
}
