// Where a request, an event and a batch leave their traces. Off, this is nothing but empty functions.
import type { Batch } from '../journal/batch-port.ts'

/** A request under way; `work` runs as a step of it. */
export type RequestTrace = {
  readonly step: <Result>(name: string, work: () => Promise<Result>) => Promise<Result>
  /** Events of this request that are new: a trace of its own begins for each. */
  readonly accepted: (digests: readonly string[]) => void
  readonly end: (route: string, status: number) => void
}

export type Tracing = {
  readonly isOn: boolean
  /** Begins with a request. `parent` is its `traceparent`, where the sender is trusted. */
  readonly request: (method: string, parent: string | undefined) => RequestTrace
  /** A step of a batch that ended now. */
  readonly batchStep: (batch: Batch, step: BatchStep) => void
  /** The batch itself, from its claim until now, and the end of its events' traces. */
  readonly batchSettled: (batch: Batch, digests: readonly string[]) => void
  /** Sends what was not sent yet. */
  readonly close: () => Promise<void>
}

export type BatchStep = {
  readonly name:
    | 'sign'
    | 'publish logs'
    | 'tree'
    | 'submit'
    | 'mine'
    | 'finalize'
    | 'publish proofs'
  readonly startedAt: Date
  readonly error?: string
}

/** Events of a batch that end their traces with it, and links of its span: a batch may hold 250,000. */
export const MAX_TRACED_EVENTS = 1000

export const noRequestTrace: RequestTrace = {
  step: (_name, work) => work(),
  accepted: () => {},
  end: () => {},
}

export const noTracing: Tracing = {
  isOn: false,
  request: () => noRequestTrace,
  batchStep: () => {},
  batchSettled: () => {},
  close: async () => {},
}

/** Does a step of a batch and leaves its trace, whether it succeeds or fails. */
export async function traceStep<Result>(
  { tracing, now }: { readonly tracing: Tracing; readonly now: () => Date },
  batch: Batch,
  name: BatchStep['name'],
  work: () => Promise<Result>,
): Promise<Result> {
  const startedAt = now()
  try {
    const result = await work()
    tracing.batchStep(batch, { name, startedAt })
    return result
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    tracing.batchStep(batch, { name, startedAt, error: code })
    throw error
  }
}
