// System calls that fail as a disk makes them fail: strace attaches to a running program and injects the error.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianProgram } from './debian-program.ts'

export type Injection = {
  readonly calls: readonly string[]
  readonly error: 'ENOSPC' | 'EIO' | 'EROFS'
  /** Calls on these files alone; every call otherwise. */
  readonly paths?: readonly string[]
}

export type Strace = {
  /** Lets calls of the process fail until the function that it gives is called; that gives how many did. */
  inject(processId: number, injection: Injection): Promise<() => Promise<number>>
}

const ATTACH_MS = 10_000

/** Undefined, with a notice, where strace is not installed. */
export function findStrace(): Strace | undefined {
  const program = debianProgram(['/usr/bin/strace'], 'strace')
  return program === undefined ? undefined : { inject: (pid, what) => inject(program, pid, what) }
}

async function inject(
  program: string,
  processId: number,
  { calls, error, paths = [] }: Injection,
): Promise<() => Promise<number>> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-strace-'))
  const record = join(folder, 'record')
  const names = calls.join(',')
  const child = spawn(program, [
    ...['-f', '-p', `${processId}`, '-o', record, '-e', `trace=${names}`],
    ...paths.flatMap((path) => ['-P', path]),
    ...['-e', `inject=${names}:error=${error}`],
  ])
  await untilAttached(child)
  return async () => {
    child.kill('SIGINT') // Detaches, and lets the process go on.
    await once(child, 'exit')
    const text = await readFile(record, 'utf8')
    await rm(folder, { recursive: true, force: true })
    return text.split('(INJECTED)').length - 1
  }
}

async function untilAttached(child: ChildProcess): Promise<void> {
  let text = ''
  const late = setTimeout(() => child.kill('SIGKILL'), ATTACH_MS)
  for await (const chunk of child.stderr ?? []) {
    text += String(chunk)
    if (text.includes('attached')) break // The first line names all threads: strace stops them before it writes.
  }
  clearTimeout(late)
  child.stderr?.resume()
  if (!text.includes('attached')) throw new Error(`strace did not attach: ${text}`)
}
