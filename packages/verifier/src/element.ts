// Entry `./element`: the custom element `<dpp-verdict did="…" rpc="…">`. It shows the checks as they run, then the
// verdict with its reasons. Nothing is defined by importing this: call `defineVerdictElement`.
import type { Origins } from '@dpp/webvh'
import { createJsonRpcReader } from './chain/json-rpc-reader.ts'
import { parsePolicy, type TrustPolicy } from './policy.ts'
import { createWebSource } from './sources/web-source.ts'
import { explainFinding } from './verdict/reasons.ts'
import { english, type Language, summarize } from './verdict/summarize.ts'
import { type Check, checkNames, type Verdict } from './verdict/verdict.ts'
import { verifyProduct } from './verify-product.ts'

export type VerdictElementOptions = {
  /** The name of the tag. */
  readonly name?: string
  /** Whom to believe; by default the published registries. */
  readonly policy?: TrustPolicy
  /** Where public hosts really answer. */
  readonly origins?: Origins
  readonly fetch?: typeof globalThis.fetch
  /** Languages beside English, by the value of `lang`: `{ de: german }`. */
  readonly languages?: Readonly<Record<string, Language>>
}

/**
 * Defines the element. Attributes: `did`; `rpc`, one or more endpoints between spaces; `chain` (CAIP-2), by default the
 * policy's first; `lang`, one of the given languages (`de-CH` falls back to `de`), else English. A change of one verifies again.
 *
 * It fires `dpp-verdict` with the verdict as `detail`, is a live region for screen readers, and is themed
 * from outside through `::part(title | check | reason | detail)` and the `status` attribute that it sets.
 */
export function defineVerdictElement(options: VerdictElementOptions = {}): void {
  const { name = 'dpp-verdict', policy = parsePolicy({}), origins = {}, languages = {} } = options
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  customElements.define(
    name,
    // The platform wants a class here; all it holds is the running verification.
    class extends HTMLElement {
      static readonly observedAttributes: readonly string[] = ['did', 'rpc', 'chain', 'lang']
      #running: AbortController | undefined

      connectedCallback(): void {
        this.#start()
      }

      disconnectedCallback(): void {
        this.#running?.abort()
      }

      attributeChangedCallback(): void {
        if (this.isConnected) this.#start()
      }

      #start(): void {
        this.#running?.abort()
        this.removeAttribute('status') // What was said of another product, or by other nodes, is not said of this one.
        const running = new AbortController()
        this.#running = running
        const asked = this.getAttribute('lang') ?? ''
        const lang = [asked, asked.split('-')[0] ?? ''].find((each) =>
          Object.hasOwn(languages, each),
        )
        const view = openView(this, lang === undefined ? english : languages[lang])
        const chain = this.getAttribute('chain') ?? policy.chains[0]?.id ?? ''
        const urls = (this.getAttribute('rpc') ?? '').split(/\s+/).filter((url) => url !== '')
        verifyProduct(this.getAttribute('did') ?? '', {
          policy,
          sources: [createWebSource({ fetch, origins })],
          readers: urls.length === 0 ? [] : [createJsonRpcReader({ chain, urls, fetch })],
          signal: running.signal,
          onStep: (step) => {
            if (!running.signal.aborted)
              view.showCheck(step.check, step.state === 'done' ? step.result : undefined)
          },
        })
          .then((verdict) => {
            if (running.signal.aborted) return // A newer verification has the element.
            view.showVerdict(verdict)
            this.setAttribute('status', verdict.status)
            this.dispatchEvent(new CustomEvent('dpp-verdict', { detail: verdict, bubbles: true }))
          })
          .catch(reportError)
      }
    },
  )
}

type View = {
  showCheck(check: string, result: Check | undefined): void
  showVerdict(verdict: Verdict): void
}

const marks = { passed: '✓', pending: '…', indeterminate: '?', invalid: '✗', skipped: '–' } as const

const style = `
  :host { display: block; font: inherit; line-height: 1.4 }
  [part=title] { font-weight: 600; margin: 0 }
  ul { list-style: none; margin: .4em 0; padding: 0 }
  [part~=running] { opacity: .6 }
  p { margin: .2em 0; overflow-wrap: anywhere }`

/** Everything that comes from evidence is set as text, never as HTML. */
function openView(host: HTMLElement, language: Language = english): View {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const { reasons } = language
  const sheet = element('style', '', style)
  const title = element('p', 'title', '…')
  const why = element('p', 'reason')
  // Polite live regions: the result is read out once, and never without its reason.
  for (const said of [title, why]) said.setAttribute('role', 'status')
  const list = element('ul', 'checks')
  const items = new Map(
    checkNames.map((check) => [check as string, element('li', 'check', `… ${check}`)]),
  )
  list.append(...items.values())
  const details = element('div', 'details')
  root.replaceChildren(sheet, title, list, why, details)
  return {
    showCheck(check, result) {
      const item = items.get(check)
      if (item === undefined) return
      item.setAttribute('part', result === undefined ? 'check running' : `check ${result.status}`)
      if (result === undefined) return
      item.textContent = `${marks[result.status]} ${check}: ${explainFinding(result, reasons)}`
    },
    showVerdict(verdict) {
      const { title: words, reason, details: sentences } = summarize(verdict, language)
      title.textContent = words
      why.textContent = reason
      details.replaceChildren(...sentences.map((sentence) => element('p', 'detail', sentence)))
    },
  }
}

function element(name: string, part: string, text = ''): HTMLElement {
  const made = document.createElement(name)
  if (part !== '') made.setAttribute('part', part)
  made.textContent = text
  return made
}
