import { expect, it } from 'vitest'
import { createGate } from './gate.ts'

it('lets so many through at a time, in order, also when some fail', async () => {
  const gate = createGate(3)
  const started: number[] = []
  let [running, most] = [0, 0]
  const works = Array.from({ length: 50 }, (_, i) =>
    gate(async () => {
      started.push(i)
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, i % 4))
      running--
      if (i % 5 === 0) throw new Error('failed')
      return i
    }),
  )
  const results = await Promise.allSettled(works)
  expect(most).toBe(3)
  expect(started).toEqual(results.map((_, i) => i))
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
  expect(await gate(async () => 'free')).toBe('free')
})
