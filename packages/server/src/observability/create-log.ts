// The service's log: one JSON object a line, each with a stable `event` (docs/logs.md), no secret in any.
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import type { LogLevel } from '../config-values.ts'
import { errorCode } from '../logger.ts'
import type { Redaction } from './redaction.ts'

/** Makes the log. Lines go to standard output unless `destination` says otherwise. */
export function createLog(
  level: LogLevel,
  redaction: Redaction,
  destination: DestinationStream = pino.destination(1),
): PinoLogger {
  return pino(
    {
      level,
      // What Fastify itself says has no name of ours.
      mixin: () => ({ event: 'http.framework' }),
      // An error may carry the request that failed, headers and all: only what it is and says is written.
      serializers: { err: describe, error: describe },
      // The last step before the line leaves the process: nothing gets around it, child loggers included.
      hooks: { streamWrite: redaction.apply },
    },
    destination,
  )
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  return { code: errorCode(error), message: error.message, stack: error.stack }
}
