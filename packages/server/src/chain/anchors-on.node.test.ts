import { type AnchorJournal, type AnchorRecord, createMemoryJournal } from '@dpp/anchor/ethereum'
import { beforeEach, describe, expect, it } from 'vitest'
import { anchorsOn } from './anchors-on.ts'

const ROOT = `0x${'ab'.repeat(32)}`
const old = { chain: 'eip155:1', registry: `0x${'11'.repeat(20)}` }
const successor = { chain: 'eip155:2', registry: `0x${'11'.repeat(20)}` }
const otherRegistry = { chain: 'eip155:2', registry: `0x${'22'.repeat(20)}` }

function record(target: typeof old, state: 'prepared' | 'sent' = 'sent'): AnchorRecord {
  return { root: ROOT, ...target, anchorer: '0x0', state, transactions: [] }
}

describe('anchorsOn', () => {
  let journal: AnchorJournal
  beforeEach(() => {
    journal = createMemoryJournal()
  })

  it('keeps a record for each registry of each chain, and shows only its own', async () => {
    const targets = [old, successor, otherRegistry]
    for (const target of targets) {
      const here = anchorsOn(journal, target)
      expect(await here.load(ROOT)).toBeUndefined()
      await here.save(record(target, 'prepared'))
      await here.save(record(target))
    }
    for (const target of targets) {
      const here = anchorsOn(journal, target)
      expect(await here.load(ROOT)).toEqual(record(target))
      expect(await here.pending()).toEqual([record(target)])
    }
    expect(await journal.load(ROOT)).toEqual(record(old)) // As before there was a successor.
    expect(await journal.pending()).toHaveLength(3)
  })
})
