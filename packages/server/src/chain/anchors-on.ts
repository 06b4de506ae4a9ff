// The anchor records of one registry on one chain. A root that was anchored elsewhere before keeps that record; its record here
// lies beside it, so that roots can be anchored again on a successor.
import type { AnchorJournal, AnchorRecord } from '@dpp/anchor/ethereum'

export type AnchorTarget = { readonly chain: string; readonly registry: string }

/** The part of `journal` that a writer to `target` works with. */
export function anchorsOn(journal: AnchorJournal, target: AnchorTarget): AnchorJournal {
  const prefix = `${target.chain}/${target.registry}/`
  const isHere = ({ chain, registry }: AnchorTarget): boolean =>
    chain === target.chain && registry === target.registry

  /** Whether a root's first record, under the root alone, is of another registry. */
  async function isElsewhere(root: string): Promise<boolean> {
    const first = await journal.load(root)
    return first !== undefined && !isHere(first)
  }
  return {
    async load(root) {
      const first = await journal.load(root)
      if (first === undefined || isHere(first)) return first
      const later = await journal.load(`${prefix}${root}`)
      return later && withRoot(later, root)
    },
    async save(record) {
      const key = (await isElsewhere(record.root)) ? `${prefix}${record.root}` : record.root
      await journal.save(withRoot(record, key))
    },
    async pending() {
      const records = (await journal.pending()).filter(isHere)
      return records.map((record) => withRoot(record, record.root.replace(prefix, '')))
    },
  }
}

function withRoot(record: AnchorRecord, root: string): AnchorRecord {
  return { ...record, root }
}
