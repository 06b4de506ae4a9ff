// The anchor writer's records on Redis: what was signed is durable before anybody else sees it. Only the holder of the
// lease may write, and only over what it has read.
import type { AnchorJournal, AnchorRecord } from '@dpp/anchor/ethereum'
import { DppError } from '@dpp/core'
import type { CrashPoint } from '../../crash-point.ts'
import type { ServerErrorCode } from '../../errors.ts'
import { parseList, textOf } from './replies.ts'
import { readScript, type Scripts, writeScript } from './script.ts'

const LOAD = readScript(`return call('GET', P .. 'an:' .. A[1])`)

// A: root, record, state, the record as it was read or ''.
const SAVE = writeScript(`
local key = P .. 'an:' .. A[1]
if (call('GET', key) or '') ~= A[4] then return redis.error_reply('DPPFENCED another process seals batches') end
call('SET', key, A[2])
if A[3] == 'final' then call('SREM', P .. 'unfinal', A[1]) else call('SADD', P .. 'unfinal', A[1]) end
return answer(1)`)

const PENDING = readScript(`
local rows = {}
for i, root in ipairs(call('SMEMBERS', P .. 'unfinal')) do rows[i] = call('GET', P .. 'an:' .. root) end
return rows`)

/** `token` gives the fencing token of this process; undefined while it does not hold the lease. */
export function createRedisAnchors(
  { run }: Scripts,
  token: () => number | undefined,
  crashPoint: CrashPoint,
): AnchorJournal {
  const read = new Map<string, string>() // Of the roots that are not final: bounded by the open batches.

  async function save(record: AnchorRecord): Promise<void> {
    const held = token()
    if (held === undefined) {
      throw new DppError<ServerErrorCode>('ERR_DPP_LEASE_LOST', 'another process seals batches')
    }
    if (record.state === 'sent') crashPoint('K7')
    if (record.state === 'mined' || record.state === 'final') crashPoint('K9')
    const text = JSON.stringify(record)
    await run(SAVE, [record.root, text, record.state, read.get(record.root) ?? ''], held)
    if (record.state === 'final') read.delete(record.root)
    else read.set(record.root, text)
    if (record.state === 'prepared' && record.transactions.length > 0) crashPoint('K6')
    if (record.state === 'sent') crashPoint('K8')
  }

  return {
    load: async (root) => {
      const text = await run(LOAD, [root])
      if (typeof text !== 'string') return undefined
      const record = JSON.parse(text) as AnchorRecord // Our own text, out of our own database.
      if (record.state === 'final') read.delete(root)
      else read.set(root, text)
      return record
    },
    save,
    pending: async () =>
      parseList(await run(PENDING, [])).map((text) => JSON.parse(textOf(text)) as AnchorRecord),
  }
}
