// What `bench -- verifier` hands to the threads of `verifyProducts`: a folder of products and a chain in memory.
import { readFileSync } from 'node:fs'
import {
  type ChainSnapshot,
  createFolderSource,
  createMemoryReader,
  parsePolicy,
  type VerifyOptions,
} from '@dpp/verifier'

export type FolderJob = {
  /** Public host → folder. */
  readonly folders: Readonly<Record<string, string>>
  readonly chain: ChainSnapshot
  readonly now: Date
}

export function createOptions({ folders, chain, now }: FolderJob): VerifyOptions {
  const readFile = async (path: string): Promise<Uint8Array | undefined> => {
    try {
      return readFileSync(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    policy: parsePolicy({ chains: [{ id: chain.id, registry: chain.registry }] }),
    sources: [createFolderSource({ folders, readFile })],
    readers: [createMemoryReader(chain)],
    now,
  }
}
