// Follows what happens at the service by its feed of server-sent events, which sends a state now and whenever it changes. Where
// the feed is refused (an old service, too many streams, a proxy) the page looks every now and then, and tries the feed again.

const tickMs = 500
const pollMs = 2_000
const tryAgainMs = 30_000
// What the feed does not tell: products that were registered, and how old that which waits has become.
const slowLookMs = 15_000

/** Calls `changed` whenever something happened, while somebody looks at the page and until the signal fires. */
export function followFeed(url: string, changed: () => void, signal: AbortSignal): void {
  let feed: EventSource | undefined
  let openedAt = 0
  let lookedAt = performance.now()

  function look(): void {
    lookedAt = performance.now()
    changed()
  }

  function close(): void {
    feed?.close()
    feed = undefined
  }

  function open(): void {
    close()
    openedAt = performance.now()
    feed = new EventSource(url)
    feed.onmessage = look
  }

  // A browser connects again by itself, but never to a feed that was refused.
  function tick(): void {
    if (document.visibilityState !== 'visible') return
    const now = performance.now()
    if (feed?.readyState === EventSource.CLOSED && now - openedAt >= tryAgainMs) open()
    const everyMs = feed?.readyState === EventSource.OPEN ? slowLookMs : pollMs
    if (now - lookedAt >= everyMs) look()
  }

  // Pages in the background hold no stream: a browser has six connections for all pages of a site.
  function onVisibility(): void {
    if (document.visibilityState === 'visible') open()
    else close()
  }

  const timer = setInterval(tick, tickMs)
  document.addEventListener('visibilitychange', onVisibility, { signal })
  signal.addEventListener('abort', () => {
    clearInterval(timer)
    close()
  })
  onVisibility()
}
