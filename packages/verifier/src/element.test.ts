// The custom element needs a browser; the same file runs in Node, where it only imports it.
import { describe, expect, it } from 'vitest'
import { german } from './de.ts'
import { defineVerdictElement } from './element.ts'
import { CHAIN, createStandardWorld, REGISTRY } from './lies/evidence.suite.ts'
import { parsePolicy } from './policy.ts'
import type { Verdict } from './verdict/verdict.ts'

const isBrowser = typeof customElements !== 'undefined'

it('costs nothing to import where there is no browser', () => {
  expect(typeof defineVerdictElement).toBe('function')
})

if (isBrowser) describe('<dpp-verdict>', testElement)

function testElement(): void {
  it('shows the checks and the verdict, as text', async () => {
    const { world, product } = await createStandardWorld()
    const name = 'dpp-verdict-test'
    const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })
    const answer = async (input: unknown): Promise<Response> => {
      const body = world.files[String(input)]
      return new Response(body ?? 'none', { status: body === undefined ? 404 : 200 })
    }
    const languages = { de: german }
    defineVerdictElement({ name, policy, languages, fetch: answer as typeof fetch })
    const shown = document.createElement(name)
    const verdict = new Promise<Verdict>((resolve) => {
      shown.addEventListener('dpp-verdict', (event) =>
        resolve((event as CustomEvent<Verdict>).detail),
      )
    })
    shown.setAttribute('did', product.did)
    shown.setAttribute('lang', 'de-CH')
    document.body.append(shown)
    // No endpoint is given: the chain is not known, and nothing is claimed.
    expect((await verdict).status).toBe('indeterminate')
    expect(shown.getAttribute('status')).toBe('indeterminate')
    const text = shown.shadowRoot?.textContent ?? ''
    expect(text).toContain('❔ Unbekannt')
    expect(text).toContain('Das Protokoll ist bis Version 3 unversehrt.')
    const said = [...(shown.shadowRoot?.querySelectorAll('[role=status]') ?? [])]
    expect(said.map(({ textContent }) => textContent)).toEqual([
      '❔ Unbekannt',
      `Für die Kette ${CHAIN} ist kein Zugang angegeben.`,
    ])
    expect(text).not.toMatch(/No way to read/)
    expect(shown.shadowRoot?.querySelectorAll('li').length).toBe(4)
    shown.setAttribute('did', `${product.did}x`)
    expect(shown.hasAttribute('status'), 'while another product is checked').toBe(false)
    shown.remove()
  })

  it('never takes evidence for HTML', async () => {
    const name = 'dpp-verdict-html'
    const hostile = async (): Promise<Response> => new Response('<img src=x onerror=alert(1)>')
    defineVerdictElement({ name, fetch: hostile as typeof fetch })
    const shown = document.createElement(name)
    const done = new Promise((resolve) => shown.addEventListener('dpp-verdict', resolve))
    shown.setAttribute('did', '<img src=x>')
    document.body.append(shown)
    await done
    expect(shown.shadowRoot?.querySelector('img')).toBeNull()
  })
}
