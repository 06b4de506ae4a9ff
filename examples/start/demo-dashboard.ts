// The dashboard of the main job: its trust policy, and key files with which a visitor may sign as an organisation.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { privateKeyToAccount } from 'viem/accounts'
import type { DashboardConfig } from '../dashboard/src/config.ts'
import { type DashboardSite, startDashboard } from './dashboard-site.ts'
import type { LocalChain } from './local-chain.ts'
import type { Organisation } from './organisations.ts'
import type { Service } from './service.ts'
import { gtins, type Product } from './windows.ts'

export type DemoOptions = {
  readonly service: Service
  readonly chain: LocalChain
  readonly origins: Readonly<Record<string, string>>
  readonly speakers: readonly { readonly issuer: string; readonly eventTypes: readonly string[] }[]
  readonly products: readonly Product[]
  readonly organisations: readonly Organisation[]
  /** Where the key files go. */
  readonly keyFolder: string
}

export async function startDemoDashboard(options: DemoOptions): Promise<DashboardSite> {
  await writeKeyFiles(options)
  const { service, products } = options
  return startDashboard({
    config: demoConfig(options),
    serviceUrl: service.url,
    products: () => products,
  })
}

function demoConfig({ chain, origins, speakers }: DemoOptions): Omit<DashboardConfig, 'service'> {
  const id = `eip155:${chain.chainId}`
  const anchorer = privateKeyToAccount(chain.relayerKey).address.toLowerCase()
  return {
    origins,
    chains: [{ id, name: 'Local chain', rpcUrls: [chain.rpcUrl] }],
    policy: {
      chains: [{ id, registry: chain.registry.toLowerCase(), anchorers: [anchorer] }],
      issuers: speakers.map(({ issuer, eventTypes }) => ({ did: issuer, types: eventTypes })),
    },
    kinds: { [gtins.window]: 'Window', [gtins.pane]: 'Pane', [gtins.frame]: 'Frame' },
    demo: true,
  }
}

// RFC 8037 §2; `kid` says which verification method the key is.
async function writeKeyFiles({ organisations, keyFolder }: DemoOptions): Promise<void> {
  await mkdir(keyFolder, { recursive: true, mode: 0o700 })
  for (const { name, signer, seed, publicKey } of organisations) {
    const jwk = {
      kty: 'OKP',
      crv: 'Ed25519',
      kid: signer.verificationMethod,
      name,
      x: Buffer.from(publicKey).toString('base64url'),
      d: Buffer.from(seed).toString('base64url'),
    }
    const file = join(keyFolder, `${name.split(' ')[0]?.toLowerCase()}.jwk.json`)
    await writeFile(file, `${JSON.stringify(jwk, undefined, 2)}\n`, { mode: 0o600 })
  }
}
