// The part of a structured logger (pino's, as Fastify brings it) that the service uses. Every line has a stable name.
import type { LogEvent } from './observability/log-events.ts'

/** What a field may hold: no object, whose properties nobody has looked at, and no bytes. */
type LogValue = string | number | boolean | undefined | readonly string[]

type LogCall = (
  fields: { readonly event: LogEvent; readonly [name: string]: LogValue },
  message: string,
) => void

export type Logger = {
  readonly debug: LogCall
  readonly info: LogCall
  readonly warn: LogCall
  readonly error: LogCall
}

/** The code of an error of ours, or its name: safe to log and to show, unlike a message with values in it. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return error instanceof Error ? error.name : 'unknown'
}

/** What an operator reads about a failure: code and message, without a stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${errorCode(error)}: ${error.message}` : String(error)
}
