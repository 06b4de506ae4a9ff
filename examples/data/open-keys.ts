// The keys of a data set, for the commands that need them; and how --seed becomes them.
import { sha256, toHex } from '@dpp/core'
import type { DataSet } from './data-set.ts'
import { type Keys, readKeyFile } from './key-file.ts'
import { type KeyProtection, passphraseOf } from './key-protection.ts'

/** The master seed that `--seed TEXT` stands for, in hex. Whoever knows the text has every key. */
export function masterSeedOf(text: string): string {
  return toHex(sha256(`dpp example: ${text}`))
}

/** Opens the key file; undefined where there is none. Refuses one that was made from another seed. */
export async function openKeysIfPresent(
  { folder, keyFile }: DataSet,
  protection: KeyProtection,
  seed: string | undefined,
): Promise<Keys | undefined> {
  const keys = await readKeyFile(keyFile, await passphraseOf(protection))
  if (keys !== undefined && seed !== undefined && keys.masterSeed !== masterSeedOf(seed))
    throw new Error(`${folder} was begun with another --seed`)
  return keys
}

/** Opens the key file of a data set whose identities are made. */
export async function openKeys(
  dataSet: DataSet,
  protection: KeyProtection,
  seed: string | undefined,
): Promise<Keys> {
  const keys = await openKeysIfPresent(dataSet, protection, seed)
  if (keys === undefined) throw new Error(`${dataSet.keyFile} is missing: run generate-identities`)
  return keys
}
