// The dashboard in a real browser against the running stack, from the built page: what a person would read, do and see.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page, Request } from 'playwright-core'
import { keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attacks } from '../examples/dashboard/src/attacks.ts'
import {
  type Browser,
  hasBrowser,
  phone,
  read,
  readVerdict,
  type Stack,
  startBrowser,
  startLargeSite,
  startStack,
  type Visit,
} from './dashboard.suite.ts'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)
/** Page, scripts, settings, logs, proofs, events and questions to the chain, for a window with its parts. */
const MOST_REQUESTS = 50
const words = {
  anchored: 'Anchored',
  pending: 'Pending',
  indeterminate: 'Unknown',
  invalid: 'Invalid',
}

let stack: Stack
let browser: Browser
let visit: Visit
let page: Page

const productPath = (id: string): string => `/product?id=${encodeURIComponent(id)}`
const open = async (path: string): Promise<void> => {
  await page.goto(`${stack.url}${path}`)
}

describe.skipIf(!hasBrowser)('dashboard', () => {
  beforeAll(async () => {
    stack = await startStack()
    browser = await startBrowser()
    visit = await browser.visit()
    page = visit.page
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
  })

  describe('a product', () => {
    // How long that takes is `npm run bench -- dashboard`; here it is how much has to be fetched for it.
    it('is anchored after few requests, its steps, anchor and proofs in words', async () => {
      const asked: string[] = []
      const count = (request: Request): void => void asked.push(request.url())
      page.on('request', count)
      await open(productPath(stack.did))
      expect(await readVerdict(page)).toBe('Anchored')
      page.off('request', count)
      console.info(`requests until the first verdict: ${asked.length}`)
      expect(asked.length).toBeLessThan(MOST_REQUESTS)
      expect(await read(page.locator('h1'))).toBe('Window W26-000001')
      expect(await page.locator('.step-word').allInnerTexts()).toEqual(Array(4).fill('passed'))
      const facts = await read(page.locator('.facts'))
      for (const name of [
        'Chain',
        'Block',
        'Transaction',
        'Merkle root',
        'Registry',
        'Anchored by',
      ]) {
        expect(facts).toContain(name)
      }
      expect(await read(page.locator('.proof-list').first())).toContain(
        'nobody can change or backdate',
      )
      expect(await read(page.locator('.proof-list').last())).toContain(
        'what the issuers say is true',
      )
    })

    it('shows each event with its issuer and the three times', async () => {
      const events = page.locator('.event')
      expect(await events.locator('h3').allInnerTexts()).toEqual([
        'Installed',
        'Assembled',
        'Manufactured',
      ])
      const installed = await read(events.first())
      expect(installed).toContain('InstallCo Srl')
      expect(installed).toContain('listed by this page')
      for (const time of ['Claimed', 'Logged', 'Anchored']) expect(installed).toContain(time)
      expect(await events.first().locator('time').count()).toBe(3)
    })

    it('stands in a tree with its pane and frame, each checked; the parts lead there and back', async () => {
      const nodes = page.locator('.tree-node')
      await expect
        .poll(() => nodes.locator('.badge').allInnerTexts())
        .toEqual(Array(3).fill('Anchored'))
      await nodes.filter({ hasText: 'Pane' }).getByRole('link').click()
      await expect.poll(() => read(page.locator('h1'))).toBe('Pane G26-000001')
      expect(await readVerdict(page)).toBe('Anchored')
      await expect.poll(() => nodes.locator('.badge').count()).toBe(3)
      expect(await read(nodes.first())).toContain('Window')
    })

    it('shows the header by the names of EN 18223, and where each value comes from', async () => {
      expect(await page.locator('.passport dt').allInnerTexts()).toEqual([
        'digitalProductPassportId',
        'uniqueProductIdentifier',
        'granularity',
        'dppSchemaVersion',
        'dppStatus',
        'lastUpdated',
        'economicOperatorId',
        'facilityId',
        'contentSpecificationIds',
      ])
      expect(await read(page.locator('.passport'))).toContain('from the checked log')
    })

    it('opens by its GS1 Digital Link, and by the QR code that carries it', async () => {
      await open('/01/09521234500018/21/W26-000002')
      expect(await readVerdict(page)).toBe('Anchored')
      const picture = await page.locator('.qr svg').screenshot()
      await open('/')
      await page.getByRole('button', { name: 'Scan' }).click()
      await page
        .locator('dialog input[type=file]')
        .setInputFiles({ name: 'code.png', mimeType: 'image/png', buffer: picture })
      await expect.poll(() => read(page.locator('h1'))).toBe('Window W26-000002')
      expect(await readVerdict(page)).toBe('Anchored')
    })
  })

  it('shows what each attack looks like, and that an outage is none', async () => {
    await open(productPath(stack.did))
    for (const { name, expected, title } of attacks) {
      await page.getByLabel('What if somebody').selectOption(name)
      await expect.poll(() => page.url()).toContain(name)
      await page
        .locator('.verdict[data-status="running"]')
        .waitFor()
        .catch(() => undefined)
      expect(`${title}: ${await readVerdict(page)}`).toBe(`${title}: ${words[expected]}`)
      expect(await read(page.locator('.banner'))).toContain('tamper switch is on')
    }
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => readVerdict(page)).toBe('Anchored')
  })

  describe('without a server', () => {
    it('checks an evidence pack, with the chain and without it', async () => {
      await open(productPath(stack.did))
      await readVerdict(page)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Evidence pack' }).click(),
      ])
      const pack = await download.path()
      await open('/check')
      await page.route(`${stack.serviceUrl}/**`, (route) => route.abort())
      await page.getByLabel('Files to check').last().setInputFiles(pack)
      expect(await readVerdict(page)).toBe('Anchored')
      await page.getByLabel('Ask a node of the chain').uncheck()
      await expect.poll(() => readVerdict(page)).toBe('Unknown')
      await page.getByLabel('A block hash that you trust').fill(await trustedBlockHash(stack))
      await expect.poll(() => readVerdict(page)).toBe('Anchored')
      expect(await read(page.locator('.event h3').first())).toBe('Installed')
      await page.unroute(`${stack.serviceUrl}/**`)
      visit.faults.length = 0 // Chromium notes each request that was cut.
    })

    it('checks a lone did.jsonl, and claims nothing about its anchor', async () => {
      const { did } = stack
      const log = await fetch(`${stack.serviceUrl}/.well-known/did/${did.split(':')[2]}/did.jsonl`)
      const buffer = Buffer.from(await log.arrayBuffer())
      await open('/check')
      const input = page.getByLabel('Files to check').last()
      await input.setInputFiles({ name: 'did.jsonl', mimeType: 'text/jsonl', buffer })
      expect(await readVerdict(page)).toBe('Unknown')
      expect(await read(page.locator('.step').first())).toContain('passed')
      const broken = Buffer.from(buffer.toString().replace('"portable":true', '"portable":false'))
      await input.setInputFiles({ name: 'did.jsonl', mimeType: 'text/jsonl', buffer: broken })
      await expect.poll(() => readVerdict(page)).toBe('Invalid')
      await input.setInputFiles({
        name: 'x.zip',
        mimeType: 'application/zip',
        buffer: Buffer.from('PK no'),
      })
      await expect.poll(() => read(page.locator('.drop .note'))).toContain('not a zip')
    })
  })

  it('signs an event in the browser, posts it, and follows it from Pending to Anchored', async () => {
    await open('/compose')
    await page
      .getByLabel('Key file (private JWK')
      .setInputFiles(join(stack.keyFolder, 'windowco.jwk.json'))
    await expect.poll(() => read(page.locator('fieldset'))).toContain('Signs as WindowCo AG')
    await page.getByLabel('Product').fill(stack.did)
    await page.getByLabel('Where (GLN').fill('9521234000037')
    await page.getByRole('button', { name: 'Sign and post' }).click()
    const verdict = page.locator('.follow-verdict .badge')
    await expect.poll(() => read(verdict), { timeout: 10_000 }).toBe('Pending')
    await page.getByRole('button', { name: 'Run a batch now' }).click()
    await expect.poll(() => read(verdict), { timeout: 30_000 }).toBe('Anchored')
    await page.getByRole('link', { name: 'Open the passport' }).click()
    expect(await readVerdict(page)).toBe('Anchored')
    expect(await read(page.locator('.event h3').first())).toBe('Inspected')
  })

  describe('the overview', () => {
    it('counts products, events, batches, gas and cost, and follows what happens', async () => {
      await open('/')
      const tiles = page.locator('.tiles')
      await expect.poll(() => read(tiles)).toMatch(/Products\s+9\b/)
      await expect.poll(() => read(tiles)).toMatch(/Oldest unanchored\s+none/)
      await expect.poll(() => read(page.locator('.batch').first())).toMatch(/gas · 0\.\d+ ETH/)
      const before = await page.locator('.batch').count()
      const other = await browser.visit()
      await postInspection(other.page)
      await page.getByRole('button', { name: 'Run a batch now' }).click()
      await expect.poll(() => page.locator('.batch').count(), { timeout: 20_000 }).toBe(before + 1)
      await expect
        .poll(() => read(page.locator('.batch .tag').first()), { timeout: 20_000 })
        .toBe('Settled')
      await other.close()
    })

    it('follows the feed of the service, and asks nothing while nothing happens', async () => {
      const { page: own, close, faults } = await browser.visit()
      const asked = watchRequests(own)
      const [stream] = await Promise.all([
        own.waitForResponse((response) => new URL(response.url()).pathname === '/api/feed'),
        own.goto(stack.url),
      ])
      expect(stream.status()).toBe(200)
      expect(stream.headers()['content-type']).toContain('text/event-stream')
      const tiles = own.locator('.tiles')
      await expect.poll(() => read(tiles)).toMatch(/Oldest unanchored\s+none/)
      await own.waitForTimeout(3_000)
      asked.length = 0
      await own.waitForTimeout(5_000) // The fallback would have looked twice.
      expect(asked).toEqual([])

      const before = await own.locator('.batch').count()
      const other = await browser.visit()
      await postInspection(other.page)
      await other.close()
      await expect.poll(() => read(tiles), { timeout: 10_000 }).not.toMatch(/unanchored\s+none/)
      await own.getByRole('button', { name: 'Run a batch now' }).click()
      const newest = own.locator('.batch .tag').first()
      await expect.poll(() => own.locator('.batch').count(), { timeout: 10_000 }).toBe(before + 1)
      await expect.poll(() => read(newest), { timeout: 20_000 }).toBe('Settled')
      await expect.poll(() => read(tiles)).toMatch(/Oldest unanchored\s+none/)
      expect(asked.filter((path) => path === '/api/feed')).toEqual([]) // One stream all the time.
      expect(faults).toEqual([])
      await close()
    })

    it('looks every now and then where there is no feed', async () => {
      const { page: own, close } = await browser.visit()
      const asked = watchRequests(own)
      await own.route('**/api/feed', (route) => route.fulfill({ status: 503, body: '{}' }))
      await own.goto(stack.url)
      const looks = (): number => asked.filter((path) => path === '/api/batches').length
      await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
      expect(asked.filter((path) => path === '/api/feed')).toHaveLength(1)
      await close()
    })

    it('searches and filters 3,000 products, a page of rows at a time', async () => {
      const site = await startLargeSite(stack)
      const { page: large, close } = await browser.visit()
      await large.goto(site.url)
      await expect.poll(() => read(large.locator('#products-title'))).toMatch(/3,0\d\d of 3,0\d\d/)
      expect(await large.locator('tbody tr').count()).toBe(30) // A page of them, however many there are.
      await large.getByLabel('Search products').fill('N002998')
      await expect.poll(() => read(large.locator('#products-title'))).toContain('1 of 3,0')
      await expect.poll(() => large.locator('tbody th').allInnerTexts()).toEqual(['Window N002998'])
      await large.getByLabel('Search products').fill('')
      await large.getByLabel('Kind of product').selectOption('Pane')
      await expect.poll(() => read(large.locator('#products-title'))).toContain('1,000 of 3,0')
      expect(await large.locator('tbody tr').count()).toBe(30)
      await close()
      await site.close()
    })
  })

  it('answers hostile addresses with a sentence, and runs nothing of them', async () => {
    const hostile = [
      '',
      'did:webvh:<img src=x onerror=alert(1)>',
      'did:webvh:QmX:evil.example',
      `${stack.did}/../../x`,
      'did:webvh:QmNRU8SYLCsEGXV3GyhherNHBHDKXThjPucSJQDpPuPzkg:127.0.0.1',
      `javascript:alert(1)`,
      'x'.repeat(8_000),
    ]
    for (const id of hostile) {
      await open(productPath(id))
      expect(`${id.slice(0, 60)}: ${await readVerdict(page)}`).toBe(`${id.slice(0, 60)}: Unknown`)
    }
    await open(productPath('https://id.gs1.org/01/09521234500018/21/NOT-THERE'))
    await expect.poll(() => read(page.locator('main'))).toContain('knows no passport for this item')
    await open('/nowhere')
    expect(await read(page.locator('h1'))).toBe('There is no such page')
  })

  it('says that the service is out, and checks all the same', async () => {
    await page.route('**/api/**', (route) => route.abort())
    await open('/')
    await expect.poll(() => read(page.locator('[role=alert]'))).toContain('does not answer')
    await open(productPath(stack.did))
    expect(await readVerdict(page)).toBe('Anchored')
    await page.unroute('**/api/**')
    visit.faults.length = 0
  })

  describe('for everybody', () => {
    const views = () => ['/', productPath(stack.did), '/check', '/compose']

    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [size, options] of [
        ['desktop', {}],
        ['phone', phone],
      ] as const) {
        it(`has no serious accessibility fault and no sideways scrolling: ${colorScheme}, ${size}`, async () => {
          const own = await browser.visit({ ...options, colorScheme })
          for (const path of views()) {
            await own.page.goto(`${stack.url}${path}`)
            await own.page.locator('h1').waitFor()
            if (path === '/')
              await own.page.locator('.batch').first().waitFor() // Its feed never ends.
            else await own.page.waitForLoadState('networkidle').catch(() => undefined)
            if (path.startsWith('/product')) {
              await readVerdict(own.page)
              await own.page.locator('.event summary').first().click()
            }
            expect(`${path}: ${await seriousFaults(own.page)}`).toBe(`${path}: `)
            const overflow = await own.page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            )
            expect(`${path}: ${overflow}`).toBe(`${path}: 0`)
          }
          await storeScreenshot(own.page, `${colorScheme}-${size}`)
          expect(own.faults).toEqual([])
          await own.close()
        })
      }
    }

    it('works from the keyboard alone', async () => {
      await open('/')
      await page.locator('h1').waitFor()
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
        'Skip to the content',
      )
      await page.getByLabel('DID or GS1 Digital Link').focus()
      await page.keyboard.type(stack.did)
      await page.keyboard.press('Enter')
      expect(await readVerdict(page)).toBe('Anchored')
      await page.getByLabel('What if somebody').focus()
      await page.keyboard.type('Bend')
      await expect.poll(() => readVerdict(page)).toBe('Invalid')
    })
  })

  it('talks to the page, the public files and the chain alone, under a strict policy', async () => {
    const config = await (await fetch(`${stack.url}/config.json`)).json()
    const allowed = new Set<string>(
      [stack.url, ...Object.values<string>(config.origins), config.chains[0].rpcUrls[0]].map(
        (url) => new URL(url).origin,
      ),
    )
    // Hostile addresses named others; the policy stopped them before anything left the browser.
    expect([...visit.origins].filter((origin) => !allowed.has(origin))).toEqual([])
    const policy = (await fetch(stack.url)).headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toMatch(/unsafe|\*|https?:(?!\/\/)/)
    expect(visit.faults.filter((fault) => !isRefusedByPolicy(fault))).toEqual([])
  })

  it('is at most 250 kB of compressed script', () => {
    const assets = folder('../examples/dashboard/dist/assets/')
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
    const bytes = scripts.reduce(
      (sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length,
      0,
    )
    expect(bytes).toBeLessThan(250_000)
  })
})

// Chromium's words for a request that the page's policy stopped.
function isRefusedByPolicy(fault: string): boolean {
  return fault.includes('violates the following Content Security Policy directive')
}

/** The paths that a page asks its own server for, as they come. */
function watchRequests(watched: Page): string[] {
  const asked: string[] = []
  watched.on('request', (request) => {
    const { origin, pathname } = new URL(request.url())
    if (origin === stack.url && pathname.startsWith('/api/')) asked.push(pathname)
  })
  return asked
}

async function postInspection(other: Page): Promise<void> {
  await other.goto(`${stack.url}/compose`)
  await other
    .getByLabel('Key file (private JWK')
    .setInputFiles(join(stack.keyFolder, 'windowco.jwk.json'))
  await other.getByLabel('Product').fill(stack.did)
  await other.getByRole('button', { name: 'Sign and post' }).click()
  await other.locator('.follow-verdict').waitFor()
}

/** The hash of the block that the newest batch's evidence bundle rests on, as a person would look it up anywhere. */
async function trustedBlockHash({ serviceUrl }: Stack): Promise<string> {
  const { batches } = await (await fetch(`${serviceUrl}/batches`)).json()
  const name = batches[0].root.slice(2)
  const bundle = await fetch(`${serviceUrl}/.well-known/did/batches/${name}.evidence.json`)
  return keccak256((await bundle.json()).header)
}

type AxeResult = { violations: { id: string; impact: string; nodes: { html: string }[] }[] }
type AxeRun = (options: { resultTypes: string[] }) => Promise<AxeResult>

/** What axe-core calls serious or critical, as text. */
async function seriousFaults(inspected: Page): Promise<string> {
  await inspected.evaluate(axeSource)
  const { violations } = await inspected.evaluate(() =>
    (globalThis as unknown as { axe: { run: AxeRun } }).axe.run({ resultTypes: ['violations'] }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`)
    .join('\n')
}

/** With DPP_SCREENSHOTS=1: the pictures that the documentation shows. */
async function storeScreenshot(shown: Page, name: string): Promise<void> {
  if (process.env['DPP_SCREENSHOTS'] !== '1') return
  const images = folder('../docs/images/')
  mkdirSync(images, { recursive: true })
  await shown.goto(`${stack.url}${productPath(stack.did)}`)
  await readVerdict(shown)
  await expect.poll(() => shown.locator('.tree-node .badge').count()).toBe(3)
  await shown.screenshot({ path: join(images, `dashboard-${name}.png`) })
}
