// `dpp-server keys wrap`: the master secrets of the configuration, or a new one, wrapped by a key of a KMS, an HSM or a vault,
// as lines for the environment. No secret is printed.
import type { ServiceKey } from '@dpp/anchor/keys'
import { DppError, generateSeed } from '@dpp/core'
import type { Config } from '../config.ts'
import type { ServerErrorCode } from '../errors.ts'
import { parseKeyPlace } from '../keys/key-place.ts'
import { readMasterSecrets } from '../keys/master-secrets.ts'
import { useServiceKey } from '../keys/open-service-key.ts'
import { formatWrappedSecret, wrapSecret } from '../keys/wrapped-secret.ts'

export type WrapOptions = {
  /** The place of the key that wraps. Default: `DPP_WRAPPING_KEY`. Another one: the secrets go over to it. */
  readonly key?: string | undefined
  /** Makes a new master secret; the one in force becomes the first of those before it. */
  readonly new?: boolean | undefined
}

/**
 * Wraps every master secret and unwraps it once again, and gives the variables that then hold them.
 *
 * @throws ERR_DPP_CONFIG_INVALID where there is no secret to wrap or no key to wrap it with; the ERR_DPP_KEY_ codes
 */
export async function wrapSecrets(
  config: Config,
  { key: text, new: isNew = false }: WrapOptions,
): Promise<{ readonly [variable: string]: string }> {
  const named = text === undefined ? config.wrappingKey : parseKey(text)
  if (named === undefined) {
    throw invalid('name the key that wraps: DPP_WRAPPING_KEY, or --key PLACE')
  }
  const { current, previous } = await readMasterSecrets(config)
  if (current === undefined && !isNew) {
    throw invalid(
      'there is no secret to wrap: set WITNESS_PRIVATE_KEY, or make a new one with --new',
    )
  }
  const known = [...(current ? [current] : []), ...previous]
  const secrets = isNew ? [generateSeed(), ...known] : known
  async function wrapAll(key: ServiceKey): Promise<readonly string[]> {
    try {
      const wrapping = await key.openWrapping()
      const words: string[] = []
      for (const secret of secrets) {
        words.push(formatWrappedSecret(await wrapSecret(wrapping, secret)))
      }
      return words
    } finally {
      await key.close()
    }
  }
  const variable = text === undefined ? 'DPP_WRAPPING_KEY' : '--key'
  const [first = '', ...rest] = await useServiceKey(
    { variable, place: named, pin: config.pkcs11Pin },
    wrapAll,
  )
  return {
    ...(text === undefined ? {} : { DPP_WRAPPING_KEY: text }),
    DPP_WITNESS_KEY_WRAPPED: first,
    ...(rest.length === 0 ? {} : { DPP_WITNESS_PREVIOUS_KEYS_WRAPPED: rest.join(',') }),
  }
}

function parseKey(text: string): ReturnType<typeof parseKeyPlace> {
  try {
    return parseKeyPlace(text)
  } catch (error) {
    throw invalid(`--key ${error instanceof Error ? error.message : 'is invalid'}`)
  }
}

function invalid(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONFIG_INVALID', message)
}
