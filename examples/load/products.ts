// The products of a load run: under delegated control, with one controller that is a did:key, so that a service needs to fetch
// nobody's log.
import { createLocalSigner, digitalLink, encodeDidKey, generateSeed } from '@dpp/core'
import {
  createLog,
  createProductDocument,
  delegatedGenesisParameters,
  hashKey,
  PRODUCT_PATH,
} from '@dpp/webvh'
import type { Organisation, RegisteredProduct } from '../../test/server-client.ts'
import { inParallel } from '../data/in-parallel.ts'
import type { ServiceClient } from '../data/service-client.ts'
import { serviceKeysFrom } from '../data/service-keys.ts'

const LANES = 8
const KEYS_PER_REQUEST = 1000

/** An issuer that is known by its key alone. */
export function createIssuer(): Organisation {
  const seed = generateSeed()
  const signer = createLocalSigner(seed)
  return { did: encodeDidKey(signer.publicKey), signer, seed }
}

/** Makes products and registers them. `run` stands in every serial number: two runs on one service share no product. */
export async function registerProducts(
  service: ServiceClient,
  options: {
    readonly domain: string
    readonly issuer: Organisation
    readonly run: string
    readonly count: number
  },
  onProgress: (done: number) => void,
): Promise<readonly RegisteredProduct[]> {
  const { domain, issuer, run, count } = options
  const items = Array.from({ length: count }, (_, i) =>
    digitalLink({ gtin: '09521234500018', serial: `${run}-${i}` }),
  )
  const keysFor = serviceKeysFrom(service)
  const hashes: string[] = []
  for (let at = 0; at < count; at += KEYS_PER_REQUEST) {
    hashes.push(...(await keysFor(items.slice(at, at + KEYS_PER_REQUEST))))
  }
  let done = 0
  return await inParallel(items, LANES, async (item, index) => {
    const owner = createLocalSigner(generateSeed())
    const recovery = createLocalSigner(generateSeed())
    const { did, scid, line } = await createLog({
      domain,
      path: PRODUCT_PATH,
      document: createProductDocument({ domain, digitalLink: item, controller: issuer.did }),
      parameters: delegatedGenesisParameters(owner.multikey, {
        service: hashes[index] ?? '',
        recovery: hashKey(recovery.multikey),
      }),
      signer: owner,
      versionTime: new Date(),
    })
    await service.post('/dids', { log: line })
    onProgress(++done)
    return { did, scid, item, recovery }
  })
}
