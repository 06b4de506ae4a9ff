// Where the queue lies, as one line of the configuration. The text may hold a password and is never shown.

export type QueuePlace = {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  /** Redis servers; for `sentinel` the sentinels. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly isTls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  /** What the sentinels call the master. */
  readonly master: string | undefined
  readonly sentinelUsername: string | undefined
  readonly sentinelPassword: string | undefined
  /** Names the queue among others on the same servers. */
  readonly queue: string
  /** Replicas that must have a write before it is acknowledged. */
  readonly replicas: number
  /** How long the lease outlives its holder. */
  readonly leaseMs: number
  /** Files: certificate authority, client certificate and its key. */
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

const FORMS =
  'must be sqlite, redis://HOST, redis+sentinel://HOST,HOST/MASTER or redis+cluster://HOST,HOST, each also with rediss (TLS), NAME:PASSWORD@ and the parameters that the documentation names'

const DEFAULT_LEASE_MS = 15_000

/**
 * Reads a place; `sqlite` is undefined. Throws an Error whose message completes "VARIABLE …" and repeats nothing: it could
 * be a secret.
 */
export function parseQueuePlace(text: string): QueuePlace | undefined {
  if (text === 'sqlite') return undefined
  const form =
    /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?]*)@)?([^@/?]+)(?:\/([^/?]*))?(?:\?(.*))?$/
  const parts = form.exec(text)
  if (parts === null) throw new Error(FORMS)
  const [, tls, how, login = '', hosts = '', path = '', query = ''] = parts
  const kind = how === 'sentinel' || how === 'cluster' ? how : 'single'
  const isMasterGiven = path !== ''
  if (isMasterGiven !== (kind === 'sentinel')) throw new Error(FORMS)
  const parameters = parseParameters(query)
  const [username = '', ...password] = login.split(':')
  const port = kind === 'sentinel' ? 26_379 : 6_379
  const list = hosts.split(',').map((each) => parseHost(each, port))
  if (kind === 'single' && list.length > 1) throw new Error(FORMS)
  return {
    kind,
    hosts: list,
    isTls: tls === 's',
    username: decode(username),
    password: decode(password.join(':')),
    master: decode(path),
    sentinelUsername: parameters.get('sentinelUsername'),
    sentinelPassword: parameters.get('sentinelPassword'),
    queue: queueName(parameters.get('queue') ?? 'dpp'),
    // A failover must not promote a server that lacks what was acknowledged.
    replicas: integer(parameters.get('replicas') ?? (kind === 'single' ? '0' : '1'), 0, 16),
    leaseMs: integer(parameters.get('leaseMs') ?? `${DEFAULT_LEASE_MS}`, 500, 600_000),
    ca: parameters.get('ca'),
    cert: parameters.get('cert'),
    key: parameters.get('key'),
  }
}

const parameterNames: readonly string[] = [
  'sentinelUsername',
  'sentinelPassword',
  'queue',
  'replicas',
  'leaseMs',
  'ca',
  'cert',
  'key',
]

function parseParameters(query: string): ReadonlyMap<string, string> {
  const given = [...new URLSearchParams(query)]
  const isPlain = given.every(([name]) => parameterNames.includes(name))
  const parameters = new Map(given)
  if (!isPlain || parameters.size < given.length) throw new Error(FORMS)
  return parameters
}

function parseHost(text: string, defaultPort: number): { host: string; port: number } {
  const parts = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text)
  if (parts === null) throw new Error(FORMS)
  const [, host = '', port] = parts
  return { host: host.replace(/^\[|\]$/g, ''), port: integer(port ?? `${defaultPort}`, 1, 65_535) }
}

// Part of every key, and of a file name.
function queueName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text
  throw new Error('must have a queue of lower-case letters, digits and hyphens')
}

function integer(text: string, least: number, most: number): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new Error(FORMS)
}

function decode(text: string): string | undefined {
  if (text === '') return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error(FORMS)
  }
}
