// A page as Vite's users have it: built from the installed packages, served, opened in Chromium. One document runs the smoke
// test, the other shows `<dpp-verdict>` of an anchored product, read from the running service and its chain.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { build, preview } from 'vite'
import { type Scene, startScene } from '../../site/scene.ts'
import { getJson } from '../server-client.ts'

export type VitePage = {
  /** Chromium's. */
  readonly version: string
  /** What `main.js` of the folder wrote to the console, or the error that ended it. */
  readConsole(): Promise<string>
  /** Waits for the element's verdict. `fault` is there when it is not that of an anchored product. */
  seeElement(picture?: string): Promise<{ readonly seen: string; readonly fault?: string }>
  close(): Promise<void>
}

const CHROMIUM_FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
const VERDICT_MS = 60_000

/** Builds the page in `folder`, which holds `main.js` and from which the packages can be imported, and starts all it needs. */
export async function openVitePage(folder: string, executablePath: string): Promise<VitePage> {
  const ends: (() => Promise<unknown>)[] = []
  async function close(): Promise<void> {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const scene = await startScene()
    ends.push(scene.stop)
    await writeDocuments(folder, scene)
    const settings = { root: folder, configFile: false, logLevel: 'error' } as const
    const input = ['index.html', 'element.html'].map((name) => join(folder, name))
    await build({
      ...settings,
      build: { target: 'es2022', minify: false, rolldownOptions: { input } },
    })
    const server = await preview({ ...settings, preview: { host: '127.0.0.1', port: 0 } })
    ends.push(() => server.close())
    const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS })
    ends.push(() => browser.close())
    const url = server.resolvedUrls?.local[0] ?? ''
    const newPage = (): Promise<Page> =>
      browser.newPage({ viewport: { width: 720, height: 480 }, deviceScaleFactor: 2 })
    return {
      version: browser.version(),
      readConsole: async () => await readConsole(await newPage(), url),
      seeElement: async (picture) =>
        await seeElement(await newPage(), new URL('element.html', url).href, picture),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function writeDocuments(folder: string, { routes, variables }: Scene): Promise<void> {
  const origins = Object.fromEntries(
    Object.entries(routes).map(([from, to]) => [new URL(from).hostname, to]),
  )
  const service = await getJson(`${routes['https://dpp.windowco.example']}/service`)
  const { chain, registry } = (service.body as { anchoring: { chain: string; registry: string } })
    .anchoring
  const policy = { chains: [{ id: chain, registry }] }
  const page = (body: string, script: string): string =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A Vite page</title><link rel="icon" href="data:,">
<style>body { font: 16px/1.4 system-ui, sans-serif; margin: 2rem }</style></head>
<body>${body}<script type="module" src="./${script}"></script></body></html>`
  writeFileSync(join(folder, 'index.html'), page('', 'main.js'))
  const element = `<dpp-verdict did="${variables['DID']}" rpc="${routes['https://rpc.example']}"></dpp-verdict>`
  writeFileSync(join(folder, 'element.html'), page(element, 'element.js'))
  writeFileSync(
    join(folder, 'element.js'),
    `import { parsePolicy } from '@dpp/verifier'
import { defineVerdictElement } from '@dpp/verifier/element'
const policy = parsePolicy(${JSON.stringify(policy)})
defineVerdictElement({ policy, origins: ${JSON.stringify(origins)} })
`,
  )
}

async function readConsole(page: Page, url: string): Promise<string> {
  const said = new Promise<string>((resolve) => {
    page.on('console', (message) => resolve(message.text()))
    page.on('pageerror', (error) => resolve(String(error)))
  })
  await page.goto(url)
  return await said
}

async function seeElement(
  page: Page,
  url: string,
  picture: string | undefined,
): Promise<{ readonly seen: string; readonly fault?: string }> {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  await page.locator('dpp-verdict[status]').waitFor({ timeout: VERDICT_MS })
  if (picture !== undefined) writeFileSync(picture, await page.screenshot())
  const title = await page.locator('dpp-verdict [part=title]').textContent()
  const checks = await page.locator('dpp-verdict li').allInnerTexts()
  const passed = await page.locator('dpp-verdict li[part~=passed]').count()
  const seen = `${title}, ${passed} of ${checks.length} checks passed`
  const holds = title === '✅ Anchored' && checks.length > 0 && passed === checks.length
  return { seen, ...(holds ? {} : { fault: [seen, ...checks, ...complaints].join('; ') }) }
}
