// Runs one benchmark: `npm run bench -- core [--json]`. Each name is a file beside this one that exports `run`.
import { existsSync, readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { formatTable, type Result } from './compare.ts'

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
const args = process.argv.slice(2).filter((argument) => argument !== '--')
const name = args.find((argument) => !argument.startsWith('--'))
const file = `${import.meta.dirname}/${name}.bench.ts`

if (name === undefined || !existsSync(file)) {
  process.stderr.write(`usage: npm run bench -- <${names.join('|')}> [--json]\n`)
  process.exit(2)
}

const { run }: { run(): Promise<Result[]> } = await import(file)
const results = await run()
const machine = `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`
process.stdout.write(
  args.includes('--json')
    ? `${JSON.stringify({ benchmark: name, machine, results }, null, 2)}\n`
    : `${machine}\n\n${results.map(formatTable).join('\n')}`,
)
if (results.some(({ owed }) => owed?.some(({ holds }) => !holds))) process.exitCode = 1
