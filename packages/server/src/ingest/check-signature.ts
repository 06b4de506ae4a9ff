// The event's proof, against the key that its issuer's own log names.
import { DppError, type ParsedEvent } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { IssuerKey } from '../issuers/issuer-logs.ts'
import type { IngestContext } from './ingest.ts'

const CLOCK_TOLERANCE_MS = 60_000

/**
 * Verifies an event and gives the key that did.
 *
 * @throws ERR_DPP_EVENT_AGE, ERR_DPP_EVENT_SIGNATURE, ERR_DPP_EVENT_KEY_UNKNOWN, ERR_DPP_ISSUER_…
 */
export async function checkSignature(
  context: IngestContext,
  parsed: ParsedEvent,
): Promise<IssuerKey> {
  const now = context.now()
  checkAge(context, parsed, now)
  const key = await context.issuerLogs.keyFor(parsed.issuer, parsed.verificationMethod)
  const result = await context.verifyEvent(parsed, key.publicKey, now)
  if (result.verified) return key
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_EVENT_SIGNATURE',
    `the proof does not verify: ${result.reason}`,
  )
}

function checkAge({ maxEventAgeMs }: IngestContext, { created }: ParsedEvent, now: Date): void {
  if (created === undefined) {
    if (maxEventAgeMs > 0) throw ageError('the proof has no created time')
    return
  }
  const ageMs = now.getTime() - created.getTime()
  if (ageMs < -CLOCK_TOLERANCE_MS) throw ageError('proof.created is in the future')
  if (maxEventAgeMs > 0 && ageMs > maxEventAgeMs) {
    throw ageError('proof.created is too long ago: sign the event again')
  }
}

function ageError(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_EVENT_AGE', message)
}
