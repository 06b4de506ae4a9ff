// What becomes durable in one step: the events of a request, their receipt, and a delivery for each product. The script
// makes as few calls as it can, because each costs more than the work it does: what many events have in common (the test
// that they are new, the lists of all events) is one call for all of them.
import { hash } from 'node:crypto'
import type { AcceptedEvent } from '../port.ts'
import { LUA } from './lua.ts'
import { type Argument, writeScript } from './script.ts'

// A: receipt, time, the bytes of all events one after the other, and as JSON {signers, hosted, events}: of each signer issuer,
// verification method and key; of each event digest, hash of issuer and id, index of its signer, number of its bytes,
// audience or '', SCIDs.
export const ACCEPT = writeScript(`${LUA}
local request = cjson.decode(A[4])
local events, names = request.events, {}
for i, e in ipairs(events) do
  names[2 * i - 1], names[2 * i] = event(e[1]), P .. 'id:' .. e[2]
end
if call('EXISTS', unpack(names)) > 0 then return answer(0) end

-- Decided here: the product's control may have changed since the event was looked at.
local products = {}
local function product(s)
  if not products[s] then products[s] = call('HMGET', P .. 'pr:' .. s, 'control', 'suspended') end
  return products[s]
end
for i, s in ipairs(request.hosted) do
  local control = product(s)[1]
  if control ~= 'delegated' and control ~= 'self' then return answer(0) end
end

local last = call('HINCRBY', P .. 'meta', 'seq', #events)
call('SET', P .. 'rc:' .. last, A[1])
local log, ids, byIssuer, from = {}, {}, {}, 1
for i, e in ipairs(events) do
  local d, n, signer = e[1], last - #events + i, request.signers[e[3] + 1]
  local fields = {'seq', n, 'issuer', signer[1], 'bytes', string.sub(A[3], from, from + e[4] - 1), 'vm', signer[2],
    'key', signer[3], 'at', A[2], 'receipt', last}
  from = from + e[4]
  if e[5] ~= '' then append(fields, 'audience', e[5]) end
  for k = 6, #e do
    local s = e[k]
    local its = product(s)
    call('ZADD', P .. 'bp:' .. s, n, d)
    if its[1] == 'delegated' then append(fields, 'd:' .. s, record('pending', nil, nil, nil, enter(d, s, its[2])))
    elseif its[1] == 'self' then append(fields, 'd:' .. s, record('awaiting-controller'))
    else append(fields, 'd:' .. s, record('not-hosted')) end
    if its[1] == 'delegated' or its[1] == 'self' then call('ZADD', P .. 'w:' .. s, n, d) end
  end
  call('HSET', event(d), unpack(fields))
  append(log, n, d)
  append(ids, names[2 * i], d)
  byIssuer[signer[1]] = byIssuer[signer[1]] or {}
  append(byIssuer[signer[1]], n, d)
end
call('MSET', unpack(ids))
call('ZADD', P .. 'log', unpack(log))
for issuer, its in pairs(byIssuer) do call('ZADD', P .. 'is:' .. issuer, unpack(its)) end
return answer(1)`)

/** The arguments of the script. */
export function acceptArguments(
  events: readonly AcceptedEvent[],
  receipt: string,
  receivedAt: Date,
): readonly Argument[] {
  const signers = new Map<string, readonly [index: number, signer: readonly string[]]>()
  const rows = events.map((event) => {
    const { digest, issuer, text, verificationMethod, key, audience = '', products } = event
    const name = `${verificationMethod}\n${key}\n${issuer}`
    const [index] = signers.get(name) ?? [signers.size]
    if (index === signers.size) signers.set(name, [index, [issuer, verificationMethod, key]])
    return [
      digest,
      idHash(event),
      index,
      Buffer.byteLength(text),
      audience,
      ...products.map(({ scid }) => scid),
    ]
  })
  const hosted = events.flatMap(({ products }) =>
    products.filter(({ hosted }) => hosted).map(({ scid }) => scid),
  )
  const request = {
    signers: [...signers.values()].map(([, signer]) => signer),
    hosted: [...new Set(hosted)],
    events: rows,
  }
  const texts = events.map(({ text }) => text).join('')
  return [receipt, receivedAt.getTime(), texts, JSON.stringify(request)]
}

/** The rule against two bodies with one meaning, as one key. */
export function idHash({ issuer, id }: { readonly issuer: string; readonly id: string }): string {
  return hash('sha256', `${issuer}\n${id}`, 'hex')
}
