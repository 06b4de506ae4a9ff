// Runs Forge from npm with npm solc: nothing is downloaded, nothing is installed on the machine.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export type ForgeResult = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `forge ...args` in this folder. */
export function runForge(args: readonly string[]): Promise<ForgeResult> {
  const child = spawn(forgeProgram(), [...args, '--use', join(import.meta.dirname, 'solc.cjs')], {
    cwd: import.meta.dirname,
    // Forge starts `solc.cjs` by its first line: `node` must be the one that runs this.
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
  })
}

/** The executable inside the platform package that `@foundry-rs/forge` depends on. */
function forgeProgram(): string {
  const wrapper = createRequire(
    createRequire(import.meta.url).resolve('@foundry-rs/forge/package.json'),
  )
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/forge-${process.platform}-${arch}`
  const program = process.platform === 'win32' ? 'forge.exe' : 'forge'
  return join(dirname(wrapper.resolve(`${name}/package.json`)), 'bin', program)
}
