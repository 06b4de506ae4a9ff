// Windows, each with a pane and a frame: product DIDs under delegated control. The owner signs the genesis and commits
// to the service's next key and to a recovery key of its own, which it keeps.
import { createLocalSigner, digitalLink, generateSeed, toHex } from '@dpp/core'
import { createLog, createProductDocument, hashKey, PRODUCT_PATH } from '@dpp/webvh'
import type { Organisation } from './organisations.ts'
import type { Service } from './service.ts'

export type Product = {
  readonly did: string
  readonly name: string
  readonly digitalLink: string
  readonly controller: Organisation
  readonly recoverySeed: string
}

export type Window = { readonly window: Product; readonly pane: Product; readonly frame: Product }

export type Makers = {
  readonly window: Organisation
  readonly pane: Organisation
  readonly frame: Organisation
}

// GS1's demonstration range, with right check digits.
export const gtins = {
  window: '09521234500018',
  pane: '09521234500025',
  frame: '09521234500032',
} as const

/** Creates the products of `count` windows and registers them with the service. */
export async function createWindows(
  service: Service,
  {
    count,
    host,
    makers,
  }: { readonly count: number; readonly host: string; readonly makers: Makers },
): Promise<Window[]> {
  const serials = Array.from({ length: count }, (_, index) => String(index + 1).padStart(6, '0'))
  const links = serials.flatMap((serial) => [
    digitalLink({ gtin: gtins.window, serial: `W26-${serial}` }),
    digitalLink({ gtin: gtins.pane, serial: `G26-${serial}` }),
    digitalLink({ gtin: gtins.frame, serial: `F26-${serial}` }),
  ])
  const { keys } = await service.post<{ keys: { alsoKnownAs: string; nextKeyHash: string }[] }>(
    '/dids/keys',
    {
      alsoKnownAs: links,
    },
  )
  const serviceKeyHashes = new Map(keys.map((key) => [key.alsoKnownAs, key.nextKeyHash]))

  async function create(
    name: string,
    link: string | undefined,
    controller: Organisation,
  ): Promise<Product> {
    const serviceKeyHash = serviceKeyHashes.get(link ?? '')
    if (link === undefined || serviceKeyHash === undefined)
      throw new Error(`no service key for ${link}`)
    const owner = createLocalSigner(generateSeed())
    const recoverySeed = generateSeed()
    const { did, line } = await createLog({
      domain: host,
      path: PRODUCT_PATH,
      document: createProductDocument({
        domain: host,
        digitalLink: link,
        controller: controller.did,
      }),
      parameters: {
        updateKeys: [owner.multikey],
        nextKeyHashes: [serviceKeyHash, hashKey(createLocalSigner(recoverySeed).multikey)],
        portable: true,
      },
      signer: owner,
      versionTime: new Date(),
    })
    await service.post('/dids', { log: line })
    return { did, name, digitalLink: link, controller, recoverySeed: toHex(recoverySeed) }
  }

  return Promise.all(
    serials.map(async (_, index) => ({
      window: await create(`window ${index + 1}`, links[3 * index], makers.window),
      pane: await create(`pane ${index + 1}`, links[3 * index + 1], makers.pane),
      frame: await create(`frame ${index + 1}`, links[3 * index + 2], makers.frame),
    })),
  )
}

/** The three products of every window, in one list. */
export function productsOf(windows: readonly Window[]): Product[] {
  return windows.flatMap(({ window, pane, frame }) => [window, pane, frame])
}
