// Batches and their leaves as anybody may read them, on Redis.
import { fromHex, toHex } from '@dpp/core'
import type { Batch, BatchReader, BatchState, Leaf } from '../batch-port.ts'
import { isGiven, parseFields, parseList, parseRows, textOf } from './replies.ts'
import { readScript, type Scripts } from './script.ts'

const FIND = readScript(`return call('HGETALL', P .. 'b:' .. A[1])`)

// A: limit, id to begin below. Ids have no gaps.
const LIST = readScript(`
local rows, id = {}, math.min(tonumber(A[2]), tonumber(call('HGET', P .. 'meta', 'batch') or '0') + 1) - 1
while id > 0 and #rows < tonumber(A[1]) do
  rows[#rows + 1] = call('HGETALL', P .. 'b:' .. id)
  id = id - 1
end
return rows`)

const OPEN = readScript(`
local rows = {}
for i, id in ipairs(call('ZRANGE', P .. 'open', 0, -1)) do rows[i] = call('HGETALL', P .. 'b:' .. id) end
return rows`)

// Leaves are staged before the root is recorded: without a root there are none.
const LEAVES = readScript(`
if call('HEXISTS', P .. 'b:' .. A[1], 'root') == 0 then return {} end
return call('LRANGE', P .. 'b:' .. A[1] .. ':l', A[2], A[3])`)

const PAGE = 5_000

export function createRedisBatchReader({ run }: Scripts): BatchReader {
  return {
    find: async (id) => {
      const fields = parseList(await run(FIND, [id]))
      return fields.length === 0 ? undefined : parseBatch(fields)
    },
    list: async (limit, before = Number.MAX_SAFE_INTEGER) =>
      parseRows(await run(LIST, [limit, before])).map(parseBatch),
    open: async () => parseRows(await run(OPEN, [])).map(parseBatch),
    leaves: async (id) => {
      const leaves: Leaf[] = []
      for (;;) {
        const rows = parseList(await run(LEAVES, [id, leaves.length, leaves.length + PAGE - 1]))
        for (const row of rows) leaves.push(parseLeaf(textOf(row)))
        if (rows.length < PAGE) return leaves
      }
    },
  }
}

export function formatLeaf({ kind, scid, versionId, parent, leafHash }: Leaf): string {
  return JSON.stringify([kind, scid, versionId, parent, toHex(leafHash)])
}

function parseLeaf(text: string): Leaf {
  const [kind, scid, versionId, parent, leafHash] = JSON.parse(text) as [
    Leaf['kind'],
    string,
    string,
    string | null,
    string,
  ] // Our own text.
  return { kind, scid, versionId, parent, leafHash: fromHex(leafHash) }
}

/** A batch from the fields of its hash. */
export function parseBatch(reply: readonly unknown[]): Batch {
  const { id, state, created, published, settled, root, size, events, problem } = parseFields(reply)
  const time = (text: string | undefined): Date => new Date(Number(text))
  return {
    id: Number(id),
    state: state as BatchState,
    createdAt: time(created),
    ...(isGiven(published) ? { publishedAt: time(published) } : {}),
    ...(isGiven(settled) ? { settledAt: time(settled) } : {}),
    ...(isGiven(root) ? { root } : {}),
    ...(isGiven(size) ? { treeSize: Number(size) } : {}),
    ...(isGiven(problem) ? { problem } : {}),
    events: Number(events),
  }
}
