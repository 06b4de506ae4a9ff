import { expect, it } from 'vitest'
import type { EventQueue } from '../journal/port.ts'
import { createIssuerQuota } from './issuer-quota.ts'

const dayMs = 86_400_000

it('counts what an issuer posted before once, for all events that ask, and again the next day', async () => {
  let nowMs = Date.parse('2026-11-27T05:00:00Z')
  let fails = true
  const asked: string[] = []
  const countSince: EventQueue['countSince'] = async (issuer, since) => {
    asked.push(`${issuer} ${since.toISOString().slice(0, 10)}`)
    if (fails) throw new Error('no answer')
    return 3
  }
  const quota = createIssuerQuota({ countSince } as EventQueue, 5, () => new Date(nowMs))
  const post = async (count: number): Promise<readonly string[]> => {
    const events = Array.from({ length: count }, () => quota.take('did:key:z1'))
    return (await Promise.allSettled(events)).map(({ status }) => status)
  }
  expect(await post(2)).toEqual(['rejected', 'rejected'])
  expect(asked).toHaveLength(1)
  fails = false
  expect(await post(3)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(asked).toHaveLength(2)
  quota.giveBack('did:key:z1')
  quota.giveBack('did:key:unknown')
  expect(await post(2)).toEqual(['fulfilled', 'rejected'])
  nowMs += dayMs
  expect(await post(1)).toEqual(['fulfilled'])
  expect(asked[2]).toBe('did:key:z1 2026-11-28')
})
