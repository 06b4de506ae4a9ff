// What the tests of the dashboard share: the running stack as a visitor starts it, and a browser on it.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'
import { startDashboard } from '../examples/start/dashboard-site.ts'

export const chromiumPath: string = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a browser; without one the tests are skipped, but never under CI. */
export const hasBrowser: boolean = existsSync(chromiumPath)

if (!hasBrowser) {
  const notice = `no Chromium at ${chromiumPath}: install it (apt-get install chromium) or set CHROMIUM`
  if (process.env['CI'] === 'true') throw new Error(notice)
  process.stderr.write(`NOTICE: ${notice}; the tests of the dashboard are skipped\n`)
}

export type Stack = {
  /** Where the page is served. */
  readonly url: string
  readonly serviceUrl: string
  /** DID of the first window. */
  readonly did: string
  readonly keyFolder: string
  readonly stop: () => Promise<void>
}

const startTimeoutMs = 120_000

/** `npm start`, left up. */
export async function startStack(): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'dpp-dashboard-'))
  const main = fileURLToPath(new URL('../examples/start/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--data', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = await readUntil(child, 'It stays up')
  const row = (name: string, form = '\\S+'): string => {
    const [, value] = new RegExp(`^${name} {2,}(${form})`, 'm').exec(output) ?? []
    if (value === undefined) throw new Error(`npm start prints no "${name}":\n${output}`)
    return value
  }
  return {
    url: row('page'),
    serviceUrl: new URL(row('service')).origin,
    did: row('window 1', 'did:\\S+'),
    keyFolder: row('keys to sign with'),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function readUntil(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const fail = (): void => reject(new Error(`npm start did not come up:\n${output}`))
    const timer = setTimeout(fail, startTimeoutMs)
    const hear = (data: Buffer): void => {
      output += data
      if (!output.includes(text)) return
      clearTimeout(timer)
      resolve(output)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', fail)
  })
}

/** The same page with 3,000 products in its list; only the first ones of the stack are real. */
export async function startLargeSite({
  url,
  did,
  serviceUrl,
}: Stack): ReturnType<typeof startDashboard> {
  const config = await (await fetch(`${url}/config.json`)).json()
  const gtins = Object.keys(config.kinds)
  const products = Array.from({ length: 3_000 }, (_, index) => ({
    did: `${did.slice(0, 16)}${String(index).padStart(4, '0').replaceAll('0', 'z')}${did.slice(20)}`,
    digitalLink: `https://id.gs1.org/01/${gtins[index % 3]}/21/N${String(index + 1).padStart(6, '0')}`,
  }))
  return await startDashboard({ config, serviceUrl, products: () => products })
}

/** A browser page that keeps what went wrong on it, and whom it talked to. */
export type Visit = {
  readonly page: Page
  readonly faults: string[]
  readonly origins: Set<string>
  readonly close: () => Promise<void>
}

export type Browser = {
  readonly visit: (options?: BrowserContextOptions) => Promise<Visit>
  readonly close: () => Promise<void>
}

export const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } }

export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  return {
    visit: async (options = {}) => {
      const viewport = { width: 1280, height: 900 }
      // A spinner that turns is drawn sixty times a second, by the processor.
      const still = { timezoneId: 'UTC', reducedMotion: 'reduce' } as const
      const context = await browser.newContext({ viewport, ...still, ...options })
      const page = await context.newPage()
      const faults: string[] = []
      const origins = new Set<string>()
      page.on('pageerror', ({ message }) => faults.push(message))
      page.on('console', (message) => {
        // A file that is not there is an answer, and Chromium says so on the console.
        const isMissingFile = message.text().includes('404 (Not Found)')
        if (message.type() === 'error' && !isMissingFile) faults.push(message.text())
      })
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url())
        if (protocol.startsWith('http')) origins.add(origin)
      })
      return { page, faults, origins, close: () => context.close() }
    },
    close: () => browser.close(),
  }
}

/** The verdict that a person reads, once it is there. */
export async function readVerdict(page: Page): Promise<string> {
  await page.locator('.verdict-origin').waitFor()
  return read(page.locator('.verdict-head .badge'))
}

/** The text of an element as it is shown. */
export function read(element: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what a person sees, without what is hidden.
  return element.innerText()
}
