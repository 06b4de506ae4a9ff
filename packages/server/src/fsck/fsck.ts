// Recomputes everything from the journal, the published files and the chain, and names what does not hold. It writes
// nothing, and trusts none of the three more than the others.
import {
  type AnchorReader,
  compareHashes,
  entryLeafHash,
  parseBatchFile,
  parseWitnessFile,
  type Store,
  verifyBatchFile,
} from '@dpp/anchor'
import { decodeUtf8, eventDigest, parseStrict } from '@dpp/core'
import { readEvents, verifyLog } from '@dpp/webvh'
import { anchorsOf } from '../batch/anchors.ts'
import { proofOf, rebuildTree } from '../batch/batch-tree.ts'
import { hasReached } from '../batch/context.ts'
import type { Batch, Leaf } from '../journal/batch-port.ts'
import type { Journal } from '../journal/port.ts'
import { describeError } from '../logger.ts'
import { readIdentityLog } from '../service-identity/identity-log.ts'
import {
  batchKey,
  eventKey,
  logKey,
  mirrorWitnessKey,
  SERVICE_LOG_KEY,
  witnessKey,
} from '../storage-keys.ts'

export type FsckContext = {
  /** `host` or `host:port` of the service's own DID. */
  readonly domain: string
  readonly journal: Journal
  readonly store: Store
  /** Absent: the chain is not looked at. */
  readonly reader: AnchorReader | undefined
  /** The registry that the reader looks in. */
  readonly registry: string | undefined
  readonly now: () => Date
}

export type Finding = { readonly subject: string; readonly problem: string }

export type FsckReport = {
  readonly products: number
  readonly events: number
  readonly batches: number
  readonly findings: readonly Finding[]
}

/**
 * Checks products, events, batches and the log of the service's own DID. Never throws for what it finds: a check that cannot be
 * made is a finding.
 */
export async function fsck(context: FsckContext): Promise<FsckReport> {
  const findings: Finding[] = []
  const counts = { products: 0, events: 0, batches: 0 }
  async function check(subject: string, work: () => Promise<readonly string[]>): Promise<void> {
    const problems = await work().catch((error: unknown) => [describeError(error)])
    findings.push(...problems.map((problem) => ({ subject, problem })))
  }
  for await (const scid of context.journal.products.list()) {
    counts.products += 1
    await check(`product ${scid}`, () => checkProduct(context, scid))
  }
  for await (const digest of context.journal.events.list()) {
    counts.events += 1
    await check(`event ${digest}`, () => checkEvent(context, digest))
  }
  for await (const batch of allBatches(context.journal)) {
    counts.batches += 1
    await check(`batch ${batch.id}`, () => checkBatch(context, batch))
    await check(`batch ${batch.id}`, () => checkAnchorRecord(context, batch))
  }
  await check("the service's own DID", () => checkIdentity(context, counts.events > 0))
  return { ...counts, findings }
}

// The published log is a beginning of the recorded one, which resolves and carries what the journal says it does.
async function checkProduct({ journal, store, now }: FsckContext, scid: string): Promise<string[]> {
  const problems: string[] = []
  const recorded = (await journal.products.lines(scid)).join('')
  const stored = await store.read(logKey(scid))
  if (stored === undefined) problems.push('its log is not published')
  else if (!recorded.startsWith(decodeUtf8(stored.body))) {
    problems.push('its published log is not a beginning of the record')
  }
  const product = await journal.products.find(scid)
  const report = verifyLog(recorded, { did: product?.did, now: now() })
  if (report.error !== undefined) return [...problems, describeError(report.error)]
  const carried = readEvents(report.versions) // Throws on a digest that is added twice, or a wrong count.
  const sealed = await journal.events.sealed(scid)
  if (sealed.size !== carried.length) {
    problems.push(`${sealed.size} events are sealed into it, it carries ${carried.length}`)
  }
  for (const { digest, versionId } of carried) {
    if (sealed.get(digest) !== versionId) problems.push(`${digest} is not sealed in ${versionId}`)
  }
  return problems
}

// The file of an event that was sealed by a published batch is there, and has its digest.
async function checkEvent({ journal, store }: FsckContext, digest: string): Promise<string[]> {
  if ((await journal.events.withheld(digest)) !== undefined) {
    return (await store.read(eventKey(digest))) === undefined
      ? []
      : ['its withheld content is published']
  }
  const deliveries = (await journal.events.deliveries(digest)) ?? []
  for (const { batch: id, state } of deliveries) {
    const batch =
      state === 'sealed' && id !== undefined ? await journal.batches.find(id) : undefined
    if (batch === undefined || !hasReached(batch, 'published')) continue
    const file = await store.read(eventKey(digest))
    if (file === undefined) return ['its file is not published']
    return eventDigest(parseStrict(file.body)) === digest ? [] : ['its file has another digest']
  }
  return []
}

// The recorded leaves give the recorded root; a settled batch has its files, and its root stands on the chain.
async function checkBatch(context: FsckContext, batch: Batch): Promise<string[]> {
  const { journal, store, reader, registry } = context
  if (!hasReached(batch, 'rooted') || batch.root === undefined) return []
  const tree = await rebuildTree(journal, batch)
  const problems = await checkLeaves(journal, tree.leaves)
  if (batch.state !== 'settled') return problems
  const file = await store.read(batchKey(batch.root))
  if (file === undefined) problems.push('its batch file is not published')
  else {
    const parsed = parseBatchFile(file.body)
    if (parsed.root !== batch.root || !verifyBatchFile(parsed))
      problems.push('its batch file is wrong')
  }
  for (const [index, leaf] of tree.leaves.entries()) {
    const key = leaf.kind === 'product' ? witnessKey(leaf.scid) : mirrorWitnessKey(leaf.scid)
    const witness = await store.read(key)
    const proofs = witness === undefined ? [] : parseWitnessFile(witness.body).proofs
    const expected = proofOf(tree, index)
    const has = proofs.some(
      ({ versionId, root, path }) =>
        versionId === leaf.versionId && root === batch.root && path.join() === expected.path.join(),
    )
    if (!has) problems.push(`the proof of ${leaf.versionId} is not in ${key}`)
  }
  if (reader !== undefined && registry !== undefined) {
    const found = await reader.findAnchor({ registry, root: batch.root })
    if (found === undefined) problems.push('its root is not on the chain')
  }
  return problems
}

// What was recorded of the anchor can be read, and says that it is final.
async function checkAnchorRecord({ journal }: FsckContext, batch: Batch): Promise<string[]> {
  if (batch.root === undefined || !hasReached(batch, 'final')) return []
  const anchors = await anchorsOf(journal.anchors, batch.root)
  return anchors.length > 0 ? [] : ['no final anchor of its root is recorded']
}

// The log that receipts are checked with is there once events were accepted, resolves, and lists a key for receipts.
async function checkIdentity(
  { store, domain, now }: FsckContext,
  hasReceipts: boolean,
): Promise<string[]> {
  const stored = await store.read(SERVICE_LOG_KEY)
  if (stored === undefined) {
    return hasReceipts ? ['its log is not published: no receipt can be checked'] : []
  }
  const { receiptKeys } = readIdentityLog(stored.body, domain, now())
  return receiptKeys.length > 0 ? [] : ['it lists no key for receipts']
}

// A leaf is the hash of the entry that it names, computed from the recorded line.
async function checkLeaves(journal: Journal, leaves: readonly Leaf[]): Promise<string[]> {
  const problems: string[] = []
  for (const { kind, scid, versionId, leafHash } of leaves) {
    if (kind === 'issuer') continue // The mirror has grown since, or was never ours to record.
    const line = (await journal.products.lines(scid))[Number(versionId.split('-')[0]) - 1]
    if (line === undefined || compareHashes(entryLeafHash(line), leafHash) !== 0) {
      problems.push(`its leaf ${versionId} is not the hash of that entry`)
    }
  }
  return problems
}

async function* allBatches(journal: Journal): AsyncGenerator<Batch> {
  let before: number | undefined
  for (;;) {
    const page = await journal.batches.list(100, before)
    yield* page
    before = page.at(-1)?.id
    if (page.length < 100) return
  }
}
