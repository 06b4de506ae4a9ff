// Backup, restore and republish as the runbooks have them done: the real service and its commands.
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { eventDigest } from '@dpp/core'
import { readEvents, verifyLog } from '@dpp/webvh'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../../test/server-client.ts'
import {
  runServerCommand,
  type ServerProcess,
  startServerProcess,
} from '../../../../test/server-process.ts'
import { openScene, type ServiceScene, untilSettled } from '../../../../test/service-scene.ts'
import { parseConfig } from '../config.ts'
import { runFsck } from '../fsck/open-fsck.ts'
import { backupJournal } from '../journal/backup.ts'
import { openExistingJournal } from '../journal/open-journal.ts'
import { openStore } from '../store/open-store.ts'
import { type Republished, republish } from './republish.ts'

let scene: ServiceScene
let server: ServerProcess
let product: RegisteredProduct

beforeAll(async () => {
  scene = await openScene()
  server = await startServerProcess(scene.environment)
  product = await registerProduct(server.url, scene.domain, scene.issuer, 'REPAIR-1')
  await sealOne(server.url)
})

afterAll(async () => {
  await server?.stop()
  await scene?.close()
})

async function sealOne(url: string): Promise<void> {
  await postJson(`${url}/events`, await signManufacture(scene.issuer, [product]))
  await postJson(`${url}/batches`, {})
  await untilSettled(url)
}

async function command(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runServerCommand(args, scene.environment)
  expect(code, stderr).toBe(0)
  return stdout
}

async function republishHere(): Promise<Republished> {
  const config = parseConfig(scene.environment)
  const journal = await openExistingJournal(config)
  return await republish(journal, await openStore(config)).finally(() => journal.close())
}

it('writes back what a store has lost, beside the running service', async () => {
  const files = join(scene.folder, 'files')
  // But for what is in the store alone: evidence, mirrors, the service's own log.
  const lost = (await readdir(join(files, '.well-known/did'), { recursive: true }))
    .filter((name) => /(?:jsonl|json)$/.test(name) && !/evidence|issuers/.test(name))
    .map((name) => join('.well-known/did', name))
  expect(lost.length).toBeGreaterThanOrEqual(4)
  const before = new Map<string, string>()
  for (const name of lost) {
    before.set(name, await readFile(join(files, name), 'utf8'))
    await rm(join(files, name))
  }
  expect((await runFsck(parseConfig(scene.environment))).findings).not.toEqual([])
  const report: unknown = JSON.parse(await command('republish'))
  expect(report).toMatchObject({ batches: 1, products: 1, problems: [] })
  for (const [name, body] of before) expect(await readFile(join(files, name), 'utf8')).toBe(body)
  expect((await runFsck(parseConfig(scene.environment))).findings).toEqual([])
  expect(await republishHere()).toMatchObject({ written: 0, problems: [] })
})

it('says what it cannot mend', async () => {
  const file = join(scene.folder, 'files/.well-known/did', product.scid, 'did.jsonl')
  const body = await readFile(file, 'utf8')
  await writeFile(file, body.replace('REPAIR-1', 'REPAIR-2'))
  const { problems } = await republishHere()
  await writeFile(file, body)
  expect(problems).toEqual([
    { subject: `product ${product.scid}`, problem: 'Error: the published log is not ours' },
  ])
})

it('goes on with the entry that it had signed when a changed log is mended and its event replayed', async () => {
  const file = join(scene.folder, 'files/.well-known/did', product.scid, 'did.jsonl')
  const body = await readFile(file, 'utf8')
  await writeFile(file, body.replace('REPAIR-1', 'REPAIR-2'))
  await new Promise((resolve) => setTimeout(resolve, 1000)) // Entry times are whole seconds.
  const event = await signManufacture(scene.issuer, [product])
  await postJson(`${server.url}/events`, event)
  await postJson(`${server.url}/batches`, {})
  expect(JSON.parse(await command('status'))).toMatchObject({
    dead: [{ digest: eventDigest(event), reason: 'ERR_DPP_LOG_DIVERGED' }],
    suspended: [{ scid: product.scid, reason: 'ERR_DPP_LOG_DIVERGED' }],
  })
  await writeFile(file, body)
  await command('replay', eventDigest(event))
  await postJson(`${server.url}/batches`, {})
  await untilSettled(server.url)
  const published = await readFile(file, 'utf8')
  expect(published.startsWith(body)).toBe(true)
  const { versions, error } = verifyLog(published, { did: product.did })
  expect(error).toBeUndefined()
  expect(readEvents(versions).map(({ digest }) => digest)).toContain(eventDigest(event))
  expect((await runFsck(parseConfig(scene.environment))).findings).toEqual([])
})

it('says what is wrong with a command', async () => {
  const run = (...args: readonly string[]) => runServerCommand(args, scene.environment)
  expect(await run('replay', `zQm${'1'.repeat(44)}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('ERR_DPP_EVENT_UNKNOWN'),
  })
  const lost = await run('backup', '/nowhere/at/all.sqlite')
  expect(lost).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') })
  expect(lost.stderr).not.toContain('    at ')
  const unknown = await run('strat')
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no command strat') })
  const help = await run('keys', 'wrap', '--help')
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('dpp-server start') })
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/)
})

it("names damage of the service's own log", async () => {
  const file = join(scene.folder, 'files/.well-known/did.jsonl')
  const body = await readFile(file, 'utf8')
  const findings = async (changed: string | undefined) => {
    await (changed === undefined ? rm(file) : writeFile(file, changed))
    return (await runFsck(parseConfig(scene.environment))).findings
  }
  const subject = "the service's own DID"
  expect(await findings(body.replace('#receipt-1', '#receipt-2'))).toMatchObject([
    { subject, problem: expect.stringContaining('ERR_DPP_SERVICE_DID_FOREIGN') },
  ])
  expect(await findings(undefined)).toMatchObject([
    { subject, problem: expect.stringContaining('no receipt can be checked') },
  ])
  expect(await findings(body)).toEqual([])
})

it('names a damaged record of an anchor, for which the service has no other word than 500', async () => {
  const database = new DatabaseSync(join(scene.folder, 'journal.sqlite'))
  const where = 'FROM anchors JOIN batches USING (root) WHERE id = 1'
  const [{ record } = { record: null }] = database.prepare(`SELECT record ${where}`).all()
  const write = database.prepare(
    `UPDATE anchors SET record = ? WHERE root IN (SELECT root ${where})`,
  )
  write.run('{"root":')
  const answer = await fetch(`${server.url}/batches/1`)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ code: 'ERR_DPP_HTTP_INTERNAL' })
  const { findings } = await runFsck(parseConfig(scene.environment))
  expect(findings).toMatchObject([{ subject: 'batch 1' }])
  write.run(record ?? null)
  database.close()
  expect((await runFsck(parseConfig(scene.environment))).findings).toEqual([])
})

it('restores a backup, and goes on from what was published since', async () => {
  const backup = join(scene.folder, 'backup.sqlite')
  await backupJournal(scene.folder, backup)
  expect((await stat(backup)).mode & 0o777).toBe(0o600)
  await expect(backupJournal(scene.folder, backup)).rejects.toMatchObject({
    code: 'ERR_DPP_CONFIG_INVALID', // It replaces nothing.
  })
  await sealOne(server.url) // Published, and not in the backup.
  await server.stop()
  const keys = await readFile(join(scene.folder, 'development-keys.json'))

  const folder = join(scene.folder, 'restored')
  await mkdir(folder)
  await cp(backup, join(folder, 'journal.sqlite'))
  await cp(join(scene.folder, 'files'), join(folder, 'files'), { recursive: true })
  await writeFile(join(folder, 'development-keys.json'), keys, { mode: 0o600 })
  const environment = { ...scene.environment, DPP_DATA_DIR: folder }
  const restored = await startServerProcess(environment)
  await new Promise((resolve) => setTimeout(resolve, 1000)) // Entry times are whole seconds.
  await sealOne(restored.url)
  await sealOne(restored.url)
  const log = await (
    await fetch(`${restored.url}/.well-known/did/${product.scid}/did.jsonl`)
  ).text()
  await restored.stop()
  // The first batch finds the entry that the backup lacks, takes it over and gives its own event back; the second has both.
  const { versions, error } = verifyLog(log, { did: product.did })
  expect(error).toBeUndefined()
  const perEntry = versions.map(
    (version) => readEvents([...versions].slice(0, version.versionNumber)).length,
  )
  expect(perEntry).toEqual([0, 1, 2, 3, 5])
})
