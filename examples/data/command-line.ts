// What the three commands share: help, options, progress, and failures in one sentence.
import { type ParseArgsConfig, parseArgs } from 'node:util'

export type CommandOptions = NonNullable<ParseArgsConfig['options']>

type Values<Options extends CommandOptions> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values']

export const DEFAULT_FOLDER = '.dpp/data'

/** Options that every command has. */
export const sharedOptions = {
  data: { type: 'string', default: DEFAULT_FOLDER },
  count: { type: 'string' },
  'passphrase-file': { type: 'string' },
  'plain-keys': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const satisfies CommandOptions

export const sharedHelp = `  --data FOLDER            where the data set lies (default: ${DEFAULT_FOLDER})
  --passphrase-file FILE   passphrase of the key file; without it, the variable KEYS_PASSPHRASE
  --plain-keys             no passphrase: keys that are worth nothing
  --help                   this text
`

/** Runs a command: prints its help, or does the work and tells a failure in one line. */
export async function runCommand<const Options extends CommandOptions>(
  name: string,
  { help, options }: { readonly help: string; readonly options: Options },
  work: (values: Values<Options>) => Promise<void>,
): Promise<void> {
  try {
    const { values } = parseArgs({ options })
    if ((values as { help?: boolean }).help === true) process.stdout.write(help)
    else await work(values as Values<Options>)
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

/** A whole number of at least 1 from the command line. */
export function parseCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${text} is not a number from 1 to 999999`)
  return Number(text)
}

/** A day or time from the command line; a day begins at midnight UTC. */
export function parseDay(text: string): Date {
  const date = new Date(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(date.getTime()))
    throw new Error(`${text} is not a date such as 2025-01-06`)
  return date
}

export type Counter = (done: number, total: number) => void

const EVERY_MS = 1_000

/** Shows how far something is: in place on a terminal, else a line each second, and always the end. */
export function createCounter(what: string): Counter {
  const started = performance.now()
  let shown = started
  return (done, total) => {
    const now = performance.now()
    const isDone = done >= total
    if (!isDone && now - shown < EVERY_MS) return
    shown = now
    const rate = Math.round(done / Math.max(0.001, (now - started) / 1000))
    const line = `    ${done} of ${total} ${what}, ${rate}/s`
    if (process.stdout.isTTY) process.stdout.write(`\r${line}${isDone ? '\n' : ''}`)
    else process.stdout.write(`${line}\n`)
  }
}

export function write(text: string): void {
  process.stdout.write(text)
}
