// Development keys: made on the first run when none is configured, kept in the data folder, readable by its owner only.
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DppError, fromHex, generateSeed, isJsonObject, parseStrict, toHex } from '@dpp/core'
import type { Config } from './config.ts'
import type { ServerErrorCode } from './errors.ts'
import type { Logger } from './logger.ts'

export type ServiceKeys = {
  readonly witnessPrivateKey: Uint8Array
  readonly relayerPrivateKey: Uint8Array
}

const FILE = 'development-keys.json'
const OWNER_ONLY = 0o600

/**
 * The configured keys; development keys in the place of those that are not.
 *
 * @throws ERR_DPP_CONFIG_INVALID when the file of development keys is there and unreadable: new ones in its place would
 * lose every log that was begun with them.
 */
export async function loadKeys(config: Config, log: Logger): Promise<ServiceKeys> {
  const { witnessPrivateKey, relayerPrivateKey, dataDir } = config
  if (witnessPrivateKey !== undefined && relayerPrivateKey !== undefined) {
    return { witnessPrivateKey, relayerPrivateKey }
  }
  const path = join(dataDir, FILE)
  const made = await readKeys(path).catch((error: unknown) =>
    ifMissing(error, () => makeKeys(path)),
  )
  const names = [
    ...(witnessPrivateKey === undefined ? ['WITNESS_PRIVATE_KEY'] : []),
    ...(relayerPrivateKey === undefined ? ['RELAYER_PRIVATE_KEY'] : []),
  ]
  log.warn(
    { event: 'keys.development', missing: names, file: path },
    'DEVELOPMENT KEYS are in use: never in production',
  )
  return {
    witnessPrivateKey: witnessPrivateKey ?? made.witnessPrivateKey,
    relayerPrivateKey: relayerPrivateKey ?? made.relayerPrivateKey,
  }
}

async function readKeys(path: string): Promise<ServiceKeys> {
  const text = await readFile(path)
  await chmod(path, OWNER_ONLY)
  try {
    const value = parseStrict(text)
    const { witnessPrivateKey, relayerPrivateKey } = isJsonObject(value) ? value : {}
    return {
      witnessPrivateKey: fromHex(String(witnessPrivateKey)),
      relayerPrivateKey: fromHex(String(relayerPrivateKey)),
    }
  } catch {
    // Without the cause: it could quote the file.
    throw new DppError<ServerErrorCode>(
      'ERR_DPP_CONFIG_INVALID',
      `${path} holds no development keys`,
    )
  }
}

async function makeKeys(path: string): Promise<ServiceKeys> {
  const keys = { witnessPrivateKey: generateSeed(), relayerPrivateKey: generateSeed() }
  const text = JSON.stringify({
    witnessPrivateKey: toHex(keys.witnessPrivateKey),
    relayerPrivateKey: toHex(keys.relayerPrivateKey),
  })
  await writeFile(path, `${text}\n`, { mode: OWNER_ONLY, flag: 'wx', flush: true })
  return keys
}

async function ifMissing<Result>(error: unknown, make: () => Promise<Result>): Promise<Result> {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return await make()
  throw error
}
