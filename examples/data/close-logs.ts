// Ends the logs of products that are no more: the owner takes the log back with its recovery key and closes it. What was said
// stays readable and verifiable; nothing can be added, by the service or by anybody.
import { createLocalSigner, fromHex } from '@dpp/core'
import { endLog, nextVersionTime, verifyLog } from '@dpp/webvh'
import type { Expectation } from './expectations.ts'
import { logKeyOf } from './generate.ts'
import { inParallel } from './in-parallel.ts'
import type { Keys } from './key-file.ts'
import type { Product } from './products.ts'
import type { ServiceClient } from './service-client.ts'

const LANES = 4

/** Closes the logs of products that are expected to be closed; one that is closed already is left alone. */
export async function closeLogs(
  service: ServiceClient,
  products: readonly Product[],
  expectations: readonly Expectation[],
  keys: Keys,
): Promise<void> {
  const closed = new Set(expectations.flatMap((each) => (each.closed ? [each.did] : [])))
  const ended = products.filter(({ did }) => closed.has(did))
  await inParallel(ended, LANES, async (product) => {
    const { control } = await service.get<{ control: string }>(`/dids/${product.scid}`)
    if (control !== 'closed') await close(service, product, keys)
  })
}

async function close(service: ServiceClient, product: Product, keys: Keys): Promise<void> {
  const { did, scid, digitalLink } = product
  const own = keys.products[digitalLink]
  if (own === undefined) throw new Error(`the key file has no keys of ${digitalLink}`)
  // The owner trusts its own reading of the log, not the service's word for its head.
  const response = await fetch(`${service.url}/${logKeyOf(product)}`)
  const { head, error } = verifyLog(await response.text(), { did })
  if (head === undefined || error !== undefined)
    throw new Error(`the published log of ${did} is ${error?.message ?? 'missing'}`)
  const recovery = createLocalSigner(fromHex(own.recovery))
  const entries = await endLog(head, {
    as: 'closed',
    signer: recovery,
    updateKey: recovery.multikey,
    versionTime: nextVersionTime(head, new Date()),
  })
  const log = entries.map(({ line }) => line).join('')
  await service.post(`/dids/${scid}/log`, { head: head.versionId, log })
}
