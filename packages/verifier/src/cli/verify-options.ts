// What the command line names, as options of a verification: policy, sources, readers.
import type { AnchorReader } from '@dpp/anchor'
import type { Json } from '@dpp/core'
import type { VerifyOptions } from '../context.ts'
import { parsePolicy, type TrustPolicy } from '../policy.ts'
import { createProvenReader } from '../proofs.ts'
import { createFolderSource } from '../sources/folder-source.ts'
import type { EvidenceSource } from '../sources/source.ts'
import { createWebSource } from '../sources/web-source.ts'
import type { Endpoint } from './endpoints.ts'

/** What decides about a verification; plain data, so that it can be handed to a thread. */
export type Settings = {
  readonly endpoints: readonly Endpoint[]
  readonly quorum: number | undefined
  /** Public host → base URL or folder. */
  readonly resolve: Readonly<Record<string, string>>
  readonly asOf: Date | undefined
  /** The content of the policy file. */
  readonly policy: Json | undefined
}

/** What reads from outside. */
export type Access = {
  readonly fetch: typeof globalThis.fetch
  /** Undefined where there is no such file. */
  readFile(path: string): Promise<Uint8Array | undefined>
}

/** @throws ERR_DPP_POLICY_INVALID, ERR_DPP_CHAIN_QUERY */
export async function createVerifyOptions(
  settings: Settings,
  access: Access,
): Promise<VerifyOptions> {
  const policy = readPolicy(settings)
  return {
    policy,
    sources: [sourceOf(settings, access)],
    readers: readersOf(settings, policy, access),
    ...(settings.asOf === undefined ? {} : { asOf: settings.asOf }),
  }
}

/** The policy of the file, or the published registries where no file was named; a file that holds `null` is a wrong one. */
export function readPolicy({ policy }: Pick<Settings, 'policy'>): TrustPolicy {
  return parsePolicy(policy === undefined ? {} : policy)
}

function sourceOf({ resolve }: Settings, { fetch, readFile }: Access): EvidenceSource {
  const isUrl = ([, target]: [string, string]): boolean => /^https?:\/\//.test(target)
  const pairs = Object.entries(resolve)
  const folders = Object.fromEntries(pairs.filter((pair) => !isUrl(pair)))
  const origins = Object.fromEntries(pairs.filter(isUrl))
  const web = createWebSource({ fetch: sayingWhy(fetch), origins })
  const local = createFolderSource({ folders, readFile })
  // A host that a folder stands for is never asked for over the network.
  return {
    read: (url, given) =>
      (Object.hasOwn(folders, new URL(url).host) ? local : web).read(url, given),
  }
}

/** Node's fetch says only in the cause's code that there is no such host, or that nobody listens there. */
function sayingWhy(fetch: Access['fetch']): Access['fetch'] {
  return (input, init) =>
    fetch(input, init).catch((error: unknown) => {
      const code = (error as { cause?: { code?: string } }).cause?.code
      throw code === undefined ? error : new TypeError(`no connection: ${code}`, { cause: error })
    })
}

/** One reader per chain that the endpoints serve. */
export function readersOf(
  { endpoints, quorum }: Settings,
  { chains }: TrustPolicy,
  { fetch }: Access,
): AnchorReader[] {
  return [...new Set(chains.map(({ id }) => id))].flatMap((chain) => {
    // An endpoint that is out may serve any chain: it counts against the quorum, not for it.
    const urls = endpoints
      .filter((each) => each.chain === chain || each.chain === undefined)
      .map(({ url }) => url)
    if (urls.length === 0) return []
    const own = chains.filter(({ id }) => id === chain)
    const codeHashes = own.flatMap(({ codeHash }) => codeHash ?? [])
    return createProvenReader({
      chain,
      urls,
      fetch,
      finality: own[0]?.finality ?? 'finalized',
      ...(quorum === undefined ? {} : { quorum }),
      ...(codeHashes.length === 0 ? {} : { codeHashes }),
    })
  })
}
