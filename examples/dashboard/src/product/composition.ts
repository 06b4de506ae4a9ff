// What a product consists of, and what it is part of: the association events of its own log, in their order.
import type { Verdict } from '@dpp/verifier'

/** Items by Digital Link, and the passports that the same events name. */
export type Composition = {
  /** The whole: the product itself, or what it is part of. */
  readonly root: string
  readonly parts: readonly string[]
  /** DID → digest of the newest event that joins or takes apart and names it. */
  readonly passports: ReadonlyMap<string, string>
}

/**
 * Reads the composition as it is after the newest event that holds. Claims by third parties and events that were
 * corrected later join nothing.
 */
export function compositionOf(item: string, { events }: Verdict): Composition {
  const parentOf = new Map<string, string>()
  const passports = new Map<string, string>()
  for (const event of events) {
    const { association, status, standing, correctedBy, digest } = event
    const holds = status === 'anchored' || status === 'pending'
    const isTrusted = standing !== null && standing !== 'third-party'
    if (association === null || !holds || !isTrusted || correctedBy.length > 0) continue
    const { action, parent, children } = association
    for (const child of children) {
      if (action === 'ADD') parentOf.set(child, parent)
      else parentOf.delete(child)
    }
    for (const did of event.products) passports.set(did, digest)
  }
  const root = parentOf.get(item) ?? item
  const parts = [...parentOf].filter(([, parent]) => parent === root).map(([part]) => part)
  return { root, parts, passports }
}
