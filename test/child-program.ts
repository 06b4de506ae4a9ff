// Programs that a test starts beside itself: what they complain about is kept, and they die with this process.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export type ChildProgram = {
  readonly child: ChildProcess
  /** Whether it has ended, or was never started. */
  hasEnded(): boolean
  /** The last of its standard error. */
  complaint(): string
  /** Ends it, by SIGKILL after 5 s; safe to call twice. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

export function startChild(program: string, args: readonly string[]): ChildProgram {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr?.on('data', (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-2_000)
  })
  child.once('error', (error) => {
    complaint += error.message
  })
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  child.once('exit', () => process.off('exit', killWithParent))
  const hasEnded = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (hasEnded()) return
    const exited = once(child, 'exit')
    child.kill(signal)
    const lastResort = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(lastResort)
  }
  return { child, hasEnded, complaint: () => complaint.trim(), stop }
}

/** Waits until `isReady`. Where the program ends before, or the time is over, ends it and throws. */
export async function untilReady(
  program: ChildProgram,
  isReady: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await isReady())) {
    if (program.hasEnded() || Date.now() > deadline) {
      await program.stop('SIGKILL')
      const complaint = program.complaint() || 'no answer'
      throw new Error(`${program.child.spawnfile} did not start: ${complaint}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether an HTTP server answers at the URL, whatever it says. */
export async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  await response?.body?.cancel()
  return response !== undefined
}
