// The real server as a child process, run from its sources, so that tests can kill it at any instant.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { serverProgram } from './server-program.ts'

export type ServerProcess = {
  readonly url: string
  readonly process: ChildProcess
  /** The last of what it wrote. */
  output(): string
  /** Resolves with the signal that ended it, or null. */
  readonly ended: Promise<NodeJS.Signals | null>
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Starts `dpp-server start` with these variables alone and waits until it listens. */
export async function startServerProcess(environment: {
  readonly [name: string]: string
}): Promise<ServerProcess> {
  const child = await spawnCli(['start'], { DPP_PORT: '0', ...environment })
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null)
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  child.once('exit', () => process.off('exit', killWithParent))
  let output = ''
  child.stderr.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-4000)
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended before it listened: ${output}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      output = `${output}${line}\n`.slice(-4000)
      if (process.env['DPP_TEST_SHOW_LOGS'] === '1') process.stderr.write(`${line}\n`)
      if (!line.startsWith('{')) return
      const entry = JSON.parse(line) as { msg?: string; url?: string }
      if (entry.msg === 'listening' && entry.url !== undefined) resolve(entry.url)
    })
  })
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
  }
  return { url, process: child, output: () => output, ended, stop }
}

export type CommandResult = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs another `dpp-server` command with these variables alone, to its end. */
export async function runServerCommand(
  args: readonly string[],
  environment: { readonly [name: string]: string },
): Promise<CommandResult> {
  const child = await spawnCli(args, environment)
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

async function spawnCli(
  args: readonly string[],
  environment: { readonly [name: string]: string },
): Promise<ChildProcessByStdio<null, Readable, Readable>> {
  return spawn(process.execPath, ['--v8-pool-size=0', await serverProgram(), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
