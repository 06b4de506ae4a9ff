// A stand-in for AWS KMS that speaks its protocol (AWS JSON 1.1) with real keys, on this machine only. The signature of a
// request is looked at, not recomputed: it is the client's, not ours.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createDigestKey, createMessageKey, createSealingKey, derOf } from './service-keys.ts'

export type KmsStandIn = {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Ids of its keys. `forbidden` may not be used by anybody, `disabled` is. */
  readonly keys: {
    readonly Ed25519: string
    readonly secp256k1: string
    readonly symmetric: string
    readonly p256: string
    readonly forbidden: string
    readonly disabled: string
  }
  /** The operations that were asked for, such as `Sign`. */
  readonly calls: readonly string[]
  /** What it does with the next requests, one for each; then it works again. */
  fail(...faults: readonly KmsFault[]): void
  close(): Promise<void>
}

/** `forged`: a signature with one bit changed. `high-s`: the malleable half. `low-s`: the other one. */
export type KmsFault = 'throttled' | 'internal' | 'silent' | 'html' | 'forged' | 'high-s' | 'low-s'

type Answer = { readonly [member: string]: unknown }
type Key = (operation: string, request: Answer) => Promise<Answer>

const credentials = { accessKeyId: 'AKIDSTANDIN', secretAccessKey: 'stand-in' }
const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/'

/** Starts it. The caller closes it. */
export async function startKms(): Promise<KmsStandIn> {
  const calls: string[] = []
  const faults: KmsFault[] = []
  const ids = {
    Ed25519: '10000000-0000-4000-8000-000000000001',
    secp256k1: '10000000-0000-4000-8000-000000000002',
    symmetric: '10000000-0000-4000-8000-000000000003',
    p256: '10000000-0000-4000-8000-000000000004',
    forbidden: '10000000-0000-4000-8000-000000000005',
    disabled: '10000000-0000-4000-8000-000000000006',
  }
  const isHigh = (): boolean => takeHalf(faults)
  const keys: { readonly [id: string]: Key } = {
    [ids.Ed25519]: messageSigner(),
    [ids.secp256k1]: digestSigner('ECC_SECG_P256K1', isHigh),
    [ids.symmetric]: sealer(ids.symmetric),
    [ids.p256]: digestSigner('ECC_NIST_P256', isHigh),
    [ids.forbidden]: refuser('AccessDeniedException', 'User: … is not authorized to perform this'),
    [ids.disabled]: refuser('DisabledException', `${ARN}${ids.disabled} is disabled.`),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '')
    calls.push(operation)
    const body = JSON.parse(await text(request)) as { KeyId?: string }
    const fault = isHalf(faults[0]) || faults[0] === 'forged' ? undefined : faults.shift()
    if (fault === 'silent') return
    if (fault === 'throttled') return refuse(response, 400, 'ThrottlingException', 'Rate exceeded')
    if (fault === 'internal') return refuse(response, 500, 'KMSInternalException', 'try again')
    if (fault === 'html') return void response.writeHead(502).end('<html>Bad Gateway</html>')
    if (!request.headers.authorization?.includes(`Credential=${credentials.accessKeyId}/`)) {
      const message = 'The security token included in the request is invalid.'
      return refuse(response, 400, 'UnrecognizedClientException', message)
    }
    const id = String(body.KeyId).replace(ARN, '')
    const key = keys[id]
    if (key === undefined) {
      return refuse(response, 400, 'NotFoundException', `Key '${ARN}${id}' does not exist`)
    }
    try {
      const said = await key(operation, body as Answer)
      const forged = operation === 'Sign' && faults[0] === 'forged' ? forge(said) : said
      if (forged !== said) faults.shift()
      send(response, 200, { KeyId: `${ARN}${id}`, ...forged })
    } catch (error) {
      const { name, message } = error as Error
      refuse(response, 400, name, message)
    }
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials,
    keys: ids,
    calls,
    fail: (...next) => void faults.splice(0, faults.length, ...next),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function digestSigner(spec: string, isHigh: () => boolean): Key {
  const key = createDigestKey()
  return async (operation, { MessageType, SigningAlgorithm, Message }) => {
    if (operation === 'GetPublicKey') return publicKey(spec, key.publicKey)
    assertUse(operation, 'Sign')
    const digest = Buffer.from(String(Message), 'base64')
    if (MessageType !== 'DIGEST' || SigningAlgorithm !== 'ECDSA_SHA_256' || digest.length !== 32) {
      throw failure('ValidationException', 'not a digest for ECDSA_SHA_256')
    }
    return { Signature: base64(derOf(await key.sign(digest, isHigh()))), SigningAlgorithm }
  }
}

function messageSigner(): Key {
  const key = createMessageKey()
  return async (operation, { MessageType, SigningAlgorithm, Message }) => {
    if (operation === 'GetPublicKey') return publicKey('ECC_NIST_EDWARDS25519', key.publicKey)
    assertUse(operation, 'Sign')
    const message = Buffer.from(String(Message), 'base64')
    if (MessageType !== 'RAW' || SigningAlgorithm !== 'ED25519_SHA_512' || message.length > 4096) {
      throw failure('ValidationException', 'not a raw message for ED25519_SHA_512')
    }
    return { Signature: base64(key.sign(message)), SigningAlgorithm }
  }
}

function sealer(id: string): Key {
  const key = createSealingKey()
  return async (operation, { Plaintext, CiphertextBlob, EncryptionContext }) => {
    const bound = JSON.stringify(EncryptionContext ?? {})
    if (operation === 'GetPublicKey') throw failure('UnsupportedOperationException', id)
    if (operation === 'Encrypt') {
      return { CiphertextBlob: base64(key.seal(Buffer.from(String(Plaintext), 'base64'), bound)) }
    }
    assertUse(operation, 'Decrypt')
    const opened = key.open(Buffer.from(String(CiphertextBlob), 'base64'), bound)
    if (opened === undefined) throw failure('InvalidCiphertextException', '')
    return { Plaintext: base64(opened) }
  }
}

function refuser(name: string, message: string): Key {
  return async () => {
    throw failure(name, message)
  }
}

function publicKey(KeySpec: string, key: { export(how: SpkiDer): Buffer }): Answer {
  const PublicKey = base64(key.export({ type: 'spki', format: 'der' }))
  return { KeySpec, KeyUsage: 'SIGN_VERIFY', PublicKey }
}
type SpkiDer = { type: 'spki'; format: 'der' }

function forge(answer: Answer): Answer {
  const signature = Buffer.from(String(answer['Signature']), 'base64')
  const last = signature.length - 1
  signature[last] = (signature[last] ?? 0) ^ 1
  return { ...answer, Signature: base64(signature) }
}

function isHalf(fault: KmsFault | undefined): boolean {
  return fault === 'high-s' || fault === 'low-s'
}

function takeHalf(faults: KmsFault[]): boolean {
  return isHalf(faults[0]) ? faults.shift() === 'high-s' : Math.random() < 0.5
}

function assertUse(operation: string, expected: string): void {
  if (operation !== expected) throw failure('InvalidKeyUsageException', `not for ${operation}`)
}

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  send(response, status, { __type: type, message })
}

function send(response: ServerResponse, status: number, body: Answer): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(body))
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
