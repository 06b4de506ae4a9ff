// The issuers' logs of a service that has just started: known to its journal, not to its memory.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalSigner, generateSeed } from '@dpp/core'
import { appendEntry, createLog, nextVersionTime } from '@dpp/webvh'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createOrganisation, type FileHost, startFileHost } from '../../../../test/server-client.ts'
import type { Journal } from '../journal/port.ts'
import { openSqliteJournal } from '../journal/sqlite.ts'
import { createIssuerLogs, type IssuerLogs } from './issuer-logs.ts'

let host: FileHost
let folder: string
let journal: Journal
let finds = 0
let fetches = 0

beforeAll(async () => {
  host = await startFileHost()
  folder = await mkdtemp(join(tmpdir(), 'dpp-issuers-'))
  journal = openSqliteJournal(folder, () => {})
})

afterAll(async () => {
  await journal.close()
  await host.close()
  await rm(folder, { recursive: true })
})

function startedAnew(aheadMs = 0): IssuerLogs {
  return createIssuerLogs({
    book: {
      ...journal.issuers,
      find: (did) => {
        finds += 1
        return journal.issuers.find(did)
      },
    },
    fetch: (...request) => {
      fetches += 1
      return fetch(...request)
    },
    origins: { 'windowco.example': host.url, 'gone.example': 'http://127.0.0.1:1' },
    now: () => new Date(Date.now() + aheadMs),
  })
}

it('reads the log of an issuer once for all events that wait for it', async () => {
  const { did, signer } = await createOrganisation(host, 'windowco.example')
  const ask = async (logs: IssuerLogs): Promise<readonly unknown[]> =>
    await Promise.all(Array.from({ length: 50 }, () => logs.keyFor(did, signer.verificationMethod)))
  const expected = expect.objectContaining({ publicKey: signer.publicKey })

  expect(await ask(startedAnew())).toEqual(Array(50).fill(expected))
  expect({ finds, fetches }).toEqual({ finds: 1, fetches: 1 })

  expect(await ask(startedAnew())).toEqual(Array(50).fill(expected))
  expect({ finds, fetches }).toEqual({ finds: 2, fetches: 1 })
})

it('asks again after an issuer could not be reached', async () => {
  const did = 'did:webvh:QmNNEf7YJiRDoZxKWKvDB8Trf4ry3LHDkaHUp8Yn6o9iHH:gone.example'
  const logs = startedAnew()
  const unreachable = expect.objectContaining({ code: 'ERR_DPP_ISSUER_UNREACHABLE' })
  const before = fetches
  await expect(logs.keyFor(did, `${did}#key`)).rejects.toEqual(unreachable)
  await expect(logs.keyFor(did, `${did}#key`)).rejects.toEqual(unreachable)
  expect(fetches).toBe(before + 2)
})

it('takes the log that it has seen behind a clock that was set back, and looks at once for a newer one', async () => {
  const { did, signer } = await createOrganisation(host, 'windowco.example')
  const { verificationMethod, publicKey } = signer
  await startedAnew().keyFor(did, verificationMethod)
  const before = fetches
  // Ten minutes before the log was written: as of then its newest entry is in the future. Then half a minute.
  for (const [index, aheadMs] of [-600_000, -30_000].entries()) {
    const key = await startedAnew(aheadMs).keyFor(did, verificationMethod)
    expect(key).toMatchObject({ publicKey })
    expect(fetches).toBe(before + 1 + index)
  }
  host.files.delete(PATH)
  const lastKnown = await startedAnew(-600_000).keyFor(did, verificationMethod, { lastKnown: true })
  expect(lastKnown).toMatchObject({ publicKey })
})

it('goes on from the log that it has seen: a key that came is known, one that went is not, a fork is refused', async () => {
  const { did, signer, log, rotate } = await createRotating()
  let aheadMs = 0
  const logs = createIssuerLogs({
    book: journal.issuers,
    fetch,
    origins: { 'windowco.example': host.url },
    now: () => new Date(Date.now() + aheadMs),
  })
  await logs.keyFor(did, signer.verificationMethod)
  const [added, forked] = [await rotate(), await rotate()]
  host.files.set(PATH, log + added.line)
  aheadMs += 61_000
  expect(await logs.keyFor(did, `${did}#key-2`)).toMatchObject({ multikey: added.multikey })
  const unknown = { code: 'ERR_DPP_EVENT_KEY_UNKNOWN' }
  await expect(logs.keyFor(did, signer.verificationMethod)).rejects.toMatchObject(unknown)
  // An older copy out of a cache, and one that breaks off in the middle: the newer log stands.
  for (const copy of [log, (log + added.line).slice(0, -100)]) {
    host.files.set(PATH, copy)
    aheadMs += 61_000
    expect(await logs.keyFor(did, `${did}#key-2`)).toMatchObject({ multikey: added.multikey })
    await expect(logs.keyFor(did, signer.verificationMethod)).rejects.toMatchObject(unknown)
  }
  host.files.set(PATH, log + forked.line)
  aheadMs += 61_000
  const fork = { code: 'ERR_DPP_ISSUER_FORKED' }
  await expect(logs.keyFor(did, `${did}#key-2`)).rejects.toMatchObject(fork)
})

const PATH = '/.well-known/did.jsonl'

// An issuer that puts another key in the place of its first: each call of `rotate` makes an entry after the first one.
async function createRotating() {
  const updateKey = createLocalSigner(generateSeed())
  const signerSeed = generateSeed()
  const documentWith = (id: string, key: string, multikey: string) => ({
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id,
    verificationMethod: [
      { id: `${id}#${key}`, type: 'Multikey', controller: id, publicKeyMultibase: multikey },
    ],
    assertionMethod: [`${id}#${key}`],
  })
  const id = 'did:webvh:{SCID}:windowco.example'
  const { did, line, head } = await createLog({
    domain: 'windowco.example',
    document: documentWith(id, 'key-1', createLocalSigner(signerSeed).multikey),
    parameters: { updateKeys: [updateKey.multikey], ttl: 60 },
    signer: updateKey,
    versionTime: new Date(),
  })
  host.files.set(PATH, line)
  async function rotate() {
    const { multikey } = createLocalSigner(generateSeed())
    const document = documentWith(did, 'key-2', multikey)
    const versionTime = nextVersionTime(head, new Date())
    const entry = await appendEntry(head, {
      document,
      parameters: {},
      signer: updateKey,
      versionTime,
    })
    return { multikey, line: entry.line }
  }
  const signer = createLocalSigner(signerSeed, { verificationMethod: `${did}#key-1` })
  return { did, signer, log: line, rotate }
}
