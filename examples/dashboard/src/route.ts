// The page's own addresses. A product's is its GS1 Digital Link path where it is known, else its DID: both can be
// printed, bookmarked and sent.
import { useSyncExternalStore } from 'react'

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'product'; readonly id: string; readonly attack: string | undefined }
  | { readonly page: 'compose'; readonly product: string | undefined }
  | { readonly page: 'check' }
  | { readonly page: 'not-found' }

/** Reads the address of the page. */
export function parseRoute(location: { pathname: string; search: string }): Route {
  const { pathname } = location
  const query = new URLSearchParams(location.search)
  if (pathname === '/') return { page: 'overview' }
  if (pathname === '/check') return { page: 'check' }
  if (pathname === '/compose') {
    return { page: 'compose', product: query.get('product') ?? undefined }
  }
  const attack = query.get('attack') ?? undefined
  if (pathname === '/product') return { page: 'product', id: query.get('id') ?? '', attack }
  if (pathname.startsWith('/01/')) {
    return { page: 'product', id: `https://id.gs1.org${pathname}`, attack }
  }
  return { page: 'not-found' }
}

/** The address of a product by DID or GS1 Digital Link. */
export function productPath(id: string, attack?: string): string {
  const query = new URLSearchParams({ id, ...(attack === undefined ? {} : { attack }) })
  return `/product?${query}`
}

/** Goes to another address without loading the page again. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
  if (replace) return
  scrollTo(0, 0)
  document.getElementById('content')?.focus() // A screen reader goes on there, not at a link that is gone.
}

/** The current route; the component draws again when it changes. */
export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, () => `${location.pathname}${location.search}`)
  return parseRoute(new URL(address, location.origin))
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed)
  return () => removeEventListener('popstate', changed)
}
