// What the page and the worker that verifies say to each other: plain data.
import type { JsonObject } from '@dpp/core'
import type { Step, Verdict } from '@dpp/verifier'
import type { AttackName } from './attacks.ts'
import type { DashboardConfig } from './config.ts'
import type { FileRead } from './recording-source.ts'

export type BroughtFiles = {
  /** By public URL. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Whether nodes of the chain may be asked; else only the evidence bundles among the files count. */
  readonly askChain: boolean
  /** A block hash that the person trusts: what bundles are held against. */
  readonly trustedBlockHash: string | undefined
}

export type VerifyRequest = {
  readonly did: string
  readonly config: DashboardConfig
  readonly attack: AttackName | undefined
  /** Files that a person brought: then nothing else is read. */
  readonly brought: BroughtFiles | undefined
  /** A single signed event that the caller holds, with the service's receipt: then the verdict is about it. */
  readonly event?: { readonly event: JsonObject; readonly receipt: unknown }
  /** Also packs the evidence, for taking away. */
  readonly wantsPack?: boolean
}

/** The content of a verified event, by its digest: it is exactly what the digest names. */
export type EventContents = ReadonlyMap<string, JsonObject>

export type VerifyResult = {
  readonly verdict: Verdict
  readonly contents: EventContents
  /** The passport file beside the log, if there is one; no check covers it. */
  readonly passport: JsonObject | undefined
  readonly pack: Uint8Array | undefined
  readonly elapsedMs: number
}

export type VerifyMessage =
  | { readonly kind: 'step'; readonly step: Step; readonly elapsedMs: number }
  | { readonly kind: 'read'; readonly read: FileRead }
  | { readonly kind: 'done'; readonly result: VerifyResult }
