// Each alert of ops/prometheus/alerts.yml, made to fire by a real fault on the running service, seen in a real Prometheus, and
// ended by the commands of its runbook. docs/evidence/alerts.md has the result. Only the times of the rules are shortened
// (`shortened`).
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { eventDigest } from '@dpp/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  hasPrometheus,
  openRunbooks,
  type Prometheus,
  type Runbooks,
  startPrometheus,
} from '../alert-drills.ts'
import { freePort } from '../anvil.ts'
import { hasRedis, type RedisServer, startRedis } from '../redis.ts'
import {
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../server-client.ts'
import { type ServerProcess, startServerProcess } from '../server-process.ts'
import { openScene, type ServiceScene, untilSettled } from '../service-scene.ts'

const MINUTES = 60_000
const results: string[] = []

describe.runIf(hasPrometheus() && hasRedis())('alerts and their runbooks', () => {
  let scene: ServiceScene
  let prometheus: Prometheus
  let runbooks: Runbooks
  let server: ServerProcess
  let product: RegisteredProduct
  let environment: { [name: string]: string }
  let port: number

  beforeAll(async () => {
    scene = await openScene({ blockTimeSeconds: 1 })
    port = await freePort()
    prometheus = await startPrometheus([`127.0.0.1:${port}`])
    environment = {
      ...scene.environment,
      DPP_PORT: `${port}`,
      DPP_INTERVAL_SECONDS: '3600',
      DPP_MAX_ANCHOR_AGE_SECONDS: '3600',
      DPP_POLL_MS: '500',
      WITNESS_PRIVATE_KEY: '11'.repeat(32),
    }
    runbooks = await openRunbooks(scene.folder, () => ({
      ...environment,
      SERVICE: `http://127.0.0.1:${port}`,
      TOKEN: 'none-is-configured',
    }))
    await start()
    product = await registerProduct(server.url, scene.domain, scene.issuer, 'ALERT-1')
    await runbooks.follow('queue-deep.md', 'POST')
    await untilSettled(server.url, 120)
  }, 10 * MINUTES)

  afterAll(async () => {
    await server?.stop('SIGKILL')
    await prometheus?.stop()
    await scene?.close()
    process.stderr.write(`${results.join('\n')}\n`)
  }, 2 * MINUTES)

  async function start(changes: { readonly [name: string]: string } = {}): Promise<void> {
    server = await startServerProcess({ ...environment, ...changes })
  }

  async function restart(changes: { readonly [name: string]: string } = {}): Promise<void> {
    await server.stop()
    await start(changes)
  }

  async function postEvent(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 1000)) // Entry times are whole seconds.
    const event = await signManufacture(scene.issuer, [product])
    const { status } = await postJson(`${server.url}/events`, event)
    expect(status).toBe(201)
    return eventDigest(event)
  }

  // Fires, is ended by `mend`, and ends.
  async function drill(names: readonly string[], mend: () => Promise<unknown>): Promise<void> {
    const fired = await prometheus.untilFiring(names)
    await mend()
    const ended = await prometheus.untilOver(names)
    results.push(`${names.join(', ')}: fired after ${fired} s, over ${ended} s after the runbook`)
  }

  it(
    'nothing fires on a healthy service',
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 10_000))
      expect(await prometheus.firing()).toEqual([])
    },
    MINUTES,
  )

  it(
    'a killed process',
    async () => {
      await server.stop('SIGKILL')
      await drill(['DppInstanceDown'], async () => {
        await runbooks.follow('instance-down.md', 'config')
        await start()
        expect(await runbooks.follow('instance-down.md', 'fsck')).toContain('"findings": []')
      })
    },
    8 * MINUTES,
  )

  it(
    'a full queue, and clients turned away',
    async () => {
      await restart({ DPP_MAX_BACKLOG: '2' })
      for (let n = 0; n < 3; n++) await postEvent()
      await new Promise((resolve) => setTimeout(resolve, 1500)) // The queue is looked at once a second.
      let posting = true
      const event = await signManufacture(scene.issuer, [product])
      const clients = (async () => {
        while (posting) {
          const { status } = await postJson(`${server.url}/events`, event)
          if (status === 201) return
          await new Promise((resolve) => setTimeout(resolve, 500))
        }
      })()
      await drill(['DppIngestUnavailable', 'DppQueueDeep'], async () => {
        await runbooks.follow('ingest-unavailable.md', 'metrics')
        await runbooks.follow('queue-deep.md', 'status')
        await runbooks.follow('queue-deep.md', 'POST')
      })
      posting = false
      await clients
      await restart()
      await runbooks.follow('queue-deep.md', 'POST')
      await untilSettled(server.url, 120)
    },
    10 * MINUTES,
  )

  it(
    'a dead node: chain, anchor, readiness and the waiting event',
    async () => {
      const dead = `http://127.0.0.1:${await freePort()}/v3/access-key-0123456789`
      await restart({
        DPP_RPC_URLS: dead,
        DPP_MAX_ANCHOR_AGE_SECONDS: '5',
        DPP_INTERVAL_SECONDS: '4',
      })
      await postEvent()
      const all = ['DppAnchorFailed', 'DppChainUnreachable', 'DppEventLate', 'DppNotReady']
      await drill(all, async () => {
        expect(await runbooks.follow('not-ready.md', 'readyz')).toContain('waits for its anchor')
        expect(await runbooks.follow('anchor-failed.md', 'batches')).toContain(
          'ERR_DPP_CHAIN_UNREACHABLE',
        )
        expect(await runbooks.follow('event-late.md', 'status')).toContain('"state": "rooted"')
        await restart() // "Put another URL first in DPP_RPC_URLS and restart."
        await untilSettled(server.url, 120)
        expect(await runbooks.follow('anchor-failed.md', 'fsck')).toContain('"findings": []')
      })
    },
    10 * MINUTES,
  )

  it(
    'an empty relayer',
    async () => {
      const { anchoring } = JSON.parse(await runbooks.follow('relayer-balance.md', 'service')) as {
        anchoring: { anchorer: string }
      }
      await scene.anvil.request('anvil_setBalance', [anchoring.anchorer, '0x1'])
      await postEvent()
      await runbooks.follow('queue-deep.md', 'POST')
      await drill(
        ['DppAnchorFailed', 'DppRelayerBalanceEmpty', 'DppRelayerBalanceLow'],
        async () => {
          const [treasury] = (await scene.anvil.request('eth_accounts')) as string[]
          const value = '0xde0b6b3a7640000'
          await scene.anvil.request('eth_sendTransaction', [
            { from: treasury, to: anchoring.anchorer, value },
          ])
          await untilSettled(server.url, 120)
        },
      )
    },
    8 * MINUTES,
  )

  it(
    'a lease that somebody else holds',
    async () => {
      await server.stop()
      const lock = new DatabaseSync(join(scene.folder, 'lease.sqlite'))
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
      await start({ DPP_INTERVAL_SECONDS: '2' })
      await postEvent()
      await drill(['DppNoLeaseHolder', 'DppSealingStopped'], async () => {
        await runbooks.follow('sealing-stopped.md', 'status')
        lock.close() // "End it; the kernel gives the lock back at that instant."
      })
      await restart()
      await untilSettled(server.url, 120)
    },
    8 * MINUTES,
  )

  it(
    'a store that cannot be read',
    async () => {
      const files = join(scene.folder, 'files')
      await postEvent()
      await rename(files, `${files}.away`)
      await symlink(files, files) // ELOOP: no file can be opened below it.
      await runbooks.follow('queue-deep.md', 'POST')
      await drill(['DppBatchHeldUp', 'DppStoreUnreachable'], async () => {
        await rm(files)
        await rename(`${files}.away`, files)
        // An older state came back: without the newest batch's files.
        for (const name of await readdir(join(files, '.well-known/did/batches'))) {
          if (!name.includes('evidence')) await rm(join(files, '.well-known/did/batches', name))
        }
        await runbooks.follow('store-unreachable.md', 'config')
        await untilSettled(server.url, 120)
        const output = await runbooks.follow('store-unreachable.md', 'republish')
        expect(output).toContain('"problems": []')
        expect(output).toContain('"findings": []')
      })
    },
    8 * MINUTES,
  )

  it(
    'a log that was changed in the store',
    async () => {
      const file = join(scene.folder, 'files/.well-known/did', product.scid, 'did.jsonl')
      const body = await readFile(file, 'utf8')
      const DIGEST = await postEvent()
      await writeFile(file, body.replace('ALERT-1', 'ALERT-2'))
      await runbooks.follow('queue-deep.md', 'POST')
      await drill(['DppDeadLetters', 'DppProductsSuspended'], async () => {
        expect(await runbooks.follow('dead-letters.md', 'status')).toContain('ERR_DPP_LOG_DIVERGED')
        await writeFile(file, body)
        await runbooks.follow('dead-letters.md', 'replay', { DIGEST })
      })
      await runbooks.follow('queue-deep.md', 'POST')
      await untilSettled(server.url, 120)
      expect(await runbooks.follow('anchor-failed.md', 'fsck')).toContain('"findings": []')
    },
    8 * MINUTES,
  )

  it(
    'a damaged record of a batch, and a restored journal',
    async () => {
      const BACKUP = join(scene.folder, 'backup.sqlite')
      await restart({ DPP_RPC_URLS: `http://127.0.0.1:${await freePort()}` })
      await postEvent()
      await runbooks.follow('queue-deep.md', 'POST')
      await runbooks.follow('backup-restore.md', 'backup', { BACKUP }).catch((error: Error) => {
        // The page's block for looking afterwards finds that the root is not on the chain yet.
        expect(error.message).toContain('backup')
      })
      await server.stop()
      const journal = join(scene.folder, 'journal.sqlite')
      const database = new DatabaseSync(journal)
      database.exec(
        `UPDATE leaves SET leaf_hash = x'${'ab'.repeat(32)}' WHERE position = 0 AND batch = (SELECT max(batch) FROM leaves)`,
      )
      database.close()
      await start()
      await drill(['DppBatchHeldUp', 'DppSelfCheckFailed'], async () => {
        const copy = join(scene.folder, 'evidence.sqlite')
        await runbooks.follow('self-check-failed.md', 'backup', { BACKUP: copy })
        await server.stop()
        for (const suffix of ['', '-wal', '-shm']) await rm(`${journal}${suffix}`, { force: true })
        await cp(BACKUP, journal)
        await start()
        await untilSettled(server.url, 120)
      })
    },
    10 * MINUTES,
  )

  it(
    'a damaged record of an anchor',
    async () => {
      const BACKUP = join(scene.folder, 'healthy.sqlite')
      await runbooks.follow('backup-restore.md', 'backup', { BACKUP })
      const journal = join(scene.folder, 'journal.sqlite')
      const database = new DatabaseSync(journal)
      const [{ id } = { id: null }] = database
        .prepare('SELECT max(batches.id) AS id FROM batches JOIN anchors USING (root)')
        .all()
      database
        .prepare(
          'UPDATE anchors SET record = ? WHERE root = (SELECT root FROM batches WHERE id = ?)',
        )
        .run('{"root":', id ?? null)
      database.close()
      let asking = true
      const reader = (async () => {
        while (asking) {
          await fetch(`${server.url}/batches/${id}`)
          await new Promise((resolve) => setTimeout(resolve, 1000))
        }
      })()
      await drill(['DppInternalErrors'], async () => {
        asking = false
        await reader
        await expect(runbooks.follow('internal-errors.md', 'fsck')).rejects.toThrow(`batch ${id}`)
        await server.stop()
        for (const suffix of ['', '-wal', '-shm']) await rm(`${journal}${suffix}`, { force: true })
        await cp(BACKUP, journal)
        await start()
        expect((await fetch(`${server.url}/batches/${id}`)).status).toBe(200)
        expect(await runbooks.follow('internal-errors.md', 'fsck')).toContain('"findings": []')
      })
    },
    8 * MINUTES,
  )

  it(
    'a clock that is ahead',
    async () => {
      await server.stop()
      await start({
        LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
        FAKETIME: '+120',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      })
      await drill(['DppClockWrong'], () => restart()) // "Stop the service, set the clock, start it."
    },
    8 * MINUTES,
  )

  it(
    'a process that starts again and again',
    async () => {
      for (let n = 0; n < 5; n++) {
        await server.stop('SIGKILL')
        await start()
        await new Promise((resolve) => setTimeout(resolve, 2500))
      }
      await drill(['DppRestarting'], () => runbooks.follow('instance-down.md', 'config'))
    },
    8 * MINUTES,
  )

  describe('on Redis', () => {
    let redis: RedisServer
    let replicas: ServerProcess[]
    let watching: Prometheus

    beforeAll(async () => {
      await server.stop()
      redis = await startRedis()
      const ports = [await freePort(), await freePort()]
      replicas = []
      for (const [index, each] of ports.entries()) {
        const folder = join(scene.folder, `replica-${index}`)
        await mkdir(folder)
        replicas.push(
          await startServerProcess({
            ...environment,
            DPP_PORT: `${each}`,
            DPP_DATA_DIR: folder,
            DPP_STORE: `file:${join(scene.folder, 'redis-files')}`,
            DPP_QUEUE: `${redis.url}?leaseMs=1500`,
          }),
        )
      }
      watching = await startPrometheus(ports.map((each) => `127.0.0.1:${each}`))
    }, 5 * MINUTES)

    afterAll(async () => {
      for (const each of replicas ?? []) await each.stop('SIGKILL')
      await watching?.stop()
      await redis?.stop()
    }, MINUTES)

    it(
      'a Redis that is down',
      async () => {
        await redis.kill()
        const fired = await watching.untilFiring(['DppJournalUnreachable', 'DppNotReady'])
        await redis.start() // "Down: start it, with its data."
        const ended = await watching.untilOver(['DppJournalUnreachable', 'DppNotReady'])
        results.push(
          `DppJournalUnreachable, DppNotReady: fired after ${fired} s, over ${ended} s after the runbook`,
        )
      },
      8 * MINUTES,
    )

    it(
      'two holders in turn',
      async () => {
        let pausing = true
        const pauses = (async () => {
          for (let n = 0; pausing; n++) {
            const replica = replicas[n % 2]
            replica?.process.kill('SIGSTOP')
            await new Promise((resolve) => setTimeout(resolve, 4000))
            replica?.process.kill('SIGCONT')
            await new Promise((resolve) => setTimeout(resolve, 2000))
          }
        })()
        const fired = await watching.untilFiring(['DppLeaseFlapping'])
        pausing = false // "A holder that is starved or paused for longer than leaseMs loses it."
        await pauses
        const ended = await watching.untilOver(['DppLeaseFlapping', 'DppNoLeaseHolder'])
        results.push(`DppLeaseFlapping: fired after ${fired} s, over ${ended} s after the runbook`)
      },
      8 * MINUTES,
    )
  })

  it('were all fired', async () => {
    const rules = await readFile(
      new URL('../../ops/prometheus/alerts.yml', import.meta.url),
      'utf8',
    )
    const names = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name)
    expect(names.filter((name) => !results.join().includes(name))).toEqual([])
  })
})
