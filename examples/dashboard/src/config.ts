// What the operator of the page sets: where public files and chains answer, and whom this page believes. It is served
// beside the page, by whoever serves the page: like the page itself, it is on the visitor's side of the check.
import { isJsonObject } from '@dpp/core'

export type ChainAccess = {
  /** CAIP-2. */
  readonly id: string
  readonly name: string
  readonly rpcUrls: readonly string[]
  /** A block explorer, such as `https://sepolia.etherscan.io`; nothing of a check depends on it. */
  readonly explorer?: string
}

export type DashboardConfig = {
  /** Base path of the batching service, for lists and for posting; a verdict never comes from it. */
  readonly service: string
  /** Where public hosts really answer, by host. */
  readonly origins: Readonly<Record<string, string>>
  readonly chains: readonly ChainAccess[]
  /** A trust policy (docs/spec/trust-policy.md). */
  readonly policy: unknown
  /** Names of product kinds, by GTIN of 14 digits. */
  readonly kinds: Readonly<Record<string, string>>
  /** Demo data: shows the tamper switch, and the button that runs a batch. */
  readonly demo: boolean
}

const configUrl = '/config.json'

/** Loads the configuration from beside the page. */
export async function fetchConfig(): Promise<DashboardConfig> {
  const response = await fetch(configUrl)
  const value: unknown = await response.json()
  if (!response.ok || !isJsonObject(value)) throw new Error(`${configUrl} could not be read`)
  return value as unknown as DashboardConfig // Ours, from our own origin.
}

/** The kind of product that a GTIN stands for, as the operator names it. */
export function kindOf(config: DashboardConfig, gtin: string | undefined): string | undefined {
  return gtin !== undefined && Object.hasOwn(config.kinds, gtin) ? config.kinds[gtin] : undefined
}

/** Whether the page is set up to read from the host of this URL. */
export function canReach(config: DashboardConfig, host: string): boolean {
  return Object.hasOwn(config.origins, host)
}
