// The log of the service's own DID: did:webvh v1.0 at the domain's root, with pre-rotation in every entry. Its document
// lists the keys that sign receipts, newest first. Nothing here reads or writes a file.
import { DppError, decodeUtf8, encodeMultikey, type JsonObject, type LocalSigner } from '@dpp/core'
import {
  appendEntry,
  createLog,
  hashKey,
  type LogHead,
  nextVersionTime,
  parseDid,
  verificationKey,
  verifyLog,
} from '@dpp/webvh'
import type { ServerErrorCode } from '../errors.ts'
import type { IdentityOwner } from './identity-keys.ts'

/** What a log says to the service that holds its keys. */
export type Identity = {
  readonly did: string
  /** Signs receipts: the newest listed key that is ours, under its name in the document. */
  readonly signer: LocalSigner
  /** Whether that key follows from the newest master secret. */
  readonly isNewest: boolean
  readonly head: LogHead
  /** The whole log. */
  readonly text: string
}

const CONTEXT = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']
const TTL_SECONDS = 60

/** Makes the log of a new DID: its first line. */
export async function createIdentityLog(
  { domain, keys }: IdentityOwner,
  now: Date,
): Promise<string> {
  const [newest] = keys
  const signer = newest.updateSigner(1)
  const { host, port } = splitDomain(domain)
  const { line } = await createLog({
    domain: host,
    ...(port === undefined ? {} : { port }),
    document: documentOf(`did:webvh:{SCID}:${domain.replace(':', '%3A')}`, [
      { entry: 1, multikey: newest.receiptSigner(1).multikey },
    ]),
    parameters: {
      portable: true, // It can be said in the first entry only.
      ttl: TTL_SECONDS,
      updateKeys: [signer.multikey],
      nextKeyHashes: [hashKey(newest.updateSigner(2).multikey)],
    },
    signer,
    versionTime: now,
  })
  return line
}

/** A key for receipts, and the entry that brought it in: the two from which its seed can be derived again. */
export type ReceiptKey = { readonly entry: number; readonly multikey: string }

/**
 * Reads the log as a resolver would; `receiptKeys` are those that its newest entry lists, newest first.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN when the log does not hold, or is of another domain than `host` or `host:port`
 */
export function readIdentityLog(
  bytes: Uint8Array,
  expectedDomain: string,
  now: Date,
): { readonly head: LogHead; readonly receiptKeys: readonly ReceiptKey[] } {
  // Our clock may have been set back since: that is the batches' business.
  const limits = { futureToleranceMs: Number.MAX_SAFE_INTEGER }
  const { head, error } = verifyLog(bytes, { now, limits })
  if (head === undefined || error !== undefined) {
    throw foreign(`it does not hold: ${error?.message ?? 'it is empty'}`)
  }
  const { domain, port, path } = parseDid(head.did)
  const place = port === undefined ? domain : `${domain}:${port}`
  if (place !== expectedDomain || path.length > 0) {
    throw foreign(`it is the log of ${head.did}, and DPP_DOMAIN is ${expectedDomain}`)
  }
  return { head, receiptKeys: listedKeys(head) }
}

/**
 * Reads the log and finds the key that signs receipts.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN as `readIdentityLog`, and when it lists no key of the owner's
 */
export function readIdentity(bytes: Uint8Array, owner: IdentityOwner, now: Date): Identity {
  const { head, receiptKeys } = readIdentityLog(bytes, owner.domain, now)
  const { did } = head
  for (const { entry, multikey } of receiptKeys) {
    const index = owner.keys.findIndex((keys) => keys.receiptSigner(entry).multikey === multikey)
    const signer = owner.keys[index]?.receiptSigner(entry, methodOf(did, entry))
    if (signer !== undefined) {
      return { did, signer, isNewest: index === 0, head, text: decodeUtf8(bytes) }
    }
  }
  throw foreign(
    'it lists no key of this service. Every replica needs the same WITNESS_PRIVATE_KEY; a secret that was replaced belongs into WITNESS_PREVIOUS_KEYS',
  )
}

/**
 * The log with one more entry, which brings in a new key for receipts.
 *
 * The key before it stays listed with `keepsFormer`: replicas that have not seen the entry yet still sign with it. The one
 * before that is dropped.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN when the log commits to an update key that the owner does not have
 */
export async function renewIdentityLog(
  { did, head, text }: Identity,
  { keys }: IdentityOwner,
  { now, keepsFormer }: { readonly now: Date; readonly keepsFormer: boolean },
): Promise<string> {
  const entry = head.versionNumber + 1
  const signer = keys
    .map((each) => each.updateSigner(entry))
    .find(({ multikey }) => head.parameters.nextKeyHashes.includes(hashKey(multikey)))
  if (signer === undefined) throw foreign(`its entry ${entry} takes a key that is not ours`)
  const [newest] = keys
  const former = keepsFormer ? listedKeys(head).slice(0, 1) : []
  const { line } = await appendEntry(head, {
    document: documentOf(did, [
      { entry, multikey: newest.receiptSigner(entry).multikey },
      ...former,
    ]),
    parameters: {
      updateKeys: [signer.multikey],
      nextKeyHashes: [hashKey(newest.updateSigner(entry + 1).multikey)],
    },
    signer,
    versionTime: nextVersionTime(head, now),
  })
  return text + line
}

function methodOf(did: string, entry: number): string {
  return `${did}#receipt-${entry}`
}

function documentOf(did: string, receiptKeys: readonly ReceiptKey[]): JsonObject {
  return {
    '@context': CONTEXT,
    id: did,
    verificationMethod: receiptKeys.map(({ entry, multikey }) => ({
      id: methodOf(did, entry),
      type: 'Multikey',
      controller: did,
      publicKeyMultibase: multikey,
    })),
    assertionMethod: receiptKeys.map(({ entry }) => methodOf(did, entry)),
  }
}

// In the order of the document: newest first.
function listedKeys({ document }: LogHead): readonly ReceiptKey[] {
  const methods = document['assertionMethod']
  return (Array.isArray(methods) ? methods : []).flatMap((method) => {
    const entry = Number(/#receipt-([1-9]\d{0,8})$/.exec(String(method))?.[1])
    const key = verificationKey(document, String(method), 'assertionMethod')
    return key === undefined || Number.isNaN(entry)
      ? []
      : [{ entry, multikey: encodeMultikey(key) }]
  })
}

function splitDomain(domain: string): { readonly host: string; readonly port?: number } {
  const [host = '', port] = domain.split(':')
  return port === undefined ? { host } : { host, port: Number(port) }
}

function foreign(cause: string): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_SERVICE_DID_FOREIGN',
    `.well-known/did.jsonl in the store is not the log of this service's DID: ${cause}`,
  )
}
