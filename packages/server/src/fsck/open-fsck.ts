// `dpp-server fsck`: opens what the configuration names, read by read, beside a running service if need be.
import { createRegistryReader } from '@dpp/anchor/ethereum'
import { type Config, publicDomain } from '../config.ts'
import { openExistingJournal } from '../journal/open-journal.ts'
import { openStore } from '../store/open-store.ts'
import { type FsckReport, fsck } from './fsck.ts'

/** Checks the data folder of `config`, and the chain where a registry is configured. */
export async function runFsck(config: Config): Promise<FsckReport> {
  const { rpcUrls, chainId, registry, finality } = config
  const journal = await openExistingJournal(config)
  try {
    return await fsck({
      domain: publicDomain(config),
      journal,
      store: await openStore(config),
      reader:
        registry === undefined
          ? undefined
          : createRegistryReader({ rpcUrls, chainId, registry, finality }),
      registry,
      now: () => new Date(),
    })
  } finally {
    await journal.close()
  }
}
