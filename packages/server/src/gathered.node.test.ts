import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { gathered } from './gathered.ts'

function createDoubler(most?: number) {
  const groups: (readonly number[])[] = []
  const double = gathered(async (inputs: readonly number[]) => {
    groups.push(inputs)
    if (inputs.includes(13)) throw new Error('thirteen')
    return inputs.map((input) => 2 * input)
  }, most)
  return { groups, double }
}

it('does what one turn of the event loop asks for at once, and answers each', async () => {
  const { groups, double } = createDoubler()
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6])
  expect(await double(4)).toBe(8)
  expect(groups).toEqual([[1, 2, 3], [4]])
})

it('begins at once with as many as go together', async () => {
  const { groups, double } = createDoubler(2)
  expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6])
  expect(groups).toEqual([[1, 2], [3]])
})

it('begins no group later than the end of the turn, however many there are', async () => {
  const { groups, double } = createDoubler(2)
  const results = [1, 2, 3, 4, 5].map(double)
  await setImmediate()
  expect(groups).toEqual([[1, 2], [3, 4], [5]])
  expect(await Promise.all(results)).toEqual([2, 4, 6, 8, 10])
})

it('tells all of a group of its failure, and goes on', async () => {
  const { double } = createDoubler()
  const results = await Promise.allSettled([1, 13].map(double))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await double(5)).toBe(10)
})

it('tells all of a group when an answer is missing', async () => {
  const short = gathered(async (inputs: readonly number[]) => inputs.slice(1))
  const results = await Promise.allSettled([1, 2].map(short))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})
