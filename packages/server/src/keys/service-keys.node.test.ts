// The real service with its keys in AWS KMS, Azure Key Vault and an HSM: the master secret wrapped by a command and unwrapped
// at the start, a batch anchored on a real chain by a key that never left its place.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseBatchFile } from '@dpp/anchor'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { fromHex, parseReceipt, verifyReceipt } from '@dpp/core'
import { verificationKey, verifyLog } from '@dpp/webvh'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../../../../test/anvil.ts'
import { type KmsStandIn, startKms } from '../../../../test/aws-kms.ts'
import { type KeyVaultStandIn, startKeyVault } from '../../../../test/azure-key-vault.ts'
import {
  createOrganisation,
  type FileHost,
  getJson,
  type Organisation,
  postJson,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../../../../test/server-client.ts'
import {
  runServerCommand,
  type ServerProcess,
  startServerProcess,
} from '../../../../test/server-process.ts'
import { createSoftHsm } from '../../../../test/softhsm.ts'
import { createUpdateKeys } from '../custody/update-keys.ts'
import { createIdentityOwner } from '../service-identity/identity-keys.ts'

type Environment = { readonly [name: string]: string }
type Places = {
  readonly relayer: string
  readonly wrapping: string
  /** Where receipts are signed; absent where there is no Ed25519. */
  readonly receipts?: string
}

const DOMAIN = 'dpp.windowco.example'
const hsm = await createSoftHsm()

let anvil: Anvil
let host: FileHost
let kms: KmsStandIn
let vault: KeyVaultStandIn
let registry: string
let issuer: Organisation
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-keys-'))
  ;[anvil, host, kms, vault] = await Promise.all([
    startAnvil({ slotsInAnEpoch: 1 }),
    startFileHost(),
    startKms(),
    startKeyVault(),
  ])
  const account = privateKeyToAccount(anvil.privateKeys[0] ?? '0x')
  registry = (await deployRegistry({ rpcUrl: anvil.url, chainId: anvil.chainId, account })).address
  issuer = await createOrganisation(host, 'windowco.example')
})

afterAll(async () => {
  await Promise.all([anvil?.stop(), host?.close(), kms?.close(), vault?.close(), hsm?.remove()])
  await rm(folder, { recursive: true, force: true })
})

afterEach(() => kms.fail()) // What one test did not use up is not the next one's.

function serviceOn(name: string): Environment {
  return {
    DPP_DATA_DIR: join(folder, name),
    DPP_DOMAIN: DOMAIN,
    DPP_RPC_URLS: anvil.url,
    DPP_REGISTRY: registry,
    DPP_FINALITY: '0',
    DPP_INTERVAL_SECONDS: '0',
    DPP_POLL_MS: '50',
    DPP_ORIGINS: `windowco.example=${host.url}`,
  }
}

const awsEnvironment = (): Environment => ({
  AWS_ACCESS_KEY_ID: kms.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: kms.credentials.secretAccessKey,
})
const inAws = (keyId: string): string =>
  `aws-kms:${keyId}?region=eu-central-1&endpoint=${encodeURIComponent(kms.endpoint)}`
const inAzure = (name: string): string => `azure-key-vault:${vault.vaultUrl}/keys/${name}`
const onToken = (object: string): string =>
  `pkcs11:token=${hsm?.token};object=${object}?module-path=${hsm?.modulePath}`

function parseLines(stdout: string): Environment {
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=', 2) as [string, string])
  return Object.fromEntries(pairs)
}

// By a transaction: a balance that is merely set is in no block, and no storage proof of the account would hold.
async function fund(account: string): Promise<void> {
  const [from] = (await anvil.request('eth_accounts')) as string[]
  const value = '0xde0b6b3a7640000'
  await anvil.request('eth_sendTransaction', [{ from, to: account, value }])
}

/** Posts an event, runs a batch to its end, and gives the anchor of the batch file. */
async function anchorOneBatch(server: ServerProcess, serial: string) {
  const product = await registerProduct(server.url, DOMAIN, issuer, serial)
  const posted = await postJson(`${server.url}/events`, await signManufacture(issuer, [product]))
  expect(posted.status, posted.text).toBe(201)
  await new Promise((resolve) => setTimeout(resolve, 1000)) // Entry times are whole seconds.
  await postJson(`${server.url}/batches`, {})
  const problems = new Set<string>()
  for (let attempt = 0; attempt < 600; attempt++) {
    const { batches } = (await getJson(`${server.url}/batches`)).body as {
      batches: { state: string; root: string; problem?: string }[]
    }
    const [newest] = batches
    if (newest?.problem !== undefined) problems.add(newest.problem)
    if (newest?.state === 'settled') {
      const file = `${server.url}/.well-known/did/batches/${newest.root.slice(2)}.json`
      const [anchor] = parseBatchFile(await (await fetch(file)).text()).anchors
      return { anchor, receipt: posted.body, problems: [...problems] }
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the batch did not settle: ${[...problems].join()} ${server.output()}`)
}

/** The key that the service says it signs receipts with, as its published log has it. */
async function receiptKeyOf({ url }: ServerProcess): Promise<Uint8Array> {
  const { receiptVerificationMethod: method } = (await getJson(`${url}/service`)).body as {
    receiptVerificationMethod: string
  }
  const { head, error } = verifyLog(await (await fetch(`${url}/.well-known/did.jsonl`)).text())
  expect(error).toBeUndefined()
  const key = verificationKey(head?.document ?? {}, method, 'assertionMethod')
  if (key === undefined) throw new Error(`${method} is not listed`)
  return key
}

function describeService(name: string, environment: () => Environment, places: () => Places): void {
  it(`keeps nothing but the wrapped secret, and anchors with a key in ${name}`, async () => {
    const secret = randomBytes(32).toString('hex')
    const { relayer, wrapping, receipts } = places()
    const outside = environment()
    const wrapped = await runServerCommand(['keys', 'wrap'], {
      ...{ ...outside, DPP_WRAPPING_KEY: wrapping, WITNESS_PRIVATE_KEY: secret },
    })
    expect(wrapped).toMatchObject({ code: 0, stderr: '' })
    expect(wrapped.stdout).not.toContain(secret)
    const server = await startServerProcess({
      ...{ ...serviceOn(name), ...outside, ...parseLines(wrapped.stdout) },
      DPP_RELAYER_KEY: relayer,
      DPP_WRAPPING_KEY: wrapping,
      ...(receipts === undefined ? {} : { DPP_RECEIPT_KEY: receipts }),
      DPP_LOG_LEVEL: 'debug',
    })
    try {
      const item = 'https://id.gs1.org/01/09521234500018/21/K-KEYS'
      const { keys } = (await postJson(`${server.url}/dids/keys`, { alsoKnownAs: [item] }))
        .body as {
        keys: { nextKeyHash: string }[]
      }
      expect(keys[0]?.nextKeyHash).toBe(createUpdateKeys(fromHex(secret)).hashFor(item, 2))
      const service = (await getJson(`${server.url}/service`)).body as {
        anchoring: { anchorer: string }
      }
      const { anchorer } = service.anchoring
      await fund(anchorer)

      const done = await anchorOneBatch(server, `K-${name.replaceAll(' ', '')}`)
      expect(done.anchor).toMatchObject({ type: 'evm-registry', anchorer })
      const { transactionHash } = done.anchor as { transactionHash: string }
      const transaction = await anvil.request('eth_getTransactionByHash', [transactionHash])
      expect(transaction).toMatchObject({ from: anchorer })
      const key = await receiptKeyOf(server)
      expect(verifyReceipt(parseReceipt(done.receipt), key)).toEqual({ verified: true })
      const [derived] = createIdentityOwner(DOMAIN, { masterSecret: fromHex(secret) }).keys
      const isDerived = Buffer.from(key).equals(derived.receiptSigner(1).publicKey)
      expect(isDerived).toBe(receipts === undefined)
      expect(server.output()).not.toContain(secret)
      if (outside['DPP_PKCS11_PIN'])
        expect(server.output()).not.toContain(outside['DPP_PKCS11_PIN'])
    } finally {
      await server.stop()
    }
  })
}

describe('a service whose keys are elsewhere', () => {
  describeService('AWS KMS', awsEnvironment, () => ({
    relayer: inAws(kms.keys.secp256k1),
    wrapping: inAws(kms.keys.symmetric),
    receipts: inAws(kms.keys.Ed25519),
  }))
  describeService(
    'Azure Key Vault',
    () => vault.identity,
    () => ({ relayer: inAzure(vault.keys.secp256k1), wrapping: inAzure(vault.keys.rsa) }),
  )
  describe.skipIf(hsm === undefined)('on a token', () => {
    describeService(
      'SoftHSM',
      () => ({ SOFTHSM2_CONF: hsm?.configFile ?? '', DPP_PKCS11_PIN: hsm?.pin ?? '' }),
      () => ({
        relayer: onToken(hsm?.keys.secp256k1 ?? ''),
        wrapping: onToken(hsm?.keys.aes ?? ''),
        receipts: onToken(hsm?.keys.Ed25519 ?? ''),
      }),
    )
  })

  it('waits while KMS fails, says so, and anchors once when it is back', async () => {
    const server = await startServerProcess({
      ...{ ...serviceOn('outage'), ...awsEnvironment() },
      DPP_RELAYER_KEY: inAws(kms.keys.secp256k1),
    })
    try {
      const { anchoring } = (await getJson(`${server.url}/service`)).body as {
        anchoring: { anchorer: string }
      }
      await fund(anchoring.anchorer)
      kms.fail(...Array<'internal'>(8).fill('internal'))
      const { anchor, problems } = await anchorOneBatch(server, 'K-outage')
      expect(problems.join()).toContain('ERR_DPP_KEY_UNAVAILABLE')
      const { anchorer } = anchor as { anchorer: string }
      const nonce = await anvil.request('eth_getTransactionCount', [anchorer, 'latest'])
      const other = await anvil.request('eth_getTransactionCount', [anchorer, 'pending'])
      expect(other).toBe(nonce)
    } finally {
      await server.stop()
    }
  })
})

describe('a service whose receipts are signed elsewhere', () => {
  it('accepts nothing while that key fails, and all of it afterwards', async () => {
    const server = await startServerProcess({
      ...{ ...serviceOn('receipts'), ...awsEnvironment() },
      DPP_RECEIPT_KEY: inAws(kms.keys.Ed25519),
    })
    try {
      const product = await registerProduct(server.url, DOMAIN, issuer, 'K-receipts')
      const event = await signManufacture(issuer, [product])
      kms.fail(...Array<'internal'>(8).fill('internal'))
      const refused = await postJson(`${server.url}/events`, event)
      expect(refused).toMatchObject({ status: 503, body: { code: 'ERR_DPP_KEY_UNAVAILABLE' } })
      kms.fail('forged')
      const forged = await postJson(`${server.url}/events`, event)
      expect(forged).toMatchObject({ status: 503, body: { code: 'ERR_DPP_KEY_SIGNATURE' } })
      const { body, status } = await postJson(`${server.url}/events`, event)
      expect(status).toBe(201) // Not 200: it was not stored before.
      const key = await receiptKeyOf(server)
      expect(verifyReceipt(parseReceipt(body), key)).toEqual({ verified: true })
    } finally {
      await server.stop()
    }
  })
})

describe('a service that cannot have its keys', () => {
  it.each<[string, () => Environment, string]>([
    [
      'a key that it may not use',
      () => ({ ...awsEnvironment(), DPP_RELAYER_KEY: inAws(kms.keys.forbidden) }),
      'ERR_DPP_KEY_REFUSED: DPP_RELAYER_KEY: AWS KMS: AccessDeniedException',
    ],
    [
      'a key on another curve',
      () => ({ ...awsEnvironment(), DPP_RELAYER_KEY: inAws(kms.keys.Ed25519) }),
      'ERR_DPP_KEY_UNSUITABLE: DPP_RELAYER_KEY: ',
    ],
    [
      'a key for receipts on another curve',
      () => ({ ...awsEnvironment(), DPP_RECEIPT_KEY: inAws(kms.keys.secp256k1) }),
      'ERR_DPP_KEY_UNSUITABLE: DPP_RECEIPT_KEY: ',
    ],
    [
      'a token without its PIN',
      () => ({ DPP_RELAYER_KEY: 'pkcs11:token=a;object=b?module-path=/c.so' }),
      'ERR_DPP_CONFIG_INVALID: DPP_RELAYER_KEY names a PKCS#11 token: set DPP_PKCS11_PIN',
    ],
    [
      'pkcs11js without its native part',
      () => ({
        DPP_RELAYER_KEY: 'pkcs11:token=a;object=b?module-path=/c.so',
        DPP_PKCS11_PIN: '314159',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(withoutNativePart)}`,
      }),
      'ERR_DPP_CONFIG_INVALID: DPP_RELAYER_KEY needs the package pkcs11js, which is installed without',
    ],
  ])('does not start with %s, and says why', async (_, environment, sentence) => {
    const data = { DPP_DATA_DIR: join(folder, 'never') }
    const { code, stderr } = await runServerCommand(['start'], { ...data, ...environment() })
    expect(stderr).toContain(sentence)
    expect(code).toBe(1)
  })

  it('does not take a secret that another key wrapped', async () => {
    const secret = { ...awsEnvironment(), WITNESS_PRIVATE_KEY: randomBytes(32).toString('hex') }
    const key = ['--key', inAws(kms.keys.symmetric)]
    const { stdout } = await runServerCommand(['keys', 'wrap', ...key], secret)
    const { code, stderr } = await runServerCommand(['start'], {
      ...{ ...vault.identity, ...parseLines(stdout), DPP_DATA_DIR: join(folder, 'never') },
      DPP_WRAPPING_KEY: inAzure(vault.keys.rsa),
    })
    expect(stderr).toContain('ERR_DPP_KEY_WRAPPED: DPP_WRAPPING_KEY: it was wrapped by AWS-KMS')
    expect(code).toBe(1)
  })
})

describe('dpp-server keys wrap', () => {
  it('makes a new secret before the one in force, and carries both over to another key', async () => {
    const first = await runServerCommand(['keys', 'wrap', '--new'], {
      ...awsEnvironment(),
      DPP_WRAPPING_KEY: inAws(kms.keys.symmetric),
    })
    expect(Object.keys(parseLines(first.stdout))).toEqual(['DPP_WITNESS_KEY_WRAPPED'])
    const second = await runServerCommand(['keys', 'wrap', '--new'], {
      ...{ ...awsEnvironment(), ...parseLines(first.stdout) },
      DPP_WRAPPING_KEY: inAws(kms.keys.symmetric),
    })
    const moved = await runServerCommand(['keys', 'wrap', '--key', inAzure(vault.keys.rsa)], {
      ...{ ...awsEnvironment(), ...vault.identity, ...parseLines(second.stdout) },
      DPP_WRAPPING_KEY: inAws(kms.keys.symmetric),
    })
    expect(moved).toMatchObject({ code: 0, stderr: '' })
    const fingerprints = (stdout: string): string[] =>
      Object.entries(parseLines(stdout))
        .filter(([name]) => name.startsWith('DPP_WITNESS'))
        .map(([, word]) => JSON.parse(Buffer.from(word, 'base64url').toString()).fingerprint)
    expect(fingerprints(moved.stdout)).toEqual(fingerprints(second.stdout))
    expect(fingerprints(second.stdout)[1]).toBe(fingerprints(first.stdout)[0])
  })

  it('wants a secret and a key', async () => {
    const nothing = await runServerCommand(['keys', 'wrap'], {})
    expect(nothing.stderr).toContain('name the key that wraps')
    const noSecret = await runServerCommand(['keys', 'wrap'], {
      ...{ ...awsEnvironment(), DPP_WRAPPING_KEY: inAws(kms.keys.symmetric) },
    })
    expect(noSecret.stderr).toContain('there is no secret to wrap')
    expect([nothing.code, noSecret.code]).toEqual([1, 1])
  })
})

// What Node finds where the install script of pkcs11js did not run.
const withoutNativePart = `
import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  if (!name.endsWith('pkcs11.node')) return next(name, context)
  throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })
} })`
