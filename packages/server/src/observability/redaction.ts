// Keeps secrets out of what the service writes for people. Two nets: the values that the configuration holds, in every
// spelling that a library may give them, and the shapes of secrets that it cannot know (other people's tokens, signed
// transactions, private keys in PEM).
import { Buffer } from 'node:buffer'
import { toHex } from '@dpp/core'
import type { Config } from '../config.ts'

export type Redaction = {
  /** The text with every secret in it replaced. */
  readonly apply: (text: string) => string
  /** From now on this is a secret too: a key that was made, or unwrapped, at the start. */
  readonly add: (secret: string | Uint8Array) => void
}

const MASK = '[redacted]'

// A shorter text is no secret but a word, and hiding it everywhere would hide what an operator needs.
const MIN_CHARACTERS = 6

/** Makes the redaction of everything that `config` keeps secret. */
export function createRedaction(config: Config): Redaction {
  const spellings = new Set<string>()
  let known: RegExp | undefined

  function add(secret: string | Uint8Array): void {
    const forms = typeof secret === 'string' ? spellingsOfText(secret) : spellingsOfKey(secret)
    for (const form of forms) if (form.length >= MIN_CHARACTERS) spellings.add(form)
    const longestFirst = [...spellings].sort((a, b) => b.length - a.length)
    known = new RegExp(longestFirst.map(escapePattern).join('|'), 'gi')
  }

  for (const secret of secretsOf(config)) add(secret)
  return {
    apply: (text) => {
      const masked =
        known === undefined || spellings.size === 0 ? text : text.replace(known, maskFor)
      return shapes.reduce((rest, [shape, mask]) => rest.replace(shape, mask), masked)
    },
    add,
  }
}

function secretsOf(config: Config): readonly (string | Uint8Array)[] {
  const { queue } = config
  const secrets = [
    config.witnessPrivateKey,
    ...config.witnessPreviousKeys,
    config.relayerPrivateKey,
    config.pkcs11Pin,
    config.azureAccountKey,
    config.azureSasToken,
    /(?:^|[?&])sig=([^&]+)/.exec(config.azureSasToken ?? '')?.[1],
    queue?.password,
    queue?.sentinelPassword,
    ...Object.values(config.otlpHeaders),
    ...config.rpcUrls.flatMap(secretsOfUrl),
    config.invalidationToken,
    ...[config.invalidationUrl ?? []].flat().flatMap(secretsOfUrl),
  ]
  return secrets.filter((secret) => secret !== undefined)
}

// Providers put access keys into the path, the query or the password: everything behind the host is one.
function secretsOfUrl(text: string): readonly string[] {
  const { username, password, pathname, search } = new URL(text)
  const segments = pathname.split('/').filter((segment) => segment.length >= 16)
  const values = [...new URLSearchParams(search).values()]
  const login = username === '' ? [] : [username, `${username}:${password}`, password]
  return [...login, `${pathname}${search}`, pathname, ...segments, ...values].filter(
    (part) => part !== '/',
  )
}

function spellingsOfText(secret: string): readonly string[] {
  const decoded = decodeOrKeep(secret)
  return [secret, decoded].flatMap((text) => [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('base64'),
  ])
}

// As hex, Base64, a list of numbers, or an object of them: what JSON makes of a Uint8Array.
function spellingsOfKey(key: Uint8Array): readonly string[] {
  const bytes = Buffer.from(key)
  const members = JSON.stringify({ ...key }).slice(1, -1)
  return [
    toHex(key),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    [...key].join(','),
    [...key].join(', '),
    members,
    JSON.stringify(members).slice(1, -1), // … within a text.
  ]
}

// Each is linear in the text: none repeats a group that can match in two ways.
const shapes: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g, MASK],
  [/(authorization\\*["']\s*:\s*\\*["'])[^"'\\]+/gi, `$1${MASK}`],
  [/\b(Bearer|Basic|SharedKey)(\s+)[A-Za-z0-9+/=._~:-]{6,}/gi, `$1$2${MASK}`],
  [/(authorization\s*[:=]\s*)(?!Bearer|Basic|SharedKey)[^\s"',}\\]+/gi, `$1${MASK}`],
  [/(:\/\/)[^\s/@"'\\]+@/g, `$1${MASK}@`],
  [
    /([?&;](?:sig|signature|token|key|api[_-]?key|access[_-]?token|x-amz-(?:signature|security-token|credential))=)[^&\s"'\\]+/gi,
    `$1${MASK}`,
  ],
  // A raw transaction can be sent by whoever reads it; nothing else in hex is longer than two words and a prefix.
  [/\b0x[0-9a-f]{130,}/gi, MASK],
]

// Numbers stand outside of quotes, where only JSON may follow.
function maskFor(secret: string): string {
  if (secret.startsWith('"')) return '"redacted":0'
  return /^[\d, ]+$/.test(secret) ? '0' : MASK
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
