// The three products of a window (the window itself, its pane, its frame): which item each is, and its signed genesis under
// delegated control. The owner signs entry 1 and commits to the service's next key and to a recovery key of its own.
import { createLocalSigner, fromHex, toHex } from '@dpp/core'
import {
  createLog,
  createProductDocument,
  delegatedGenesisParameters,
  hashKey,
  PRODUCT_PATH,
} from '@dpp/webvh'
import { frameProfiles } from './frame-profile.ts'
import { glazings } from './glazing.ts'
import { demoItem } from './gs1-keys.ts'
import type { Keys } from './key-file.ts'
import type { OrganisationId } from './organisations.ts'
import { createRandom, deriveBytes } from './random.ts'
import { chooseDesign, modelWindow, type WindowModel } from './window-model.ts'

export type ProductKind = 'window' | 'pane' | 'frame'

/** A line of the product list. */
export type Product = {
  readonly kind: ProductKind
  /** The number of the window that it is, or is part of, from 0. */
  readonly window: number
  readonly digitalLink: string
  readonly did: string
  readonly scid: string
}

export type Item = Pick<Product, 'kind' | 'window' | 'digitalLink'>

export const makers: Readonly<Record<ProductKind, OrganisationId>> = {
  window: 'windowco',
  pane: 'glassco',
  frame: 'frameco',
}

/** The window with this number as it is built: the same for every command that asks. */
export function modelOf(masterSeed: Uint8Array, window: number): WindowModel {
  return modelWindow(chooseDesign(createRandom(masterSeed, `design:${window}`)))
}

/** The items of one window. A trade item (GTIN) is a profile system, a build-up, or a window of one profile system. */
export function itemsOf(masterSeed: Uint8Array, window: number): readonly Item[] {
  const { design } = modelOf(masterSeed, window)
  const profile = frameProfiles.indexOf(design.frame)
  const glazing = glazings.indexOf(design.glazing)
  return [
    { kind: 'window', window, digitalLink: demoItem(50_100 + profile, 'W', window + 1) },
    { kind: 'pane', window, digitalLink: demoItem(50_200 + glazing, 'G', window + 1) },
    { kind: 'frame', window, digitalLink: demoItem(50_300 + profile, 'F', window + 1) },
  ]
}

/** The seeds of a product's own keys, for the key file. */
export function productKeys(masterSeed: Uint8Array, item: Item): Keys['products'][string] {
  return {
    genesis: toHex(deriveBytes(masterSeed, `genesis:${item.digitalLink}`)),
    recovery: toHex(deriveBytes(masterSeed, `recovery:${item.digitalLink}`)),
  }
}

export type GenesisOptions = {
  readonly host: string
  readonly controller: string
  readonly keys: Keys
  /** The hash of the service's key for entry 2. */
  readonly serviceKeyHash: string
  readonly versionTime: Date
}

/** Creates a product's DID and the one line of its log. */
export async function createProduct(
  item: Item,
  { host, controller, keys, serviceKeyHash, versionTime }: GenesisOptions,
): Promise<{ readonly product: Product; readonly line: string }> {
  const own = keys.products[item.digitalLink]
  if (own === undefined) throw new Error(`the key file has no keys of ${item.digitalLink}`)
  const owner = createLocalSigner(fromHex(own.genesis))
  const recovery = hashKey(createLocalSigner(fromHex(own.recovery)).multikey)
  const { did, scid, line } = await createLog({
    domain: host,
    path: PRODUCT_PATH,
    document: createProductDocument({ domain: host, digitalLink: item.digitalLink, controller }),
    parameters: delegatedGenesisParameters(owner.multikey, { service: serviceKeyHash, recovery }),
    signer: owner,
    versionTime,
  })
  return { product: { ...item, did, scid }, line }
}
