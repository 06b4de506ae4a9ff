// `promtool`, from Debian's package prometheus: what it says of metrics, rules and configurations.
import { execFile } from 'node:child_process'
import { debianProgram } from './debian-program.ts'

const PROGRAM = '/usr/bin/promtool'

/** Whether this machine can run it; else a notice says what to install, and under CI=true it throws. */
export function hasPromtool(): boolean {
  return debianProgram([PROGRAM], 'prometheus') !== undefined
}

/** Runs it, with `input` on standard input; gives its exit code and everything it said. */
export async function promtool(
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number; readonly text: string }> {
  return await new Promise((resolve) => {
    const child = execFile(PROGRAM, [...args], (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1
      resolve({ code, text: `${stdout}${stderr}` })
    })
    child.stdin?.end(input)
  })
}
