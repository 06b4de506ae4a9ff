// `npm run load`: see --help.
import { writeFile } from 'node:fs/promises'
import { createCounter, parseCount, runCommand, write } from '../data/command-line.ts'
import { createServiceClient } from '../data/service-client.ts'
import { createProgress } from '../start/progress.ts'
import { startLocalService } from './local-service.ts'
import { formatReport } from './report.ts'
import { runLoad } from './run.ts'

const help = `usage: npm run load -- [options]

Registers products, posts signed events about them, has them sealed and anchored, and verifies a sample of the products
from the published files and the chain, as a third party would. Exit code 0 when every event was acknowledged and every
verdict of the sample is "anchored" with all of its events.

Without --service it starts a chain and a service of its own, on the embedded queue and a folder, or on what DPP_QUEUE and
DPP_STORE name (with AWS_… or AZURE_STORAGE_… as the store needs). A queue on Redis gets a name of its own and stays there.

  --events N          events (default: 10000)
  --products N        products that they are about, in turn (default: 3000, or as many as events)
  --per-request N     events in a request (default: 100)
  --connections N     requests under way at a time (default: 8)
  --rate N            events a second (default: as fast as they are taken)
  --sample N          products that are verified (default: 50)
  --patience N        seconds to wait for the batches (default: 1800)
  --service URL       a running service, with DPP_ALLOW_DID_KEY=true; bearer token in SERVICE_TOKEN, if it wants one
  --rpc URL           … and a node of its chain
  --files URL         … and where its public files are read, if not from the service itself: the CDN
  --json FILE         write the report there as well
  --help              this text
`

const closers: (() => Promise<unknown>)[] = []

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    const end = (): never => process.exit(signal === 'SIGINT' ? 130 : 143)
    closeAll().then(end, end)
  })
}

await runCommand(
  'load',
  {
    help,
    options: {
      events: { type: 'string', default: '10000' },
      products: { type: 'string' },
      'per-request': { type: 'string', default: '100' },
      connections: { type: 'string', default: '8' },
      rate: { type: 'string' },
      sample: { type: 'string', default: '50' },
      patience: { type: 'string', default: '1800' },
      service: { type: 'string' },
      rpc: { type: 'string' },
      files: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  },
  async (options) => {
    const events = parseCount(options.events) ?? 10_000
    const products = parseCount(options.products) ?? Math.min(events, 3000)
    if ((options.service === undefined) !== (options.rpc === undefined))
      throw new Error('--service and --rpc belong together')
    const run = `load-${Date.now().toString(36)}`
    const { step, note } = createProgress(write, () => performance.now())
    const local =
      options.service === undefined
        ? await step('Local chain, registry contract, service', () =>
            startLocalService(run, process.env),
          )
        : undefined
    if (local !== undefined) closers.push(local.stop)
    const token = process.env['SERVICE_TOKEN']
    const report = await runLoad({
      service: createServiceClient(options.service ?? local?.url ?? '', token),
      token,
      rpcUrl: options.rpc ?? local?.rpcUrl ?? '',
      filesUrl: options.files,
      run,
      events,
      products: Math.min(products, events),
      eventsPerRequest: parseCount(options['per-request']) ?? 100,
      connections: parseCount(options.connections) ?? 8,
      perSecond: parseCount(options.rate) ?? 0,
      sample: parseCount(options.sample) ?? 50,
      patienceSeconds: parseCount(options.patience) ?? 1800,
      step,
      progress: createCounter,
      note,
    })
    if (options.json !== undefined)
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
    write(`\n${formatReport(report)}`)
    for (const { did, expected, found } of report.surprises.slice(0, 20))
      write(`UNEXPECTED: ${did}\n    expected ${expected}\n    found    ${found}\n`)
    if (report.surprises.length > 0)
      throw new Error(`${report.surprises.length} verdicts are not the expected ones`)
  },
)
await closeAll()

async function closeAll(): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close()
}
