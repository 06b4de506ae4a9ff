import { describe, expect, it } from 'vitest'
import { requestsOf } from './post-events.ts'

describe('requests', () => {
  it('keep to the number of events and to the bytes that the service takes', () => {
    const lines = Array.from({ length: 2_500 }, (_, index) => `"${'ü'.repeat(index % 700)}"`)
    const limits = { bodyBytes: 100_000, eventsPerRequest: 300 }
    const requests = requestsOf(lines, limits)
    expect(requests.flat()).toEqual(lines)
    for (const request of requests) {
      expect(request.length).toBeLessThanOrEqual(limits.eventsPerRequest)
      expect(Buffer.byteLength(`{"events":[${request.join(',')}]}`)).toBeLessThanOrEqual(
        limits.bodyBytes,
      )
    }
    expect(requests.length).toBeLessThan(30)
  })

  it('are none for nothing, and one alone for what is larger than all', () => {
    expect(requestsOf([], { bodyBytes: 100, eventsPerRequest: 10 })).toEqual([])
    const large = 'x'.repeat(500)
    expect(requestsOf(['1', large, '2'], { bodyBytes: 100, eventsPerRequest: 10 })).toEqual([
      ['1'],
      [large],
      ['2'],
    ])
  })
})
