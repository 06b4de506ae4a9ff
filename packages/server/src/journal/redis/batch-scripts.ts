// The scripts of the batch book. Each runs only for the holder of the newest fencing token.
import { LUA, PAGE_LUA } from './lua.ts'
import { readScript, type Script, writeScript } from './script.ts'

// A: batch or 0 for a new one, how many at most of each kind, time. Answers with the batch, the deliveries that were
// claimed, and whether there may be more.
//
// Reading the group and taking over what another reader left happens in one script with the claim and its
// acknowledgement: nothing is ever with a reader and in no batch, however a process ends.
const CLAIM: Script = writeScript(`${LUA}
local id, limit = tonumber(A[1]), tonumber(A[2])
local read, entries, free, sealed = {}, {}, {}, {}
if limit > 0 then
  read = call('XAUTOCLAIM', P .. 'queue', 'batch', 'sealer', 0, '0-0', 'COUNT', limit)[2]
  if #read < limit then
    local new = call('XREADGROUP', 'GROUP', 'batch', 'sealer', 'COUNT', limit - #read, 'STREAMS', P .. 'queue', '>')
    if new then for _, each in ipairs(new[1][2]) do read[#read + 1] = each end end
  end
end
-- An entry that its delivery does not name is what a restart of Redis brought back of a write that was torn.
for _, entry in ipairs(read) do
  local was = delivery(entry[2][2], entry[2][4])
  if was and was.state == 'pending' and was.entry == entry[1] then entries[#entries + 1] = entry
  else
    call('XACK', P .. 'queue', 'batch', entry[1])
    call('XDEL', P .. 'queue', entry[1])
  end
end
free = call('ZRANGE', P .. 'free', 0, A[3] - 1, 'WITHSCORES')
sealed = call('LPOP', P .. 'fs', A[3]) or {}
if #entries + #free + #sealed == 0 then return answer({id, 0, limit > 0 and #read == limit and 1 or 0}) end
if id == 0 then
  id = call('HINCRBY', P .. 'meta', 'batch', 1)
  call('HSET', P .. 'b:' .. id, 'id', id, 'state', 'claimed', 'created', A[4], 'events', 0)
  call('ZADD', P .. 'open', id, id)
end
local b = P .. 'b:' .. id
local events = 0
for _, entry in ipairs(entries) do
  local d, s = entry[2][2], entry[2][4]
  local its = row(d)
  call('XACK', P .. 'queue', 'batch', entry[1])
  dequeue(d, s, delivery(d, s))
  put(d, s, 'claimed', id)
  call('ZADD', b .. ':c:' .. s, its.seq, d)
  call('ZADD', b .. ':cp', 0, s)
  call('HINCRBY', P .. 'cc', s, 1)
  call('SADD', b .. ':k', signer(its))
  events = events + call('SADD', b .. ':ev', d)
end
for i = 1, #free, 2 do
  call('HSET', b .. ':r', free[i], free[i + 1] .. ' ' .. call('LLEN', P .. 'vi:' .. free[i]))
  call('ZADD', b .. ':p', 0, free[i])
  call('ZREM', P .. 'free', free[i])
end
for _, text in ipairs(sealed) do
  local d, s = parts(text)
  seal(b, d, s, delivery(d, s).version)
  events = events + call('SADD', b .. ':ev', d)
end
call('HINCRBY', b, 'events', events)
local most = tonumber(A[3])
return answer({id, #entries, (limit > 0 and #read == limit or #free == 2 * most or #sealed == most) and 1 or 0})`)

const CLAIMED_KEYS: Script = readScript(`
if call('EXISTS', P .. 'b:' .. A[1] .. ':cp') == 0 then return {} end
return call('SMEMBERS', P .. 'b:' .. A[1] .. ':k')`)

// A: batch, signer, reason, how many claims to look at, product and seq of the one that was looked at last. Answers with
// those of the last one now; with nothing after the last of all, and only then the batch has the key no more.
const REFUSE_KEY: Script = writeScript(`${LUA}${PAGE_LUA}
local b, left, n = P .. 'b:' .. A[1], tonumber(A[4]), A[6]
local products = page(b .. ':cp', A[5], left)
table.insert(products, 1, A[5])
for _, s in ipairs(products) do
  local digests = call('ZRANGEBYSCORE', b .. ':c:' .. s, '(' .. n, '+inf', 'LIMIT', 0, left)
  for _, d in ipairs(digests) do
    local its = row(d)
    n = its.seq
    if signer(its) == A[2] then
      unclaim(b, d, s)
      bury(d, s, A[3])
    end
  end
  left = left - #digests
  if left == 0 then return answer({s, tostring(n)}) end
  n = 0
end
call('SREM', b .. ':k', A[2])
return answer({})`)

// A: batch, how many products, how many digests are enough, how many of one product.
const CLAIMED_PRODUCTS: Script = readScript(`
local rows, n, b = {}, 0, P .. 'b:' .. A[1]
for i, s in ipairs(call('ZRANGE', b .. ':cp', 0, A[2] - 1)) do
  local digests = call('ZRANGE', b .. ':c:' .. s, 0, A[4] - 1)
  rows[i] = {call('HGETALL', P .. 'pr:' .. s), digests}
  n = n + #digests
  if n >= tonumber(A[3]) then break end
end
return rows`)

// A: batch; then of each entry SCID, number, versionId, line, head, controller, number of digests. Answers with the products of
// which more is claimed, and has changed nothing then.
const RECORD_ENTRIES: Script = writeScript(`${LUA}
local b, more = P .. 'b:' .. A[1], {}
for at = 2, #A, 7 do
  if call('LLEN', P .. 'vi:' .. A[at]) + 1 ~= tonumber(A[at + 1]) then
    return redis.error_reply('DPPRULE an entry follows the one before it')
  end
  local claimed = call('ZCARD', b .. ':c:' .. A[at])
  if claimed < tonumber(A[at + 6]) then
    return redis.error_reply('DPPRULE an entry seals exactly the digests it carries')
  end
  if claimed > tonumber(A[at + 6]) then more[#more + 1] = A[at] end
end
if #more > 0 then return answer(more) end
for at = 2, #A, 7 do
  local s, number, version = A[at], A[at + 1], A[at + 2]
  addEntry(s, version, A[at + 3])
  call('HSET', P .. 'pr:' .. s, 'head', A[at + 4], 'controller', A[at + 5])
  local range = call('HGET', b .. ':r', s)
  local from = range and string.match(range, '^%d+') or number
  call('HSET', b .. ':r', s, from .. ' ' .. number)
  call('ZADD', b .. ':p', 0, s)
  for _, d in ipairs(call('ZRANGE', b .. ':c:' .. s, 0, -1)) do
    unclaim(b, d, s)
    seal(b, d, s, version)
  end
end
return answer({})`)

// A: batch, SCID, how many claims stay, how many go at most. Answers with how many went.
const RETURN_CLAIMS: Script = writeScript(`${LUA}
local b, s = P .. 'b:' .. A[1], A[2]
local rest = call('ZRANGE', b .. ':c:' .. s, A[3], A[3] + A[4] - 1)
for _, d in ipairs(rest) do
  unclaim(b, d, s)
  enqueueAgain(d, s)
end
return answer(#rest)`)

// A: batch, SCID, reason.
const SUSPEND: Script = writeScript(`${LUA}
local b, s = P .. 'b:' .. A[1], A[2]
call('HSET', P .. 'pr:' .. s, 'suspended', A[3])
call('SADD', P .. 'suspended', s)
for _, d in ipairs(call('ZRANGE', b .. ':c:' .. s, 0, -1)) do
  unclaim(b, d, s)
  bury(d, s, A[3])
end
buryWaiting(s, A[3])
return answer(1)`)

// A: batch, SCID, reason.
const SET_ASIDE: Script = writeScript(`${LUA}
local b, s = P .. 'b:' .. A[1], A[2]
call('HSET', P .. 'pr:' .. s, 'suspended', A[3])
call('SADD', P .. 'suspended', s)
local range = call('HGET', b .. ':r', s)
if range then
  call('ZADD', P .. 'held', 'LT', string.match(range, '^%d+'), s)
  call('HDEL', b .. ':r', s)
  call('ZREM', b .. ':p', s)
end
for _, d in ipairs(call('ZRANGE', P .. 'bp:' .. s, 0, -1)) do
  local was = delivery(d, s)
  if was.batch == A[1] and was.state == 'sealed' then
    bury(d, s, A[3], was.version)
    leave(b, d, A[1])
  end
end
buryWaiting(s, A[3])
return answer(1)`)

// A: batch, SCID.
const HAND_OVER: Script = writeScript(`${LUA}
local b, s = P .. 'b:' .. A[1], A[2]
call('HSET', P .. 'pr:' .. s, 'control', 'self')
for _, d in ipairs(call('ZRANGE', P .. 'w:' .. s, 0, -1)) do
  local was = delivery(d, s)
  if was.state == 'pending' then
    dequeue(d, s, was)
    await(d, s, seq(d))
  end
end
for _, d in ipairs(call('ZRANGE', b .. ':c:' .. s, 0, -1)) do
  unclaim(b, d, s)
  await(d, s, seq(d))
end
return answer(1)`)

// A: batch, SCID, last version kept, number of winners, their head, controller; then versionId and line of each.
const VOID: Script = writeScript(`${LUA}
local b, s, kept, winners = P .. 'b:' .. A[1], A[2], tonumber(A[3]), tonumber(A[4])
local range, length = call('HGET', b .. ':r', s), call('LLEN', P .. 'vi:' .. s)
if range then
  local from, to = string.match(range, '^(%d+) (%d+)$')
  from, to = tonumber(from), tonumber(to)
  kept = math.max(kept, from - 1)
  if kept < to then
    if to ~= length then return redis.error_reply('DPPRULE no later entry follows one that is void') end
    local void = {}
    for i = kept, to - 1 do void[call('LINDEX', P .. 'vi:' .. s, i)] = true end
    for _, list in ipairs({'vi:', 'ln:'}) do
      if kept == 0 then call('DEL', P .. list .. s) else call('LTRIM', P .. list .. s, 0, kept - 1) end
    end
    length = kept
    if kept < from then
      call('HDEL', b .. ':r', s)
      call('ZREM', b .. ':p', s)
    else call('HSET', b .. ':r', s, from .. ' ' .. kept) end
    for _, d in ipairs(call('ZRANGE', P .. 'bp:' .. s, 0, -1)) do
      local was = delivery(d, s)
      if was.batch == A[1] and void[was.version] then
        enqueueAgain(d, s)
        leave(b, d, A[1])
      end
    end
  end
end
if winners > 0 then setFree(s, length + 1) end
for i = 0, winners - 1 do addEntry(s, A[7 + 2 * i], A[8 + 2 * i]) end
call('HSET', P .. 'pr:' .. s, 'head', A[5], 'controller', A[6])
return answer(1)`)

// A: batch, SCID.
const DEFER: Script = writeScript(`${LUA}
local b, s = P .. 'b:' .. A[1], A[2]
local range = call('HGET', b .. ':r', s)
if not range then return answer(0) end
setFree(s, string.match(range, '^%d+'))
call('HDEL', b .. ':r', s)
call('ZREM', b .. ':p', s)
for _, d in ipairs(call('ZRANGE', P .. 'bp:' .. s, 0, -1)) do
  local was = delivery(d, s)
  if was.batch == A[1] and was.state == 'sealed' then
    put(d, s, 'sealed', nil, was.version)
    call('RPUSH', P .. 'fs', name(d, s))
    leave(b, d, A[1])
  end
end
return answer(1)`)

// A: batch, kind of page, after, limit.
const PAGE: Script = readScript(`${PAGE_LUA}
return page(P .. 'b:' .. A[1] .. ':' .. A[2], A[3], A[4])`)

// A: batch, after, limit.
const TIPS: Script = readScript(`${PAGE_LUA}
local rows = {}
for i, s in ipairs(page(P .. 'b:' .. A[1] .. ':p', A[2], A[3])) do
  local tip = tonumber(string.match(call('HGET', P .. 'b:' .. A[1] .. ':r', s), '%d+$'))
  local parent = tip > 1 and call('LINDEX', P .. 'vi:' .. s, tip - 2) or ''
  rows[i] = {s, call('LINDEX', P .. 'vi:' .. s, tip - 1), call('LINDEX', P .. 'ln:' .. s, tip - 1), parent}
end
return rows`)

const ISSUERS: Script = readScript(`return call('HKEYS', P .. 'b:' .. A[1] .. ':i')`)
const IS_ANCHORED_TIP: Script = readScript(
  `return call('SISMEMBER', P .. 'tips', A[1] .. '\\t' .. A[2])`,
)

// A: batch, how many are staged already, leaves. Refused once there is a root: the leaves never change again.
const STAGE_LEAVES: Script = writeScript(`
local b = P .. 'b:' .. A[1]
if call('HEXISTS', b, 'root') == 1 then return answer(0) end
if A[2] == '0' then call('DEL', b .. ':l') end
if call('LLEN', b .. ':l') ~= tonumber(A[2]) then return redis.error_reply('DPPRULE leaves are staged in order') end
for i = 3, #A do call('RPUSH', b .. ':l', A[i]) end
return answer(1)`)

// A: batch, root, number of leaves; then SCID and versionId, tab-separated, of each issuer's leaf.
const RECORD_ROOT: Script = writeScript(`
local b = P .. 'b:' .. A[1]
local known = call('HGET', b, 'root')
if known then
  if known == A[2] then return answer(0) end
  return redis.error_reply('DPPRULE a batch never has two roots')
end
if call('LLEN', b .. ':l') ~= tonumber(A[3]) then return redis.error_reply('DPPRULE every leaf is staged') end
if call('HSETNX', P .. 'roots', A[2], A[1]) == 0 then return redis.error_reply('DPPRULE no two batches share a root') end
call('HSET', b, 'root', A[2], 'size', A[3], 'state', 'rooted')
for i = 4, #A do call('SADD', P .. 'tips', A[i]) end
return answer(1)`)

// A: batch, state, time.
const ADVANCE: Script = writeScript(`
local b = P .. 'b:' .. A[1]
call('HSET', b, 'state', A[2])
call('HDEL', b, 'problem')
if A[2] == 'published' or A[2] == 'settled' then call('HSET', b, A[2], A[3]) end
if A[2] == 'settled' then
  call('ZREM', P .. 'open', A[1])
  call('DEL', b .. ':k', b .. ':ev', b .. ':out')
end
return answer(1)`)

const NOTE_PROBLEM: Script = writeScript(`
if A[2] == '' then return answer(call('HDEL', P .. 'b:' .. A[1], 'problem')) end
return answer(call('HSET', P .. 'b:' .. A[1], 'problem', A[2]))`)

// A: batch, kind, item.
const NOTE_PUBLISHED: Script = writeScript(`
return answer(call('HSET', P .. 'b:' .. A[1] .. ':out', A[2], A[3]))`)

const PUBLISHED_UP_TO: Script = readScript(`return call('HGET', P .. 'b:' .. A[1] .. ':out', A[2])`)

export const batchScripts = {
  CLAIM,
  CLAIMED_KEYS,
  REFUSE_KEY,
  CLAIMED_PRODUCTS,
  RECORD_ENTRIES,
  RETURN_CLAIMS,
  SUSPEND,
  SET_ASIDE,
  HAND_OVER,
  VOID,
  DEFER,
  PAGE,
  TIPS,
  ISSUERS,
  IS_ANCHORED_TIP,
  STAGE_LEAVES,
  RECORD_ROOT,
  ADVANCE,
  NOTE_PROBLEM,
  NOTE_PUBLISHED,
  PUBLISHED_UP_TO,
} as const
