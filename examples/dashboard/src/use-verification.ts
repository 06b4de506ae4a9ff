// Runs a verification in a worker and follows it: steps and files as they come, then the verdict.
import type { Check, CheckName } from '@dpp/verifier'
import { useEffect, useState } from 'react'
import type { FileRead } from './recording-source.ts'
import type { VerifyMessage, VerifyRequest, VerifyResult } from './verify-messages.ts'
import workerUrl from './verify-worker.ts?worker&url'

export type StepState = {
  readonly state: 'waiting' | 'running' | 'done'
  readonly result: Check | undefined
  /** From the start of the verification to the end of the step. */
  readonly elapsedMs: number | undefined
}

export type Progress = {
  readonly steps: Readonly<Record<CheckName, StepState>>
  readonly reads: readonly FileRead[]
  readonly result: VerifyResult | undefined
  /** Why the verification could not run at all. */
  readonly fault: string | undefined
}

const waiting: StepState = { state: 'waiting', result: undefined, elapsedMs: undefined }
const idle: Progress = {
  steps: { log: waiting, events: waiting, inclusion: waiting, anchor: waiting },
  reads: [],
  result: undefined,
  fault: undefined,
}
const shownReads = 200
const workerPolicy = 'dpp-worker'

/** Follows the verification of `request`; a new request ends the one before. Nothing runs while it is undefined. */
export function useVerification(request: VerifyRequest | undefined): Progress {
  const [progress, setProgress] = useState(idle)
  useEffect(() => {
    setProgress(idle)
    if (request === undefined) return undefined
    return startVerification(request, (message) =>
      setProgress((before) => applyMessage(before, message)),
    )
  }, [request])
  return progress
}

/** Verifies once, without following it. */
export function verifyOnce(request: VerifyRequest, signal: AbortSignal): Promise<VerifyResult> {
  return new Promise((resolve, reject) => {
    const stop = startVerification(request, (message) => {
      if (message.kind === 'done') resolve(message.result)
      if (message.kind === 'fault') reject(new Error(message.text))
    })
    signal.addEventListener('abort', () => {
      stop()
      reject(signal.reason)
    })
  })
}

type Message = VerifyMessage | { readonly kind: 'fault'; readonly text: string }

function startVerification(request: VerifyRequest, hear: (message: Message) => void): () => void {
  const worker = new Worker(trustedUrl(), { type: 'module' })
  worker.onmessage = ({ data }: MessageEvent<VerifyMessage>) => {
    hear(data)
    if (data.kind === 'done') worker.terminate()
  }
  worker.onerror = (event) => {
    hear({ kind: 'fault', text: event.message || 'the check could not be started' })
    worker.terminate()
  }
  worker.postMessage(request)
  return () => worker.terminate()
}

function applyMessage(progress: Progress, message: Message): Progress {
  if (message.kind === 'fault') return { ...progress, fault: message.text }
  if (message.kind === 'done') return { ...progress, result: message.result }
  if (message.kind === 'read') {
    return { ...progress, reads: [...progress.reads, message.read].slice(-shownReads) }
  }
  const { step, elapsedMs } = message
  const state: StepState =
    step.state === 'done'
      ? { state: 'done', result: step.result, elapsedMs }
      : { state: 'running', result: undefined, elapsedMs: undefined }
  return { ...progress, steps: { ...progress.steps, [step.check]: state } }
}

type TrustedTypePolicies = {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): unknown }
}

let trusted: unknown

// The page's policy demands trusted script addresses: this is the only one there is.
function trustedUrl(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypePolicies }
  if (trustedTypes === undefined) return workerUrl
  trusted ??= trustedTypes
    .createPolicy(workerPolicy, { createScriptURL: () => workerUrl })
    .createScriptURL('')
  return trusted as string
}
