// What becomes durable in one step: a request with its receipt and its events, and a delivery for each product. The script
// makes as few calls as it can, because each costs more than the work it does: what the events of a request have in common
// is one call for all of them, and what an event has of its own is one short row.
import { hash } from 'node:crypto'
import type { AcceptedEvent } from '../port.ts'
import { LUA } from './lua.ts'
import { packTexts } from './pieces.ts'
import { type Argument, writeScript } from './script.ts'

// A: time, receipt, and as JSON {signers, issuers, hosted, elsewhere, events}: of each signer issuer, verification method and key,
// tab-separated; of each issuer its DID and number of events; of each event digest, hash of issuer and id, row without its
// two numbers, audience or '', SCIDs. Then the pieces.
export const ACCEPT = writeScript(`${LUA}
local request = cjson.decode(A[3])
local events, ids = request.events, {}
for i, e in ipairs(events) do ids[i] = P .. 'id:' .. e[2] end
if call('EXISTS', unpack(ids)) > 0 then return answer(0) end

-- Decided here: the product's control may have changed since the event was looked at, or it was registered since, and nobody
-- has asked whether the issuer may write about it.
local products = {}
local function product(s)
  if not products[s] then products[s] = call('HMGET', P .. 'pr:' .. s, 'control', 'suspended') end
  return products[s]
end
local function isOpen(s)
  local control = product(s)[1]
  return control == 'delegated' or control == 'self'
end
for _, s in ipairs(request.hosted) do if not isOpen(s) then return answer(0) end end
for _, s in ipairs(request.elsewhere) do if isOpen(s) then return answer(0) end end

local last = call('HINCRBY', P .. 'meta', 'seq', #events)
local digests, firsts = {}, {}
for i, e in ipairs(events) do
  local d, n = e[1], tostring(last - #events + i) -- As text: a number is written with 17 digits each time.
  local fields = {'row', n .. ' ' .. last .. ' ' .. e[3]}
  if e[4] ~= '' then append(fields, 'audience', e[4]) end
  for k = 5, #e do
    local s = e[k]
    local its = product(s)
    local waits = its[1] == 'delegated' or its[1] == 'self'
    call('ZADD', P .. (waits and 'w:' or 'bp:') .. s, n, d)
    if its[1] == 'delegated' then append(fields, 'd:' .. s, record('pending', nil, nil, nil, enter(d, s, its[2])))
    else append(fields, 'd:' .. s, record(waits and 'awaiting-controller' or 'not-hosted')) end
  end
  call('HSET', event(d), unpack(fields))
  digests[i] = d
  append(firsts, ids[i], d)
end
call('MSET', unpack(firsts))
local fields = {'at', A[1], 'receipt', A[2], 'digests', table.concat(digests, ' ')}
for i, signer in ipairs(request.signers) do append(fields, 'signer:' .. i, signer) end
for i = 4, #A do append(fields, 'piece:' .. i - 3, A[i]) end
call('HSET', P .. 'rq:' .. last, unpack(fields))
call('ZADD', P .. 'log', last, last)
for i, its in ipairs(request.issuers) do call('ZADD', P .. 'is:' .. its[1], last, last .. ' ' .. its[2]) end
return answer(1)`)

/** The arguments of the script. */
export function acceptArguments(
  events: readonly AcceptedEvent[],
  receipt: string,
  receivedAt: Date,
): readonly Argument[] {
  const signers = new Map<string, number>() // Numbered from 1, as Lua counts.
  const issuers = new Map<string, number>()
  const { pieces, places } = packTexts(events.map(({ text }) => text))
  const rows = events.map((event, index) => {
    const { digest, issuer, verificationMethod, key, audience = '', products } = event
    const signer = `${issuer}\t${verificationMethod}\t${key}`
    const number = signers.get(signer) ?? signers.size + 1
    signers.set(signer, number)
    issuers.set(issuer, (issuers.get(issuer) ?? 0) + 1)
    const row = `${number} ${places[index]}`
    return [digest, idHash(event), row, audience, ...products.map(({ scid }) => scid)]
  })
  const named = events.flatMap(({ products }) => products)
  const scidsOf = (isHosted: boolean): readonly string[] => [
    ...new Set(named.filter(({ hosted }) => hosted === isHosted).map(({ scid }) => scid)),
  ]
  const request = {
    signers: [...signers.keys()],
    issuers: [...issuers],
    hosted: scidsOf(true),
    elsewhere: scidsOf(false),
    events: rows,
  }
  return [receivedAt.getTime(), receipt, JSON.stringify(request), ...pieces]
}

/** The rule against two bodies with one meaning, as one key. */
export function idHash({ issuer, id }: { readonly issuer: string; readonly id: string }): string {
  return hash('sha256', `${issuer}\n${id}`, 'base64url')
}
