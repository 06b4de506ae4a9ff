// From mined to final: the registry's storage at the final block decides, and a reorg takes the record back.
import { isJsonObject } from '@dpp/core'
import { formatQuantity, formatWord, readHash, readQuantity } from '../chain/chain-hex.ts'
import { decodeRecord, recordSlot, rootSlot } from '../chain/registry-storage.ts'
import type { AnchorLocation, AnchorRecord } from './journal.ts'
import { findOwnAnchor, sightTransactions } from './own-anchor.ts'
import { ask, readFinal, save, type WriterContext } from './writer-context.ts'

/** Checks that the anchor still stands, and whether its block is final by now. */
export async function confirm(
  context: WriterContext,
  record: AnchorRecord & { readonly state: 'mined' } & AnchorLocation,
): Promise<AnchorRecord> {
  const number = formatQuantity(BigInt(record.block.number))
  const block = await ask(context, 'eth_getBlockByNumber', [number, false])
  const stands = isJsonObject(block) && readHash(block['hash']) === record.block.hash
  if (!stands) return relocate(context, record)
  const final = await readFinal(context)
  if (final.number < BigInt(record.block.number)) return record
  const at = { blockHash: final.hash }
  const [root, entry] = await Promise.all(
    [rootSlot, recordSlot].map(async (slotOf) =>
      readQuantity(
        await ask(context, 'eth_getStorageAt', [
          context.registry,
          slotOf(BigInt(record.batchId)),
          at,
        ]),
      ),
    ),
  )
  const isOurs =
    formatWord(root ?? 0n) === record.root &&
    decodeRecord(entry ?? 0n).anchorer === context.anchorer
  return isOurs ? save(context, { ...record, state: 'final' }) : relocate(context, record)
}

/** After a reorg: in another block, perhaps under another id, or in none and to be sent again. */
async function relocate(
  context: WriterContext,
  record: AnchorRecord & { readonly state: 'mined' } & AnchorLocation,
): Promise<AnchorRecord> {
  const { batchId: _id, block: _block, transactionHash: _hash, state: _state, ...rest } = record
  const sighting = await sightTransactions(context, record)
  const location =
    sighting.status === 'anchored' ? sighting.location : await findOwnAnchor(context, record)
  if (location !== undefined) return save(context, { ...rest, state: 'mined', ...location })
  return save(context, { ...rest, state: record.nonce === undefined ? 'prepared' : 'sent' })
}
