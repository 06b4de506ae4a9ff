// Product logs on Redis.
import { sha256, toHex } from '@dpp/core'
import { gathered } from '../../gathered.ts'
import type { Control, Product, ProductBook, ProductOwner } from '../log-port.ts'
import { LUA, PAGE_LUA } from './lua.ts'
import { eachItem, isGiven, parseFields, parseList, parseRows, textOf } from './replies.ts'
import { readScript, type Scripts, writeScript } from './script.ts'

// A: scid, did, item, hash of the item, controller, control, head, versionId, line.
const ADD = writeScript(`${LUA}
local s = A[1]
local first = call('LINDEX', P .. 'vi:' .. s, 0)
if first then return answer(first == A[8] and 'known' or 'taken') end
if call('SETNX', P .. 'it:' .. A[4], s) == 0 then return answer('taken') end
call('HSET', P .. 'pr:' .. s, 'scid', s, 'did', A[2], 'item', A[3], 'controller', A[5], 'control', A[6], 'head', A[7])
call('ZADD', P .. 'products', 0, s)
addEntry(s, A[8], A[9])
setFree(s, 1)
return answer('added')`)

const FIND = readScript(`return call('HGETALL', P .. 'pr:' .. A[1])`)

const OWNERS = readScript(`
local rows, isClosing = {}, call('EXISTS', P .. 'closings') == 1
for i, s in ipairs(A) do
  local o = call('HMGET', P .. 'pr:' .. s, 'did', 'item', 'controller', 'control')
  if not o[1] then o = {} end
  if isClosing and o[4] == 'delegated' and call('HEXISTS', P .. 'closings', s) == 1 then o[4] = 'closed' end
  rows[i] = o
end
return rows`)

const BY_ITEM = readScript(`
local s = call('GET', P .. 'it:' .. A[1])
if not s then return {} end
local o = call('HMGET', P .. 'pr:' .. s, 'did', 'item', 'controller', 'control')
o[5] = s
return o`)

const SUSPENDED = readScript(`
local rows = {}
for _, s in ipairs(call('SMEMBERS', P .. 'suspended')) do
  rows[#rows + 1] = {s, call('HGET', P .. 'pr:' .. s, 'suspended')}
end
return rows`)

const RESUME = writeScript(`${LUA}
local s = A[1]
if call('SREM', P .. 'suspended', s) == 0 then return answer(0) end
call('HDEL', P .. 'pr:' .. s, 'suspended')
for _, d in ipairs(call('ZRANGE', P .. 'w:' .. s, 0, -1)) do
  local was = delivery(d, s)
  if was.state == 'pending' then
    dequeue(d, s, was)
    enqueueAgain(d, s)
  end
end
local from = call('ZSCORE', P .. 'held', s)
if not from then return answer(1) end
call('ZREM', P .. 'held', s)
setFree(s, from)
for _, d in ipairs(call('ZRANGE', P .. 'bp:' .. s, 0, -1)) do
  local was = delivery(d, s)
  if was.state == 'dead' and was.version ~= '' then sealAgain(d, s, was) end
end
return answer(1)`)

// A: scid, head before, head, controller, control, number of entries, number of sealed events; the first entry's number;
// then versionId and line of each entry, digest and versionId of each event; 'closing' or nothing.
const APPEND = writeScript(`${LUA}
local s, entries, sealed = A[1], tonumber(A[6]), tonumber(A[7])
if call('HGET', P .. 'pr:' .. s, 'head') ~= A[2] then return answer('moved') end
if call('HEXISTS', P .. 'cc', s) == 1 then return answer('busy') end
-- A log is closed only when nothing waits for it: an event may have arrived since the entries were checked.
if A[5] == 'closed' and call('ZCARD', P .. 'w:' .. s) > sealed then return answer('busy') end
if entries > 0 and call('LLEN', P .. 'vi:' .. s) + 1 ~= tonumber(A[8]) then
  return redis.error_reply('DPPRULE an entry follows the one before it')
end
if A[#A] ~= 'closing' then call('HDEL', P .. 'closings', s) end
for i = 0, entries - 1 do addEntry(s, A[9 + 2 * i], A[10 + 2 * i]) end
if entries > 0 then setFree(s, A[8]) end
for i = 0, sealed - 1 do
  local at = 9 + 2 * entries + 2 * i
  local was = delivery(A[at], s)
  if was then
    dequeue(A[at], s, was)
    put(A[at], s, 'sealed', nil, A[at + 1])
    call('RPUSH', P .. 'fs', name(A[at], s))
  end
end
call('HSET', P .. 'pr:' .. s, 'head', A[3], 'controller', A[4], 'control', A[5])
-- What waits, waits for whoever can append now.
for _, d in ipairs(call('ZRANGE', P .. 'w:' .. s, 0, -1)) do
  local was = delivery(d, s)
  if A[5] == 'delegated' and was.state ~= 'pending' then enqueueAgain(d, s)
  elseif A[5] ~= 'delegated' and was.state == 'pending' then
    dequeue(d, s, was)
    await(d, s, seq(d))
  end
end
return answer('appended')`)

const REQUEST_CLOSING = writeScript(`return answer(call('HSETNX', P .. 'closings', A[1], A[2]))`)
const CLOSING_REQUEST = readScript(`return call('HGET', P .. 'closings', A[1])`)

const CLOSING = readScript(`${LUA}
local found = {}
for _, s in ipairs(call('HKEYS', P .. 'closings')) do
  local product = call('HMGET', P .. 'pr:' .. s, 'control', 'suspended')
  local isBusy = call('HEXISTS', P .. 'cc', s) == 1
  if product[1] == 'delegated' and not product[2] and not isBusy then
    for _, d in ipairs(call('ZRANGE', P .. 'w:' .. s, 0, -1)) do
      if delivery(d, s).state == 'pending' then isBusy = true end
    end
    if not isBusy then found[#found + 1] = call('HGETALL', P .. 'pr:' .. s) end
  end
end
return found`)

// A: after, how many to look at. Rows of SCID, DID, controller, control.
const PAGE_ROWS = readScript(`${PAGE_LUA}
local rows = {}
for i, s in ipairs(page(P .. 'products', A[1], A[2])) do
  local o = call('HMGET', P .. 'pr:' .. s, 'did', 'controller', 'control')
  rows[i] = {s, o[1], o[2], o[3]}
end
return rows`)

const LIST = readScript(`${PAGE_LUA} return page(P .. 'products', A[1], A[2])`)
const LINES = readScript(`return call('LRANGE', P .. 'ln:' .. A[1], 0, -1)`)

const PAGE = 500
const LOOK_UPS = 1_000

export function createRedisProducts({ run }: Scripts): ProductBook {
  const owner = gathered(
    async (scids: readonly string[]) => parseRows(await run(OWNERS, scids)).map(parseOwner),
    LOOK_UPS,
  )
  async function find(scid: string): Promise<Product | undefined> {
    return parseProduct(await run(FIND, [scid]))
  }
  return {
    add: async (product, genesis) => {
      const { scid, did, item, controller, control, head } = product
      const stored = [scid, did, item, itemHash(item), controller, control, head]
      const outcome = await run(ADD, [...stored, genesis.versionId, genesis.line])
      return outcome as 'added' | 'known' | 'taken'
    },
    find,
    owner,
    suspended: async () =>
      parseRows(await run(SUSPENDED, []))
        .map(([scid, reason]) => ({ scid: textOf(scid), reason: textOf(reason) }))
        .sort((a, b) => (a.scid < b.scid ? -1 : 1)),
    resume: async (scid) => void (await run(RESUME, [scid])),
    append: async (appended) => {
      const { scid, before, entries, head, controller, control, sealed, isClosing } = appended
      const first = entries[0]?.versionNumber ?? 0
      const sizes = [entries.length, sealed.length, first]
      const lines = entries.flatMap(({ versionId, line }) => [versionId, line])
      const events = sealed.flatMap(({ digest, versionId }) => [digest, versionId])
      const owned = [scid, before, head, controller, control]
      const args = [...owned, ...sizes, ...lines, ...events, isClosing === true ? 'closing' : '']
      return (await run(APPEND, args)) as 'appended' | 'moved' | 'busy'
    },
    byItem: async (item) => {
      const reply = parseList(await run(BY_ITEM, [itemHash(item)]))
      const owner = parseOwner(reply)
      return owner === undefined ? undefined : { scid: textOf(reply[4]), ...owner }
    },
    requestClosing: async (scid, request) => void (await run(REQUEST_CLOSING, [scid, request])),
    closingRequest: async (scid) => {
      const request = await run(CLOSING_REQUEST, [scid])
      return typeof request === 'string' ? request : undefined
    },
    closing: async () =>
      parseList(await run(CLOSING, [])).flatMap((fields) => parseProduct(fields) ?? []),
    page: async (limit, after = '', { controller, control } = {}) => {
      const found: { scid: string; did: string }[] = []
      for (let from = after; ; ) {
        const rows = parseRows(await run(PAGE_ROWS, [from, PAGE])).map((row) => row.map(textOf))
        for (const [scid = '', did = '', itsController, itsControl] of rows) {
          from = scid
          if ((controller ?? itsController) !== itsController) continue
          if ((control ?? itsControl) !== itsControl) continue
          found.push({ scid, did })
          if (found.length === limit) return found
        }
        if (rows.length < PAGE) return found
      }
    },
    list: () => eachItem((after) => run(LIST, [after, PAGE]), PAGE),
    lines: async (scid) => parseList(await run(LINES, [scid])).map(textOf),
  }
}

/** A product from the fields of its hash; undefined when there are none. */
export function parseProduct(reply: unknown): Product | undefined {
  const fields = parseFields(reply)
  const { scid, did, item, controller, control, head, suspended } = fields
  const isWhole = [scid, did, item, controller, control, head].every((field) => field !== undefined)
  if (!isWhole) return undefined
  return {
    ...(fields as unknown as Product),
    ...(isGiven(suspended) ? { suspended } : {}),
  }
}

function parseOwner(reply: readonly unknown[]): ProductOwner | undefined {
  if (reply.length === 0) return undefined
  const [did = '', item = '', controller = '', control] = reply.slice(0, 4).map(textOf)
  return { did, item, controller, control: control as Control }
}

function itemHash(item: string): string {
  return toHex(sha256(item))
}
