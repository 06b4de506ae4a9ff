// The evidence that every runtime judges: honest, and changed in ways that lead to each status. Made once a run.
import type { JsonObject } from '@dpp/core'
import {
  at,
  BASE,
  CHAIN,
  createStandardWorld,
  REGISTRY,
} from '../../packages/verifier/src/lies/evidence.suite.ts'

/** Plain JSON: it reaches each runtime as source text. */
export type Fixture = {
  readonly did: string
  readonly now: string
  readonly policy: JsonObject
  readonly chain: unknown
  readonly event: unknown
  /** Name → public URL → file; each is judged. */
  readonly cases: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export async function createFixture(): Promise<Fixture> {
  const { world, product, events } = await createStandardWorld()
  const folder = `${BASE}${product.scid}/`
  const log = String(world.files[`${folder}did.jsonl`])
  const { [`${folder}witness.json`]: _, ...withoutProofs } = world.files
  return {
    did: product.did,
    now: at(120).toISOString(),
    policy: { chains: [{ id: CHAIN, registry: REGISTRY }] },
    chain: world.chain,
    event: events[0],
    cases: {
      honest: world.files,
      'without proofs': withoutProofs,
      'without a log': {},
      'a changed log': {
        ...world.files,
        [`${folder}did.jsonl`]: log.replace('"controller"', '"kontroller"'),
      },
      'a log that is no JSON': { ...world.files, [`${folder}did.jsonl`]: '{"versionId": 1' },
      'a cut log': {
        ...world.files,
        [`${folder}did.jsonl`]: log.slice(0, log.lastIndexOf('\n', log.length - 2) + 1),
      },
    },
  }
}
