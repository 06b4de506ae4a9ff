// Every access to the queue is one Lua script, which Redis runs atomically. All keys share one hash tag and so one slot of
// a cluster. Each script first checks, inside Redis, that this is still the journal that the process began with, that
// nothing of it went missing, and, for the writer of batches, that its fencing token is still the newest.
import { createHash } from 'node:crypto'
import { DppError, invariant } from '@dpp/core'
import { Redis } from 'ioredis'
import type { ServerErrorCode } from '../../errors.ts'
import { COMMAND_TIMEOUT_MS, type RedisClient } from './client.ts'

export type Script = { readonly lua: string; readonly sha1: string; readonly writes: boolean }

export type Argument = string | number | Uint8Array

export type Scripts = {
  /** Runs a script; for one that writes, resolves when the write is durable and on enough replicas. */
  run(script: Script, args: readonly Argument[], token?: number): Promise<unknown>
}

/** A script that only looks. It also runs while the memory is full. */
export function readScript(body: string): Script {
  return script(`#!lua flags=no-writes\n${CHECK}${body}`, false)
}

/** A script that changes something, all or nothing: it makes its checks before its first change. */
export function writeScript(body: string): Script {
  return script(`#!lua\n${CHECK}${WRITE}${body}`, true)
}

// ARGV: journal id, writes that this process has seen acknowledged, fencing token or ''. The rest is A.
const CHECK = `
local P, A = KEYS[1], {}
for i = 4, #ARGV do A[i - 3] = ARGV[i] end
local call = redis.call
local meta = call('HMGET', P .. 'meta', 'id', 'writes', 'token')
if meta[1] ~= ARGV[1] or tonumber(meta[2]) < tonumber(ARGV[2]) then
  return redis.error_reply('DPPLOST the journal is another, or older')
end
if ARGV[3] ~= '' and meta[3] ~= ARGV[3] then return redis.error_reply('DPPFENCED another process seals batches') end
`

// A script that writes answers with the number of its write and its result.
const WRITE = `
local number = call('HINCRBY', P .. 'meta', 'writes', 1)
local function answer(value) return {number, value} end
`

/** An error of the connection, of the memory limit, of a failover: nothing is known to be stored. */
export function outage(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : 'no answer'
  return Object.assign(new Error(`Redis: ${message}`, { cause }), { code: 'ERR_REDIS_OUTAGE' })
}

export type ScriptOptions = {
  readonly client: RedisClient
  /** Begins every key; holds the hash tag. */
  readonly prefix: string
  readonly journalId: string
  readonly replicas: number
  /** Called once, when acknowledged data turns out to be gone. */
  readonly onLost: (error: Error) => void
}

export function createScripts(options: ScriptOptions): Scripts {
  const { client, prefix, journalId, replicas, onLost } = options
  let acknowledged = 0
  let lost: DppError<ServerErrorCode> | undefined

  async function run(script: Script, args: readonly Argument[], token?: number): Promise<unknown> {
    if (lost !== undefined) throw lost
    const checks = [journalId, acknowledged, token ?? '']
    const values = [...checks, ...args].map((value) =>
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : value,
    )
    try {
      if (!script.writes) return await evaluate(client, script, prefix, values)
      const [number, result] = await write(script, values)
      acknowledged = Math.max(acknowledged, number)
      return result
    } catch (error) {
      throw translate(error)
    }
  }

  async function write(script: Script, values: Values): Promise<readonly [number, unknown]> {
    if (replicas === 0) return parseWritten(await evaluate(client, script, prefix, values))
    // On one connection, so that WAIT is about this write.
    const sent = client
      .pipeline()
      .evalsha(script.sha1, 1, prefix, ...values)
      .call('WAIT', replicas, COMMAND_TIMEOUT_MS - 1_000)
    const [written, waited] = (await sent.exec()) ?? []
    if (isMissing(written?.[0])) {
      await load(client, script)
      return await write(script, values)
    }
    if (written?.[0]) throw written[0]
    if (waited?.[0]) throw waited[0]
    if (Number(waited?.[1]) < replicas) throw new Error('too few replicas have the write')
    return parseWritten(written?.[1])
  }

  function translate(error: unknown): unknown {
    const message = error instanceof Error ? error.message : ''
    if (message.startsWith('DPPFENCED')) {
      return new DppError<ServerErrorCode>('ERR_DPP_LEASE_LOST', 'another process seals batches')
    }
    if (message.startsWith('DPPRULE ')) return new Error(message.slice('DPPRULE '.length))
    if (!message.startsWith('DPPLOST')) return outage(error)
    if (lost === undefined) {
      lost = journalLost('Redis lost data that it had acknowledged: it came back empty or older')
      onLost(lost)
    }
    return lost
  }

  return { run }
}

export function journalLost(message: string): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_JOURNAL_LOST',
    `${message}. Restore it, or see the documentation on starting over`,
  )
}

type Values = readonly (string | number | Buffer)[]

async function evaluate(
  client: RedisClient,
  script: Script,
  prefix: string,
  values: Values,
): Promise<unknown> {
  try {
    return await client.evalsha(script.sha1, 1, prefix, ...values)
  } catch (error) {
    if (!isMissing(error)) throw error
    return await client.eval(script.lua, 1, prefix, ...values)
  }
}

async function load(client: RedisClient, script: Script): Promise<void> {
  const nodes = client instanceof Redis ? [client] : client.nodes('master')
  await Promise.all(nodes.map((node) => node.script('LOAD', script.lua)))
}

function parseWritten(reply: unknown): readonly [number, unknown] {
  invariant(Array.isArray(reply), 'a script that writes answers with a list')
  return [Number(reply[0]), reply[1]]
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

function script(lua: string, writes: boolean): Script {
  return { lua, writes, sha1: createHash('sha1').update(lua).digest('hex') }
}
