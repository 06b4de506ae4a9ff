// The tamper switch: what each attack on a product's evidence looks like to a visitor. Each one changes what the page
// reads, in the visitor's own browser: no file anywhere is touched, and the check is the very same.
import { entryLeafHash, formatHash } from '@dpp/anchor'
import { createLocalSigner, decodeUtf8, encodeUtf8, generateSeed, type JsonObject } from '@dpp/core'
import type { EvidenceSource, Reading, VerdictStatus } from '@dpp/verifier'
import { appendEntry, formatEntry, hashKey, verifyLog } from '@dpp/webvh'

export type AttackName =
  | 'backdate-event'
  | 'rewrite-log'
  | 'foreign-key'
  | 'bend-proof'
  | 'invent-root'
  | 'cut-log'
  | 'withhold-events'
  | 'files-out'
  | 'chain-out'

export type Attack = {
  readonly name: AttackName
  readonly title: string
  readonly story: string
  /** What the check should make of it. */
  readonly expected: VerdictStatus
}

/** The attacks in the order in which the page offers them. */
export const attacks: readonly Attack[] = [
  {
    name: 'backdate-event',
    title: 'Backdate an event',
    story: 'Somebody with access to the files moves every event a year back.',
    expected: 'invalid',
  },
  {
    name: 'rewrite-log',
    title: 'Swap an event in the log',
    story: 'The log is edited to name another event than the one that was recorded.',
    expected: 'invalid',
  },
  {
    name: 'foreign-key',
    title: 'Add an entry with a stolen pen',
    story: 'A stranger appends a perfectly formed entry, signed with a key of their own.',
    expected: 'invalid',
  },
  {
    name: 'bend-proof',
    title: 'Bend the Merkle proof',
    story: 'One hash on the path from the entry to the anchored root is replaced.',
    expected: 'invalid',
  },
  {
    name: 'invent-root',
    title: 'Invent an anchor',
    story: 'The proofs are made to lead to a root that nobody ever anchored.',
    expected: 'invalid',
  },
  {
    name: 'cut-log',
    title: 'Hide the latest history',
    story: 'The newest log entry is cut off, as if the last events had never happened.',
    expected: 'indeterminate',
  },
  {
    name: 'withhold-events',
    title: 'Withhold the events',
    story: 'The server refuses to show what happened. Digests stay public, contents do not.',
    expected: 'anchored',
  },
  {
    name: 'files-out',
    title: 'Cut the web server',
    story: 'An outage, not an attack: the files cannot be fetched.',
    expected: 'indeterminate',
  },
  {
    name: 'chain-out',
    title: 'Cut the chain',
    story: 'An outage, not an attack: no node of the chain answers.',
    expected: 'indeterminate',
  },
]

export function findAttack(name: string | undefined): Attack | undefined {
  return attacks.find((attack) => attack.name === name)
}

/** Reads from `source` as if this attack had happened. */
export function attackSource(source: EvidenceSource, attack: AttackName): EvidenceSource {
  return {
    async read(url, options) {
      if (attack === 'files-out') {
        return { status: 'unreachable', cause: 'network', detail: 'the tamper switch cut it' }
      }
      if (attack === 'withhold-events' && isEvent(url)) {
        return { status: 'withheld', detail: 'HTTP 403' }
      }
      const reading = await source.read(url, options)
      return reading.status === 'found' ? forge(attack, url, reading, source, options) : reading
    },
  }
}

/** A `fetch` to the chain that finds it gone. */
export const unplugged: typeof fetch = async () => {
  throw new TypeError('the tamper switch cut it')
}

type Found = Extract<Reading, { status: 'found' }>

async function forge(
  attack: AttackName,
  url: string,
  { body }: Found,
  source: EvidenceSource,
  options: Parameters<EvidenceSource['read']>[1],
): Promise<Reading> {
  const text = decodeUtf8(body)
  if (attack === 'backdate-event' && isEvent(url)) return found(backdate(text))
  if (isProductLog(url)) {
    if (attack === 'rewrite-log') return found(swapDigest(text))
    if (attack === 'foreign-key') return found(await appendAsStranger(text))
    if (attack === 'cut-log') return found(cutNewest(text))
  }
  if (isProductProof(url)) {
    if (attack === 'bend-proof') return found(bendPath(text))
    if (attack === 'invent-root') {
      const log = await source.read(url.replace(/witness\.json$/, 'did.jsonl'), options)
      return log.status === 'found' ? found(inventRoot(text, decodeUtf8(log.body))) : log
    }
  }
  return { status: 'found', body }
}

function backdate(event: string): string {
  return event.replace(
    /"eventTime":"(\d{4})/,
    (_, year: string) => `"eventTime":"${Number(year) - 1}`,
  )
}

function swapDigest(log: string): string {
  const other = 'zQmSwappedByTheTamperSwitchSwappedByTheTamperS'
  const at = log.lastIndexOf('"eventDigests":["')
  if (at < 0) return log.replace('"versionTime":"2', '"versionTime":"1') // No events yet: its age, then.
  const start = at + '"eventDigests":["'.length
  return `${log.slice(0, start)}${other}${log.slice(log.indexOf('"', start))}`
}

// Even with everything else right, the entry before has committed to the keys that may come next.
async function appendAsStranger(log: string): Promise<string> {
  const { head } = verifyLog(log)
  if (head === undefined) return log
  const stranger = createLocalSigner(generateSeed())
  const nextKeyHashes = [hashKey(stranger.multikey)]
  const { line } = await appendEntry(
    { ...head, parameters: { ...head.parameters, updateKeys: [stranger.multikey], nextKeyHashes } },
    {
      parameters: { updateKeys: [stranger.multikey], nextKeyHashes },
      signer: stranger,
      versionTime: new Date(),
    },
  )
  return `${log}${line}`
}

function cutNewest(log: string): string {
  const lines = log.trimEnd().split('\n')
  return lines.length < 2 ? log : `${lines.slice(0, -1).join('\n')}\n`
}

function bendPath(witness: string): string {
  return witness.replace(/("path":\["0x)(..)/, (_, start: string, byte: string) =>
    byte === '00' ? `${start}ff` : `${start}00`,
  )
}

// A tree of its own for each entry: the path is right, the root is a root, and no chain has ever seen it.
function inventRoot(witness: string, log: string): string {
  const file = JSON.parse(witness) as JsonObject & {
    proofs: (JsonObject & { versionId: string })[]
  }
  const lines = new Map(
    verifyLog(log).versions.map(({ versionId, line }) => [versionId, formatLine(line)]),
  )
  const proofs = file.proofs.map((proof) => {
    const root = formatHash(entryLeafHash(lines.get(proof.versionId) ?? ''))
    return { ...proof, leafIndex: 0, treeSize: 1, path: [], root }
  })
  return JSON.stringify({ ...file, proofs })
}

function formatLine(line: string): string {
  return formatEntry(JSON.parse(line)).trimEnd()
}

function isEvent(url: string): boolean {
  return url.includes('/events/')
}

// Issuers' logs and their mirrors stay as they are: the attack is on the product.
function isProductLog(url: string): boolean {
  return url.endsWith('/did.jsonl') && !url.includes('/issuers/') && url.includes('/did/Qm')
}

function isProductProof(url: string): boolean {
  return url.endsWith('/witness.json') && !url.includes('/issuers/')
}

function found(text: string): Reading {
  return { status: 'found', body: encodeUtf8(text) }
}
