// The event queue on Redis: what was accepted, and where each delivery of it stands.
import { encodeUtf8 } from '@dpp/core'
import type {
  Delivery,
  DeliveryState,
  EventQueue,
  EventStanding,
  RecentEvent,
  Withheld,
} from '../port.ts'
import { ACCEPT, acceptArguments, idHash } from './accept-events.ts'
import { createGatheredLookUp } from './gather.ts'
import { LUA } from './lua.ts'
import { eachItem, isGiven, parseFields, parseList, parseRows, textOf } from './replies.ts'
import { readScript, type Scripts, writeScript } from './script.ts'

// A: digest and hash of issuer and id of each event. Answers nothing when all are new; else of each event '', or its
// receipt's number after 'k', or the digest that has its id after 'c'; and of each receipt number and text, once.
const STANDINGS = readScript(`
local names = {}
for i = 1, #A, 2 do names[i], names[i + 1] = P .. 'ev:' .. A[i], P .. 'id:' .. A[i + 1] end
if call('EXISTS', unpack(names)) == 0 then return {{}, {}} end
local rows, receipts, isRead = {}, {}, {}
for i = 1, #A, 2 do
  local receipt = call('HGET', names[i], 'receipt')
  local first = not receipt and call('GET', names[i + 1])
  if receipt then
    rows[#rows + 1] = 'k' .. receipt
    if not isRead[receipt] then
      isRead[receipt] = true
      receipts[#receipts + 1] = receipt
      receipts[#receipts + 1] = call('GET', P .. 'rc:' .. receipt)
    end
  else rows[#rows + 1] = first and 'c' .. first or '' end
end
return {rows, receipts}`)

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

const LIST = readScript(`
local after = A[1] == '' and '-inf' or '(' .. call('HGET', P .. 'ev:' .. A[1], 'seq')
return call('ZRANGEBYSCORE', P .. 'log', after, '+inf', 'LIMIT', 0, A[2])`)

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
    if was.version ~= '' then sealAgain(A[1], s, was)
    else
      dequeue(A[1], s, was)
      enqueueAgain(A[1], s)
    end
    n = n + 1
  end
end
return answer(n)`)

const PAGE = 500
const LOOK_UPS = 1_000 // A few milliseconds of Redis.

export function createRedisEvents({ run }: Scripts): EventQueue {
  const standing = createGatheredLookUp(LOOK_UPS, async (events: readonly Named[]) => {
    const names = events.flatMap((event) => [event.digest, idHash(event)])
    return parseStandings(await run(STANDINGS, names), events)
  })

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
    standing,
    accept: async (events, receipt, receivedAt) =>
      (await run(ACCEPT, acceptArguments(events, receipt, receivedAt))) === 1,
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

type Named = { readonly digest: string; readonly issuer: string; readonly id: string }

function parseStandings(reply: unknown, events: readonly Named[]): readonly EventStanding[] {
  const [rows = [], receipts = []] = parseRows(reply)
  const known = parseFields(receipts)
  return events.map((_, index) => {
    const text = textOf(rows[index] ?? '')
    const value = text.slice(1)
    if (text.startsWith('k')) return { kind: 'known', receipt: textOf(known[value]) }
    return text.startsWith('c') ? { kind: 'conflict', digest: value } : { kind: 'new' }
  })
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
