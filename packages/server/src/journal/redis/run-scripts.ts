// Runs the scripts: translates what Redis refuses, remembers what it has acknowledged, waits for its replicas.
import { setTimeout as sleep } from 'node:timers/promises'
import { DppError, invariant } from '@dpp/core'
import { Command } from 'ioredis'
import type { ServerErrorCode } from '../../errors.ts'
import type { Unsafe } from './check-durability.ts'
import { COMMAND_TIMEOUT_MS, type RedisClient } from './client.ts'
import type { Argument, Script, Scripts } from './script.ts'
import { admitWriters, MARK } from './whole-file.ts'

/** An error of the connection, of the memory limit, of a failover: nothing is known to be stored. */
export function outage(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : 'no answer'
  return Object.assign(new Error(`Redis: ${message}`, { cause }), { code: 'ERR_REDIS_OUTAGE' })
}

export type ScriptOptions = {
  readonly client: RedisClient
  /** Begins every key; holds the hash tag. */
  readonly prefix: string
  readonly journalId: string
  readonly replicas: number
  readonly accept: readonly Unsafe[]
  /** Called once, when acknowledged data turns out to be gone. */
  readonly onLost: (error: Error) => void
}

export function createScripts(options: ScriptOptions): Scripts {
  const { client, prefix, journalId, replicas, accept, onLost } = options
  let acknowledged = 0
  let lost: DppError<ServerErrorCode> | undefined
  let admission: Promise<void> | undefined

  async function run(script: Script, args: readonly Argument[], token?: number): Promise<unknown> {
    if (lost !== undefined) throw lost
    const checks = [journalId, acknowledged, token ?? '']
    const values = [...checks, ...args].map((value) =>
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : value,
    )
    try {
      if (!script.writes) return await evaluate(client, script, prefix, values)
      const [number, result] = await write(script, values)
      acknowledged = Math.max(acknowledged, number)
      return result
    } catch (error) {
      throw translate(error)
    }
  }

  // From the cache alone: a Redis that does not know the script has been restarted, and may not be ready for a write.
  async function write(script: Script, values: Values): Promise<readonly [number, unknown]> {
    try {
      return await writeOnce(script, values)
    } catch (error) {
      if (!isMissing(error)) throw error
      await within(COMMAND_TIMEOUT_MS, admitAgain())
      return await writeOnce(script, values)
    }
  }

  async function writeOnce(script: Script, values: Values): Promise<readonly [number, unknown]> {
    if (replicas === 0) return parseWritten(await client.evalsha(script.sha1, 1, prefix, ...values))
    // On one connection, so that WAIT is about this write.
    const sent = client
      .pipeline()
      .evalsha(script.sha1, 1, prefix, ...values)
      .call('WAIT', replicas, COMMAND_TIMEOUT_MS - 1_000)
    const [written, waited] = (await sent.exec()) ?? []
    if (written?.[0]) throw written[0]
    if (waited?.[0]) throw waited[0]
    if (Number(waited?.[1]) < replicas) throw new Error('too few replicas have the write')
    return parseWritten(written?.[1])
  }

  // Whoever needs it at the same time waits for the same.
  function admitAgain(): Promise<void> {
    admission ??= admitWriters(client, accept).finally(() => {
      admission = undefined
    })
    return admission
  }

  async function admit(): Promise<void> {
    try {
      await client.evalsha(MARK.sha1, 1, prefix, journalId, 0, '')
    } catch (error) {
      if (!isMissing(error)) throw error
      await admitAgain()
    }
  }

  function translate(error: unknown): unknown {
    const message = error instanceof Error ? error.message : ''
    if (message.startsWith('DPPFENCED')) {
      return new DppError<ServerErrorCode>('ERR_DPP_LEASE_LOST', 'another process seals batches')
    }
    if (message.startsWith('DPPRULE ')) return new Error(message.slice('DPPRULE '.length))
    if (!message.startsWith('DPPLOST')) return outage(error)
    if (lost === undefined) {
      lost = journalLost('Redis lost data that it had acknowledged: it came back empty or older')
      onLost(lost)
    }
    return lost
  }

  return { run, admit }
}

export function journalLost(message: string): DppError<ServerErrorCode> {
  return new DppError(
    'ERR_DPP_JOURNAL_LOST',
    `${message}. Restore it, or see the documentation on starting over`,
  )
}

type Values = readonly (string | number | Buffer)[]

async function evaluate(
  client: RedisClient,
  script: Script,
  prefix: string,
  values: Values,
): Promise<unknown> {
  // As a command: the client's functions for answers in bytes have no types, or forget their name in a pipeline.
  const ask = (name: 'evalsha' | 'eval', source: string): Promise<unknown> =>
    script.answersBytes
      ? Promise.resolve(
          client.sendCommand(
            new Command(name, [source, 1, prefix, ...values], { replyEncoding: null }),
          ),
        )
      : client[name](source, 1, prefix, ...values)
  try {
    return await ask('evalsha', script.sha1)
  } catch (error) {
    if (!isMissing(error)) throw error
    return await ask('eval', script.lua)
  }
}

async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const timer = new AbortController()
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error('it was restarted, and writes its append-only file anew')
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timer.abort()
  }
}

function parseWritten(reply: unknown): readonly [number, unknown] {
  invariant(Array.isArray(reply), 'a script that writes answers with a list')
  return [Number(reply[0]), reply[1]]
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}
