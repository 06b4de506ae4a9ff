// Every product the service lists, with search and a filter by kind: thousands stay quick, because few are drawn.
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react'
import { type DashboardConfig, kindOf } from '../config.ts'
import { gtinOf, serialOf } from '../event-story.ts'
import { Link } from '../link.tsx'
import { productPath } from '../route.ts'
import type { ListedProduct } from '../service-api.ts'
import { formatCount, plural, shorten } from '../words.ts'

const pageSize = 30

type Row = ListedProduct & {
  readonly kind: string
  readonly gtin: string | undefined
  readonly serial: string
  readonly searched: string
}

export function ProductList({
  products,
  complete,
  config,
}: {
  readonly products: readonly ListedProduct[]
  readonly complete: boolean
  readonly config: DashboardConfig
}): ReactNode {
  const [search, setSearch] = useState('')
  const [kind, setKind] = useState('')
  const [page, setPage] = useState(0)
  const rows = useMemo(() => products.map((product) => toRow(product, config)), [products, config])
  const wanted = useDeferredValue(search)
  const found = useMemo(() => findRows(rows, wanted, kind), [rows, wanted, kind])
  const kinds = useMemo(() => [...new Set(rows.map((row) => row.kind))].sort(), [rows])
  const pages = Math.max(1, Math.ceil(found.length / pageSize))
  const current = Math.min(page, pages - 1)
  return (
    <section className="card" aria-labelledby="products-title">
      <h2 id="products-title">
        Products{' '}
        <span className="count" role="status">
          {complete ? `${formatCount(found.length)} of ${formatCount(rows.length)}` : 'reading…'}
        </span>
      </h2>
      <div className="filters">
        <label>
          <span className="hidden">Search products</span>
          <input
            type="search"
            placeholder="Serial, GTIN, DID…"
            value={search}
            onChange={({ target }) => {
              setSearch(target.value)
              setPage(0)
            }}
          />
        </label>
        <label>
          <span className="hidden">Kind of product</span>
          <select
            value={kind}
            onChange={({ target }) => {
              setKind(target.value)
              setPage(0)
            }}
          >
            <option value="">All kinds</option>
            {kinds.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      </div>
      <div className="table-scroll">
        <table>
          <caption className="hidden">{plural(found.length, 'product')}</caption>
          <thead>
            <tr>
              <th scope="col">Product</th>
              <th scope="col">GTIN</th>
              <th scope="col" className="wide">
                Passport
              </th>
            </tr>
          </thead>
          <tbody>
            {found.slice(current * pageSize, (current + 1) * pageSize).map((row) => (
              <tr key={row.did}>
                <th scope="row">
                  <Link to={productPath(row.did)}>
                    {row.kind} {row.serial}
                  </Link>
                </th>
                <td>
                  <code>{row.gtin ?? '–'}</code>
                </td>
                <td className="wide">
                  <code title={row.did}>{shorten(row.did.split(':')[2] ?? row.did, 7)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {found.length === 0 && complete ? <p className="muted">Nothing found.</p> : null}
      {pages > 1 ? (
        <nav className="pager" aria-label="Pages of products">
          <button type="button" disabled={current === 0} onClick={() => setPage(current - 1)}>
            Previous
          </button>
          <span>
            Page {current + 1} of {pages}
          </span>
          <button
            type="button"
            disabled={current >= pages - 1}
            onClick={() => setPage(current + 1)}
          >
            Next
          </button>
        </nav>
      ) : null}
    </section>
  )
}

function toRow(product: ListedProduct, config: DashboardConfig): Row {
  const { did, item } = product
  const gtin = item === undefined ? undefined : gtinOf(item)
  const serial = item === undefined ? shorten(did.split(':')[2] ?? did, 5) : serialOf(item)
  const kind = kindOf(config, gtin) ?? 'Product'
  return { ...product, kind, gtin, serial, searched: `${kind} ${item ?? ''} ${did}`.toLowerCase() }
}

/** Rows that hold every word of the search. */
function findRows(rows: readonly Row[], search: string, kind: string): readonly Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0 && kind === '') return rows
  return rows.filter(
    (row) =>
      (kind === '' || row.kind === kind) && words.every((word) => row.searched.includes(word)),
  )
}
