// The table of lies: each row changes honest evidence in one way and says what a verdict must make of it. No lie is
// `anchored` for what the chain does not prove, no outage is `invalid`. The rows are in lies-of-….test.ts.
import { parseWitnessFile, type WitnessFile } from '@dpp/anchor'
import { canonicalize, eventDigest, type JsonObject } from '@dpp/core'
import { didToUrl } from '@dpp/webvh'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from '../chain/memory-reader.ts'
import { parsePolicy } from '../policy.ts'
import { createMemorySource } from '../sources/memory-source.ts'
import { decisiveCheck, type Verdict, type VerdictStatus } from '../verdict/verdict.ts'
import { verifyProduct } from '../verify-product.ts'
import {
  anchorBatch,
  appendEvents,
  at,
  BASE,
  CHAIN,
  createProduct,
  createStandardWorld,
  createTestEvent,
  publishEvent,
  publishLog,
  REGISTRY,
  rotateIssuer,
  type TestLog,
  type World,
} from './evidence.suite.ts'

export type Scene = Awaited<ReturnType<typeof createStandardWorld>> & {
  policy: Record<string, unknown>
  unreachable: string[]
  now: Date
}

export type Lie = {
  readonly name: string
  tell(scene: Scene): unknown
  readonly status: VerdictStatus
  /** Check and reason that decide; absent for a lie that changes nothing that counts. */
  readonly reason?: string
  readonly warning?: string
}

export async function createScene(): Promise<Scene> {
  return {
    ...(await createStandardWorld()),
    policy: { chains: [{ id: CHAIN, registry: REGISTRY }] },
    unreachable: [],
    now: at(120),
  }
}

export async function verdictOf({
  world,
  product,
  policy,
  unreachable,
  now,
}: Scene): Promise<Verdict> {
  return verifyProduct(product.did, {
    policy: parsePolicy(policy),
    sources: [createMemorySource(world.files, { unreachable })],
    readers: [createMemoryReader(world.chain)],
    now,
  })
}

export const logUrl = ({ product }: Scene): string => didToUrl(product.did)
export const witnessUrl = ({ product }: Scene): string => `${BASE}${product.scid}/witness.json`
export const eventUrl = ({ events }: Scene, index: number): string =>
  `${BASE}events/${eventDigest(events[index])}.json`
export const issuerUrl = ({ issuer }: Scene): string => didToUrl(issuer.did)

export function file(scene: Scene, url: string): string {
  const text = scene.world.files[url]
  if (text === undefined) throw new Error(`no file ${url}`)
  return text
}

export function editWitness(scene: Scene, edit: (file: WitnessFile) => unknown): void {
  const parsed = parseWitnessFile(file(scene, witnessUrl(scene)))
  scene.world.files[witnessUrl(scene)] = canonicalize(edit(parsed))
}

export type Anchors = { chain: string; registry: string; anchorer: string; batchId: string }

/** Changes the anchors of every proof. */
export function editAnchors(scene: Scene, change: Partial<Anchors>): void {
  editWitness(scene, (witness) => ({
    ...witness,
    proofs: witness.proofs.map((proof) => ({
      ...proof,
      anchors: proof.anchors.map((anchor) => ({ ...(anchor as object), ...change })),
    })),
  }))
}

export function editLine(scene: Scene, index: number, edit: (line: string) => string): void {
  const lines = file(scene, logUrl(scene)).split('\n')
  lines[index] = edit(lines[index] ?? '')
  scene.world.files[logUrl(scene)] = lines.join('\n')
}

export function remove(scene: Scene, url: string): void {
  scene.world.files = Object.fromEntries(
    Object.entries(scene.world.files).filter(([name]) => name !== url),
  )
}

export async function otherProduct(scene: Scene): Promise<TestLog> {
  const other = await createProduct(scene.issuer.did, 'W2')
  publishLog(scene.world, other)
  anchorBatch(scene.world, { minute: 95, products: [other] })
  return other
}

/** A third entry with an event signed by a key of that name; anchored in a batch of its own. */
export async function addEvent(
  scene: Scene,
  key: string,
  minute: number,
  anchored = true,
): Promise<void> {
  const { world, product, issuer } = scene
  const event = await createTestEvent({
    issuer: issuer.did,
    key,
    products: [product.did],
    minute: 71,
  })
  publishEvent(world, event)
  await appendEvents(product, 'W1', [event], minute)
  publishLog(world, product)
  if (anchored) anchorBatch(world, { minute: minute + 5, products: [product] })
}

export async function rotate(scene: Scene, minute: number, anchorMinute?: number): Promise<void> {
  await rotateIssuer(scene.issuer, 'windowco.example', 'windowco 2', minute)
  publishLog(scene.world, scene.issuer)
  scene.world.files[`${BASE}issuers/${scene.issuer.scid}/did.jsonl`] = scene.issuer.lines.join('')
  if (anchorMinute !== undefined) {
    anchorBatch(scene.world, { minute: anchorMinute, products: [], issuers: [scene.issuer] })
  }
}

/** Tells every lie to a verifier, each in a world of its own. */
export function testLies(title: string, lies: readonly Lie[]): void {
  describe(title, () => {
    it.each(lies.map((lie) => [lie.name, lie] as const))('%s', async (_, lie) => {
      const scene = await createScene()
      await lie.tell(scene)
      const verdict = await verdictOf(scene)
      const decisive = decisiveCheck(verdict)
      const because = lie.reason === undefined ? '' : ` ${decisive?.check} ${decisive?.reason}`
      const expected = `${lie.status}${lie.reason === undefined ? '' : ` ${lie.reason}`}`
      expect(`${verdict.status}${because}`, JSON.stringify(verdict.checks)).toBe(expected)
      const warnings = verdict.warnings.map(({ reason }) => reason)
      if (lie.warning !== undefined) expect(warnings).toContain(lie.warning)
      expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict)
    })
  })
}

export function write({ world }: Scene, url: string, text: string): void {
  world.files[url] = text
}

export function usePolicy(scene: Scene, policy: Record<string, unknown>): void {
  scene.policy = policy
}

export function setNow(scene: Scene, now: Date): void {
  scene.now = now
}

export function setChain<Name extends keyof World['chain']>(
  { world }: Scene,
  name: Name,
  value: World['chain'][Name],
): void {
  world.chain[name] = value
}

export function rollBack(scene: Scene): void {
  scene.world.files[logUrl(scene)] = scene.product.lines.slice(0, 2).join('')
  editWitness(scene, (witness) => ({ ...witness, proofs: witness.proofs.slice(0, 1) }))
}

export function editProof(
  scene: Scene,
  edit: { path(path: readonly string[]): readonly string[] },
): void {
  editWitness(scene, (witness) => ({
    ...witness,
    proofs: witness.proofs.map((proof) => ({ ...proof, path: edit.path(proof.path) })),
  }))
}

export function stripAnchors(scene: Scene, anchors: readonly JsonObject[]): void {
  editWitness(scene, (witness) => ({
    ...witness,
    proofs: witness.proofs.map((proof) => ({ ...proof, anchors })),
  }))
}

export function batchUrls({ world }: { world: World }): string[] {
  return Object.keys(world.files).filter((url) => url.includes('/batches/'))
}

export function dropBatches(scene: Scene): void {
  for (const url of batchUrls(scene)) remove(scene, url)
}

export async function addGiven(
  scene: Scene,
  event: Parameters<typeof publishEvent>[1],
  minute: number,
): Promise<void> {
  publishEvent(scene.world, event)
  await appendEvents(scene.product, 'W1', [event], minute)
  publishLog(scene.world, scene.product)
  anchorBatch(scene.world, { minute: minute + 5, products: [scene.product] })
}

/** Changes the anchors in the proofs, where no batch file knows better. */
export function moveAnchors(scene: Scene, change: Partial<Anchors>): void {
  editAnchors(scene, change)
  dropBatches(scene)
}
