// A real Prometheus over a running service, with the shipped rules, so that a test sees an alert as an operator does.
import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './anvil.ts'
import { startChild, untilReady } from './child-program.ts'
import { debianProgram } from './debian-program.ts'
import { serverProgram } from './server-program.ts'

const PROGRAM = '/usr/bin/prometheus'
const root = new URL('../', import.meta.url)

/** Whether this machine can run it; else a notice says what to install, and under CI=true it throws. */
export function hasPrometheus(): boolean {
  return debianProgram([PROGRAM], 'prometheus') !== undefined
}

export type Prometheus = {
  /** Names of the alerts that fire now. */
  firing(): Promise<readonly string[]>
  /** Waits until all of them fire; gives the seconds it took. */
  untilFiring(names: readonly string[]): Promise<number>
  /** Waits until none of them does. */
  untilOver(names: readonly string[]): Promise<number>
  stop(): Promise<void>
}

/**
 * The rules with their times shortened, and nothing else: each `for:` becomes 2 s, ranges 30 s (that of restarts 4 minutes, for
 * a start takes its time), the grace of 900 s is 5 s. What they compare and name stays as it is shipped.
 */
export function shortened(rules: string): string {
  return rules
    .replace(/for: \d+m/g, 'for: 2s')
    .replace(/\[30m\]/g, '[240s]')
    .replace(/\[\d+m\]/g, '[30s]')
    .replace(/\+ 900\b/g, '+ 5')
}

export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-prometheus-'))
  const port = await freePort()
  const rules = await readFile(new URL('ops/prometheus/alerts.yml', root), 'utf8')
  await writeFile(join(folder, 'alerts.yml'), shortened(rules))
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [alerts.yml]
scrape_configs:
  - job_name: dpp
    static_configs: [{ targets: [${targets.map((each) => `"${each}"`).join(', ')}] }]
`,
  )
  const program = startChild(PROGRAM, [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ])
  const url = `http://127.0.0.1:${port}`
  const isReady = async (): Promise<boolean> =>
    (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true
  await untilReady(program, isReady, 120_000)

  async function firing(): Promise<readonly string[]> {
    const { data } = (await (await fetch(`${url}/api/v1/alerts`)).json()) as {
      data: { alerts: { state: string; labels: { alertname: string } }[] }
    }
    const active = data.alerts.filter(({ state }) => state === 'firing')
    return [...new Set(active.map(({ labels }) => labels.alertname))].toSorted()
  }
  async function until(what: string, isSo: (now: readonly string[]) => boolean): Promise<number> {
    const started = performance.now()
    for (;;) {
      const now = await firing()
      const seconds = (performance.now() - started) / 1000
      if (isSo(now)) return Math.round(seconds)
      if (seconds > 360) throw new Error(`${what}; firing: ${now.join(', ') || 'nothing'}`)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  return {
    firing,
    untilFiring: (names) =>
      until(`not all of ${names.join(', ')} fired`, (now) =>
        names.every((name) => now.includes(name)),
      ),
    untilOver: (names) =>
      until(`not all of ${names.join(', ')} ended`, (now) =>
        names.every((name) => !now.includes(name)),
      ),
    stop: async () => {
      await program.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Runs the commands of a runbook as they stand in it. */
export type Runbooks = {
  /** Those `sh` blocks of the page that hold `part`; gives what they wrote. @throws when one fails */
  follow(
    page: string,
    part: string,
    variables?: { readonly [name: string]: string },
  ): Promise<string>
}

/** `environment` is that of the service; `folder` gets a `dpp-server` that runs from the sources. */
export async function openRunbooks(
  folder: string,
  environment: () => { readonly [name: string]: string },
): Promise<Runbooks> {
  const bin = join(folder, 'bin')
  await mkdir(bin, { recursive: true })
  const command = join(bin, 'dpp-server')
  await writeFile(
    command,
    `#!/bin/sh\nexec "${process.execPath}" "${await serverProgram()}" "$@"\n`,
  )
  await chmod(command, 0o755)

  async function follow(
    page: string,
    part: string,
    variables: { readonly [name: string]: string } = {},
  ): Promise<string> {
    const text = await readFile(new URL(`docs/runbooks/${page}`, root), 'utf8')
    const blocks = [...text.matchAll(/^( *)```sh[^\n]*\n([\s\S]*?)^ *```$/gm)]
      .map(([, indent = '', body = '']) => body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
      .filter((body) => body.includes(part))
    if (blocks.length === 0) throw new Error(`${page} has no command with ${part}`)
    const env = { PATH: `${bin}:${process.env['PATH']}`, ...environment(), ...variables }
    const child = spawn('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], { env })
    let output = ''
    let complaint = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      complaint += chunk
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0)
      throw new Error(`${page}: exit code ${code}: ${`${output}${complaint}`.slice(-2000)}`)
    return output
  }
  return { follow }
}
