// What a visitor waits for: the first verdict of a product's page on the local stack, and a search in 3,000 products.
import {
  readVerdict,
  type Stack,
  startBrowser,
  startLargeSite,
  startStack,
} from '../test/dashboard.suite.ts'
import { median, type Result } from './compare.ts'

const ROUNDS = 9
const MOST_VERDICT_MS = 2_000
const MOST_SEARCH_MS = 500

export async function run(): Promise<Result[]> {
  const stack = await startStack()
  const browser = await startBrowser()
  try {
    return [
      resultOf('first verdict of a product', MOST_VERDICT_MS, await timeVerdicts(browser, stack)),
      resultOf('search in 3,000 products', MOST_SEARCH_MS, await timeSearches(browser, stack)),
    ]
  } finally {
    await browser.close()
    await stack.stop()
  }
}

type Browser = Awaited<ReturnType<typeof startBrowser>>

/** Each in a browser context of its own, so that nothing is cached. */
async function timeVerdicts(browser: Browser, { url, did }: Stack): Promise<number[]> {
  const times: number[] = []
  while (times.length < ROUNDS) {
    const { page, close } = await browser.visit()
    const startedMs = performance.now()
    await page.goto(`${url}/product?id=${encodeURIComponent(did)}`)
    const verdict = await readVerdict(page)
    times.push(performance.now() - startedMs)
    if (verdict !== 'Anchored') throw new Error(`the verdict is ${verdict}`)
    await close()
  }
  return times
}

async function timeSearches(browser: Browser, stack: Stack): Promise<number[]> {
  const site = await startLargeSite(stack)
  const { page, close } = await browser.visit()
  await page.goto(site.url)
  await page.getByText(/3,0\d\d of 3,0\d\d/).waitFor()
  const times: number[] = []
  while (times.length < ROUNDS) {
    const startedMs = performance.now()
    await page.getByLabel('Search products').fill(`N00${1000 + times.length}`)
    await page.getByText(/\b1 of 3,0\d\d/).waitFor()
    times.push(performance.now() - startedMs)
    await page.getByLabel('Search products').fill('')
    await page.getByText(/3,0\d\d of 3,0\d\d/).waitFor()
  }
  await close()
  await site.close()
  return times
}

function resultOf(title: string, mostMs: number, times: readonly number[]): Result {
  const medianMs = median(times)
  return {
    title,
    unit: 'wait',
    rows: [{ name: 'dashboard in Chromium', medianMicros: medianMs * 1000, ratio: 1 }],
    owed: [
      {
        promise: `under ${mostMs} ms`,
        measured: `${medianMs.toFixed(0)} ms`,
        holds: medianMs < mostMs,
      },
    ],
  }
}
