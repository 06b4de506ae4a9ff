import { expect, it } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

it('takes ten seconds at once, then the rate', () => {
  let nowMs = 0
  const take = createRateLimit(2, () => new Date(nowMs))
  for (let i = 0; i < 20; i++) expect(take('a', 1)).toBe(true)
  expect(take('a', 1)).toBe(false)
  expect(take('b', 1)).toBe(true) // Everybody has a bucket of their own.
  nowMs += 500
  expect(take('a', 1)).toBe(true)
  expect(take('a', 1)).toBe(false)
})

it('lets one request overdraw, and waits until that has flowed in again', () => {
  let nowMs = 0
  const take = createRateLimit(10, () => new Date(nowMs))
  expect(take('a', 1000)).toBe(true)
  nowMs += 89_000
  expect(take('a', 1)).toBe(false)
  nowMs += 2000
  expect(take('a', 1)).toBe(true)
})

it('takes everything without a rate', () => {
  const take = createRateLimit(0, () => new Date(0))
  for (let i = 0; i < 1000; i++) expect(take('a', 1_000_000)).toBe(true)
})
