import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonicalize,
  encodeUtf8,
  isDppError,
  type JsonLimits,
  parseCanonical,
  parseStrict,
} from '../index.ts'

function codeOf(
  input: Uint8Array | string,
  limits?: JsonLimits,
  parse: (input: Uint8Array | string, limits?: JsonLimits) => unknown = parseStrict,
): string {
  try {
    parse(input, limits)
  } catch (error) {
    if (isDppError(error)) return error.code
    throw error
  }
  return 'accepted'
}

describe('parseStrict', () => {
  it.each([
    ['{"a":[1,-0.5,1e30,true,false,null,"x"]}'],
    [' [ ] '],
    ['9007199254740991'],
    ['-9007199254740991'],
    ['1E300'],
    ['"\\ud83d\\ude00"'],
    ['{"__proto__":{"toJSON":1},"toJSON":2}'],
    ['{"a\\"b":1,"a":":,{["}'],
  ])('accepts %s as JSON.parse does', (text) => {
    expect(parseStrict(text)).toEqual(JSON.parse(text))
    expect(parseStrict(encodeUtf8(text))).toEqual(JSON.parse(text))
  })

  it.each([
    ['', 'ERR_DPP_JSON_SYNTAX'],
    ['{"a":1,}', 'ERR_DPP_JSON_SYNTAX'],
    ['{"a":1} x', 'ERR_DPP_JSON_SYNTAX'],
    ['"\u0001"', 'ERR_DPP_JSON_SYNTAX'],
    ['NaN', 'ERR_DPP_JSON_SYNTAX'],
    ["{'a':1}", 'ERR_DPP_JSON_SYNTAX'],
    ['"', 'ERR_DPP_JSON_SYNTAX'],
    ['"\\', 'ERR_DPP_JSON_SYNTAX'],
    ['\ufeff{}', 'ERR_DPP_JSON_UTF8'],
    ['{"a":1,"a":1}', 'ERR_DPP_JSON_DUPLICATE'],
    ['{"a":1,"\\u0061":2}', 'ERR_DPP_JSON_DUPLICATE'],
    ['[{"b":{"a":{"x":1,"y":2},"a":3}}]', 'ERR_DPP_JSON_DUPLICATE'],
    ['{"__proto__":1,"__proto__":2}', 'ERR_DPP_JSON_DUPLICATE'],
    ['"\\ud800"', 'ERR_DPP_JSON_SURROGATE'],
    ['"\\ude00\\ud83d"', 'ERR_DPP_JSON_SURROGATE'],
    ['{"\\udfff":1}', 'ERR_DPP_JSON_SURROGATE'],
    ['"\ud800"', 'ERR_DPP_JSON_SURROGATE'],
    ['9007199254740992', 'ERR_DPP_JSON_NUMBER'],
    ['[-9007199254740993]', 'ERR_DPP_JSON_NUMBER'],
    ['1e400', 'ERR_DPP_JSON_NUMBER'],
    [`[${'9'.repeat(400)}]`, 'ERR_DPP_JSON_NUMBER'],
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  it.each([
    ['overlong', [0x22, 0xc0, 0xaf, 0x22]],
    ['surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['truncated', [0x22, 0xe2, 0x82, 0x22]],
    ['beyond U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['UTF-16', [0x7b, 0x00, 0x7d, 0x00, 0xff]],
  ])('refuses malformed UTF-8: %s', (_name, bytes) => {
    expect(codeOf(Uint8Array.from(bytes))).toBe('ERR_DPP_JSON_UTF8')
  })

  it('refuses what is neither bytes nor text', () => {
    for (const value of [undefined, null, 1, {}, [], new ArrayBuffer(2)]) {
      expect(codeOf(value as string)).toBe('ERR_DPP_JSON_UTF8')
    }
  })

  it('holds its limits exactly', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(codeOf(nested(64))).toBe('accepted')
    expect(codeOf(nested(65))).toBe('ERR_DPP_JSON_LIMIT')
    expect(codeOf(nested(3), { maxDepth: 2 })).toBe('ERR_DPP_JSON_LIMIT')
    expect(codeOf(nested(1000), { maxDepth: 1_000_000 })).toBe('accepted')
    expect(codeOf(nested(1001), { maxDepth: 1_000_000 })).toBe('ERR_DPP_JSON_LIMIT')
    for (const [text, items] of [
      ['[[],{ },[ \n ]]', 3],
      ['{"a":[1,2],"b":{"c":0}}', 5],
      ['[[[[1]]]]', 4],
      ['[1 , 2]', 2],
    ] as const) {
      expect(codeOf(text, { maxMembers: items })).toBe('accepted')
      expect(codeOf(text, { maxMembers: items - 1 })).toBe('ERR_DPP_JSON_LIMIT')
    }
    expect(codeOf('"éé"', { maxBytes: 6 })).toBe('accepted')
    expect(codeOf('"éé"', { maxBytes: 5 })).toBe('ERR_DPP_JSON_LIMIT')
    expect(codeOf(encodeUtf8('"éé"'), { maxBytes: 5 })).toBe('ERR_DPP_JSON_LIMIT')
  })

  it.each([
    ['arrays', '['.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['closed arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['backslashes', `"${'\\'.repeat(900_000)}`],
    ['quotes after backslashes', '"\\"'.repeat(200_000)],
    ['blanks', ' '.repeat(1_000_000)],
    ['brackets and blanks', `[${' '.repeat(1000)}`.repeat(1000)],
  ])('refuses 100,000 levels and other floods in bounded work: %s', (_name, text) => {
    const start = performance.now()
    expect(codeOf(text)).toMatch(/^ERR_DPP_JSON_(LIMIT|SYNTAX)$/)
    expect(performance.now() - start).toBeLessThan(1000) // The bench holds 20 ms; this only guards against quadratic work.
  })

  it('agrees with JSON.parse on every text: the same value, or a coded error', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
        const code = codeOf(text)
        if (code === 'accepted') expect(parseStrict(text)).toEqual(JSON.parse(text))
        else expect(code).toMatch(/^ERR_DPP_JSON_(NUMBER|SURROGATE|LIMIT)$/)
      }),
    )
  })

  it('throws nothing but coded errors on junk', () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'[]{}",:\\u0019eE+-.tfn d8') }),
    )
    fc.assert(
      fc.property(junk, (input) => /^(accepted|ERR_DPP_JSON_[A-Z0-9]+)$/.test(codeOf(input))),
    )
  })

  it('finds every duplicate that is put into a random value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'grapheme' }), (value, name) => {
        const member = JSON.stringify(name)
        const text = `{${member}:${JSON.stringify(value)},"other":0,${member}:1}`
        expect(name === 'other' || codeOf(text) !== 'accepted').toBe(true)
      }),
    )
  })

  it('reads back whatever canonicalize writes with safe integers', () => {
    const values = fc.jsonValue({ maxDepth: 5 }).filter((value) => {
      try {
        return canonicalize(value, { safeIntegers: true }) !== ''
      } catch {
        return false
      }
    })
    fc.assert(
      fc.property(values, (value) => {
        const text = canonicalize(value)
        expect(canonicalize(parseStrict(text))).toBe(text)
      }),
    )
  })
})

describe('parseCanonical', () => {
  it('accepts and refuses the same objects as parseStrict, with the same values', () => {
    const texts = fc.oneof(
      fc.json({ stringUnit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'[]{}",:\\u0019eE+-.tfn d8') }),
    )
    fc.assert(
      fc.property(texts, fc.constantFrom('', ' '), (within, blank) => {
        const text = `{"a":${within}${blank}}`
        const read = codeOf(text) === 'accepted' ? parseStrict(text) : undefined
        if (read === undefined) return codeOf(text, {}, parseCanonical) !== 'accepted'
        const canonical = canonicalize(read)
        // Bare digits that parseStrict would not read back.
        if (codeOf(canonical) !== 'accepted') {
          return codeOf(text, {}, parseCanonical) === 'ERR_DPP_JSON_NUMBER'
        }
        expect(parseCanonical(text)).toMatchObject({ object: read, text: canonical })
        return true
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['{"a":1e20}', 'ERR_DPP_JSON_NUMBER'],
    ['{"a":100000000000000000000}', 'ERR_DPP_JSON_NUMBER'],
    ['{"a":9007199254740993}', 'ERR_DPP_JSON_NUMBER'],
    ['{"a":1,"a":1}', 'ERR_DPP_JSON_DUPLICATE'],
    ['{"a":[1,[2]]}', 'accepted'],
    [`{"a":${'['.repeat(64)}${']'.repeat(64)}}`, 'ERR_DPP_JSON_LIMIT'],
    ['{"a":"\\udfff"}', 'ERR_DPP_JSON_SURROGATE'],
    ['{"a":', 'ERR_DPP_JSON_SYNTAX'],
    ['\ufeff{}', 'ERR_DPP_JSON_UTF8'],
  ])('answers %s with %s', (text, code) => {
    expect(codeOf(text, undefined, parseCanonical)).toBe(code)
    expect(codeOf(encodeUtf8(text), undefined, parseCanonical)).toBe(code)
  })

  it('holds its limits exactly, whether it cuts or writes', () => {
    for (const text of ['{"a":[1,2],"b":{"c":0}}', '{ "a":[1,2],"b":{"c":0}}']) {
      const code = (limits: JsonLimits): string => codeOf(text, limits, parseCanonical)
      expect(code({ maxMembers: 5 })).toBe('accepted')
      expect(code({ maxMembers: 4 })).toBe('ERR_DPP_JSON_LIMIT')
      expect(code({ maxDepth: 2 })).toBe('accepted')
      expect(code({ maxDepth: 1 })).toBe('ERR_DPP_JSON_LIMIT')
      expect(code({ maxBytes: text.length })).toBe('accepted')
      expect(code({ maxBytes: text.length - 1 })).toBe('ERR_DPP_JSON_LIMIT')
    }
  })

  it('is undefined for JSON that is no object', () => {
    for (const text of ['[]', '1', 'null', '"x"']) expect(parseCanonical(text)).toBeUndefined()
  })
})
