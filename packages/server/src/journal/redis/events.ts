// The event queue on Redis: what was accepted, and where each delivery of it stands.
import { invariant } from '@dpp/core'
import { gathered } from '../../gathered.ts'
import type {
  Delivery,
  DeliveryState,
  EventQueue,
  EventStanding,
  RecentEvent,
  Withheld,
} from '../port.ts'
import { ACCEPT, acceptArguments, idHash } from './accept-events.ts'
import { LUA } from './lua.ts'
import { blankText, unpackText } from './pieces.ts'
import { eachItem, isGiven, parseFields, parseList, parseRows, textOf } from './replies.ts'
import { readBytesScript, readScript, type Scripts, writeScript } from './script.ts'

// A: digest and hash of issuer and id of each event. Answers nothing when all are new; else of each event '', or its
// receipt's number after 'k', or the digest that has its id after 'c'; and of each receipt number and text, once.
const STANDINGS = readScript(`${LUA}
local ids = {}
for i = 2, #A, 2 do ids[i / 2] = P .. 'id:' .. A[i] end
if call('EXISTS', unpack(ids)) == 0 then return {{}, {}} end
local rows, receipts, isRead = {}, {}, {}
for i, first in ipairs(call('MGET', unpack(ids))) do
  if first and first == A[2 * i - 1] then
    local its = row(first)
    rows[i] = 'k' .. its.last
    if not isRead[its.last] then
      isRead[its.last] = true
      append(receipts, its.last, call('HGET', its.request, 'receipt'))
    end
  else rows[i] = first and 'c' .. first or '' end
end
return {rows, receipts}`)

const WITHHELD = readScript(`return call('HMGET', P .. 'ev:' .. A[1], 'audience', 'erased')`)

// Answers with audience, time of erasure, piece, first byte and number of bytes.
const CONTENT = readBytesScript(`${LUA}
local its, why = row(A[1]), call('HMGET', event(A[1]), 'audience', 'erased')
if not its then return {} end
return {why[1], why[2], call('HGET', its.request, its.piece), its.from, its.size}`)

// A: digest, time, the piece as it was read, the piece without the text. Nothing when another event of it was faster.
const ERASE = writeScript(`${LUA}
local its = row(A[1])
if call('HGET', its.request, its.piece) ~= A[3] then return answer(0) end
call('HSET', its.request, its.piece, A[4])
call('HSETNX', event(A[1]), 'erased', A[2])
return answer(1)`)

// Newest first, until one is too old: an issuer's events of a day.
const COUNT_SINCE = readScript(`
local n, offset = 0, 0
while true do
  local requests = call('ZREVRANGE', P .. 'is:' .. A[1], offset, offset + 499)
  for _, text in ipairs(requests) do
    local last, its = string.match(text, '^(%d+) (%d+)$')
    if tonumber(call('HGET', P .. 'rq:' .. last, 'at')) < tonumber(A[2]) then return n end
    n = n + its
  end
  if #requests < 500 then return n end
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
const RECENT = readScript(`${LUA}
local limit, before = tonumber(A[1]), A[2] ~= '' and row(A[2])
local rows = {}
local function add(d)
  local its = row(d)
  if (before and its.seq >= before.seq) or #rows == limit then return end
  local from = issuer(its)
  if A[3] == '' or A[3] == from then rows[#rows + 1] = {d, from, time(its)} end
end
local function newest(key, most) return call('ZREVRANGEBYSCORE', key, most, '-inf', 'WITHSCORES', 'LIMIT', 0, 1) end
local most = '+inf'
if A[4] ~= '' then
  if before then most = before.seq end
  while #rows < limit do
    local waiting, other = newest(P .. 'w:' .. A[4], most), newest(P .. 'bp:' .. A[4], most)
    if #waiting == 0 and #other == 0 then return rows end
    local next = tonumber(waiting[2] or 0) > tonumber(other[2] or 0) and waiting or other
    add(next[1])
    most = '(' .. next[2]
  end
else
  -- The request that it came with, too: there are older events in that.
  if before then most = before.last end
  local key = A[3] ~= '' and 'is:' .. A[3] or 'log'
  while #rows < limit do
    local request = newest(P .. key, most)
    if #request == 0 then return rows end
    local digests = digestsOf(request[2])
    for i = #digests, 1, -1 do add(digests[i]) end
    most = '(' .. request[2]
  end
end
return rows`)

const LIST = readScript(`${LUA}
local after, limit = A[1] ~= '' and row(A[1]), tonumber(A[2])
local rows, from = {}, after and after.last or '-inf'
while true do
  local last = call('ZRANGEBYSCORE', P .. 'log', from, '+inf', 'LIMIT', 0, 1)[1]
  if not last then return rows end
  local digests = digestsOf(last)
  for i, d in ipairs(digests) do
    if not after or last - #digests + i > after.seq then rows[#rows + 1] = d end
    if #rows == limit then return rows end
  end
  from = '(' .. last
end`)

// The stream holds what is pending in order of arrival; what came a second time stands behind newer events.
const BACKLOG = readScript(`${LUA}
local n = call('XLEN', P .. 'queue') + tonumber(call('HGET', P .. 'meta', 'parked') or '0')
local times = {}
local function note(d) times[#times + 1] = tonumber(time(row(d))) end
local first = call('XRANGE', P .. 'queue', '-', '+', 'COUNT', 1)[1]
if first then note(first[2][2]) end
local again = call('ZRANGE', P .. 'again', 0, 0)[1]
if again then note(parts(again)) end
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
const LOOK_UPS = 1_000 // A few milliseconds of Redis. A request of a hundred events costs one round trip, not a hundred.

export function createRedisEvents({ run }: Scripts): EventQueue {
  const standing = gathered(async (events: readonly Named[]) => {
    const names = events.flatMap((event) => [event.digest, idHash(event)])
    return parseStandings(await run(STANDINGS, names), events)
  }, LOOK_UPS)

  async function content(digest: string): Promise<Content | undefined> {
    const reply = parseList(await run(CONTENT, [digest]))
    if (reply.length === 0) return undefined
    const [audience, erased, piece, from, size] = reply.map((bytes) => bytes as Buffer | null)
    invariant(piece instanceof Uint8Array, 'an event has a piece of its request')
    return {
      why: parseWithheld([audience?.toString(), erased?.toString()]),
      piece,
      from: Number(from),
      size: Number(size),
    }
  }

  async function erase(digest: string, erasedAt: Date): Promise<boolean> {
    for (;;) {
      const found = await content(digest)
      if (found === undefined) return false
      const { piece, from, size } = found
      const args = [digest, erasedAt.getTime(), piece, blankText(piece, from, size)]
      if ((await run(ERASE, args)) === 1) return true
    }
  }

  return {
    standing,
    accept: async (events, receipt, receivedAt) =>
      (await run(ACCEPT, acceptArguments(events, receipt, receivedAt))) === 1,
    bytes: async (digest) => {
      const found = await content(digest)
      return found?.why?.isErased === true ? undefined : bytesOf(found)
    },
    publicBytes: async (digest) => {
      const found = await content(digest)
      return found?.why === undefined ? bytesOf(found) : undefined
    },
    withheld: async (digest) => parseWithheld(parseList(await run(WITHHELD, [digest]))),
    erase,
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

type Content = {
  readonly why: Withheld | undefined
  readonly piece: Uint8Array
  readonly from: number
  readonly size: number
}

function bytesOf(content: Content | undefined): Uint8Array | undefined {
  return content && unpackText(content.piece, content.from, content.size)
}

function parseWithheld([audience, erased]: readonly unknown[]): Withheld | undefined {
  const isErased = typeof erased === 'string'
  if (typeof audience !== 'string' && !isErased) return undefined
  return { audience: typeof audience === 'string' ? audience : undefined, isErased }
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
