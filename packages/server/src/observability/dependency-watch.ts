// Asks journal, store and chain now and then whether they answer, and how long the relayer's money lasts. Alerts must know
// it also while no batch is open, and a scrape must never wait for a node.
import type { AnchorForecast, AnchorWriter } from '@dpp/anchor/ethereum'
import { errorCode, type Logger } from '../logger.ts'

export type DependencyWatch = {
  /** Whether each answered the last time; nothing of one that was not asked yet. */
  readonly answers: () => ReadonlyMap<string, boolean>
  /** As of the last answer of the chain. */
  readonly forecast: () => AnchorForecast | undefined
  start(): void
  stop(): void
}

export type DependencyWatchOptions = {
  /** Each throws when its dependency does not answer. */
  readonly probes: { readonly [name: string]: () => Promise<unknown> }
  readonly anchorWriter: AnchorWriter | undefined
  readonly log: Logger
  readonly everyMs: number
}

const TIMEOUT_MS = 10_000

/** Makes the watch; it asks at once when it is started. */
export function createDependencyWatch(options: DependencyWatchOptions): DependencyWatch {
  const { anchorWriter, log, everyMs } = options
  const answers = new Map<string, boolean>()
  let forecast: AnchorForecast | undefined
  let timer: NodeJS.Timeout | undefined
  let isAsking = false

  async function askChain(writer: AnchorWriter): Promise<void> {
    forecast = await writer.forecast({ signal: AbortSignal.timeout(TIMEOUT_MS) })
  }
  const probes = Object.entries({
    ...options.probes,
    ...(anchorWriter === undefined ? {} : { chain: () => askChain(anchorWriter) }),
  })

  async function ask(dependency: string, probe: () => Promise<unknown>): Promise<void> {
    const error = await within(probe()).then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    )
    const wasUp = answers.get(dependency) ?? true
    answers.set(dependency, error === undefined)
    if (error === undefined) {
      if (!wasUp) log.info({ event: 'dependency.up', dependency }, 'answers again')
    } else if (wasUp) {
      log.warn(
        { event: 'dependency.down', dependency, error: errorCode(error.reason) },
        'does not answer',
      )
    }
  }

  function tick(): void {
    if (isAsking) return // One that hangs is asked once at a time.
    isAsking = true
    void Promise.all(probes.map(([name, probe]) => ask(name, probe))).finally(() => {
      isAsking = false
    })
  }

  return {
    answers: () => answers,
    forecast: () => forecast,
    start() {
      timer ??= setInterval(tick, everyMs)
      tick()
    },
    stop() {
      clearInterval(timer)
    },
  }
}

async function within<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), TIMEOUT_MS)
  })
  return await Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
