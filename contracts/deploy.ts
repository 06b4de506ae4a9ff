// `npm run -s deploy:contract -- --rpc URL [--chain-id N] [--dry-run] [--max-fee-gwei N]`: deploys the registry with
// the key in RELAYER_PRIVATE_KEY. Prints one JSON object.
import { runDeploy } from './deploy-command.ts'

const { code, stdout, stderr } = await runDeploy(process.argv.slice(2), process.env)
process.stdout.write(stdout)
process.stderr.write(stderr)
process.exitCode = code
