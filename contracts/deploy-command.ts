// The deploy command: arguments and environment in, exit code and text out.
import { parseArgs } from 'node:util'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { createJsonRpc } from '@dpp/anchor/evidence'
import { isDppError } from '@dpp/core'
import { privateKeyToAccount } from 'viem/accounts'

const usage = `usage: npm run -s deploy:contract -- --rpc URL [--chain-id N] [--dry-run] [--max-fee-gwei N]

  --rpc URL          JSON-RPC endpoint of the chain
  --chain-id N       refuse any other chain; without it the endpoint's own is taken, and only for --dry-run
  --dry-run          check and estimate, send nothing; needs no key
  --max-fee-gwei N   fee cap per gas (default 100)

RELAYER_PRIVATE_KEY holds the key that pays, 0x and 64 hex digits. The address of the contract does not depend on it.
`

/** What a command answers its caller with. */
export type CommandResult = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command with these arguments and variables. */
export async function runDeploy(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<CommandResult> {
  const options = readArguments(args)
  if (options === undefined) return { code: 2, stdout: '', stderr: usage }
  const key = env['RELAYER_PRIVATE_KEY']
  if (key === undefined && !options.dryRun)
    return complain('RELAYER_PRIVATE_KEY is not set: it pays for the deployment', 2)
  if (key !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(key))
    return complain('RELAYER_PRIVATE_KEY is not 0x and 64 hex digits', 2) // Never print what it is.
  if (options.chainId === undefined && !options.dryRun)
    return complain('--chain-id is missing: name the chain that you mean to pay on', 2)
  try {
    // A dry run is estimated for any sender: the factory does not care who calls it.
    const account = key === undefined ? nobody : privateKeyToAccount(key as `0x${string}`)
    const chainId =
      options.chainId ?? Number(await createJsonRpc(options.rpc).request('eth_chainId', []))
    const deployment = await deployRegistry({
      rpcUrl: options.rpc,
      chainId,
      account,
      dryRun: options.dryRun,
      fees:
        options.maxFeeGwei === undefined
          ? {}
          : { maxFeePerGasWei: BigInt(Math.round(options.maxFeeGwei * 1e9)) },
    })
    return { code: 0, stdout: `${JSON.stringify(deployment, null, 2)}\n`, stderr: '' }
  } catch (error) {
    if (!isDppError(error)) throw error
    return complain(`${error.code}: ${error.message}`, 1)
  }
}

const nobody = {
  address: '0x000000000000000000000000000000000000dead',
  signTransaction: () => Promise.reject(new Error('a dry run signs nothing')),
} as const

type Arguments = {
  readonly rpc: string
  readonly chainId: number | undefined
  readonly dryRun: boolean
  readonly maxFeeGwei: number | undefined
}

function readArguments(args: readonly string[]): Arguments | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rpc: { type: 'string' },
        'chain-id': { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        'max-fee-gwei': { type: 'string' },
      },
    })
    const chainId = values['chain-id'] === undefined ? undefined : Number(values['chain-id'])
    const fee = values['max-fee-gwei'] === undefined ? undefined : Number(values['max-fee-gwei'])
    const fits =
      values.rpc !== undefined &&
      URL.canParse(values.rpc) &&
      (chainId === undefined || (Number.isSafeInteger(chainId) && chainId > 0)) &&
      (fee === undefined || (fee > 0 && fee < 1e6))
    if (!fits || values.rpc === undefined) return undefined
    return { rpc: values.rpc, chainId, dryRun: values['dry-run'], maxFeeGwei: fee }
  } catch {
    return undefined // An unknown option: the usage says which there are.
  }
}

function complain(message: string, code: number): CommandResult {
  return { code, stdout: '', stderr: `${message}\n` }
}
