// Every access to the queue is one Lua script, which Redis runs atomically. All keys share one hash tag and so one slot of
// a cluster. Each script first checks, inside Redis, that this is still the journal that the process began with, that
// nothing of it went missing, and, for the writer of batches, that its fencing token is still the newest.
import { createHash } from 'node:crypto'

export type Script = {
  readonly lua: string
  readonly sha1: string
  readonly writes: boolean
  /** Whether what it answers is read as bytes rather than as text. */
  readonly answersBytes: boolean
}

export type Argument = string | number | Uint8Array

export type Scripts = {
  /** Runs a script; for one that writes, resolves when the write is durable and on enough replicas. */
  run(script: Script, args: readonly Argument[], token?: number): Promise<unknown>
  /** Makes a Redis that was restarted ready for writes, before anybody writes. */
  admit(): Promise<void>
}

/** A script that only looks. It also runs while the memory is full. */
export function readScript(body: string): Script {
  return script(`#!lua flags=no-writes\n${CHECK}${body}`)
}

/** The same, for answers that are not all text. */
export function readBytesScript(body: string): Script {
  return { ...readScript(body), answersBytes: true }
}

/** A script that changes something, all or nothing: it makes its checks before its first change. */
export function writeScript(body: string): Script {
  const writer = { ...script(`#!lua\n${CHECK}${WRITE}${body}`), writes: true }
  made.push(writer)
  return writer
}

const made: Script[] = []

/** All scripts that change something; they are made when the program is loaded. */
export const writers: readonly Script[] = made

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

function script(lua: string): Script {
  const sha1 = createHash('sha1').update(lua).digest('hex')
  return { lua, sha1, writes: false, answersBytes: false }
}
