// The real server as a child process, run from its sources, so that tests can kill it at any instant.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type ServerProcess = {
  readonly url: string
  readonly process: ChildProcess
  /** Resolves with the signal that ended it, or null. */
  readonly ended: Promise<NodeJS.Signals | null>
  stop(signal?: NodeJS.Signals): Promise<void>
}

const hooks = new URL('./from-source.mjs', import.meta.url)
const cli = new URL('../packages/server/src/cli.ts', import.meta.url)

/** Starts `dpp-server start` with these variables alone and waits until it listens. */
export async function startServerProcess(environment: {
  readonly [name: string]: string
}): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--import', hooks.href, fileURLToPath(cli), 'start'], {
    env: { PATH: process.env['PATH'] ?? '', DPP_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null)
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  child.once('exit', () => process.off('exit', killWithParent))
  let output = ''
  child.stderr?.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-4000)
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended before it listened: ${output}`)))
    if (child.stdout === null) throw new Error('no standard output')
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
  return { url, process: child, ended, stop }
}
