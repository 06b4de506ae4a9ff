// Refuses to start on a store that lets one write overwrite another: some services that speak S3 take conditions and
// ignore them, and two writers would then lose each other's log entries without a sign.
import type { Store } from '@dpp/anchor'
import { DppError, encodeUtf8, isDppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import { describeError, type Logger } from '../logger.ts'
import { CHECK_KEY, jsonMeta } from '../storage-keys.ts'
import { openStore, type StoreConfig } from './open-store.ts'

// The service starts within seconds, also while its store is down.
const QUICK = { attempts: 1, timeoutMs: 5_000 }

/** Opens the store of the configuration. @throws ERR_DPP_CONFIG_INVALID as `openStore` and `checkStore` do */
export async function openCheckedStore(config: StoreConfig, log: Logger): Promise<Store> {
  const isCloud = config.store !== undefined && config.store.kind !== 'file'
  if (isCloud) await checkStore(await openStore(config, QUICK), log)
  return await openStore(config)
}

/**
 * Writes a small object of its own and tries what must not work. A store that does not answer is no reason to refuse:
 * events are taken in all the same.
 *
 * @throws ERR_DPP_CONFIG_INVALID when the store refuses access or ignores conditions
 */
export async function checkStore(store: Store, log: Logger): Promise<void> {
  const body = encodeUtf8('{"type":"DppStoreCheck"}')
  const lost = (write: Promise<unknown>): Promise<boolean> =>
    write.then(
      () => false,
      (error: unknown) => {
        if (isCode(error, 'ERR_DPP_STORE_EXISTS') || isCode(error, 'ERR_DPP_STORE_CONFLICT'))
          return true
        throw error
      },
    )
  try {
    await lost(store.create(CHECK_KEY, body, jsonMeta)) // Won by the first start only.
    const isSafe =
      (await lost(store.create(CHECK_KEY, body, jsonMeta))) &&
      (await lost(store.replace(CHECK_KEY, body, NO_VERSION, jsonMeta)))
    if (!isSafe) throw invalid('the store of DPP_STORE ignores the conditions of writes')
    const current = await store.read(CHECK_KEY)
    if (current !== undefined) await lost(store.replace(CHECK_KEY, body, current.token, jsonMeta))
  } catch (error) {
    if (isCode(error, 'ERR_DPP_STORE_REFUSED')) {
      throw invalid(`the store of DPP_STORE refuses access: ${describeError(error)}`)
    }
    if (!isCode(error, 'ERR_DPP_STORE_UNAVAILABLE')) throw error
    log.warn(
      { event: 'store.unreachable', error: describeError(error) },
      'the store does not answer: nothing is published',
    )
  }
}

const NO_VERSION = '"0"'

function isCode(error: unknown, code: string): boolean {
  return isDppError(error) && error.code === code
}

function invalid(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONFIG_INVALID', message)
}
