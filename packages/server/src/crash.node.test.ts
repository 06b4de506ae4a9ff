// Kill −9 at every named point: the real server process, a real chain. After a restart nothing that was acknowledged is
// lost, nothing is in two entries, and no root is anchored twice.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registryAbi } from '@dpp/anchor/ethereum'
import { eventDigest, type SecuredEvent } from '@dpp/core'
import { readEvents, verifyLog } from '@dpp/webvh'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../test/server-client.ts'
import { type ServerProcess, startServerProcess } from '../../../test/server-process.ts'
import { openScene, type ServiceScene, untilSettled } from '../../../test/service-scene.ts'
import { parseConfig } from './config.ts'
import { runFsck } from './fsck/open-fsck.ts'

// K10 is passed once per published file: two events, two logs, the mirror, three proofs.
const points = [
  ...['K1', 'K2', 'K3', 'K4', 'K5', 'K6', 'K7', 'K8', 'K9', 'K11', 'K12'],
  ...['K10', 'K10@4', 'K10@5', 'K10@8'],
]

let scene: ServiceScene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

describe.each(points)('killed at %s', (point) => {
  it('loses nothing and anchors nothing twice', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dpp-crash-'))
    const environment = { ...scene.environment, DPP_DATA_DIR: folder }
    const before = await anchoredRoots()
    const doomed = await startServerProcess({ ...environment, DPP_CRASH_AT: point })
    const products = [
      await registerProduct(doomed.url, scene.domain, scene.issuer, `${point.replace('@', '-')}-1`),
      await registerProduct(doomed.url, scene.domain, scene.issuer, `${point.replace('@', '-')}-2`),
    ]
    const events = [
      await signManufacture(scene.issuer, products),
      await signManufacture(scene.issuer, products.slice(0, 1)),
    ]
    const answered = await runUntilKilled(doomed, events)
    expect(await withinSeconds(20, doomed.ended)).toBe('SIGKILL')

    const restarted = await startServerProcess(environment)
    for (const [index, event] of events.entries()) {
      const again = await postJson(`${restarted.url}/events`, event)
      expect([200, 201]).toContain(again.status)
      if (answered[index] !== undefined) expect(again.text).toBe(answered[index])
      // Written before the kill, so known although nobody was told.
      if (point === 'K2' && index === 0) expect(again.status).toBe(200)
    }
    await postJson(`${restarted.url}/batches`, {})
    const roots = await untilSettled(restarted.url)
    await expectInLogs(restarted.url, products, events)
    await restarted.stop()

    const anchored = (await anchoredRoots()).slice(before.length)
    expect(anchored.toSorted()).toEqual(roots.toSorted()) // Each once, and nothing else.
    const report = await runFsck(parseConfig(environment))
    expect(report).toEqual({ products: 2, events: 2, batches: roots.length, findings: [] })
    await rm(folder, { recursive: true, force: true })
  })
})

// Works as a client would until the process is gone; gives the receipts that arrived.
async function runUntilKilled(
  server: ServerProcess,
  events: readonly SecuredEvent[],
): Promise<(string | undefined)[]> {
  const receipts: (string | undefined)[] = []
  for (const event of events) {
    const answer = await postJson(`${server.url}/events`, event).catch(() => undefined)
    receipts.push(answer?.status === 201 ? answer.text : undefined)
  }
  await postJson(`${server.url}/batches`, {}).catch(() => undefined)
  return receipts
}

async function withinSeconds<Result>(seconds: number, promise: Promise<Result>): Promise<Result> {
  return await Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      setTimeout(
        () => reject(new Error('the crash point was not reached')),
        seconds * 1000,
      ).unref(),
    ),
  ])
}

async function expectInLogs(
  url: string,
  products: readonly RegisteredProduct[],
  events: readonly SecuredEvent[],
): Promise<void> {
  for (const [index, { did, scid }] of products.entries()) {
    const log = await (await fetch(`${url}/.well-known/did/${scid}/did.jsonl`)).text()
    const report = verifyLog(log, { did })
    expect(report.error).toBeUndefined()
    const digests = readEvents(report.versions).map(({ digest }) => digest)
    const expected = index === 0 ? events : events.slice(0, 1)
    expect(digests.toSorted()).toEqual(expected.map(eventDigest).toSorted())
  }
}

async function anchoredRoots(): Promise<string[]> {
  const client = createPublicClient({ transport: http(scene.anvil.url) })
  const logs = await client.getContractEvents({
    address: scene.registry,
    abi: registryAbi,
    eventName: 'Anchored',
    fromBlock: 0n,
  })
  return logs.map(({ args }) => String(args.root))
}
