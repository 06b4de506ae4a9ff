// What a product consists of, and what it is part of: the association events of its own log, in their order.
import { isJsonObject, type Json, type JsonObject } from '@dpp/core'
import type { Verdict } from '@dpp/verifier'
import type { EventContents } from '../verify-messages.ts'

/** Items by Digital Link, and the passports (DIDs) that the same events name. */
export type Composition = {
  /** The whole: the product itself, or what it is part of. */
  readonly root: string
  readonly parts: readonly string[]
  readonly dids: readonly string[]
}

/** Reads the composition as it is after the newest event that holds. */
export function compositionOf(
  item: string,
  { events }: Verdict,
  contents: EventContents,
): Composition {
  const parentOf = new Map<string, string>()
  const dids = new Set<string>()
  for (const { digest, status, standing, correctedBy } of events) {
    const content = contents.get(digest)
    const holds = status === 'anchored' || status === 'pending'
    if (content === undefined || !holds || standing === 'third-party' || correctedBy.length > 0)
      continue
    applyEvent(content, parentOf, dids)
  }
  const root = parentOf.get(item) ?? item
  const parts = [...parentOf].filter(([, parent]) => parent === root).map(([part]) => part)
  return { root, parts, dids: [...dids] }
}

function applyEvent(
  { credentialSubject }: JsonObject,
  parentOf: Map<string, string>,
  dids: Set<string>,
): void {
  if (!isJsonObject(credentialSubject)) return
  const { type, action, parentID, childEPCs } = credentialSubject
  if (type !== 'AssociationEvent' || typeof parentID !== 'string') return
  for (const part of textsOf(credentialSubject['dpp:replaced'])) parentOf.delete(part)
  for (const part of textsOf(childEPCs)) {
    if (action === 'DELETE') parentOf.delete(part)
    else parentOf.set(part, parentID)
  }
  for (const did of textsOf(credentialSubject['dpp:digitalProductPassportId'])) dids.add(did)
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
