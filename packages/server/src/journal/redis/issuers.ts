// The issuers' logs as they were last seen, on Redis.
import type { IssuerBook, IssuerLog } from '../log-port.ts'
import { isGiven, parseFields } from './replies.ts'
import { readScript, type Scripts, writeScript } from './script.ts'

const FIND = readScript(`return call('HGETALL', P .. 'il:' .. A[1])`)

const SAVE = writeScript(`
call('HSET', P .. 'il:' .. A[1], 'scid', A[2], 'log', A[3], 'witness', A[4], 'fetched', A[5], 'expires', A[6])
return answer(1)`)

export function createRedisIssuers({ run }: Scripts): IssuerBook {
  return {
    find: async (did) => parseIssuerLog(did, parseFields(await run(FIND, [did]))),
    save: async ({ did, scid, log, witnessFile, fetchedAt, expiresAt }) => {
      const files = [formatBytes(log), witnessFile === undefined ? '' : formatBytes(witnessFile)]
      await run(SAVE, [did, scid, ...files, fetchedAt.getTime(), expiresAt.getTime()])
    },
  }
}

function parseIssuerLog(
  did: string,
  fields: { readonly [name: string]: string },
): IssuerLog | undefined {
  const { scid, log, witness, fetched, expires } = fields
  if (scid === undefined || log === undefined) return undefined
  return {
    did,
    scid,
    log: parseBytes(log),
    ...(isGiven(witness) ? { witnessFile: parseBytes(witness) } : {}),
    fetchedAt: new Date(Number(fetched)),
    expiresAt: new Date(Number(expires)),
  }
}

// Foreign bytes, kept exactly.
function formatBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function parseBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
