// Development keys: made on the first run when none is configured, kept in the data folder, readable by its owner only.
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DppError, fromHex, generateSeed, isJsonObject, parseStrict, toHex } from '@dpp/core'
import type { Config } from '../config.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { Logger } from '../logger.ts'

export type DevelopmentKeys = {
  readonly witnessPrivateKey: Uint8Array
  readonly relayerPrivateKey: Uint8Array
}

const FILE = 'development-keys.json'
const OWNER_ONLY = 0o600

/**
 * The development keys of the data folder; `missing` are the variables in whose place they stand.
 *
 * @throws ERR_DPP_CONFIG_INVALID when their file is there and unreadable: new ones in its place would lose every log that
 * was begun with them.
 */
export async function loadDevelopmentKeys(
  { dataDir }: Pick<Config, 'dataDir'>,
  missing: readonly string[],
  log: Logger,
): Promise<DevelopmentKeys> {
  const file = join(dataDir, FILE)
  log.warn(
    { event: 'keys.development', missing, file },
    'DEVELOPMENT KEYS are in use: never in production',
  )
  return await readKeys(file).catch((error: unknown) => ifMissing(error, () => makeKeys(file)))
}

async function readKeys(path: string): Promise<DevelopmentKeys> {
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

async function makeKeys(path: string): Promise<DevelopmentKeys> {
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
