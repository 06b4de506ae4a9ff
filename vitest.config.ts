// One test suite, two runtimes: `*.test.ts` of the isomorphic packages runs in Node and in Chromium from the same
// file; `*.node.test.ts` needs Node (a chain, files, child processes). Packages are tested from their sources.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const long = process.env['DPP_TEST_LONG'] === '1' // `npm run test:long`: soak, chaos, full size
const isomorphic = ['core', 'webvh', 'anchor', 'verifier']

// Begun last, each of these would leave the other workers idle at the end; a fresh checkout knows no durations.
const longestFirst = [
  'test/dashboard',
  'examples/data/commands',
  'server/src/crash',
  'server/src/replicas',
  'store/s3',
  'store/azure',
  'store/chaos-s3',
  'server/src/chaos',
  'ethereum/writer',
  'test/re-anchor',
  'keys/service-keys',
  'server/src/chain-faults',
  'chain/registry-reader',
  'test/main-job',
  'site/examples',
  'site/build',
  'redis/redis',
  'lies/mutations.node',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longestFirst.findIndex((name) => moduleId.includes(`/${name}.`))
      return place === -1 ? longestFirst.length : place
    }
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

const aliases = (backend: 'node' | 'portable') => [
  { find: /^#backend$/, replacement: source(`packages/core/src/signature/backend.${backend}.ts`) },
  { find: /^@dpp\/(\w+)$/, replacement: source('packages/$1/src/index.ts') },
  {
    find: /^@dpp\/anchor\/ethereum$/,
    replacement: source('packages/anchor/src/ethereum/index.ts'),
  },
  { find: /^@dpp\/(\w+)\/(.+)$/, replacement: source('packages/$1/src/$2.ts') },
]

const browser = {
  extends: true,
  resolve: { alias: aliases('portable') },
  test: {
    name: 'browser',
    include: isomorphic.map((name) => `packages/${name}/src/**/*.test.ts`),
    exclude: ['**/*.node.test.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: chromium,
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--disable-background-networking',
          ],
        },
      }),
      instances: [{ browser: 'chromium' as const }],
    },
  },
}

if (!existsSync(chromium)) {
  const notice = `no Chromium at ${chromium}: install it (apt-get install chromium) or set CHROMIUM`
  if (process.env['CI'] === 'true') throw new Error(notice)
  process.stderr.write(`NOTICE: ${notice}; the browser run of the tests is skipped\n`)
}

export default defineConfig({
  test: {
    globalSetup: [source('test/vectors-setup.ts')],
    maxWorkers: 3, // Of two cores Vitest would use one, and most of these tests wait for servers and chains.
    isolate: false, // Modules are loaded once a worker: a quarter of all processor time went into loading them for each file.
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } }, // What is waited for comes from servers, chains and browsers beside other tests.
    // Continuous integration runs on shared machines, where a chain or a browser may be starved for seconds.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    projects: [
      {
        extends: true,
        resolve: { alias: aliases('node') },
        test: {
          name: 'node',
          include: long
            ? ['test/long/**/*.test.ts']
            : [
                'packages/*/src/**/*.test.ts',
                'contracts/*.test.ts',
                'test/**/*.test.ts',
                'examples/**/*.test.ts',
                'release/*.test.ts',
                'site/*.test.ts',
              ],
          exclude: ['**/node_modules/**', ...(long ? [] : ['test/long/**'])],
        },
      },
      ...(existsSync(chromium) && !long ? [browser] : []),
    ],
  },
})
