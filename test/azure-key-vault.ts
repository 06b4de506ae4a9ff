// A stand-in for Azure Key Vault that speaks its REST protocol with real keys, on this machine only: TLS with a certificate of
// its own, the authentication challenge, keys in versions; beside it the token endpoint of a managed identity, as a
// container app has it.
import { execFile } from 'node:child_process'
import {
  constants,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { createDigestKey, createRsaKey, type DigestKey } from './service-keys.ts'

export type KeyVaultStandIn = {
  readonly vaultUrl: string
  /** PEM; whoever connects must trust it. */
  readonly certificate: string
  /** The same in a file, for `NODE_EXTRA_CA_CERTS`. */
  readonly certificateFile: string
  readonly credential: {
    getToken(): Promise<{ token: string; expiresOnTimestamp: number }>
  }
  /** Environment in which `@azure/identity` finds the managed identity. */
  readonly identity: { readonly [name: string]: string }
  /** Names: `relayer` on P-256K, `root` of RSA, `other` on P-256. */
  readonly keys: { readonly secp256k1: string; readonly rsa: string; readonly p256: string }
  /** Makes a new version of a key the newest. */
  rotate(name: string): void
  /** The requests that came in, such as `POST /keys/relayer/1/sign`. */
  readonly calls: readonly string[]
  /** What it does with the next authorised requests, one for each; then it works again. */
  fail(...faults: readonly VaultFault[]): void
  close(): Promise<void>
}

export type VaultFault = 'throttled' | 'internal' | 'silent' | 'html' | 'forged'

type Answer = { readonly [member: string]: unknown }
/** `undefined`: no such operation. */
type Version = {
  readonly jwk: Answer
  handle(operation: string, value: Buffer, algorithm: string): Promise<Buffer | undefined>
}

const run = promisify(execFile)
const TOKEN = 'stand-in-token'
const IDENTITY_HEADER = 'stand-in-identity'
// The client compares the domain of the challenge's resource with the end of the vault's host name, which is 127.0.0.1.
const RESOURCE = 'stand-in://0.0.1'

/** Starts it. The caller closes it. */
export async function startKeyVault(): Promise<KeyVaultStandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-key-vault-'))
  const [key, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', key, '-out', certificateFile],
  ])
  const certificate = await readFile(certificateFile, 'utf8')

  const calls: string[] = []
  const faults: VaultFault[] = []
  const makers: { readonly [name: string]: () => Version } = {
    relayer: () => ecKey('P-256K'),
    root: rsaKey,
    other: () => ecKey('P-256'),
  }
  const versions = new Map(Object.entries(makers).map(([name, make]) => [name, [make()]]))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', vaultUrl).pathname.replace(/\/$/, '')
    const body = await text(request)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      const challenge = `Bearer authorization="https://127.0.0.1/tenant", resource="${RESOURCE}"`
      response.setHeader('www-authenticate', challenge)
      return refuse(response, 401, 'Unauthorized')
    }
    calls.push(`${request.method} ${path}`)
    const fault = faults.shift()
    if (fault === 'silent') return
    if (fault === 'throttled') {
      response.setHeader('x-ms-retry-after-ms', '50')
      return refuse(response, 429, 'Throttled')
    }
    if (fault === 'internal') return refuse(response, 500, 'InternalServerError')
    if (fault === 'html') return void response.writeHead(502).end('<html>Bad Gateway</html>')

    const [, , name = '', wanted, operation] = path.split('/')
    const all = versions.get(name) ?? []
    const number = wanted === undefined || wanted === '' ? all.length : Number(wanted)
    const version = all[number - 1]
    if (version === undefined) return refuse(response, 404, 'KeyNotFound')
    const kid = `${vaultUrl}/keys/${name}/${number}`
    if (operation === undefined) {
      return send(response, 200, { key: { kid, ...version.jwk }, attributes: { enabled: true } })
    }
    const { alg, value } = JSON.parse(body) as { alg: string; value: string }
    const made = await version.handle(operation, Buffer.from(value, 'base64url'), alg)
    if (made === undefined) return refuse(response, 400, 'BadParameter')
    if (fault === 'forged') made[made.length - 1] = (made.at(-1) ?? 0) ^ 1
    send(response, 200, { kid, value: made.toString('base64url') })
  }

  function giveToken(request: IncomingMessage, response: ServerResponse): void {
    const isKnown = request.headers['x-identity-header'] === IDENTITY_HEADER
    const expires = `${Math.floor(Date.now() / 1000) + 3600}`
    if (!isKnown) refuse(response, 401, 'Unauthorized')
    else send(response, 200, { access_token: TOKEN, expires_on: expires, token_type: 'Bearer' })
  }

  const tls = { key: await readFile(key), cert: certificate }
  const vault = createHttpsServer(tls, (request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const identity = createHttpServer(giveToken)
  const vaultUrl = `https://127.0.0.1:${await listen(vault)}`
  const tokenUrl = `http://127.0.0.1:${await listen(identity)}/msi/token`
  return {
    vaultUrl,
    certificate,
    certificateFile,
    credential: {
      getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
    },
    identity: {
      IDENTITY_ENDPOINT: tokenUrl,
      IDENTITY_HEADER,
      NODE_EXTRA_CA_CERTS: certificateFile,
    },
    keys: { secp256k1: 'relayer', rsa: 'root', p256: 'other' },
    rotate(name) {
      const make = makers[name]
      if (make !== undefined) versions.get(name)?.push(make())
    },
    calls,
    fail: (...next) => void faults.splice(0, faults.length, ...next),
    async close() {
      for (const server of [vault, identity]) {
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function ecKey(crv: string): Version {
  const key: DigestKey = createDigestKey()
  const { x, y } = key.publicKey.export({ format: 'jwk' })
  return {
    jwk: { kty: 'EC', crv, x, y, key_ops: ['sign', 'verify'] },
    async handle(operation, digest, algorithm) {
      if (operation !== 'sign' || algorithm !== 'ES256K' || digest.length !== 32) return undefined
      return Buffer.from(await key.sign(digest, Math.random() < 0.5))
    },
  }
}

function rsaKey(): Version {
  const key: KeyObject = createRsaKey()
  const publicKey = createPublicKey(key)
  const { n, e } = publicKey.export({ format: 'jwk' })
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  return {
    jwk: { kty: 'RSA', n, e, key_ops: ['wrapKey', 'unwrapKey'] },
    async handle(operation, value, algorithm) {
      if (algorithm !== 'RSA-OAEP-256') return undefined
      if (operation === 'wrapkey') return publicEncrypt({ key: publicKey, ...padding }, value)
      if (operation !== 'unwrapkey') return undefined
      try {
        return privateDecrypt({ key, ...padding }, value)
      } catch {
        return undefined
      }
    },
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function refuse(response: ServerResponse, status: number, code: string): void {
  send(response, status, { error: { code, message: `the stand-in says ${code}` } })
}

function send(response: ServerResponse, status: number, body: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
