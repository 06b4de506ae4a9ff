// Reads and verifies a did:webvh log, of a product or an issuer: fetch, every step of the resolver, witnesses.
import { didToUrl, type LogReport, type LogVersion, verifyLog, type WebvhDid } from '@dpp/webvh'
import { describe, faultOf, outageText } from '../checks/fault.ts'
import type { Context } from '../context.ts'
import { ended, type Outcome } from '../verdict/reasons.ts'

/** A log that holds: at least one version, every line verified. */
export type VerifiedLog = {
  readonly did: string
  readonly scid: string
  readonly versions: readonly LogVersion[]
  readonly newest: LogVersion
}

export type LogOutcome = { readonly log: VerifiedLog } | Outcome<'indeterminate' | 'invalid'>

export type ReadLogOptions = {
  /** Where the log lies; by default where the DID says. */
  readonly url?: string
  readonly fresh?: boolean
}

/** Reads the log of `did` and verifies it whole. Never throws for what a source serves. */
export async function readLog(
  did: WebvhDid,
  context: Context,
  { url: place = didToUrl(did), fresh = false }: ReadLogOptions = {},
): Promise<LogOutcome> {
  const reading = await context.read(place, context.limits.maxLogBytes, { fresh })
  if (reading.status === 'absent') return ended('indeterminate', 'log.not-found', { url: place })
  if (reading.status === 'unreachable' && reading.cause === 'too-large') {
    return ended('indeterminate', 'log.too-large', { cause: reading.detail })
  }
  if (reading.status !== 'found') {
    return ended('indeterminate', 'log.unreachable', { url: place, cause: outageText(reading) })
  }
  return verifyLogBytes(did, place, reading.body, context, fresh)
}

async function verifyLogBytes(
  did: WebvhDid,
  url: string,
  body: Uint8Array,
  context: Context,
  fresh: boolean,
): Promise<LogOutcome> {
  const report = runVerifyLog(did, body, context)
  if (report.error?.code !== 'ERR_DPP_DID_WITNESS_THRESHOLD') return conclude(did, body, report)
  // did:webvh v1.0, "Verifying Witness Proofs": every other check is done before the proofs are fetched.
  const witnesses = url.replace(/did\.jsonl$/, 'did-witness.json')
  const reading = await context.read(witnesses, context.limits.maxProofBytes, { fresh })
  if (reading.status === 'absent')
    return ended('indeterminate', 'log.witnesses-missing', { url: witnesses })
  if (reading.status !== 'found') {
    return ended('indeterminate', 'log.witnesses-unreachable', {
      url: witnesses,
      cause: outageText(reading),
    })
  }
  return conclude(did, body, runVerifyLog(did, body, context, reading.body))
}

function runVerifyLog(
  did: WebvhDid,
  body: Uint8Array,
  { now, limits }: Context,
  witnessFile?: Uint8Array,
): LogReport {
  return verifyLog(body, {
    did,
    now,
    limits: { maxBytes: limits.maxLogBytes, maxEntries: limits.maxLogEntries },
    witnessFile,
  })
}

function conclude({ did }: WebvhDid, body: Uint8Array, report: LogReport): LogOutcome {
  const { error, versions } = report
  if (error !== undefined) return refuse(report, body, error)
  const newest = versions.at(-1)
  if (newest === undefined)
    return ended('indeterminate', 'log.unreadable', { cause: 'it has no entries' })
  return { log: { did, scid: newest.head.scid, versions, newest } }
}

function refuse(
  report: LogReport,
  body: Uint8Array,
  error: NonNullable<LogReport['error']>,
): LogOutcome {
  const cause = describe(error)
  const { code } = error
  // An empty file is a write that was cut, not a statement.
  const { fault } = body.length === 0 ? { fault: 'unreadable' } : faultOf(error)
  const isWitnesses = code.startsWith('ERR_DPP_DID_WITNESS_')
  if (fault === 'unreadable') {
    return ended('indeterminate', isWitnesses ? 'log.witnesses-unreachable' : 'log.unreadable', {
      cause,
    })
  }
  if (fault === 'too-large') return ended('indeterminate', 'log.too-large', { cause })
  if (code === 'ERR_DPP_LOG_METHOD') return ended('indeterminate', 'log.unsupported', { cause })
  const line = String(report.versions.length + 1)
  const values = { cause, code, line }
  if (isWitnesses) return ended('invalid', 'log.witnesses-broken', values)
  if (code === 'ERR_DPP_LOG_DID')
    return ended('invalid', 'log.other-did', { ...values, found: report.scid ?? '' })
  return ended('invalid', 'log.broken', values)
}
