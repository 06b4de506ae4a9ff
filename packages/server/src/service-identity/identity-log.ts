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

/** The log of the service's DID, as anybody reads it. */
export type IdentityLog = {
  readonly head: LogHead
  /** Keys for receipts that its newest entry lists, newest first. */
  readonly receiptKeys: readonly ReceiptKey[]
  /** Multikeys that an earlier entry listed and the newest does not. */
  readonly droppedKeys: ReadonlySet<string>
  /** The whole log. */
  readonly text: string
}

/** A key for receipts, and the entry that brought it in: the two from which its seed can be derived again. */
export type ReceiptKey = { readonly entry: number; readonly multikey: string }

/** A listed key that the service has. */
export type HeldKey = {
  /** Signs receipts, under the key's name in the document. */
  readonly signer: LocalSigner
  /** Whether it is the one that the configuration wants; else a new entry brings that in. */
  readonly isCurrent: boolean
}

/** What a log says to the service that holds one of its keys. */
export type Identity = IdentityLog & HeldKey & { readonly did: string }

const CONTEXT = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1']
const TTL_SECONDS = 60

/** Makes the log of a new DID: its first line. */
export async function createIdentityLog(owner: IdentityOwner, now: Date): Promise<string> {
  const { domain } = owner
  const [newest] = owner.keys
  const signer = newest.updateSigner(1)
  const { host, port } = splitDomain(domain)
  const { line } = await createLog({
    domain: host,
    ...(port === undefined ? {} : { port }),
    document: documentOf(`did:webvh:{SCID}:${domain.replace(':', '%3A')}`, [newKey(owner, 1)]),
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

/**
 * Reads the log as a resolver would.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN when the log does not hold, or is of another domain than `host` or `host:port`
 */
export function readIdentityLog(bytes: Uint8Array, expectedDomain: string, now: Date): IdentityLog {
  // Our clock may have been set back since: that is the batches' business.
  const limits = { futureToleranceMs: Number.MAX_SAFE_INTEGER }
  const { head, error, versions } = verifyLog(bytes, { now, limits })
  if (head === undefined || error !== undefined) {
    throw foreign(`it does not hold: ${error?.message ?? 'it is empty'}`)
  }
  const { domain, port, path } = parseDid(head.did)
  const place = port === undefined ? domain : `${domain}:${port}`
  if (place !== expectedDomain || path.length > 0) {
    throw foreign(`it is the log of ${head.did}, and DPP_DOMAIN is ${expectedDomain}`)
  }
  const receiptKeys = listedKeys(head)
  const droppedKeys = new Set(versions.flatMap(listedKeys).map(({ multikey }) => multikey))
  for (const { multikey } of receiptKeys) droppedKeys.delete(multikey)
  return { head, receiptKeys, droppedKeys, text: decodeUtf8(bytes) }
}

/**
 * Reads the log and finds the key that signs receipts.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN as `readIdentityLog`, and when it lists no key of the owner's
 */
export function readIdentity(bytes: Uint8Array, owner: IdentityOwner, now: Date): Identity {
  const log = readIdentityLog(bytes, owner.domain, now)
  const held = findHeldKey(log, owner)
  if (held === undefined) throw foreign(`it lists no key of this service. ${SAME_SECRET}`)
  return { ...log, ...held, did: log.head.did }
}

/** The newest listed key that is the owner's. */
export function findHeldKey(
  { head, receiptKeys }: IdentityLog,
  { keys, receiptKey }: IdentityOwner,
): HeldKey | undefined {
  for (const { entry, multikey } of receiptKeys) {
    const verificationMethod = methodOf(head.did, entry)
    if (receiptKey?.multikey === multikey) {
      return { signer: { ...receiptKey, verificationMethod }, isCurrent: true }
    }
    const index = keys.findIndex((each) => each.receiptSigner(entry).multikey === multikey)
    const signer = keys[index]?.receiptSigner(entry, verificationMethod)
    if (signer !== undefined) {
      return { signer, isCurrent: index === 0 && receiptKey === undefined }
    }
  }
  return undefined
}

/**
 * The log with one more entry, which brings in a new key for receipts: the owner's key that lies elsewhere, where there is
 * one, else the next that follows from the newest master secret.
 *
 * The key before it stays listed with `keepsFormer`: replicas that have not seen the entry yet still sign with it. All
 * others are dropped.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN when the log commits to an update key that the owner does not have, or had dropped the
 * key that is to come in
 */
export async function renewIdentityLog(
  { head, receiptKeys, droppedKeys, text }: IdentityLog,
  owner: IdentityOwner,
  { now, keepsFormer }: { readonly now: Date; readonly keepsFormer: boolean },
): Promise<string> {
  const entry = head.versionNumber + 1
  const signer = owner.keys
    .map((each) => each.updateSigner(entry))
    .find(({ multikey }) => head.parameters.nextKeyHashes.includes(hashKey(multikey)))
  if (signer === undefined) {
    throw foreign(`its entry ${entry} takes a key that is not ours. ${SAME_SECRET}`)
  }
  const [newest] = owner.keys
  // A key that lies elsewhere and is listed already keeps its name: receipts that it signed go on holding.
  const isElsewhere = ({ multikey }: ReceiptKey): boolean => multikey === owner.receiptKey?.multikey
  const key = receiptKeys.find(isElsewhere) ?? newKey(owner, entry)
  // It may have been stolen, and this replica may not have been told.
  if (droppedKeys.has(key.multikey)) {
    throw foreign('it dropped the key that DPP_RECEIPT_KEY names. Make another one and name that')
  }
  const former = receiptKeys.filter((each) => each !== key)
  const { line } = await appendEntry(head, {
    document: documentOf(head.did, [key, ...(keepsFormer ? former.slice(0, 1) : [])]),
    parameters: {
      updateKeys: [signer.multikey],
      nextKeyHashes: [hashKey(newest.updateSigner(entry + 1).multikey)],
    },
    signer,
    versionTime: nextVersionTime(head, now),
  })
  return text + line
}

const SAME_SECRET =
  'Every replica needs the same WITNESS_PRIVATE_KEY; a secret that was replaced belongs into WITNESS_PREVIOUS_KEYS'

function newKey({ keys: [newest], receiptKey }: IdentityOwner, entry: number): ReceiptKey {
  return { entry, multikey: (receiptKey ?? newest.receiptSigner(entry)).multikey }
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
function listedKeys({ document }: Pick<LogHead, 'document'>): readonly ReceiptKey[] {
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
