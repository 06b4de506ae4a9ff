import { expect, it } from 'vitest'
import { createBreathing } from './breathing.ts'

it('lets a timer fire in the middle of work that never waits for anything else', async () => {
  const breathe = createBreathing()
  let fired = 0
  const timer = setInterval(() => fired++, 1)
  const startedMs = performance.now()
  while (performance.now() - startedMs < 100) await breathe()
  clearInterval(timer)
  expect(fired).toBeGreaterThan(2)
})
