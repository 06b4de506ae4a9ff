// `npm start`: the main job, end to end, on a local chain. Everything after the chain and the service are up is done
// as an outside client would: over HTTP, through the published packages, with public names in every DID.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseDid } from '@dpp/webvh'
import { freePort } from '../../test/anvil.ts'
import { postEvents, runBatch, waitForBatch } from './batches.ts'
import { createChecker, type Outcome } from './check.ts'
import { startDemoDashboard } from './demo-dashboard.ts'
import { startIssuerSite } from './issuer-site.ts'
import { install, manufactureAndAssemble } from './lifecycle.ts'
import { startLocalChain } from './local-chain.ts'
import { createOrganisation } from './organisations.ts'
import { createProgress, formatTable } from './progress.ts'
import { startService } from './service.ts'
import { createWindows, productsOf } from './windows.ts'

const help = `usage: npm start -- [--once] [--data FOLDER] [--port N]

Runs the whole job on a local chain: products, signed events, two batches, every verdict.

  --once          end when the job is done, with exit code 0 if every verdict was as expected
  --data FOLDER   keep the service's data and the published files there (default: a folder in .dpp/, removed at the end)
  --port N        port of the service (default: a free one)
  --help          this text
`

const { values: options } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    data: { type: 'string' },
    port: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(help)
  process.exit(0)
}

const productHost = 'dpp.windowco.example'
const write = (text: string): void => void process.stdout.write(text)
const { step, note } = createProgress(write, () => performance.now())
const closers: (() => Promise<unknown>)[] = []

try {
  const outcomes = await run()
  const wrong = outcomes.filter(({ status, expected }) => status !== expected)
  for (const { product, status, expected, text } of wrong)
    write(`UNEXPECTED: ${product} is ${status}, not ${expected}: ${text}\n`)
  process.exitCode = wrong.length === 0 ? 0 : 1
  if (!options.once) {
    write('\nIt stays up: Ctrl-C ends it.\n')
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve)
      process.once('SIGTERM', resolve)
    })
  }
} catch (error) {
  process.stderr.write(
    `\nnpm start failed: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  process.exitCode = 1
} finally {
  for (const close of closers.reverse()) await close()
}

async function run(): Promise<Outcome[]> {
  const folder = await dataFolder()
  const chain = await step('Local chain, registry contract', startLocalChain)
  closers.push(chain.stop)
  note(`${chain.rpcUrl}  chain ${chain.chainId}  registry ${chain.registry}`)

  const site = await startIssuerSite()
  closers.push(site.close)
  const [windowCo, glassCo, frameCo, installCo] = await step(
    'Four organisations with DIDs of their own',
    () =>
      Promise.all([
        createOrganisation(site, {
          name: 'WindowCo AG',
          host: 'windowco.example',
          gln: '9521234000037',
        }),
        createOrganisation(site, {
          name: 'GlassCo GmbH',
          host: 'glassco.example',
          gln: '9521234000044',
        }),
        createOrganisation(site, {
          name: 'FrameCo SA',
          host: 'frameco.example',
          gln: '9521234000051',
        }),
        createOrganisation(site, {
          name: 'InstallCo Srl',
          host: 'installco.example',
          gln: '9521234000068',
        }),
      ]),
  )
  if (!windowCo || !glassCo || !frameCo || !installCo) throw new Error('an organisation is missing')

  // The operator's list: who, besides its controller, may speak about a product, and what about.
  const speakers = [
    { issuer: windowCo.did, eventTypes: ['assembling'] },
    { issuer: installCo.did, eventTypes: ['installing'] },
  ]
  const issuersFile = join(folder, 'issuers.json')
  await writeFile(issuersFile, `${JSON.stringify(speakers, undefined, 2)}\n`)
  const port = options.port ?? String(await freePort())
  const service = await step('Batching service on its embedded defaults', () =>
    startService(
      {
        ...crashPoint(),
        DPP_DATA_DIR: join(folder, 'server'),
        DPP_PORT: port,
        DPP_DOMAIN: productHost,
        DPP_RPC_URLS: chain.rpcUrl,
        DPP_CHAIN_ID: String(chain.chainId),
        DPP_REGISTRY: chain.registry,
        DPP_INTERVAL_SECONDS: '0',
        DPP_POLL_MS: '200',
        DPP_ORIGINS: Object.entries(site.origins())
          .map(([host, base]) => `${host}=${base}`)
          .join(','),
        DPP_ISSUERS_FILE: issuersFile,
        RELAYER_PRIVATE_KEY: chain.relayerKey,
      },
      note,
    ),
  )
  closers.push(service.stop)
  note(service.url)

  const windows = await step(
    'Three windows, each with a pane and a frame: nine product DIDs, registered',
    () =>
      createWindows(service, {
        count: 3,
        host: productHost,
        makers: { window: windowCo, pane: glassCo, frame: frameCo },
      }),
  )
  const products = productsOf(windows)
  await writeFile(
    join(folder, 'recovery-keys.json'),
    `${JSON.stringify(Object.fromEntries(products.map(({ did, recoverySeed }) => [did, recoverySeed])), undefined, 2)}\n`,
    { mode: 0o600 },
  )

  const posted = await step('Manufacture and assembly: signed, posted', async () => {
    const events = await manufactureAndAssemble(windows)
    const receipts = await postEvents(service, events)
    return events.map((event, index) => ({ event, receipt: receipts[index] }))
  })
  note(`${posted.length} events accepted; posting them again gave the same receipts`)

  const origins = { ...site.origins(), [productHost]: service.url }
  const checker = createChecker({
    ...chain,
    origins,
    issuers: speakers.map(({ issuer, eventTypes }) => ({ did: issuer, types: eventTypes })),
  })
  const [first] = posted
  if (first === undefined) throw new Error('no event')
  const promised = await step("An event in no log yet, by the service's receipt", () =>
    checker.checkPosted(first.event, first.receipt, 'one event, just posted'),
  )
  await step('Batch 1: log entries, tree, anchor, proofs', () => runBatch(service, 'settled'))

  const all = (expected: (name: string) => Outcome['expected']): Promise<Outcome[]> =>
    Promise.all(products.map(({ did, name }) => checker.check(did, name, expected(name))))

  const afterFirst = await step('Verification from the public URLs and the RPC URL alone', () =>
    all(() => 'anchored'),
  )

  const held = await step('Installation, while the chain holds still', async () => {
    await chain.hold()
    const events = await install(windows, installCo)
    await postEvents(service, events)
    await runBatch(service, 'rooted')
    return all((name) => (name.startsWith('window') ? 'pending' : 'anchored'))
  })

  const window1 = windows[0]?.window
  if (window1 === undefined) throw new Error('no window')
  const tampered = await step('A tampered copy', () =>
    checker.checkTampered(window1.did, 'window 1, tampered copy'),
  )
  const afterSecond = await step('The chain moves again: batch 2', async () => {
    await chain.release()
    await waitForBatch(service, 'settled')
    return all(() => 'anchored')
  })

  const anchors = await chain.anchorCount()
  if (anchors !== 2n) throw new Error(`two batches, but ${anchors} anchors on the chain`)
  const cut = await step('The RPC cut', async () => {
    chain.freeze()
    const outcome = await checker.check(window1.did, 'window 1, RPC cut', 'indeterminate')
    chain.thaw()
    return outcome
  })

  const rows = products.map(({ name }, index) => [
    name,
    ...[afterFirst, held, afterSecond].map((column) => column[index]?.shown ?? ''),
  ])
  write(
    `\n${formatTable([['product', 'after batch 1', 'chain held', 'after batch 2'], ...rows])}\n\n`,
  )
  write(
    `${formatTable([['what else', 'verdict', 'why'], ...[promised, tampered, cut].map(({ product, shown, text }) => [product, shown, text])])}\n\n`,
  )
  const page: string[][] = []
  if (!options.once) {
    const organisations = [windowCo, glassCo, frameCo, installCo]
    const keyFolder = join(folder, 'keys')
    const demo = { service, chain, origins, speakers, products, organisations, keyFolder }
    const dashboard = await startDemoDashboard(demo)
    closers.push(dashboard.close)
    const path = `/product?id=${encodeURIComponent(window1.did)}`
    page.push(['page', dashboard.url], ['window 1 on it', dashboard.url + path])
    page.push(['keys to sign with', keyFolder])
  }
  const base = `${service.url}/.well-known/did/${parseDid(window1.did).scid}`
  write(
    `${formatTable([
      ['what', 'where'],
      ...page,
      ['window 1', window1.did],
      ['its log', `${base}/did.jsonl`],
      ['its proofs', `${base}/witness.json`],
      ['batches', `${service.url}/batches`],
      ['service', `${service.url}/service`],
      ['chain', `${chain.rpcUrl} (${chain.chainId}), registry ${chain.registry}`],
      ['data', folder],
    ])}\n`,
  )
  if (service.restarts() > 0)
    note(`the service was started again ${service.restarts()} times on the way`)
  return [promised, ...afterFirst, ...held, tampered, cut, ...afterSecond]
}

/** Where the run keeps its files: the folder that was asked for, or one that goes when the run ends. */
async function dataFolder(): Promise<string> {
  if (options.data !== undefined) {
    await mkdir(options.data, { recursive: true })
    return resolve(options.data)
  }
  await mkdir('.dpp', { recursive: true })
  const folder = await mkdtemp(join(resolve('.dpp'), 'start-'))
  closers.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The fault tests let the service kill itself at a named point; it is started again without it. */
function crashPoint(): Record<string, string> {
  const point = process.env['DPP_CRASH_AT']
  return point === undefined ? {} : { DPP_CRASH_AT: point }
}
