// `npm start -- --once` as a visitor runs it, from the built packages: its verdicts, its survival of kill -9, and what
// it published in the eyes of implementations that are not ours.
import { spawnSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataIntegrityProof } from '@digitalbazaar/data-integrity'
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey'
import { createVerifyCryptosuite } from '@digitalbazaar/eddsa-jcs-2022-cryptosuite'
import * as peer from 'didwebvh-ts'
import { afterAll, describe, expect, it, vi } from 'vitest'

// Imported under NODE_ENV=test, didwebvh-ts writes every log that it touches into ./test/logs.
vi.hoisted(() => vi.stubEnv('NODE_ENV', 'production'))
vi.unstubAllEnvs() // It looks once; other test files share the process.

// Its declarations leave out file extensions, which NodeNext does not resolve: what is used, by hand.
type PeerLog = readonly { readonly versionId: string }[]
const { resolveDIDFromLog } = peer as unknown as {
  resolveDIDFromLog: (
    log: PeerLog,
    options: { readonly verifier: typeof nodeVerifier },
  ) => Promise<{ readonly did: string; readonly meta: { readonly versionId: string } }>
}

const folder = mkdtempSync(join(tmpdir(), 'dpp-main-job-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function start(data: string, environment: Record<string, string> = {}) {
  const main = fileURLToPath(new URL('../examples/start/main.ts', import.meta.url))
  return spawnSync(process.execPath, [main, '--once', '--data', data], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 120_000,
  })
}

describe('npm start -- --once', () => {
  const { status, stdout, stderr } = start(join(folder, 'plain'))
  const published = join(folder, 'plain/server/files/.well-known/did')
  const scids = readdirSync(published).filter((name) => name.startsWith('Qm'))
  const lines = (scid: string): string[] =>
    readFileSync(join(published, scid, 'did.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
  const json = (path: string) => JSON.parse(readFileSync(join(published, path), 'utf8'))

  it('ends with exit code 0 and shows all four verdicts', () => {
    expect(`${stdout}${stderr}`).not.toContain('UNEXPECTED')
    expect(status, `${stdout}${stderr}`).toBe(0)
    for (const shown of ['✅ Anchored', '⏳ Pending', '❌ Invalid', '❔ Unknown']) {
      expect(stdout).toContain(shown)
    }
    expect(stdout).toMatch(/one event, just posted +⏳ Pending +.* promised to anchor it by 20/)
  })

  it('publishes nine logs that didwebvh-ts resolves', async () => {
    expect(scids).toHaveLength(9)
    for (const scid of scids) {
      const log = lines(scid).map((line) => JSON.parse(line)) as PeerLog
      const { did, meta } = await resolveDIDFromLog(log, { verifier: nodeVerifier })
      expect(did).toContain(scid)
      expect(meta.versionId).toBe(log.at(-1)?.versionId)
    }
  })

  it("publishes events that Digital Bazaar's eddsa-jcs-2022 cryptosuite verifies", async () => {
    const files = readdirSync(join(published, 'events'))
    expect(files).toHaveLength(15)
    for (const file of files) {
      const event = json(`events/${file}`)
      const issuer = event.issuer.id.split(':')[2]
      const entries = lines(`issuers/${issuer}`).map((line) => JSON.parse(line))
      expect(await verifyWithDigitalBazaar(event, entries.at(-1).state)).toBe(true)
      const forged = { ...event, validFrom: '2020-01-01T00:00:00Z' }
      expect(await verifyWithDigitalBazaar(forged, entries.at(-1).state)).toBe(false)
    }
  })

  it("publishes proofs that sigstore's RFC 9162 check accepts, for the published lines alone", () => {
    let proofs = 0
    for (const folder of [
      ...scids,
      ...readdirSync(join(published, 'issuers')).map((scid) => `issuers/${scid}`),
    ]) {
      for (const proof of json(`${folder}/witness.json`).proofs) {
        const line =
          lines(folder).find((text) => JSON.parse(text).versionId === proof.versionId) ?? ''
        expect(acceptedBySigstore(line, proof)).toBe(true)
        expect(acceptedBySigstore(`${line} `, proof)).toBe(false)
        proofs += 1
      }
    }
    expect(proofs).toBe(9 + 3 + 4) // Round 1, round 2, the tips of four issuers' logs.
  })
})

describe('npm start -- --once, its service killed on the way', () => {
  for (const point of ['K5', 'K7']) {
    it(`at ${point}: started again, it loses nothing and anchors nothing twice`, () => {
      const data = join(folder, point)
      const { status, stdout, stderr } = start(data, { DPP_CRASH_AT: point })
      expect(status, `${stdout}${stderr}`).toBe(0)
      expect(stdout).toContain('was killed (SIGKILL)')
      expect(
        readdirSync(join(data, 'server/files/.well-known/did/batches')).filter(
          (name) => !name.includes('evidence'),
        ),
      ).toHaveLength(2)
    })
  }
})

const nodeVerifier = {
  verify: async (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => {
    const x = Buffer.from(publicKey).toString('base64url')
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
    return verify(null, message, key, signature)
  },
}

type Document = { verificationMethod: { id: string; publicKeyMultibase: string }[] }

async function verifyWithDigitalBazaar(
  { proof, ...unsecured }: { proof: { verificationMethod: string; '@context': unknown } },
  issuer: Document,
): Promise<boolean> {
  const method = issuer.verificationMethod.find(({ id }) => id === proof.verificationMethod)
  const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() })
  suite.getVerificationMethod = () => Ed25519Multikey.from(method)
  const { verified } = await suite.verifyProof({
    proof,
    proofSet: [proof],
    document: { ...unsecured, '@context': proof['@context'] }, // It compares inline contexts by identity.
    documentLoader: () => {
      throw new Error('nothing is fetched')
    },
  })
  return verified
}

type Proof = { leafIndex: number; treeSize: number; path: string[]; root: string }

const { verifyMerkleInclusion } = createRequire(import.meta.url)(
  '@sigstore/verify/dist/tlog/merkle.js',
) as {
  verifyMerkleInclusion: (entry: unknown, checkpoint: unknown) => void
}

function acceptedBySigstore(line: string, { leafIndex, treeSize, path, root }: Proof): boolean {
  const bytes = (hex: string): Buffer => Buffer.from(hex.slice(2), 'hex')
  try {
    verifyMerkleInclusion(
      {
        canonicalizedBody: Buffer.from(line),
        inclusionProof: { logIndex: `${leafIndex}`, hashes: path.map(bytes) },
      },
      { logSize: BigInt(treeSize), logHash: bytes(root) },
    )
    return true
  } catch {
    return false
  }
}
