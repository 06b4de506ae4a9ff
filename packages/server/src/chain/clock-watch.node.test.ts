import { describe, expect, it } from 'vitest'
import { clockOffsetSeconds, createClockWatch, type Look } from './clock-watch.ts'

const at = (number: number, blockSeconds: number, seenSeconds: number): Look => ({
  number: BigInt(number),
  blockMs: blockSeconds * 1000,
  seenMs: seenSeconds * 1000,
})

describe('the clock beside the chain', () => {
  it.each([
    ['a block made between the looks', at(1, 90, 100), at(2, 112, 130), 0],
    ['a block of the future: behind', at(1, 90, 100), at(2, 190, 130), -60],
    ['a block of before the last look: ahead', at(1, 90, 100), at(2, 40, 130), 60],
    ['a chain that stands still', at(1, 90, 100), at(1, 90, 9000), 0],
    ['a chain that went back', at(2, 90, 100), at(1, 40, 130), 0],
    ['the first look', undefined, at(1, 40, 130), 0],
  ] as const)('%s', (_name, before, now, seconds) => {
    expect(clockOffsetSeconds(before, now)).toBe(seconds)
  })

  it('raises an alert beyond 30 s, and none after a chain that stood still', async () => {
    const looks = [
      at(1, 90, 100),
      at(1, 90, 400),
      at(2, 395, 430),
      at(3, 300, 460),
      at(4, 465, 490),
    ]
    const alerts: unknown[] = []
    let done = 0
    const none = (): void => {}
    const watch = createClockWatch({
      look: async () => {
        const next = looks[done++]
        if (next === undefined) throw new Error('no more')
        return next
      },
      log: { debug: none, info: none, warn: none, error: (fields) => void alerts.push(fields) },
      everyMs: 5,
    })
    watch.start()
    while (done < 6) await new Promise((resolve) => setTimeout(resolve, 5))
    watch.stop()
    expect(alerts).toEqual([{ event: 'chain.clock_differs', offsetSeconds: 130, block: '3' }])
    expect(watch.offsetSeconds()).toBe(0)
  })
})
