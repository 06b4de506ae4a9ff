// The overview: what there is, what it cost, and what still waits for the chain.
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { Icon } from '../icon.tsx'
import type { Site } from '../product/product-page.tsx'
import { navigate, productPath } from '../route.ts'
import type { Backlog } from '../service-api.ts'
import { formatAge, formatCount } from '../words.ts'
import { ActivityChart } from './activity-chart.tsx'
import { BatchList } from './batch-list.tsx'
import { ProductList } from './product-list.tsx'
import { ScanButton } from './scan-button.tsx'
import { useCosts, useOverview } from './use-overview.ts'

export function OverviewPage({ site }: { readonly site: Site }): ReactNode {
  const { config, api } = site
  const { products, complete, batches, backlog, problem } = useOverview(api)
  const costs = useCosts(batches, api, config)
  useEffect(() => {
    document.title = 'Product passports'
  }, [])
  const list = batches ?? []
  const counted = list.filter(({ id }) => costs.has(id))
  const gas = counted.reduce((sum, { id }) => sum + (costs.get(id)?.gasUsed ?? 0n), 0n)
  const events = list.reduce((sum, batch) => sum + batch.events, 0)
  const paid = counted.reduce((sum, batch) => sum + batch.events, 0)
  return (
    <>
      <header className="hero">
        <h1>Product histories that nobody can rewrite unseen</h1>
        <p>
          Open a passport. Your browser reads the files, checks every signature and asks the chain
          itself.
        </p>
        <OpenProduct />
      </header>
      {problem === undefined ? null : (
        <p className="banner" role="alert">
          {problem} Passports can still be checked: the service is not needed for it.
        </p>
      )}
      <dl className="tiles">
        <Tile name="Products" value={complete ? formatCount(products.length) : '…'} />
        <Tile name="Events" value={batches === undefined ? '…' : formatCount(events)} />
        <Tile name="Batches" value={batches === undefined ? '…' : formatCount(list.length)} />
        <Tile
          name="Gas per event"
          value={paid === 0 ? '–' : formatCount(Math.round(Number(gas) / paid))}
        />
        <Tile
          name="Oldest unanchored"
          value={
            backlog === undefined
              ? '–'
              : isWaiting(backlog)
                ? formatAge(backlog.oldestSeconds)
                : 'none'
          }
          alarm={backlog !== undefined && isWaiting(backlog)}
        />
      </dl>
      <div className="overview-grid">
        <ProductList products={products} complete={complete} config={config} />
        <div className="column">
          <ActivityChart batches={list} />
          {config.demo ? <RunBatch site={site} /> : null}
          <BatchList batches={list} costs={costs} />
        </div>
      </div>
    </>
  )
}

function OpenProduct(): ReactNode {
  const [id, setId] = useState('')
  const open = (event: FormEvent): void => {
    event.preventDefault()
    if (id.trim() !== '') navigate(productPath(id.trim()))
  }
  return (
    <form className="open" onSubmit={open}>
      <label htmlFor="open-id" className="hidden">
        DID or GS1 Digital Link
      </label>
      <input
        id="open-id"
        type="text"
        value={id}
        placeholder="did:webvh:… or https://id.gs1.org/01/…"
        autoComplete="off"
        spellCheck={false}
        onChange={({ target }) => setId(target.value)}
      />
      <button type="submit" className="primary">
        <Icon name="search" size={17} /> Open
      </button>
      <ScanButton found={(text) => navigate(productPath(text))} />
    </form>
  )
}

function Tile({
  name,
  value,
  alarm = false,
}: {
  readonly name: string
  readonly value: string
  readonly alarm?: boolean
}): ReactNode {
  return (
    <div className="tile" data-alarm={alarm}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function isWaiting({ deliveries }: Backlog): boolean {
  return deliveries > 0
}

function RunBatch({ site }: { readonly site: Site }): ReactNode {
  const [note, setNote] = useState('')
  const run = (): void => {
    setNote('Started.')
    site.api.runBatch().catch((error: unknown) => setNote(String(error)))
  }
  return (
    <p className="run-batch">
      <button type="button" onClick={run}>
        <Icon name="play" size={15} /> Run a batch now
      </button>
      <span role="status" className="muted">
        {note}
      </span>
    </p>
  )
}
