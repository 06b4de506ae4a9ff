// Uploads a data set, posts its events, has them anchored, and verifies what came of it: see --help.

import {
  createCounter,
  parseCount,
  runCommand,
  sharedHelp,
  sharedOptions,
  write,
} from './data/command-line.ts'
import { openDataSet, replaceJson, reportKey, requireManifest } from './data/data-set.ts'
import { chooseProtection } from './data/key-protection.ts'
import type { LocalStack } from './data/local-stack.ts'
import { measureFiles } from './data/measure-files.ts'
import { openKeys } from './data/open-keys.ts'
import { openStore, storeHelp } from './data/open-store.ts'
import { formatReport } from './data/report.ts'
import { seedStorage } from './data/seed.ts'
import { createServiceClient } from './data/service-client.ts'
import { serveSites } from './data/sites.ts'
import { createProgress } from './start/progress.ts'

const help = `usage: seed-storage (--local | --service URL --rpc URL) [options]

Registers the products of a data set with the service, posts their events in three waves with a batch after each, lets one
organisation rotate its key and another move its DID in between, sees events refused that must be, and verifies products from their
public files. Everything is safe to repeat: a run that was stopped is begun again with the same command.

  --local                  start a chain, the service and the organisations' sites here; they keep their state in FOLDER
  --stay                   with --local: stay up at the end, until Ctrl-C
  --service URL            the service to seed (bearer token in SERVICE_TOKEN, if it wants one)
  --rpc URL                a node of its chain, for the verification
  --sites-port N           port on which the organisations' sites are served (default: a free one); the service must find
                           them there, by DPP_ORIGINS: windowco.example=http://127.0.0.1:N/windowco.example, and so on
  --store STORE            upload the first logs to this store as well: ${storeHelp}
  --count N                only the first N windows (default: all of the data set); others cannot follow later, since
                           what they have from before the key rotation would be refused
  --seed TEXT              refuse to go on if the data set was made from another seed
  --verify all|N           how many products to verify (default: all)
${sharedHelp}`

const closers: (() => Promise<unknown>)[] = []

// What was started is ended with the command, however that ends; only kill -9 leaves a service behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    const end = (): never => process.exit(signal === 'SIGINT' ? 130 : 143)
    closeAll().then(end, end)
  })
}

await runCommand(
  'seed-storage',
  {
    help,
    options: {
      ...sharedOptions,
      local: { type: 'boolean', default: false },
      stay: { type: 'boolean', default: false },
      service: { type: 'string' },
      rpc: { type: 'string' },
      'sites-port': { type: 'string' },
      store: { type: 'string' },
      seed: { type: 'string' },
      verify: { type: 'string', default: 'all' },
    },
  },
  async (options) => {
    const started = performance.now()
    const dataSet = openDataSet(options.data)
    const manifest = await requireManifest(dataSet)
    const protection = chooseProtection(
      { passphraseFile: options['passphrase-file'], plainKeys: options['plain-keys'] },
      process.env,
    )
    const keys = await openKeys(dataSet, protection, options.seed)
    const { step, note } = createProgress(write, () => performance.now())
    const sites = await serveSites(dataSet, parsePort(options['sites-port']))
    closers.push(sites.close)
    const stack = options.local
      ? await step('Local chain, registry contract, batching service', async () => {
          const { startLocalStack } = await import('./data/local-stack.ts')
          return await startLocalStack(dataSet, {
            host: manifest.host,
            origins: sites.origins,
            witnessPrivateKey: process.env['WITNESS_PRIVATE_KEY'] || keys.localService,
          })
        })
      : undefined
    if (stack !== undefined) closers.push(stack.stop)
    const serviceUrl = stack?.serviceUrl ?? options.service
    const rpcUrl = stack?.rpcUrl ?? options.rpc
    if (serviceUrl === undefined || rpcUrl === undefined)
      throw new Error('name the service: --local, or --service URL and --rpc URL')
    const seeded = await seedStorage(dataSet, {
      keys,
      service: createServiceClient(serviceUrl, process.env['SERVICE_TOKEN']),
      rpcUrl,
      sitesUrl: sites.url,
      store: options.store === undefined ? undefined : await openStore(options.store, process.env),
      count: parseCount(options.count),
      verify: options.verify === 'all' ? 'all' : (parseCount(options.verify) ?? 'all'),
      step,
      progress: createCounter,
      note,
    })
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1))
    const files = stack === undefined ? undefined : await measureFiles(stack.files)
    await replaceJson(dataSet, reportKey, { ...seeded, files, seconds })
    write(`\n${formatReport(seeded, files, seconds)}`)
    for (const { did, expected, found } of seeded.verified.surprises.slice(0, 20))
      write(`UNEXPECTED: ${did}\n    expected ${expected}\n    found    ${found}\n`)
    if (seeded.verified.surprises.length > 0)
      throw new Error(`${seeded.verified.surprises.length} verdicts are not the expected ones`)
    if (options.stay && stack !== undefined) await stay(stack, sites.url)
  },
)
await closeAll()

async function closeAll(): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close()
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return 0
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Error(`${text} is not a port`)
  return Number(text)
}

async function stay({ serviceUrl, rpcUrl }: LocalStack, sitesUrl: string): Promise<void> {
  write(
    `\nservice ${serviceUrl}   chain ${rpcUrl}   sites ${sitesUrl}\nIt stays up: Ctrl-C ends it.\n`,
  )
  await new Promise<void>(() => {}) // Until a signal.
}
