// The page's frame: name, navigation, and the view of the current address.
import type { ReactNode } from 'react'
import { CheckPage } from './check/check-page.tsx'
import { ComposePage } from './compose/compose-page.tsx'
import { Link } from './link.tsx'
import { OverviewPage } from './overview/overview-page.tsx'
import { ProductPage, type Site } from './product/product-page.tsx'
import { type Route, useRoute } from './route.ts'
import { ThemeButton } from './theme-button.tsx'

export function App({ site }: { readonly site: Site }): ReactNode {
  const route = useRoute()
  return (
    <>
      <a href="#content" className="skip">
        Skip to the content
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="30" height="30" />
          <span className="brand-name">Product passports</span>
        </Link>
        <nav aria-label="Pages">
          <Link to="/" current={route.page === 'overview'}>
            Overview
          </Link>
          <Link to="/check" current={route.page === 'check'}>
            Check
          </Link>
          <Link to="/compose" current={route.page === 'compose'}>
            Sign
          </Link>
        </nav>
        <ThemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        <View route={route} site={site} />
      </main>
      <footer className="bottom">
        <p>
          Every verdict on this page is computed in your browser, from public files and the chain.
          {site.config.demo ? ' Demo data: products, companies and figures are invented.' : ''}
        </p>
      </footer>
    </>
  )
}

function View({ route, site }: { readonly route: Route; readonly site: Site }): ReactNode {
  switch (route.page) {
    case 'overview':
      return <OverviewPage site={site} />
    case 'product':
      return <ProductPage key={route.id} id={route.id} attack={route.attack} site={site} />
    case 'compose':
      return <ComposePage product={route.product} site={site} />
    case 'check':
      return <CheckPage site={site} />
    case 'not-found':
      return (
        <section className="card">
          <h1>There is no such page</h1>
          <Link to="/">To the overview</Link>
        </section>
      )
  }
}
