import { describe, expect, it } from 'vitest'
import { evaluateConditions, selectRange } from './ranges.ts'

const none = { ifRange: undefined, etag: '"a"' }

describe('ranges', () => {
  it.each([
    ['bytes=0-3', { kind: 'part', first: 0, last: 3 }],
    ['bytes=4-', { kind: 'part', first: 4, last: 9 }],
    ['bytes=-3', { kind: 'part', first: 7, last: 9 }],
    ['bytes=-30', { kind: 'part', first: 0, last: 9 }],
    ['bytes=8-99', { kind: 'part', first: 8, last: 9 }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-4', { kind: 'whole' }],
    ['bytes=0-1,3-4', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['lines=0-1', { kind: 'whole' }],
    ['bytes=0x1-2', { kind: 'whole' }],
  ] as const)('%s of 10 bytes', (header, expected) => {
    expect(selectRange(header, 10, none)).toEqual(expected)
  })

  it('are never satisfiable in an empty file', () => {
    expect(selectRange('bytes=0-', 0, none)).toEqual({ kind: 'unsatisfiable' })
    expect(selectRange('bytes=-5', 0, none)).toEqual({ kind: 'unsatisfiable' })
  })

  it('are of the version that the client has a part of', () => {
    expect(selectRange('bytes=4-', 10, { ifRange: '"b"', etag: '"a"' })).toEqual({ kind: 'whole' })
    expect(selectRange('bytes=4-', 10, { ifRange: '"a"', etag: '"a"' })).toMatchObject({ first: 4 })
  })
})

describe('conditions', () => {
  it.each([
    [{}, 'send'],
    [{ 'if-none-match': '"a"' }, 'not-modified'],
    [{ 'if-none-match': '"b", W/"a"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"b"' }, 'send'],
    [{ 'if-match': '"a"' }, 'send'],
    [{ 'if-match': 'W/"a"' }, 'failed'],
    [{ 'if-match': '"b"', 'if-none-match': '"a"' }, 'failed'],
  ] as const)('%j', (headers, expected) => {
    expect(evaluateConditions(headers, '"a"')).toBe(expected)
  })
})
