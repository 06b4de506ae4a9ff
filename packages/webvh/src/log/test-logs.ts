// Logs for tests: made by the package's own functions, and forged line by line where it refuses to make them.
import { createLocalSigner, createProof, type JsonObject, type LocalSigner } from '@dpp/core'
import { appendEntry } from './append-entry.ts'
import { createLog } from './create-log.ts'
import { contentText, hashText, type LogEntry } from './entry.ts'

/** The signer with a number; equal numbers give equal keys. */
export function testKey(n: number): LocalSigner {
  return createLocalSigner(new Uint8Array(32).fill(n))
}

/** A time on a day of the past; fractions of a second are allowed. */
export function testTime(second: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000)
}

/** A log of plain updates, by key 1, one second apart. */
export async function makeLog(
  length: number,
  parameters: JsonObject = {},
): Promise<{ did: string; scid: string; lines: string[] }> {
  const signer = testKey(1)
  const all = { updateKeys: [signer.multikey], ...parameters }
  const first = await createLog({
    domain: 'example.com',
    parameters: all,
    signer,
    versionTime: testTime(1),
  })
  const lines = [first.line]
  for (let n = 2, { head } = first; n <= length; n += 1) {
    const document = { id: first.did, n }
    const next = await appendEntry(head, { document, signer, versionTime: testTime(n) })
    lines.push(next.line)
    head = next.head
  }
  return { did: first.did, scid: first.scid, lines }
}

/** An entry's line with `changes` made, its hash and its proof renewed: wrong only in what was changed. */
export async function forgeLine(
  line: string,
  { changes = {}, predecessor, signer = testKey(1), versionId }: ForgeOptions,
): Promise<string> {
  const { proof: _, versionId: old, ...content } = { ...(JSON.parse(line) as LogEntry), ...changes }
  const renewed = `${old.split('-')[0]}-${hashText(contentText(content)(predecessor))}`
  const unsecured = { ...content, versionId: versionId ?? renewed }
  const proof = await createProof(unsecured, { signer, created: testTime(0) })
  return `${JSON.stringify({ ...unsecured, proof: [proof] })}\n`
}

export type ForgeOptions = {
  readonly changes?: JsonObject
  /** The versionId of the entry before, or the SCID. */
  readonly predecessor: string
  readonly signer?: LocalSigner
  readonly versionId?: string
}
