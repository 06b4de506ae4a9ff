// The master secrets of the update keys as the configuration has them: plain, or wrapped and unwrapped here.
import type { ServiceKey } from '@dpp/anchor/keys'
import type { Config } from '../config.ts'
import { useServiceKey } from './open-service-key.ts'
import { unwrapSecret } from './wrapped-secret.ts'

export type MasterSecrets = {
  /** Undefined: none is configured. */
  readonly current: Uint8Array | undefined
  /** Those before it, newest first. */
  readonly previous: readonly Uint8Array[]
}

export type MasterSecretsConfig = Pick<
  Config,
  | 'witnessPrivateKey'
  | 'witnessPreviousKeys'
  | 'witnessKeyWrapped'
  | 'witnessPreviousKeysWrapped'
  | 'wrappingKey'
  | 'pkcs11Pin'
>

/** @throws ERR_DPP_CONFIG_INVALID and the ERR_DPP_KEY_ codes, the message beginning with the variable */
export async function readMasterSecrets(config: MasterSecretsConfig): Promise<MasterSecrets> {
  const { witnessPrivateKey, witnessPreviousKeys, wrappingKey: place, pkcs11Pin: pin } = config
  const { witnessKeyWrapped, witnessPreviousKeysWrapped } = config
  const wrapped = [...(witnessKeyWrapped ? [witnessKeyWrapped] : []), ...witnessPreviousKeysWrapped]
  if (place === undefined || wrapped.length === 0) {
    return { current: witnessPrivateKey, previous: witnessPreviousKeys }
  }
  // The key is needed at the start only: it is closed again.
  async function unwrapAll(key: ServiceKey): Promise<readonly Uint8Array[]> {
    try {
      const wrapping = await key.openWrapping()
      const secrets: Uint8Array[] = []
      for (const each of wrapped) secrets.push(await unwrapSecret(wrapping, each))
      return secrets
    } finally {
      await key.close()
    }
  }
  const unwrapped = await useServiceKey({ variable: 'DPP_WRAPPING_KEY', place, pin }, unwrapAll)
  const count = witnessKeyWrapped ? 1 : 0
  return {
    current: witnessPrivateKey ?? unwrapped.slice(0, count)[0],
    previous: [...unwrapped.slice(count), ...witnessPreviousKeys],
  }
}
