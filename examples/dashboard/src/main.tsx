// Starts the page: reads its configuration and draws it. A fault of the page itself is said in a sentence.
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { fetchConfig } from './config.ts'
import { createServiceApi } from './service-api.ts'

const place = document.getElementById('app')
if (place === null) throw new Error('the page has no place for the application')

fetchConfig().then(
  (config) => {
    const site = { config, api: createServiceApi(config.service) }
    createRoot(place, { onUncaughtError: () => sayBroken(place) }).render(<App site={site} />)
  },
  () => sayBroken(place),
)

function sayBroken(element: HTMLElement): void {
  const message = document.createElement('p')
  message.role = 'alert'
  message.className = 'broken'
  message.textContent =
    'This page could not be shown: a fault of the page, which says nothing about any product. Load it again.'
  element.replaceChildren(message)
}
