// All keys of the service, from wherever the configuration has them: plain, in a service that keeps keys, wrapped by one, or
// made on the first run.
import { createKeyAccount } from '@dpp/anchor/ethereum'
import type { ServiceKey } from '@dpp/anchor/keys'
import { invariant, toHex } from '@dpp/core'
import { type LocalAccount, privateKeyToAccount } from 'viem/accounts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { loadDevelopmentKeys } from './development-keys.ts'
import { readMasterSecrets } from './master-secrets.ts'
import { useServiceKey } from './open-service-key.ts'

export type ServiceKeys = {
  /** The master secret of the update keys. */
  readonly masterSecret: Uint8Array
  /** Master secrets before it, newest first. */
  readonly previousSecrets: readonly Uint8Array[]
  /** The Ethereum account that pays. */
  readonly relayer: LocalAccount
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
  const secrets = [masterSecret, ...previous]
  if (place !== undefined) {
    const remote = await useServiceKey({ variable: 'DPP_RELAYER_KEY', place, pin }, openRelayer)
    return { masterSecret, previousSecrets: previous, secrets, ...remote }
  }
  const local = relayerPrivateKey ?? made?.relayerPrivateKey
  invariant(local !== undefined, 'a relayer that is not configured was made')
  return {
    masterSecret,
    previousSecrets: previous,
    relayer: privateKeyToAccount(`0x${toHex(local)}`),
    secrets: [...secrets, local],
    close: async () => {},
  }
}

async function openRelayer(key: ServiceKey): Promise<Pick<ServiceKeys, 'relayer' | 'close'>> {
  try {
    return { relayer: await createKeyAccount(key), close: key.close }
  } catch (error) {
    await key.close()
    throw error
  }
}
