// The command line of dpp-verify: what may be asked for, and what is refused.
import { parseArgs } from 'node:util'
import { readTime } from '@dpp/core'
import { type Endpoint, readEndpoint } from './endpoints.ts'

export const usage = `Usage: dpp-verify <did | event.json | product.pack | folder | dids.txt> [options]

Checks whether the history of a product is intact and anchored. Of a folder, an operator's store or a mirror of it, or of
a text file with a DID in each line, it checks every product, on all cores.

  --rpc [CHAIN=]URL   JSON-RPC endpoint; several of one chain must agree (a majority, or --quorum). Where they serve
                      several chains, each with its own, such as eip155:1=https://rpc.example
  --quorum N          how many endpoints of a chain must agree
  --policy FILE       trust policy (docs/spec/trust-policy.md); by default the published registries
  --as-of TIME        what could be proven at that time (RFC 3339)
  --resolve HOST=URL  where a public host really answers: a base URL, or a folder
  --receipt FILE      the service's receipt for an event
  --write-pack FILE   writes an evidence pack of what was checked
  --threads N         of many products: on how many cores, by default all
  --lang en|de        language of the report
  --json              prints the verdict as JSON; of many products one in each line
  --help

Exit code: 0 anchored, 1 invalid, 2 usage, 3 pending, 4 indeterminate. Of many products: 0 when all are anchored, else 1
when any is invalid, else 4, else 3.`

export type CliOptions = {
  readonly subject: string
  readonly endpoints: readonly Endpoint[]
  readonly quorum: number | undefined
  readonly policyFile: string | undefined
  readonly asOf: Date | undefined
  readonly resolve: Readonly<Record<string, string>>
  readonly receiptFile: string | undefined
  readonly packFile: string | undefined
  readonly threads: number | undefined
  readonly language: 'en' | 'de'
  readonly json: boolean
}

/** Reads the arguments; a text is what is wrong with them, or the help that was asked for. */
export function readOptions(
  args: readonly string[],
): CliOptions | { help: true } | { fault: string } {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }
  const { values, positionals } = parsed
  if (values.help === true) return { help: true }
  const [subject] = positionals
  if (subject === undefined || positionals.length > 1) {
    return { fault: 'name one DID, event file, evidence pack, folder or list of DIDs' }
  }
  const quorum = readCount(values.quorum)
  if (quorum === 0) return { fault: '--quorum is not a number of endpoints' }
  const threads = readCount(values.threads)
  if (threads === 0) return { fault: '--threads is not a number of threads' }
  const asOf = values['as-of'] === undefined ? undefined : readTime(values['as-of'])
  if (values['as-of'] !== undefined && asOf === undefined)
    return { fault: '--as-of is not an RFC 3339 time, such as 2026-11-02T14:05:03Z' }
  const bad = values.rpc.find((text) => readEndpoint(text) === undefined)
  if (bad !== undefined)
    return { fault: `--rpc ${bad} is not an http(s) URL, or eip155:N= and one` }
  const pairs = values.resolve.map((pair) => RESOLVE.exec(pair))
  if (pairs.includes(null)) return { fault: '--resolve wants HOST=URL or HOST=FOLDER' }
  if (values.lang !== 'en' && values.lang !== 'de') return { fault: '--lang is en or de' }
  return {
    subject,
    endpoints: values.rpc.flatMap((text) => readEndpoint(text) ?? []),
    quorum,
    policyFile: values.policy,
    asOf,
    resolve: Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? ''])),
    receiptFile: values.receipt,
    packFile: values['write-pack'],
    threads,
    language: values.lang,
    json: values.json,
  }
}

// A host as DIDs name it, perhaps with a port, and no scheme before it; a target `host:port` would be taken for a folder.
const RESOLVE = /^([^=/]+)=(?![^/\\]+:\d)(.+)$/

/** A whole number from 1; 0 stands for anything else that was given. */
function readCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rpc: { type: 'string', multiple: true, default: [] },
      quorum: { type: 'string' },
      policy: { type: 'string' },
      'as-of': { type: 'string' },
      resolve: { type: 'string', multiple: true, default: [] },
      receipt: { type: 'string' },
      'write-pack': { type: 'string' },
      threads: { type: 'string' },
      lang: { type: 'string', default: 'en' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  })
}
