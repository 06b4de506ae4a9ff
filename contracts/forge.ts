// `pnpm -C contracts test:forge [arguments of forge test]`: the Forge suite by itself.
import { runForge } from './forge-program.ts'

const { code, stdout, stderr } = await runForge(['test', ...process.argv.slice(2)])
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = code
