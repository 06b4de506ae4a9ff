import { describe, expect, it } from 'vitest'
import { formatTime, parseTime, readTime } from '../index.ts'

describe('times', () => {
  it.each([
    '2026-11-02T14:05:03Z',
    '2024-02-29T23:59:59Z',
    '2026-11-02T14:05:03.123Z',
    '2026-11-02T14:05:03+01:00',
  ])('reads %s', (text) => {
    expect(parseTime(text)).toEqual(new Date(text))
    expect(formatTime(parseTime(text))).toBe(`${new Date(text).toISOString().slice(0, 19)}Z`)
  })

  it.each([
    ...[
      '2026-02-30T00:00:00Z',
      '2025-02-29T00:00:00Z',
      '2026-04-31T00:00:00Z',
      '2026-13-01T00:00:00Z',
    ],
    ...[
      '2026-11-02T24:00:00Z',
      '2026-11-02T14:05:60Z',
      '2026-11-02T14:05:03',
      '2026-11-02',
      '2026-11-02 14:05:03Z',
    ],
    ...[
      '2026-11-02t14:05:03z',
      '2026-11-02T14:05:03+15:00',
      '+002026-11-02T14:05:03Z',
      '',
      'now',
      5,
      null,
      undefined,
    ],
  ])('refuses %s', (text) => {
    expect(readTime(text)).toBe(undefined)
    expect(() => parseTime(text)).toThrow(expect.objectContaining({ code: 'ERR_DPP_TIME_INVALID' }))
  })

  it('formats no time that cannot be read', () => {
    for (const time of [new Date(Number.NaN), new Date(8.64e15)]) {
      expect(() => formatTime(time)).toThrow(
        expect.objectContaining({ code: 'ERR_DPP_TIME_INVALID' }),
      )
    }
  })
})
