// The event queue on Redis: what was accepted, and where each delivery of it stands.
import { encodeUtf8, sha256, toHex } from '@dpp/core'
import type {
  AcceptedEvent,
  Delivery,
  DeliveryState,
  EventQueue,
  EventStanding,
  RecentEvent,
  Withheld,
} from '../port.ts'
import { LUA, PAGE_LUA } from './lua.ts'
import { eachItem, isGiven, parseList, parseRows, textOf } from './replies.ts'
import { type Argument, readScript, type Scripts, writeScript } from './script.ts'

const STANDING = readScript(`
local receipt = call('HGET', P .. 'ev:' .. A[1], 'receipt')
if receipt then return {'known', call('GET', P .. 'rc:' .. receipt)} end
local first = call('GET', P .. 'id:' .. A[2])
if first then return {'conflict', first} end
return {'new'}`)

// A: receipt, time, number of events; then of each event digest, hash of issuer and id, issuer, bytes, verification
// method, key, audience, number of SCIDs, SCIDs.
const ACCEPT = writeScript(`${LUA}
local at, events = 4, {}
for i = 1, tonumber(A[3]) do
  local e = {d = A[at], id = A[at + 1], issuer = A[at + 2], bytes = A[at + 3], vm = A[at + 4], key = A[at + 5],
    audience = A[at + 6], scids = {}}
  for k = 1, tonumber(A[at + 7]) do e.scids[k] = A[at + 7 + k] end
  at = at + 8 + #e.scids
  if call('EXISTS', event(e.d), P .. 'id:' .. e.id) > 0 then return answer(0) end
  events[i] = e
end
local last = call('HINCRBY', P .. 'meta', 'seq', #events)
call('SET', P .. 'rc:' .. last, A[1])
for i, e in ipairs(events) do
  local n = last - #events + i
  call('HSET', event(e.d), 'seq', n, 'issuer', e.issuer, 'bytes', e.bytes, 'vm', e.vm, 'key', e.key, 'at', A[2],
    'receipt', last)
  if e.audience ~= '' then call('HSET', event(e.d), 'audience', e.audience) end
  call('SET', P .. 'id:' .. e.id, e.d)
  call('ZADD', P .. 'log', n, e.d)
  call('ZADD', P .. 'is:' .. e.issuer, n, e.d)
  call('ZADD', P .. 'digests', 0, e.d)
  for _, s in ipairs(e.scids) do
    -- Decided here: the product's control may have changed since the event was looked at.
    local control = call('HGET', P .. 'pr:' .. s, 'control')
    call('ZADD', P .. 'bp:' .. s, n, e.d)
    if control == 'delegated' then enqueue(e.d, s, n)
    elseif control == 'self' then await(e.d, s, n)
    else put(e.d, s, 'not-hosted') end
  end
end
return answer(1)`)

const CONTENT = readScript(
  `return call('HMGET', P .. 'ev:' .. A[1], 'bytes', 'audience', 'erased')`,
)

const ERASE = writeScript(`
local key = P .. 'ev:' .. A[1]
if call('EXISTS', key) == 0 then return answer(0) end
call('HSET', key, 'bytes', '')
call('HSETNX', key, 'erased', A[2])
return answer(1)`)

// Newest first, until one is too old: an issuer's events of a day.
const COUNT_SINCE = readScript(`
local n, offset = 0, 0
while true do
  local digests = call('ZREVRANGE', P .. 'is:' .. A[1], offset, offset + 499)
  for _, d in ipairs(digests) do
    if tonumber(call('HGET', P .. 'ev:' .. d, 'at')) < tonumber(A[2]) then return n end
    n = n + 1
  end
  if #digests < 500 then return n end
  offset = offset + 500
end`)

const DELIVERIES = readScript(`
local rows, fields = {}, call('HGETALL', P .. 'ev:' .. A[1])
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 2) == 'd:' then rows[#rows + 1] = string.sub(fields[i], 3) .. '\\t' .. fields[i + 1] end
end
return rows`)

const SEALED = readScript(`${LUA}
local rows = {}
for _, d in ipairs(call('ZRANGE', P .. 'bp:' .. A[1], 0, -1)) do
  local was = delivery(d, A[1])
  if was.state == 'sealed' then rows[#rows + 1] = {d, was.version} end
end
return rows`)

const WAITING = readScript(`return call('ZRANGE', P .. 'w:' .. A[1], 0, -1)`)

// A: limit, digest to begin before, issuer, product.
const RECENT = readScript(`
local key = P .. 'log'
if A[4] ~= '' then key = P .. 'bp:' .. A[4] elseif A[3] ~= '' then key = P .. 'is:' .. A[3] end
local from = A[2] ~= '' and call('HGET', P .. 'ev:' .. A[2], 'seq')
from = from and '(' .. from or '+inf'
local rows, offset = {}, 0
while true do
  local digests = call('ZREVRANGEBYSCORE', key, from, '-inf', 'LIMIT', offset, 500)
  for _, d in ipairs(digests) do
    local e = call('HMGET', P .. 'ev:' .. d, 'issuer', 'at')
    if A[3] == '' or A[3] == e[1] then rows[#rows + 1] = {d, e[1], e[2]} end
    if #rows == tonumber(A[1]) then return rows end
  end
  if #digests < 500 then return rows end
  offset = offset + 500
end`)

const LIST = readScript(`${PAGE_LUA} return page(P .. 'digests', A[1], A[2])`)

// The stream holds what is pending in order of arrival; what came a second time stands behind newer events.
const BACKLOG = readScript(`
local n = call('XLEN', P .. 'queue') + tonumber(call('HGET', P .. 'meta', 'parked') or '0')
local times = {}
local function note(d) times[#times + 1] = tonumber(call('HGET', P .. 'ev:' .. d, 'at')) end
local first = call('XRANGE', P .. 'queue', '-', '+', 'COUNT', 1)[1]
if first then note(first[2][2]) end
local again = call('ZRANGE', P .. 'again', 0, 0)[1]
if again then note(string.match(again, '^[^\\t]*')) end
if #times == 0 then return {n} end
return {n, math.min(unpack(times))}`)

const DEAD = readScript(`${LUA}
local rows = {}
for _, text in ipairs(call('ZRANGE', P .. 'dead', 0, A[1] - 1)) do
  local d, s = parts(text)
  rows[#rows + 1] = {d, s, delivery(d, s).reason}
end
return rows`)

const COUNT_DEAD = readScript(`return call('ZCARD', P .. 'dead')`)

const REPLAY = writeScript(`${LUA}
local n = 0
for _, field in ipairs(call('HKEYS', event(A[1]))) do
  local s = string.match(field, '^d:(.*)$')
  local was = s and delivery(A[1], s)
  if was and was.state == 'dead' then
    dequeue(A[1], s, was)
    enqueueAgain(A[1], s)
    n = n + 1
  end
end
return answer(n)`)

const PAGE = 500

export function createRedisEvents({ run }: Scripts): EventQueue {
  async function content(
    digest: string,
  ): Promise<{ bytes: Uint8Array | undefined; why: Withheld | undefined }> {
    const [bytes, audience, erased] = parseList(await run(CONTENT, [digest]))
    const isWithheld = typeof audience === 'string' || typeof erased === 'string'
    return {
      bytes: typeof bytes === 'string' && bytes !== '' ? encodeUtf8(bytes) : undefined,
      why: isWithheld
        ? {
            audience: typeof audience === 'string' ? audience : undefined,
            isErased: typeof erased === 'string',
          }
        : undefined,
    }
  }

  return {
    standing: async (event) => parseStanding(await run(STANDING, [event.digest, idHash(event)])),
    accept: async (events, receipt, receivedAt) => {
      const args = events.flatMap(eventArguments)
      return (await run(ACCEPT, [receipt, receivedAt.getTime(), events.length, ...args])) === 1
    },
    bytes: async (digest) => (await content(digest)).bytes,
    publicBytes: async (digest) => {
      const { bytes, why } = await content(digest)
      return why === undefined ? bytes : undefined
    },
    withheld: async (digest) => (await content(digest)).why,
    erase: async (digest, erasedAt) => (await run(ERASE, [digest, erasedAt.getTime()])) === 1,
    countSince: async (issuer, since) => Number(await run(COUNT_SINCE, [issuer, since.getTime()])),
    deliveries: async (digest) => {
      const rows = parseList(await run(DELIVERIES, [digest])).map(parseDelivery)
      return rows.length === 0 ? undefined : rows.sort((a, b) => (a.scid < b.scid ? -1 : 1))
    },
    sealed: async (scid) =>
      new Map(
        parseRows(await run(SEALED, [scid])).map(([digest, id]) => [textOf(digest), textOf(id)]),
      ),
    waiting: async (scid) => parseList(await run(WAITING, [scid])).map(textOf),
    recent: async (limit, before = '', { issuer = '', product = '' } = {}) =>
      parseRows(await run(RECENT, [limit, before, issuer, product])).map(parseRecent),
    list: () => eachItem((after) => run(LIST, [after, PAGE]), PAGE),
    backlog: async () => {
      const [deliveries, oldest] = parseList(await run(BACKLOG, []))
      return {
        deliveries: Number(deliveries),
        oldest: oldest === undefined ? undefined : new Date(Number(oldest)),
      }
    },
    dead: async (limit) =>
      parseRows(await run(DEAD, [limit])).map(([digest, scid, reason]) => ({
        digest: textOf(digest),
        scid: textOf(scid),
        reason: textOf(reason),
      })),
    countDead: async () => Number(await run(COUNT_DEAD, [])),
    replay: async (digest) => Number(await run(REPLAY, [digest])),
  }
}

// The rule against two bodies with one meaning, as one key.
function idHash({ issuer, id }: { readonly issuer: string; readonly id: string }): string {
  return toHex(sha256(`${issuer}\n${id}`))
}

function eventArguments(event: AcceptedEvent): readonly Argument[] {
  const { digest, issuer, bytes, verificationMethod, key, audience = '', products } = event
  const scids = products.map(({ scid }) => scid)
  const own = [digest, idHash(event), issuer, bytes, verificationMethod, key, audience]
  return [...own, scids.length, ...scids]
}

function parseStanding(reply: unknown): EventStanding {
  const [kind, value] = parseList(reply)
  if (kind === 'known') return { kind, receipt: textOf(value) }
  return kind === 'conflict' ? { kind, digest: textOf(value) } : { kind: 'new' }
}

function parseDelivery(row: unknown): Delivery {
  const [scid = '', state, batch, versionId, reason] = textOf(row).split('\t')
  return {
    scid,
    state: state as DeliveryState,
    ...(isGiven(batch) ? { batch: Number(batch) } : {}),
    ...(isGiven(versionId) ? { versionId } : {}),
    ...(isGiven(reason) ? { reason } : {}),
  }
}

function parseRecent([digest, issuer, at]: readonly unknown[]): RecentEvent {
  return { digest: textOf(digest), issuer: textOf(issuer), receivedAt: new Date(Number(at)) }
}
