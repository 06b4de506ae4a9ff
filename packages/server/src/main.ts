// Runs the service in this process: logger, crash points, listening, signals. Beside `cli.ts` the only file that
// touches the process.
import { checkRegistry } from './chain/check-registry.ts'
import type { Config } from './config.ts'
import { type CrashPoint, createCrashPoint } from './crash-point.ts'
import { describeError, type Logger } from './logger.ts'
import { createLog } from './observability/create-log.ts'
import { createRedaction } from './observability/redaction.ts'
import { createServer, drainMs } from './server.ts'

export type RunningServer = {
  readonly url: string
  readonly log: Logger
  /** How long `close` may take before the process ends all the same. */
  readonly patienceMs: number
  /** Lets what is under way end, then closes everything; safe to call twice. */
  close(): Promise<void>
}

const CLOSE_MS = 10_000

/**
 * Starts the service and listens. Logs go to standard output, one JSON object per line.
 *
 * @throws ERR_DPP_CONFIG_INVALID; EADDRINUSE and its like from listening
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const redaction = createRedaction(config)
  const log = createLog(config.logLevel, redaction)
  await checkRegistry(config, log)
  const crashPoint = createProcessCrashPoint(config)
  const server = await createServer(config, {
    log,
    redaction,
    now: () => new Date(),
    crashPoint,
    onJournalLost(error) {
      log.fatal(
        { event: 'journal.lost', error: describeError(error) },
        'the service stops: its journal is not what it was',
      )
      process.exit(1)
    },
  })
  const url = await server.app.listen({ host: config.host, port: config.port })
  server.batches.start()
  server.clock?.start()
  server.dependencies.start()
  log.info({ event: 'service.listening', url }, 'listening')
  return { url, log, patienceMs: drainMs(config) + CLOSE_MS, close: server.close }
}

/** Closes the server on SIGTERM and SIGINT, and ends the process after its patience whatever is still under way. */
export function closeOnSignals(server: RunningServer): void {
  function end(): void {
    setTimeout(() => process.exit(1), server.patienceMs).unref()
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${describeError(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
}

/** The crash point of the configuration: it kills this process. */
export function createProcessCrashPoint({ crashAt }: Config): CrashPoint {
  return createCrashPoint(crashAt, dieNow)
}

/** What nobody caught goes to the log, where secrets are taken out of it, and ends the process: its state is unknown. */
export function endOnCrash({ log }: RunningServer): void {
  process.on('uncaughtException', (error) => {
    const { stack } = error
    log.error(
      { event: 'service.crashed', error: describeError(error), stack },
      'the service ends: a fault of its own',
    )
    process.exit(1)
  })
}

// SIGKILL, so that nothing of ours runs any more. It arrives within the call; the loop is for the instant before.
function dieNow(): never {
  process.kill(process.pid, 'SIGKILL')
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
}
