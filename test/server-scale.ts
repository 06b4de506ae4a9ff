// A batch of many events over many products, on the file store and a local chain: how long until it is recorded, until every
// file is out, and how much memory the service had at most.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { privateKeyToAccount } from 'viem/accounts'
import { openConnection, preparePost, sendAll } from '../bench/http-load.ts'
import { createScene, signEvents } from '../bench/ingest-scene.ts'
import { startAnvil } from './anvil.ts'
import { getJson, postJson } from './server-client.ts'

export type BatchScale = {
  readonly events: number
  readonly products: number
  readonly ingestSeconds: number
  /** From the claim until every entry is signed and recorded. */
  readonly recordedSeconds: number
  /** From the claim until every event and log is out and the root is recorded. */
  readonly rootedSeconds: number
  readonly filesPerSecond: number
  /** From the claim until every file, proofs too, is out. */
  readonly settledSeconds: number
  readonly roots: number
  readonly files: number
  readonly peakMegabytes: number
  /** The longest that the service took to answer meanwhile. */
  readonly slowestAnswerSeconds: number
}

const PER_POST = 100

export async function measureBatch(events: number, products: number): Promise<BatchScale> {
  const anvil = await startAnvil({ slotsInAnEpoch: 1 })
  const account = privateKeyToAccount(anvil.privateKeys[0] ?? '0x')
  const { chainId } = anvil
  const { address } = await deployRegistry({ rpcUrl: anvil.url, chainId, account })
  const scene = await createScene(products, {
    DPP_RPC_URLS: anvil.url,
    DPP_REGISTRY: address,
    DPP_FINALITY: '0',
    DPP_POLL_MS: '200',
    RELAYER_PRIVATE_KEY: anvil.privateKeys[1] ?? '',
  })
  try {
    const connections = await Promise.all(
      Array.from({ length: 8 }, () => openConnection(scene.url)),
    )
    let ingestMs = 0
    for (let sent = 0; sent < events; sent += 5000) {
      const signed = await signEvents(scene, Math.min(5000, events - sent), sent)
      const requests = []
      for (let i = 0; i < signed.length; i += PER_POST) {
        const body = JSON.stringify({ events: signed.slice(i, i + PER_POST) })
        requests.push(preparePost('/events', body))
      }
      ingestMs += await sendAll(connections, requests, 201)
    }
    for (const connection of connections) connection.close()
    const start = performance.now()
    const seconds = (): number => (performance.now() - start) / 1000
    // A connection that waits for more than a minute is closed; the batch goes on.
    const run = postJson(`${scene.url}/batches`, {}).catch(() => undefined)
    let recordedSeconds = Number.NaN
    let rootedSeconds = Number.NaN
    let slowestAnswerSeconds = 0
    for (;;) {
      const asked = seconds()
      const { batches } = (await getJson(`${scene.url}/batches`)).body as {
        batches: { state: string; root?: string }[]
      }
      slowestAnswerSeconds = Math.max(slowestAnswerSeconds, seconds() - asked)
      const [batch] = batches
      const isPast = (state: string): boolean => batch !== undefined && batch.state !== state
      if (Number.isNaN(recordedSeconds) && isPast('claimed')) recordedSeconds = seconds()
      if (Number.isNaN(rootedSeconds) && batch?.root !== undefined) rootedSeconds = seconds()
      if (batch?.state === 'settled') {
        await run
        const files = await countFiles(join(scene.folder, 'files'))
        return {
          events,
          products,
          ingestSeconds: ingestMs / 1000,
          recordedSeconds,
          rootedSeconds,
          filesPerSecond: (events + products) / (rootedSeconds - recordedSeconds),
          settledSeconds: seconds(),
          roots: batches.filter(({ root }) => root !== undefined).length,
          files,
          peakMegabytes: await peakMegabytes(scene.pid),
          slowestAnswerSeconds,
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  } finally {
    await scene.close()
    await anvil.stop()
  }
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

// The most memory that the process ever had resident, as Linux counts it.
async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}
