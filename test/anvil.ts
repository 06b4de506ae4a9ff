// A local Ethereum chain for tests and examples: the anvil program itself (not its npm wrapper, which leaves it
// behind when it is killed) on a fresh port, probed before it is handed out.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { startChild, untilReady } from './child-program.ts'

export type AnvilOptions = {
  /** Default: a fresh one. */
  readonly port?: number
  readonly chainId?: number
  /** Seconds between blocks. Default: one block per transaction. */
  readonly blockTimeSeconds?: number
  /** `finalized` is two epochs of this many slots behind the head (anvil: 32). 1 makes finality testable. */
  readonly slotsInAnEpoch?: number
  /** Kept and loaded again, so that a restart continues the chain. */
  readonly stateFile?: string
  /** Further command-line arguments of anvil. */
  readonly args?: readonly string[]
  /** Time for it to answer. */
  readonly timeoutMs?: number
}

export type Anvil = {
  readonly url: string
  readonly port: number
  readonly chainId: number
  /** Private keys of funded accounts: the public development mnemonic, worthless anywhere else. */
  readonly privateKeys: readonly `0x${string}`[]
  /** Any JSON-RPC call: `anvil_mine`, `anvil_reorg`, … */
  request(method: string, params?: readonly unknown[]): Promise<unknown>
  /** Stops answering without ending, until `resume`: what an unreachable node looks like. */
  pause(): void
  resume(): void
  /** Ends the process; safe to call twice. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const privateKeys = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
] as const

/** Starts anvil and waits until it answers. The caller stops it; it also dies with this process. */
export async function startAnvil(options: AnvilOptions = {}): Promise<Anvil> {
  const port = options.port ?? (await freePort())
  const chainId = options.chainId ?? 31_337
  const args = ['--silent', '--host', '127.0.0.1', '--port', `${port}`, '--chain-id', `${chainId}`]
  if (options.blockTimeSeconds !== undefined)
    args.push('--block-time', `${options.blockTimeSeconds}`)
  if (options.slotsInAnEpoch !== undefined)
    args.push('--slots-in-an-epoch', `${options.slotsInAnEpoch}`)
  if (options.stateFile !== undefined)
    args.push('--state', options.stateFile, '--state-interval', '1')
  args.push(...(options.args ?? []))

  const program = startChild(anvilProgram(), args)
  const url = `http://127.0.0.1:${port}`
  const request = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    call(url, method, params)
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => program.stop(signal)
  const pause = (): void => void program.child.kill('SIGSTOP')
  const resume = (): void => void program.child.kill('SIGCONT')
  const isReady = async (): Promise<boolean> =>
    (await request('eth_chainId').catch(() => undefined)) === `0x${chainId.toString(16)}`
  await untilReady(program, isReady, options.timeoutMs ?? 20_000)
  return { url, port, chainId, privateKeys, request, pause, resume, stop }
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { error, result } = (await response.json()) as {
    error?: { message: string }
    result?: unknown
  }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** The executable inside the platform package that `@foundry-rs/anvil` depends on. */
function anvilProgram(): string {
  const wrapper = createRequire(
    createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'),
  )
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${process.platform}-${arch}`
  const program = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  return join(dirname(wrapper.resolve(`${name}/package.json`)), 'bin', program)
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was assigned')
  return address.port
}
