// Holds what `dpp-verify --json` says about the products of a data set against what was expected of them: see --help.
import { createInterface } from 'node:readline'
import type { Verdict } from '@dpp/verifier'
import { parseCount, runCommand, sharedHelp, sharedOptions, write } from './data/command-line.ts'
import { chunksOf, openDataSet, readAllValues, requireManifest } from './data/data-set.ts'
import type { Expectation } from './data/expectations.ts'
import { compareVerdict, type Surprise } from './data/verify-products.ts'
import { formatTable } from './start/progress.ts'

const help = `usage: dpp-verify FOLDER --json [options] | node examples/compare-verdicts.ts [options]

Reads verdicts, one in each line, and holds each against what was expected when the events were signed: status, number of
events, withheld events, third-party claims, corrected events. Exit code 1 when one differs, or a product has no verdict.

  --count N                only the first N windows (default: all of the data set)
${sharedHelp}`

await runCommand('compare-verdicts', { help, options: sharedOptions }, async (options) => {
  const dataSet = openDataSet(options.data)
  const manifest = await requireManifest(dataSet)
  const chunks = chunksOf(parseCount(options.count) ?? manifest.count)
  const expectations = await readAllValues<Expectation>(dataSet, chunks, 'expected')
  const verdicts = await readVerdicts(process.stdin)
  const surprises = expectations.flatMap((expectation): Surprise[] => {
    const { did } = expectation
    const verdict = verdicts.get(did)
    if (verdict === undefined) return [{ did, expected: expectation.status, found: 'no verdict' }]
    const surprise = compareVerdict(expectation, verdict)
    return surprise === undefined ? [] : [surprise]
  })
  write(`${formatTable(rowsOf(expectations, verdicts, surprises))}\n`)
  for (const { did, expected, found } of surprises.slice(0, 20))
    write(`UNEXPECTED: ${did}\n    expected ${expected}\n    found    ${found}\n`)
  if (surprises.length > 0)
    throw new Error(`${surprises.length} verdicts are not the expected ones`)
})

async function readVerdicts(input: NodeJS.ReadableStream): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>()
  for await (const line of createInterface({ input })) {
    const verdict = JSON.parse(line) as Verdict
    verdicts.set(verdict.did, verdict)
  }
  return verdicts
}

function rowsOf(
  expectations: readonly Expectation[],
  verdicts: ReadonlyMap<string, Verdict>,
  surprises: readonly Surprise[],
): string[][] {
  const wrong = new Set(surprises.map(({ did }) => did))
  const cases = [...new Set(expectations.map(({ oddCase }) => oddCase))]
  const rows = cases.map((oddCase) => {
    const own = expectations.filter((each) => each.oddCase === oddCase)
    const statuses = new Set(own.map(({ did }) => verdicts.get(did)?.status ?? 'none'))
    const right = own.filter(({ did }) => !wrong.has(did)).length
    return [oddCase ?? 'none', `${own.length}`, [...statuses].join(', '), `${right}`]
  })
  return [['odd case', 'products', 'verdicts', 'as expected'], ...rows]
}
