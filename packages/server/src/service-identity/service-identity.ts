// The service's own DID, which signs receipts: its log lies in the store at the domain's root, where every replica finds
// the same one. Written by conditional writes alone; who loses one reads what the other wrote.
import { type Store, updateObject } from '@dpp/anchor'
import { DppError, encodeUtf8, isDppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import { describeError, type Logger } from '../logger.ts'
import { logMeta, SERVICE_LOG_KEY } from '../storage-keys.ts'
import type { IdentityOwner } from './identity-keys.ts'
import {
  createIdentityLog,
  findHeldKey,
  type Identity,
  type IdentityLog,
  readIdentity,
  readIdentityLog,
  renewIdentityLog,
} from './identity-log.ts'

/** The service's own DID while the service runs. */
export type ServiceIdentity = {
  /**
   * The DID and the signer of receipts. Reads the log again after a minute, beside the work: another replica may have
   * brought in a new key.
   *
   * @throws ERR_DPP_SERVICE_DID_FOREIGN; ERR_DPP_STORE_… while the log could not be read even once
   */
  current(): Promise<Identity>
}

export type IdentityPlace = IdentityOwner & { readonly store: Store; readonly now: () => Date }

const REFRESH_MS = 60_000

/** Opens the service's DID at the first call of `current`, and creates it where there is none. */
export function createServiceIdentity(place: IdentityPlace, log: Logger): ServiceIdentity {
  let known: { readonly identity: Identity; readonly readAt: number } | undefined
  let underWay: Promise<Identity> | undefined

  async function read(): Promise<Identity> {
    const identity = await openIdentity(place)
    known = { identity, readAt: place.now().getTime() }
    return identity
  }
  // Requests at the same time share one reading.
  function refresh(): Promise<Identity> {
    underWay ??= read().finally(() => {
      underWay = undefined
    })
    return underWay
  }
  async function current(): Promise<Identity> {
    if (known === undefined) return await refresh()
    if (place.now().getTime() - known.readAt >= REFRESH_MS) refresh().catch(doubt)
    return known.identity
  }
  function doubt(error: unknown): void {
    log.warn(
      { event: 'service.did_unread', error: describeError(error) },
      "the log of the service's DID could not be read",
    )
    // What it lists now is not known: go on. That it lists no key of ours is known: sign no more.
    if (isForeign(error)) known = undefined
  }
  return { current }
}

/**
 * The service's DID as the store has it. Makes its log where there is none, and brings in the key that the configuration
 * wants where the log still has another: one of a secret before it, one that lies or lay elsewhere.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN, ERR_DPP_STORE_…
 */
export async function openIdentity(place: IdentityPlace): Promise<Identity> {
  return await writeIdentity(place, async (log) => {
    const held = findHeldKey(log, place)
    if (held?.isCurrent) return log.text
    return await renewIdentityLog(log, place, { now: place.now(), keepsFormer: true }).catch(
      (error: unknown) => {
        // A replica that does not have the newest secret yet: its key counts for as long as it is listed.
        if (isForeign(error) && held !== undefined) return log.text
        throw error
      },
    )
  })
}

/**
 * Brings in a new key for receipts. With `keepsFormer` the one before it stays listed, for replicas that run on; without,
 * it counts no more from this instant on: for a key that was stolen.
 *
 * @throws ERR_DPP_SERVICE_DID_FOREIGN, ERR_DPP_STORE_…; ERR_DPP_CONFIG_INVALID when the key lies elsewhere and is in force
 * already: a new one is made there first
 */
export async function rotateReceiptKey(
  place: IdentityPlace,
  keepsFormer: boolean,
): Promise<Identity> {
  let renewed: string | undefined
  return await writeIdentity(place, async (log) => {
    // A write of unknown outcome that was done after all.
    if (renewed !== undefined && log.text.startsWith(renewed)) return log.text
    assertBringsChange(log, place, keepsFormer)
    renewed = await renewIdentityLog(log, place, { now: place.now(), keepsFormer })
    return renewed
  })
}

// The service cannot make a key elsewhere: with the one in force it could only drop those beside it.
function assertBringsChange(
  { receiptKeys }: IdentityLog,
  { receiptKey }: IdentityPlace,
  keepsFormer: boolean,
): void {
  const isInForce = receiptKey !== undefined && receiptKeys[0]?.multikey === receiptKey.multikey
  if (!isInForce || (!keepsFormer && receiptKeys.length > 1)) return
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_CONFIG_INVALID',
    'the key that DPP_RECEIPT_KEY names signs receipts already: make another one there and name that',
  )
}

/** The service's DID as the store has it, unchanged; undefined where no service has made one. @throws as `openIdentity` */
export async function readPublishedIdentity(place: IdentityPlace): Promise<Identity | undefined> {
  const stored = await place.store.read(SERVICE_LOG_KEY)
  return stored === undefined ? undefined : readIdentity(stored.body, place, place.now())
}

async function writeIdentity(
  place: IdentityPlace,
  change: (log: IdentityLog) => Promise<string>,
): Promise<Identity> {
  const written = await updateObject(
    place.store,
    SERVICE_LOG_KEY,
    async (current) => {
      if (current === undefined) return encodeUtf8(await createIdentityLog(place, place.now()))
      return encodeUtf8(await change(readIdentityLog(current, place.domain, place.now())))
    },
    logMeta,
  )
  return readIdentity(written, place, place.now())
}

function isForeign(error: unknown): boolean {
  const code: ServerErrorCode = 'ERR_DPP_SERVICE_DID_FOREIGN'
  return isDppError(error) && error.code === code
}
