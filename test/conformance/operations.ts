// The operations of the conformance protocol. None has logic of its own: each calls the public function that it names.
import {
  buildTree,
  hashLeaf,
  inclusionPath,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '@dpp/anchor'
import {
  canonicalize,
  createLocalSigner,
  decodeMultibase,
  decodeMultikey,
  encodeUtf8,
  eventDigest,
  fromHex,
  type JsonObject,
  parseStrict,
  parseTime,
  publicKeyOfDidKey,
  toHex,
  verifyDocument,
  verifyEd25519,
} from '@dpp/core'
import {
  type ChainSnapshot,
  createMemoryReader,
  createMemorySource,
  parsePolicy,
  verifyProduct,
} from '@dpp/verifier'
import { appendEntry, createLog, didToUrl, resolveLog, verifyLog } from '@dpp/webvh'

/** A request is JSON from anywhere: what is missing or of the wrong type makes the called function fail, or ours. */
type Field =
  | 'op'
  | 'id'
  | 'publicKey'
  | 'message'
  | 'signature'
  | 'backend'
  | 'text'
  | 'document'
  | 'event'
  | 'leaves'
  | 'index'
  | 'leafData'
  | 'leafHash'
  | 'size'
  | 'path'
  | 'root'
  | 'size1'
  | 'size2'
  | 'root1'
  | 'root2'
  | 'did'
  | 'log'
  | 'witness'
  | 'now'
  | 'versionId'
  | 'versionTime'
  | 'versionNumber'
  | 'domain'
  | 'keySeed'
  | 'parameters'
  | 'files'
  | 'unreachable'
  | 'chain'
  | 'policy'
export type Request = { readonly [Name in Field]: never }
export type Operation = (request: Request) => object | Promise<object>

/** Request `op` → what answers it. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries<Operation>({
    'ed25519.verify': ({ publicKey, message, signature, backend }) => ({
      valid: verifyEd25519(fromHex(publicKey), fromHex(message), fromHex(signature), { backend }),
    }),
    'json.canonicalize': ({ text }) => ({
      canonical: toHex(encodeUtf8(canonicalize(parseStrict(fromHex(text))))),
    }),
    'multibase.decode': ({ text }) => ({ bytes: toHex(decodeMultibase(text)) }),
    'multikey.decode': ({ text }) => ({ bytes: toHex(decodeMultikey(text)) }),
    'dataintegrity.verify': ({ document, publicKey, backend }) => {
      const key = publicKey === undefined ? undefined : decodeMultikey(publicKey)
      const publicKeyOf = key === undefined ? publicKeyOfDidKey : () => key
      const result = verifyDocument(document, { publicKeyOf, backend })
      return result.verified
        ? { valid: true, verified: result.document }
        : { valid: false, reason: result.reason }
    },
    'event.digest': ({ event }) => ({ digest: eventDigest(event) }),
    'merkle.root': ({ leaves }) => ({ root: toHex(treeRoot(treeOf(leaves))) }),
    'merkle.prove': ({ leaves, index }) => ({
      path: inclusionPath(treeOf(leaves), index).map(toHex),
    }),
    'merkle.inclusion': ({ leafData, leafHash, index, size, path, root }) => ({
      valid: verifyInclusion({
        leafHash: leafData === undefined ? fromHex(leafHash) : hashLeaf(fromHex(leafData)),
        leafIndex: index,
        treeSize: size,
        path: hashes(path),
        root: fromHex(root),
      }),
    }),
    'merkle.consistency': ({ size1, size2, root1, root2, path }) => ({
      valid: verifyConsistency({
        size1,
        size2,
        root1: fromHex(root1),
        root2: fromHex(root2),
        path: hashes(path),
      }),
    }),
    'webvh.url': ({ did }) => ({ url: didToUrl(did) }),
    'webvh.resolve': ({ did, log, witness, now, versionId, versionTime, versionNumber }) =>
      resolveLog(did, log, {
        witnessFile: witness,
        now: timeOf(now),
        versionId,
        versionTime,
        versionNumber,
      }),
    'webvh.create': async ({ domain, path, keySeed, now, document, parameters }) => {
      const signer = createLocalSigner(fromHex(keySeed))
      const { did, line } = await createLog({
        domain,
        ...(path === undefined ? {} : { path }),
        ...(document === undefined ? {} : { document }),
        parameters: genesisParameters(signer.multikey, parameters),
        signer,
        versionTime: parseTime(now),
      })
      return { did, log: line }
    },
    'webvh.append': async ({ log, keySeed, now, document, parameters }) => {
      const { head, error } = verifyLog(log, { now: timeOf(now) })
      if (error !== undefined || head === undefined) throw error
      const signer = createLocalSigner(fromHex(keySeed))
      const versionTime = parseTime(now)
      const { line } = await appendEntry(head, { document, parameters, signer, versionTime })
      return { log: `${log}${line}` }
    },
    verify: ({ did, files, unreachable, chain, policy, now }) => {
      const { id, registry }: ChainSnapshot = chain
      return verifyProduct(did, {
        policy: parsePolicy(policy ?? { chains: [{ id, registry }], allowDidKey: true }),
        sources: [createMemorySource(files, { unreachable: unreachable ?? [] })],
        readers: [createMemoryReader(chain)],
        now: parseTime(now),
      })
    },
  }),
)

function treeOf(leaves: readonly string[]): ReturnType<typeof buildTree> {
  return buildTree(leaves.map((leaf) => hashLeaf(fromHex(leaf))))
}

function hashes(path: readonly string[]): Uint8Array[] {
  return path.map((hash) => fromHex(hash))
}

function timeOf(now: unknown): Date | undefined {
  return now === undefined ? undefined : parseTime(now)
}

function genesisParameters(updateKey: string, stated: JsonObject | undefined): JsonObject {
  return { updateKeys: [updateKey], ...stated }
}
