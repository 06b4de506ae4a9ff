// The value forms of configuration variables: each takes the text and returns the value, or throws an Error whose
// message completes the sentence "VARIABLE …". No message repeats the text, which could be a secret.
import { fromHex } from '@dpp/core'
import type { Origins } from '@dpp/webvh'
import { crashPointNames, isCrashSpec } from './crash-point.ts'

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'

const logLevels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'silent']

export function text(value: string): string {
  return value
}

export function integer(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw new Error(`must be a whole number from ${least} to ${most}`)
  }
}

export function flag(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw new Error('must be true or false')
}

export function logLevel(value: string): LogLevel {
  const level = logLevels.find((known) => known === value)
  if (level === undefined) throw new Error(`must be one of ${logLevels.join(', ')}`)
  return level
}

/** `host` or `host:port`, lower-case. An IP address or a name of one label cannot stand in a did:webvh DID. */
export function domain(value: string): string {
  const [host = '', port, ...rest] = value.split(':')
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
  const isHost = new RegExp(`^${label}(\\.${label})+$`).test(host) && !/^[\d.]+$/.test(host)
  const isPort = port === undefined || /^[1-9]\d{0,4}$/.test(port)
  if (isHost && isPort && rest.length === 0) return value
  throw new Error('must be a lower-case host name with a dot, or host:port, and not an IP address')
}

/** http(s) URLs, comma-separated. */
export function urls(value: string): readonly string[] {
  return value.split(',').map((item) => url(item.trim()))
}

/** One http(s) URL. */
export function url(value: string): string {
  const parsed = URL.canParse(value) ? new URL(value) : undefined
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return value
  throw new Error('must hold http or https URLs')
}

export function ratio(value: string): number {
  const number = /^[01](\.\d{1,9})?$/.test(value) ? Number(value) : Number.NaN
  if (number >= 0 && number <= 1) return number
  throw new Error('must be a number from 0 to 1')
}

export type Headers = { readonly [name: string]: string }

/** `name=value` pairs, comma-separated, values percent-encoded: the form of OTEL_EXPORTER_OTLP_HEADERS. */
export function headers(value: string): Headers {
  const pairs = value.split(',').map((item) => {
    const [, name, text] = /^\s*([A-Za-z0-9-]+)\s*=\s*(\S*)\s*$/.exec(item) ?? []
    if (name === undefined || text === undefined) {
      throw new Error('must be name=value pairs, comma-separated')
    }
    return [name, decodeURIComponent(text)]
  })
  return Object.fromEntries(pairs)
}

/** An http(s) URL that holds `{did}`. */
export function pageUrl(value: string): string {
  if (value.includes('{did}')) return url(value)
  throw new Error('must hold {did}')
}

/** `host=url` pairs, comma-separated. */
export function origins(value: string): Origins {
  const pairs = value.split(',').map((item) => {
    const [host = '', ...rest] = item.trim().split('=')
    if (host === '') throw new Error('must be host=url pairs, comma-separated')
    return [host, url(rest.join('='))]
  })
  return Object.fromEntries(pairs)
}

export function address(value: string): `0x${string}` {
  if (/^0x[0-9a-fA-F]{40}$/.test(value)) return value.toLowerCase() as `0x${string}`
  throw new Error('must be an Ethereum address: 0x and 40 hex digits')
}

export function finality(value: string): 'finalized' | 'safe' | { readonly depth: number } {
  if (value === 'finalized' || value === 'safe') return value
  if (/^\d{1,5}$/.test(value)) return { depth: Number(value) }
  throw new Error('must be finalized, safe, or a number of blocks')
}

/** SHA-256 hashes in lower-case hex, comma-separated. */
export function hashes(value: string): readonly string[] {
  const items = value.split(',').map((item) => item.trim())
  if (items.every((item) => /^[0-9a-f]{64}$/.test(item))) return items
  throw new Error('must be SHA-256 hashes of 64 lower-case hex digits, comma-separated')
}

/** SHA-256 of the tokens of each audience, by its name. */
export type Audiences = { readonly [name: string]: readonly string[] }

/** `name=hash` pairs, comma-separated; a name may come again with another hash. */
export function audiences(value: string): Audiences {
  const named = new Map<string, readonly string[]>()
  for (const item of value.split(',')) {
    const [, name, hash] = /^([a-z][a-z0-9-]{0,31})=([0-9a-f]{64})$/.exec(item.trim()) ?? []
    if (name === undefined || hash === undefined) {
      throw new Error('must be name=hash pairs, comma-separated: a lower-case name, a SHA-256 hash')
    }
    named.set(name, [...(named.get(name) ?? []), hash])
  }
  return Object.fromEntries(named)
}

/** 32 secret bytes in hex, with or without 0x. */
export function key(value: string): Uint8Array {
  const digits = value.replace(/^0x/, '').toLowerCase()
  if (/^[0-9a-f]{64}$/.test(digits)) return fromHex(digits)
  throw new Error('must be 32 bytes of hex')
}

/** Such keys, comma-separated. */
export function keys(value: string): readonly Uint8Array[] {
  return value.split(',').map((item) => key(item.trim()))
}

export function crashSpec(value: string): string {
  if (isCrashSpec(value)) return value
  throw new Error(`must be one of ${crashPointNames.join(', ')}, or such a name, @ and a number`)
}
