// Transfer of a delegated log to another owner: the recovery hash and the controller are replaced in one entry. Whoever has
// the recovery key could take the log over and do the same; so its signature, and nothing less, is the authority.
import {
  DppError,
  isJsonObject,
  type JsonObject,
  publicKeyOfDidKey,
  readTime,
  verifyDocument,
} from '@dpp/core'
import { delegatedEntryParameters, hashKey, type LogHead, recoveryHash } from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import { assertRequest } from './controller-request.ts'
import { type ControlPlan, planControl } from './delegated-control.ts'
import { isIssuerDid } from './genesis.ts'
import type { UpdateKeys } from './update-keys.ts'

export type Transfer = ControlPlan & { readonly document: JsonObject }

const HASH = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/

/**
 * Checks a transfer request against the log and plans the entry.
 *
 * @throws ERR_DPP_TRANSFER_REFUSED, ERR_DPP_CONTROLLER_PROOF; ERR_DPP_LOG_MOVED when the service does not write the log
 */
export function planTransfer(
  secured: JsonObject,
  { head, item, keys, now }: { head: LogHead; item: string; keys: UpdateKeys; now: Date },
): Transfer {
  const plan = planControl(keys, item, head)
  if (plan === undefined || head.parameters.nextKeyHashes.length === 0) {
    throw new DppError<ServerErrorCode>('ERR_DPP_LOG_MOVED', 'the service does not write this log')
  }
  const recovery = recoveryHash(head, plan.signer.multikey)
  const signed = verifyByRecoveryKey(secured, recovery, now)
  assertRequest(signed, { type: 'DppTransferRequest', product: head.did, now })
  const { controller, recoveryHash: next } = signed.document
  const service = keys.hashFor(item, head.versionNumber + 2)
  if (typeof next !== 'string' || !HASH.test(next) || next === recovery || next === service) {
    throw refused('recoveryHash is not the hash of another key')
  }
  if (typeof controller !== 'string' || !isIssuerDid(controller)) {
    throw refused('controller is not a did:webvh or did:key')
  }
  const document = { ...head.document, controller }
  const parameters = delegatedEntryParameters(plan.signer.multikey, { service, recovery: next })
  return { parameters, signer: plan.signer, document }
}

/** Whether the log is what the request asks for: it was obeyed, and its answer was lost. */
export function isTransferred({ controller, recoveryHash }: JsonObject, head: LogHead): boolean {
  const isNamed = typeof recoveryHash === 'string' && controller === head.document['controller']
  return isNamed && head.parameters.nextKeyHashes.includes(recoveryHash)
}

function verifyByRecoveryKey(
  secured: JsonObject,
  recovery: string,
  now: Date,
): { readonly document: JsonObject; readonly created: Date } {
  const method = isJsonObject(secured['proof']) ? secured['proof']['verificationMethod'] : undefined
  const [, multikey] = typeof method === 'string' ? method.split('#') : []
  if (multikey === undefined || hashKey(multikey) !== recovery) {
    throw refused("it is not signed by the key whose hash is the log's recovery hash")
  }
  const result = verifyDocument(secured, {
    publicKeyOf: (asked) => publicKeyOfDidKey(asked),
    now,
    maxClockSkewMs: 60_000,
  })
  if (!result.verified) throw refused(`the proof does not verify: ${result.reason}`)
  const created = readTime(result.proof.created)
  if (created === undefined) throw refused('the proof has no created time')
  return { document: result.document, created }
}

function refused(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_TRANSFER_REFUSED', message)
}
