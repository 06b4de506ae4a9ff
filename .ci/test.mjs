// `npm test`: lint, types, then every test in Node and in Chromium; ends with the line `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'

const report = 'node_modules/.dpp-test-report.json'
const [scope, ...filters] =
  process.argv[2] === 'long'
    ? ['long', ...process.argv.slice(3)]
    : ['all', ...process.argv.slice(2)]

/** What runs before the tests, side by side: name, command, and what to do when it fails. */
const checks = [
  [
    'lint',
    ['pnpm', 'exec', 'biome', 'check', '--error-on-warnings'],
    'Run `pnpm exec biome check --write` for what can be fixed by itself.',
  ],
  ['types', ['pnpm', 'run', 'typecheck:raw'], 'The lines above name file and line.'],
]

if (scope === 'all' && filters.length === 0) {
  process.stderr.write(`dpp: ${checks.map(([name]) => name).join(', ')}\n`)
  const failed = (await Promise.all(checks.map(check))).filter((passed) => !passed)
  if (failed.length > 0) finish({ passed: 0, failed: failed.length, skipped: 0 })
}

process.stderr.write('dpp: tests\n')
mkdirSync('node_modules', { recursive: true })
rmSync(report, { force: true })
const vitest = [
  'exec',
  'vitest',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]
const { status } = spawnSync('pnpm', [...vitest, ...filters], {
  stdio: 'inherit',
  env: { ...process.env, ...(scope === 'long' ? { DPP_TEST_LONG: '1' } : {}) },
})
finish(count(), status ?? 1)

/** Runs one check; what it wrote is shown when it has ended, so that no two are mixed. */
function check([name, [program, ...args], help]) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      written += text
    })
  return new Promise((resolve) => {
    child.on('error', ({ message }) => {
      written += `${message}\n`
    })
    child.on('close', (code) => {
      process.stderr.write(written)
      if (code !== 0) process.stderr.write(`dpp: ${name} failed. ${help}\n`)
      resolve(code === 0)
    })
  })
}

function count() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    // A file that cannot be loaded has no tests of its own to count, and is a failure all the same.
    return {
      passed: numPassedTests,
      failed: numFailedTests === 0 ? numFailedTestSuites : numFailedTests,
      skipped: numPendingTests,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

function finish({ passed, failed, skipped }, code = 0) {
  process.stdout.write(
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  )
  process.exit(failed > 0 ? 1 : code)
}
