// The Lua functions that the scripts share: how deliveries are kept, and how they come and go.
//
// Keys, each after the prefix:
//   rq:N hash           a request, named after its last event: time, receipt, digests, signers, pieces of the texts
//   ev:DIGEST hash      the event; its row: seq, request, signer, piece, first byte there, bytes; audience, erased; field
//                       d:SCID is the delivery: state, batch, versionId, reason, queue id, tab-separated
//   id:HASH             issuer and id → digest              log       zset of all requests
//   is:ISSUER           zset of an issuer's requests, each with the number of events that are the issuer's
//   w:SCID, bp:SCID     zset seq → digest: a product's events that wait, and its other ones
//   products            zset in lexical order               queue     stream of pending deliveries, group "batch"
//   again               zset seq → deliveries that wait a second time
//   dead                zset seq → delivery                 cc        hash SCID → claimed deliveries
//   pr:SCID hash, it:HASH, ln:SCID list of lines, vi:SCID list of versionIds, suspended set, closings hash
//   free                zset first entry in no batch → SCID fs        list of sealed deliveries in no batch
//   held                zset as free, of products that are set aside
//   b:N hash            the batch; b:N:c:SCID, b:N:cp claims; b:N:k keys; b:N:r entries; b:N:p, b:N:s, b:N:i what is in it
export const LUA = `
local function event(d) return P .. 'ev:' .. d end
local function delivery(d, s)
  local text = call('HGET', event(d), 'd:' .. s)
  if not text then return nil end
  local state, batch, version, reason, entry = string.match(text, '^([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)\\t([^\\t]*)$')
  return {state = state, batch = batch, version = version, reason = reason, entry = entry}
end
local function record(state, batch, version, reason, entry)
  return table.concat({state, batch or '', version or '', reason or '', entry or ''}, '\\t')
end
local function put(d, s, ...) call('HSET', event(d), 'd:' .. s, record(...)) end
-- Where an event stands in its request; nothing for one that is unknown.
local function row(d)
  local text = call('HGET', event(d), 'row')
  if not text then return nil end
  local n, last, signer, piece, from, size = string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+)$')
  return {seq = tonumber(n), last = last, request = P .. 'rq:' .. last, signer = signer, piece = 'piece:' .. piece, from = from, size = size}
end
local function seq(d) return row(d).seq end
local function signer(its) return call('HGET', its.request, 'signer:' .. its.signer) end
local function issuer(its) return string.match(signer(its), '^[^\\t]*') end
local function time(its) return call('HGET', its.request, 'at') end
local function digestsOf(last)
  local digests = {}
  for d in string.gmatch(call('HGET', P .. 'rq:' .. last, 'digests'), '[^ ]+') do digests[#digests + 1] = d end
  return digests
end
local function name(d, s) return d .. '\\t' .. s end
local function parts(text) return string.match(text, '^([^\\t]*)\\t(.*)$') end

local function append(list, a, b) list[#list + 1], list[#list + 2] = a, b end

-- What belongs to a suspended product waits outside of the queue until it is resumed. Gives the queue id or ''.
local function enter(d, s, suspended)
  if not suspended then return call('XADD', P .. 'queue', '*', 'd', d, 's', s) end
  call('HINCRBY', P .. 'meta', 'parked', 1)
  return ''
end
local function wait(d, s, n)
  call('ZADD', P .. 'w:' .. s, n, d)
  call('ZREM', P .. 'bp:' .. s, d)
end
local function enqueueAgain(d, s)
  local n = seq(d)
  put(d, s, 'pending', nil, nil, nil, enter(d, s, call('HGET', P .. 'pr:' .. s, 'suspended')))
  wait(d, s, n)
  call('ZADD', P .. 'again', n, name(d, s))
end
local function await(d, s, n)
  put(d, s, 'awaiting-controller')
  wait(d, s, n)
end
-- Takes a delivery out of whatever it waits in.
local function dequeue(d, s, was)
  if was.state == 'pending' then
    if was.entry == '' then call('HINCRBY', P .. 'meta', 'parked', -1)
    else call('XDEL', P .. 'queue', was.entry) end
    call('ZREM', P .. 'again', name(d, s))
  end
  call('ZREM', P .. 'w:' .. s, d)
  call('ZADD', P .. 'bp:' .. s, seq(d), d)
  call('ZREM', P .. 'dead', name(d, s))
end
local function bury(d, s, reason, version)
  put(d, s, 'dead', nil, version, reason)
  call('ZADD', P .. 'dead', seq(d), name(d, s))
end
local function count(key, field, by)
  if call('HINCRBY', key, field, by) <= 0 then call('HDEL', key, field) end
end
local function unclaim(b, d, s)
  call('ZREM', b .. ':c:' .. s, d)
  if call('EXISTS', b .. ':c:' .. s) == 0 then call('ZREM', b .. ':cp', s) end
  count(P .. 'cc', s, -1)
end
local function seal(b, d, s, version)
  put(d, s, 'sealed', string.match(b, '%d+$'), version)
  call('ZADD', b .. ':s', 0, d)
  count(b .. ':i', issuer(row(d)), 1)
end
-- After a sealed delivery of an event went out of batch n: the event is in it while another of its deliveries is.
local function leave(b, d, n)
  count(b .. ':i', issuer(row(d)), -1)
  for _, field in ipairs(call('HKEYS', event(d))) do
    local other = string.match(field, '^d:(.*)$')
    local its = other and delivery(d, other)
    if its and its.batch == n and its.state == 'sealed' then return end
  end
  call('ZREM', b .. ':s', d)
end
-- Takes a delivery off the dead-letter list whose entry is signed already.
local function sealAgain(d, s, was)
  dequeue(d, s, was)
  put(d, s, 'sealed', nil, was.version)
  call('RPUSH', P .. 'fs', name(d, s))
end
-- What waits for a suspended product goes to the dead-letter list.
local function buryWaiting(s, reason)
  for _, d in ipairs(call('ZRANGE', P .. 'w:' .. s, 0, -1)) do
    local was = delivery(d, s)
    if was.state == 'pending' then
      dequeue(d, s, was)
      bury(d, s, reason)
    end
  end
end
local function addEntry(s, version, line)
  call('RPUSH', P .. 'vi:' .. s, version)
  call('RPUSH', P .. 'ln:' .. s, line)
end
local function setFree(s, from) call('ZADD', P .. 'free', 'LT', from, s) end
`

/** Pages of a sorted set in lexical order, from Redis to a list. */
export const PAGE_LUA = `
local function page(key, after, limit)
  return call('ZRANGEBYLEX', key, after == '' and '-' or '(' .. after, '+', 'LIMIT', 0, limit)
end
`
