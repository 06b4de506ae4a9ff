// The issuers' logs of a service that has just started: known to its journal, not to its memory.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

function startedAnew(): IssuerLogs {
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
    now: () => new Date(),
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
