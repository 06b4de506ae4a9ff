#!/usr/bin/env -S node --v8-pool-size=0
// The `dpp-server` command.
import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { parseArgs, parseEnv } from 'node:util'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { DppError, isDppError } from '@dpp/core'
import { pino } from 'pino'
import { type ReanchorOptions, reanchor } from './commands/re-anchor.ts'
import { republish } from './commands/republish.ts'
import { runBatch } from './commands/run-batch.ts'
import { showKeys } from './commands/show-keys.ts'
import { wrapSecrets } from './commands/wrap-secret.ts'
import { type Config, formatConfig, parseConfig, publicDomain } from './config.ts'
import type { ServerErrorCode } from './errors.ts'
import { runFsck } from './fsck/open-fsck.ts'
import { backupJournal } from './journal/backup.ts'
import { openExistingJournal } from './journal/open-journal.ts'
import type { Journal } from './journal/port.ts'
import { openServiceKeys, type ServiceKeys } from './keys/service-keys.ts'
import { describeError } from './logger.ts'
import { closeOnSignals, createProcessCrashPoint, endOnCrash, startServer } from './main.ts'
import { version } from './observability/build.ts'
import { createLog } from './observability/create-log.ts'
import { createRedaction, type Redaction } from './observability/redaction.ts'
import { createServer } from './server.ts'
import { createIdentityOwner } from './service-identity/identity-keys.ts'
import {
  type IdentityPlace,
  readPublishedIdentity,
  rotateReceiptKey,
} from './service-identity/service-identity.ts'
import { openStore } from './store/open-store.ts'

const BATCH_WAIT_MS = 600_000

let redaction: Redaction | undefined

const usage = `dpp-server start     run the service (the default)
dpp-server status    open batches, backlog, dead-letter list and suspended products, from the journal
dpp-server replay D  let the dead deliveries of the event with digest D wait again
dpp-server backup F  copy the embedded journal to the new file F, while the service runs
dpp-server republish write what is missing among the published files, from the journal; exit code 1 when something stays
dpp-server fsck      recompute everything from journal, files and chain; exit code 1 when something does not hold
dpp-server batch     run one batch now, where no service runs on the same data; exit code 1 while one stays open
dpp-server keys      the public halves of the service's keys, and how many logs hang on each secret
dpp-server keys wrap [--new] [--key PLACE]
                     wrap the master secret by DPP_WRAPPING_KEY (or PLACE), and print the variables that then hold it;
                     --new makes a new secret, and keeps the one in force among those before it
dpp-server re-anchor --to CHAIN [--dry-run]
                     anchor the roots of all settled batches on the configured registry of CHAIN (eip155:N) too, once each, and add
                     the anchors to the batch files; where no service runs on the same data. Safe to stop and run again;
                     --dry-run only counts, and says what it costs
dpp-server deploy    deploy the registry with the relayer's account, unless it is there
dpp-server config    print the effective configuration, secrets redacted
dpp-server --help    this text
dpp-server --version the version

dpp-server rotate-receipt-key   give the service's DID a new key for receipts; the one before it stays valid
dpp-server revoke-receipt-key   the same, and the keys before it sign no more: for a key that was stolen

Configuration comes from the environment, then from .env in the working directory; see the README.
`

const commands: { readonly [name: string]: (...args: string[]) => Promise<void> } = {
  async start() {
    const server = await startServer(readConfig())
    endOnCrash(server)
    closeOnSignals(server)
  },
  async status() {
    await withJournal(async ({ batches, events, products }) => {
      print({
        open: await batches.open(),
        backlog: await events.backlog(),
        dead: await events.dead(100),
        suspended: await products.suspended(),
      })
    })
  },
  async replay(digest = '') {
    await withJournal(async ({ events, products }) => {
      const deliveries = await events.deliveries(digest)
      if (deliveries === undefined) {
        throw new DppError<ServerErrorCode>('ERR_DPP_EVENT_UNKNOWN', 'no such event was accepted')
      }
      const replayed = await events.replay(digest)
      for (const { scid } of deliveries) await products.resume(scid)
      print({ digest, replayed })
    })
  },
  async backup(file = '') {
    const { queue, dataDir } = readConfig()
    if (queue !== undefined) {
      throw new DppError<ServerErrorCode>(
        'ERR_DPP_CONFIG_INVALID',
        'the journal lies on Redis: back its append-only file up there',
      )
    }
    await backupJournal(dataDir, file)
    print({ backup: file })
  },
  async republish() {
    const store = await openStore(readConfig())
    await withJournal(async (journal) => {
      const report = await republish(journal, store)
      print(report)
      if (report.problems.length > 0) process.exitCode = 1
    })
  },
  async fsck() {
    const report = await runFsck(readConfig())
    print(report)
    if (report.findings.length > 0) process.exitCode = 1
  },
  async batch() {
    const config = readConfig()
    const parts = { log: logBeside(config), now: () => new Date(), crashPoint: () => {} }
    const server = await createServer(config, parts)
    try {
      const result = await runBatch(server, BATCH_WAIT_MS)
      print(result)
      if (result.open.length > 0) process.exitCode = 1
    } finally {
      await server.close()
    }
  },
  async keys(...args) {
    if (args[0] === 'wrap') return await wrapKeys(args.slice(1))
    const config = readConfig()
    await withJournal(async (journal) => {
      await withKeys(config, async (keys) => {
        const identity = await readPublishedIdentity(await identityPlace(config, keys))
        print(await showKeys(keys, journal, identity))
      })
    })
  },
  async 're-anchor'(...args) {
    const options = { to: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const
    const { to = '', 'dry-run': isDryRun = false } = parseArgs({ args, options }).values
    const config = readConfig()
    const parts = {
      log: logBeside(config),
      now: () => new Date(),
      crashPoint: createProcessCrashPoint(config),
    }
    const server = await createServer(config, parts)
    try {
      const { pollMs } = config
      print(await reanchor(server, { to, isDryRun, pollMs, onProgress: createProgress() }))
    } finally {
      await server.close()
    }
  },
  async deploy() {
    const config = readConfig()
    const { chainId, rpcUrls } = config
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 }) // For development keys.
    await withKeys(config, async ({ relayer: account }) => {
      print(await deployRegistry({ rpcUrl: rpcUrls[0] ?? '', chainId, account }))
    })
  },
  async 'rotate-receipt-key'() {
    await renewReceiptKey(true)
  },
  async 'revoke-receipt-key'() {
    await renewReceiptKey(false)
  },
  async config() {
    process.stdout.write(`${formatConfig(readConfig())}\n`)
  },
}

const takesArgument: readonly string[] = ['replay', 'backup']
const [name = 'start', ...rest] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (name === 'help' || [name, ...rest].some((word) => word === '--help' || word === '-h')) {
  process.stdout.write(usage)
} else if (name === '--version') {
  process.stdout.write(`${version}\n`)
} else if (command === undefined || !takes(name, rest)) {
  const fault = command === undefined ? 'there is no command' : 'wrong arguments for'
  process.stderr.write(`dpp-server: ${fault} ${name}\n\n${usage}`)
  process.exitCode = 2
} else {
  await command(...rest).catch((error: unknown) => {
    // A fault of the operator's gets a sentence, a fault of ours its stack.
    const isOurs = !isDppError(error) && !isOperators(error)
    const text = isOurs && error instanceof Error ? error.stack : describeError(error)
    process.stderr.write(`dpp-server: ${redaction?.apply(String(text)) ?? text}\n`)
    process.exitCode = 1
  })
}

// What the system or the database refuses, and options that do not exist.
function isOperators(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('syscall' in error) return true
  return 'code' in error && /^ERR_(PARSE_ARGS_|SQLITE_ERROR$)/.test(String(error.code))
}

function takes(command: string, args: readonly string[]): boolean {
  if (command === 'keys') return args.length === 0 || args[0] === 'wrap'
  if (command === 're-anchor') return args.includes('--to')
  return args.length === (takesArgument.includes(command) ? 1 : 0)
}

async function wrapKeys(args: string[]): Promise<void> {
  const options = { new: { type: 'boolean' }, key: { type: 'string' } } as const
  const variables = await wrapSecrets(readConfig(), parseArgs({ args, options }).values)
  for (const [name, value] of Object.entries(variables)) process.stdout.write(`${name}=${value}\n`)
}

// A line on standard error whenever a number or a reason is new.
function createProgress(): ReanchorOptions['onProgress'] {
  let before = ''
  return ({ left, problem }) => {
    const line = `dpp-server: ${left} batches left${problem === undefined ? '' : `, ${problem}`}\n`
    if (line !== before) process.stderr.write(line)
    before = line
  }
}

// A failure may quote a URL or a key of the configuration.
function readConfig(): Config {
  const config = parseConfig(readEnvironment())
  redaction = createRedaction(config)
  return config
}

// Standard output is for the result.
function logBeside(config: Config): ReturnType<typeof createLog> {
  return createLog(config.logLevel, redaction ?? createRedaction(config), pino.destination(2))
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

async function renewReceiptKey(keepsFormer: boolean): Promise<void> {
  const config = readConfig()
  await withKeys(config, async (keys) => {
    const { did, signer } = await rotateReceiptKey(await identityPlace(config, keys), keepsFormer)
    print({ did, receiptVerificationMethod: signer.verificationMethod })
  })
}

async function identityPlace(config: Config, keys: ServiceKeys): Promise<IdentityPlace> {
  return {
    ...createIdentityOwner(publicDomain(config), keys),
    store: await openStore(config),
    now: () => new Date(),
  }
}

async function withKeys(config: Config, work: (keys: ServiceKeys) => Promise<void>): Promise<void> {
  const keys = await openServiceKeys(config, logBeside(config))
  for (const secret of keys.secrets) redaction?.add(secret)
  try {
    await work(keys)
  } finally {
    await keys.close()
  }
}

async function withJournal(work: (journal: Journal) => Promise<void>): Promise<void> {
  const journal = await openExistingJournal(readConfig())
  try {
    await work(journal)
  } finally {
    await journal.close()
  }
}

// What stands in the environment wins over the file.
function readEnvironment(): { readonly [name: string]: string | undefined } {
  return { ...readDotEnv(), ...process.env }
}

function readDotEnv(): { readonly [name: string]: string | undefined } {
  try {
    return parseEnv(readFileSync('.env', 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}
