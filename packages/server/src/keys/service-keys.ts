// All keys of the service, from wherever the configuration has them: plain, in a service that keeps keys, wrapped by one, or
// made on the first run.
import { createKeyAccount } from '@dpp/anchor/ethereum'
import { createKeySigner, type ServiceKey } from '@dpp/anchor/keys'
import { invariant, type LocalSigner, toHex } from '@dpp/core'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { loadDevelopmentKeys } from './development-keys.ts'
import { readMasterSecrets } from './master-secrets.ts'
import { type NamedPlace, useServiceKey } from './open-service-key.ts'

export type ServiceKeys = {
  /** The master secret of the update keys. */
  readonly masterSecret: Uint8Array
  /** Master secrets before it, newest first. */
  readonly previousSecrets: readonly Uint8Array[]
  /** The Ethereum account that pays. */
  readonly relayer: LocalAccount
  /** Signs receipts, where its key lies elsewhere; else that follows from the master secret. */
  readonly receiptKey: LocalSigner | undefined
  /** What the log must never show. */
  readonly secrets: readonly Uint8Array[]
  /** Ends connections to the services that keep keys; safe to call twice. */
  close(): Promise<void>
}

/**
 * Opens every key once, so that a service without them does not start.
 *
 * @throws ERR_DPP_CONFIG_INVALID, ERR_DPP_KEY_UNAVAILABLE, ERR_DPP_KEY_REFUSED, ERR_DPP_KEY_UNSUITABLE and
 * ERR_DPP_KEY_WRAPPED, the message beginning with the variable
 */
export async function openServiceKeys(config: Config, log: Logger): Promise<ServiceKeys> {
  const { relayerKey: place, relayerPrivateKey, pkcs11Pin: pin } = config
  const { current, previous } = await readMasterSecrets(config)
  const missing = [
    ...(current === undefined ? ['WITNESS_PRIVATE_KEY'] : []),
    ...(place === undefined && relayerPrivateKey === undefined ? ['RELAYER_PRIVATE_KEY'] : []),
  ]
  const made = missing.length === 0 ? undefined : await loadDevelopmentKeys(config, missing, log)
  const masterSecret = current ?? made?.witnessPrivateKey
  invariant(masterSecret !== undefined, 'a secret that is not configured was made')
  const relayer =
    place === undefined
      ? openLocalRelayer(relayerPrivateKey ?? made?.relayerPrivateKey)
      : await openElsewhere({ variable: 'DPP_RELAYER_KEY', place, pin }, createKeyAccount)
  const receipts = await openReceiptKey(config).catch(async (error: unknown) => {
    await relayer.close()
    throw error
  })
  return {
    masterSecret,
    previousSecrets: previous,
    relayer: relayer.key,
    receiptKey: receipts?.key,
    secrets: [masterSecret, ...previous, ...relayer.secrets],
    close: async () => void (await Promise.all([relayer.close(), receipts?.close()])),
  }
}

/** A key that is ready, and what the log must never show of it. */
type Opened<Key> = {
  readonly key: Key
  readonly secrets: readonly Uint8Array[]
  close(): Promise<void>
}

function openLocalRelayer(privateKey: Uint8Array | undefined): Opened<LocalAccount> {
  invariant(privateKey !== undefined, 'a relayer that is not configured was made')
  const key = privateKeyToAccount(`0x${toHex(privateKey)}`)
  return { key, secrets: [privateKey], close: async () => {} }
}

async function openReceiptKey({
  receiptKey: place,
  pkcs11Pin: pin,
}: Config): Promise<Opened<LocalSigner> | undefined> {
  if (place === undefined) return undefined
  return await openElsewhere({ variable: 'DPP_RECEIPT_KEY', place, pin }, createKeySigner)
}

async function openElsewhere<Key>(
  named: NamedPlace,
  make: (key: ServiceKey) => Promise<Key>,
): Promise<Opened<Key>> {
  return await useServiceKey(named, async (handle) => {
    try {
      return { key: await make(handle), secrets: [], close: handle.close }
    } catch (error) {
      await handle.close()
      throw error
    }
  })
}
