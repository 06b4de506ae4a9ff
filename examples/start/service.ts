// The batching service as its own process, and the HTTP client that talks to it from outside.
// A service that dies (try `kill -9`) is started again: whatever it acknowledged is still there.
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Service = {
  readonly url: string
  readonly restarts: () => number
  readonly post: <T>(path: string, body: unknown) => Promise<T>
  readonly get: <T>(path: string) => Promise<T>
  readonly stop: () => Promise<void>
}

const startTimeoutMs = 20_000
const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('@dpp/server')))

/** Starts `dpp-server` with these variables and waits until it answers. */
export async function startService(
  environment: Record<string, string>,
  say: (text: string) => void,
): Promise<Service> {
  const url = `http://127.0.0.1:${environment['DPP_PORT']}`
  let stopping = false
  let restarts = 0
  let lastWords = ''
  let failure: Error | undefined
  let child = launch(environment)

  function launch(variables: Record<string, string>): ChildProcess {
    const started = spawn(process.execPath, ['--v8-pool-size=0', cli, 'start'], {
      env: { PATH: process.env['PATH'] ?? '', ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    started.stderr?.on('data', (data) => {
      lastWords = `${lastWords}${data}`.slice(-2_000)
    })
    started.on('exit', (code, signal) => {
      if (stopping) return
      if (signal === null) {
        failure = new Error(`the service ended with exit code ${code}:\n${lastWords}`)
        return
      }
      restarts += 1
      say(`the service was killed (${signal}): starting it again on the same data`)
      const { DPP_CRASH_AT: _, ...rest } = environment // A named crash point is for one life only.
      child = launch(rest)
    })
    return started
  }

  /** One request, repeated while nobody answers: every call of the API may be made twice. */
  async function request<T>(path: string, init?: RequestInit): Promise<T> {
    const deadline = Date.now() + startTimeoutMs
    for (;;) {
      try {
        const response = await fetch(`${url}${path}`, init)
        const text = await response.text()
        if (response.ok) return JSON.parse(text) as T
        if (response.status !== 503)
          throw new Refusal(`${init?.method ?? 'GET'} ${path}: ${response.status} ${text}`)
      } catch (error) {
        if (error instanceof Refusal) throw error
      }
      if (failure !== undefined) throw failure
      if (Date.now() > deadline)
        throw new Error(`the service does not answer at ${url}${path}\n${lastWords}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  await request('/healthz').catch((error: unknown) => {
    stopping = true
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    restarts: () => restarts,
    post: (path, body) =>
      request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    get: (path) => request(path),
    stop: () =>
      new Promise((resolve) => {
        stopping = true
        if (child.exitCode !== null || child.signalCode !== null) resolve()
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

class Refusal extends Error {}
