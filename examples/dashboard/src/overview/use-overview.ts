// The overview's data: products and batches as the service lists them, read again whenever something happens.
import { useEffect, useState } from 'react'
import { type AnchorCost, fetchCost } from '../chain-receipts.ts'
import type { DashboardConfig } from '../config.ts'
import {
  type Backlog,
  type ListedBatch,
  type ListedProduct,
  refusalOf,
  type ServiceApi,
} from '../service-api.ts'

export type Overview = {
  readonly products: readonly ListedProduct[]
  /** Whether the list of products is whole. */
  readonly complete: boolean
  readonly batches: readonly ListedBatch[] | undefined
  readonly backlog: Backlog | undefined
  readonly problem: string | undefined
}

const productsEveryMs = 15_000
const costedBatches = 50

const nothing: Overview = {
  products: [],
  complete: false,
  batches: undefined,
  backlog: undefined,
  problem: undefined,
}

export function useOverview(api: ServiceApi): Overview {
  const [overview, setOverview] = useState(nothing)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const update = (change: Partial<Overview>): void => {
      if (!signal.aborted) setOverview((before) => ({ ...before, ...change }))
    }
    const readBatches = async (): Promise<void> =>
      update({
        batches: await api.batches(signal),
        backlog: await api.backlog(signal).catch(() => undefined),
        problem: undefined,
      })
    const readProducts = async (): Promise<void> =>
      update({ products: await api.products(signal), complete: true })
    let productsReadAt = 0
    const readAll = (): void => {
      readBatches().catch((error: unknown) => update({ problem: refusalOf(error) }))
      if (Date.now() - productsReadAt < productsEveryMs) return
      productsReadAt = Date.now()
      readProducts().catch(() => update({ complete: true }))
    }
    readAll()
    api.follow(readAll, signal)
    return () => controller.abort()
  }, [api])
  return overview
}

/** What each batch's anchor cost, by batch id: asked of the chain, once per batch. */
export function useCosts(
  batches: readonly ListedBatch[] | undefined,
  api: ServiceApi,
  config: DashboardConfig,
): ReadonlyMap<number, AnchorCost> {
  const [costs, setCosts] = useState<ReadonlyMap<number, AnchorCost>>(new Map())
  const wanted = (batches ?? [])
    .slice(0, costedBatches)
    .filter(({ id, root }) => root !== undefined && !costs.has(id))
    .map(({ id, state }) => `${id}:${state}`)
    .join(' ')
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const read = async (id: number): Promise<void> => {
      const anchor = await api.batchAnchor(id, signal)
      const chain = config.chains.find((each) => each.id === anchor?.chain)
      if (anchor?.transactionHash === undefined || chain === undefined) return
      const cost = await fetchCost(chain, anchor.transactionHash, signal)
      if (cost !== undefined && !signal.aborted) {
        setCosts((before) => new Map(before).set(id, cost))
      }
    }
    const ids = wanted.split(' ').filter((each) => each !== '')
    for (const each of ids) read(Number.parseInt(each, 10)).catch(() => undefined) // A figure less.
    return () => controller.abort()
  }, [wanted, api, config])
  return costs
}
