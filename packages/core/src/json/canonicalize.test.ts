import fc from 'fast-check'
import { canonicalize as oracle } from 'json-canonicalize'
import { describe, expect, it } from 'vitest'
import { vectorFiles } from '../../../../test/vectors.ts'
import {
  canonicalize,
  encodeUtf8,
  isDppError,
  isJsonObject,
  type Json,
  type JsonLimits,
  parseStrict,
  toHex,
} from '../index.ts'
import { canonicalObject } from './canonicalize.ts'
import { parseCanonical } from './parse-strict.ts'

const vectors = vectorFiles('jcs')
const hasVectors = Object.keys(vectors).length > 0

function codeOf(value: unknown, limits?: JsonLimits): string {
  try {
    canonicalize(value, limits)
  } catch (error) {
    if (isDppError(error)) return error.code
    throw error
  }
  return 'accepted'
}

describe('canonicalize, published vectors', () => {
  it.runIf(hasVectors)('reproduces the documents of RFC 8785’s author, byte for byte', () => {
    const names = Object.keys(vectors).filter((path) => path.startsWith('cyberphone/input/'))
    for (const path of names) {
      const text = canonicalize(parseStrict(vectors[path] as string))
      expect(text).toBe(vectors[path.replace('/input/', '/output/')])
      const hex = vectors[path.replace('/input/', '/outhex/').replace('.json', '.txt')] as string
      expect(toHex(encodeUtf8(text))).toBe(hex.replace(/\s+/g, ''))
    }
    console.info(`jcs documents: ${names.length} cases`)
    expect(names.length).toBe(6)
  })

  it.runIf(hasVectors)('writes numbers as ECMAScript does', () => {
    const lines = (vectors['es6numbers-10000.txt'] as string).trim().split('\n')
    const view = new DataView(new ArrayBuffer(8))
    for (const line of lines) {
      const [hex, expected] = line.split(',') as [string, string]
      view.setBigUint64(0, BigInt(`0x${hex}`))
      const value = view.getFloat64(0)
      expect(canonicalize(value)).toBe(expected)
      const isWide =
        Number.isInteger(value) && Math.abs(value) > 2 ** 53 - 1 && Math.abs(value) < 1e21
      expect(codeOf(value, { safeIntegers: true })).toBe(
        isWide ? 'ERR_DPP_JSON_NUMBER' : 'accepted',
      )
    }
    console.info(`jcs numbers: ${lines.length} cases`)
    expect(lines.length).toBe(10_000)
  })
})

describe('canonicalize', () => {
  it('agrees with json-canonicalize on plain values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' }), (value) => {
        expect(canonicalize(value)).toBe(oracle(value))
      }),
      { numRuns: 500 },
    )
  })

  it('sorts names by UTF-16 code unit, whatever their number', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 60 })
    fc.assert(
      fc.property(names, (keys) => {
        const object = Object.fromEntries(keys.map((key) => [key, 0]))
        const sorted = [...keys].sort().map((key) => `${JSON.stringify(key)}:0`)
        expect(canonicalize(object)).toBe(`{${sorted.join(',')}}`)
      }),
    )
  })

  it('treats toJSON and __proto__ as data, where json-canonicalize does not', () => {
    const value = parseStrict('{"z":1,"toJSON":2,"__proto__":{"b":1,"a":2},"a":3}')
    expect(canonicalize(value)).toBe('{"__proto__":{"a":2,"b":1},"a":3,"toJSON":2,"z":1}')
  })

  it('takes objects without prototype and from other realms', () => {
    expect(canonicalize(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}')
  })

  class Money {
    amount = 1
  }
  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  let bush: unknown = 'leaf'
  for (let i = 0; i < 60; i++) bush = [bush, bush] // 2^60 leaves, if anybody walked them all.
  let deep: unknown = 0
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { a: deep }

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'UNSUPPORTED'],
    ['an undefined member', { a: undefined }, 'UNSUPPORTED'],
    ['an undefined element', [undefined], 'UNSUPPORTED'],
    ['a function', () => 1, 'UNSUPPORTED'],
    ['a toJSON function', { toJSON: () => 1 }, 'UNSUPPORTED'],
    ['a symbol', Symbol('s'), 'UNSUPPORTED'],
    ['a BigInt', { a: 1n }, 'UNSUPPORTED'],
    ['a sparse array', Object.assign([1], { 2: 3 }), 'UNSUPPORTED'],
    ['a huge sparse array', new Array(4_000_000_000), 'LIMIT'],
    ['an array with a name', Object.assign([1], { a: 2 }), 'UNSUPPORTED'],
    ['a hole filled by a name', Object.assign(new Array(1), { a: 2 }), 'UNSUPPORTED'],
    ['a Map', new Map([['a', 1]]), 'UNSUPPORTED'],
    ['a Date', new Date(0), 'UNSUPPORTED'],
    ['bytes', new Uint8Array(2), 'UNSUPPORTED'],
    ['a boxed string', Object('text'), 'UNSUPPORTED'],
    ['a class instance', new Money(), 'UNSUPPORTED'],
    ['an heir of data', Object.create({ inherited: 1 }), 'UNSUPPORTED'],
    ['a member named by a symbol', { [Symbol('s')]: 1 }, 'UNSUPPORTED'],
    [
      'a getter that throws',
      Object.defineProperty({}, 'a', { enumerable: true, get: thrower }),
      'UNSUPPORTED',
    ],
    ['a proxy that throws', new Proxy({}, { ownKeys: thrower }), 'UNSUPPORTED'],
    ['a revoked proxy', revokedProxy(), 'UNSUPPORTED'],
    ['NaN', Number.NaN, 'NUMBER'],
    ['an infinity', [Number.NEGATIVE_INFINITY], 'NUMBER'],
    ['a lone surrogate', 'a\ud800', 'SURROGATE'],
    ['a lone surrogate in a name', { '\udc00': 1 }, 'SURROGATE'],
    ['a cycle', cyclic, 'LIMIT'],
    ['a bush of shared arrays', bush, 'LIMIT'],
    ['100,000 levels', deep, 'LIMIT'],
    ['too much text', 'x'.repeat(2_000_000), 'LIMIT'],
    ['too much shared text', Array.from({ length: 50_000 }, () => 'x'.repeat(1000)), 'LIMIT'],
    ['too many elements', new Array(65_537).fill(0), 'LIMIT'],
  ])('refuses %s', (_name, value, code) => {
    const start = performance.now()
    expect(codeOf(value)).toBe(`ERR_DPP_JSON_${code}`)
    expect(performance.now() - start).toBeLessThan(1000) // The bench holds 20 ms; this only guards against runaway work.
  })

  it('throws nothing but coded errors on any value', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
          withNullPrototype: true,
          withBoxedValues: true,
        }),
        (value) => /^(accepted|ERR_DPP_JSON_[A-Z]+)$/.test(codeOf(value)),
      ),
    )
  })

  it('counts bytes, not characters', () => {
    expect(codeOf('éé', { maxBytes: 6 })).toBe('accepted')
    expect(codeOf('éé', { maxBytes: 5 })).toBe('ERR_DPP_JSON_LIMIT')
    expect(codeOf([1, 2, 3], { maxBytes: 6 })).toBe('ERR_DPP_JSON_LIMIT')
  })
})

function thrower(): never {
  throw new Error('no')
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

describe('canonicalObject', () => {
  type Outcome = ReturnType<typeof canonicalObject> | string

  /** As events and log entries are read, or by writing all of it and checking the text all the same. */
  function read(text: string, { isCut }: { readonly isCut: boolean }): Outcome {
    try {
      if (isCut) return withoutObject(parseCanonical(encodeUtf8(text)))
      const value: Json = JSON.parse(text)
      if (!isJsonObject(value)) return 'not an object'
      const canonical = canonicalObject(value, { safeIntegers: true }, true)
      parseStrict(text)
      return canonical
    } catch (error) {
      if (isDppError(error)) return error.code
      throw error
    }
  }

  function withoutObject(read: ReturnType<typeof parseCanonical>): Outcome {
    if (read === undefined) return 'not an object'
    const { object, ...canonical } = read
    expect(canonicalize(object)).toBe(canonical.text)
    return canonical
  }

  /** JSON text that is nearly canonical: names in any order, some twice, blanks, escapes, numbers in odd spellings. */
  const { value: nearly } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('""', '"x"', '"\\u0078"', '"\\ud800"', '"é"', '"\\\\ud800"', 'true', 'null'),
      fc.constantFrom('0', '-0', '1', '1.0', '1e2', '1e20', '1e21', '9007199254740993'),
      fc.constantFrom('-1', '-10', '60', '6e1', '3600', '36e2', '101', '0.5', '9007199254740991'),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    object: fc
      .array(
        fc.tuple(
          fc.constantFrom('"a"', '"b"', '"c"', '"9"', '"10"', '""', '" "', '"é"'),
          tie('value'),
        ),
        { maxLength: 4 },
      )
      .chain((members) =>
        fc.constantFrom(
          members,
          members.toSorted(([a], [b]) => (a < b ? -1 : 1)),
        ),
      )
      .chain((members) =>
        fc.constantFrom('', '', ' ').map((blank) => {
          const texts = members.map(([name, text]) => `${name}:${blank}${text}`)
          return `{${texts.join(`,${blank}`)}}`
        }),
      ),
  }))

  it('cuts canonical text into what it would write, and accepts and refuses the same texts', () => {
    let cuts = 0
    fc.assert(
      fc.property(nearly, (text) => {
        const cut = read(text, { isCut: true })
        expect(cut).toEqual(read(text, { isCut: false }))
        if (typeof cut === 'string') return
        expect(cut.text).toBe(canonicalize(parseStrict(text)))
        if (cut.text === text) cuts++
      }),
      { numRuns: 3000 },
    )
    expect(cuts).toBeGreaterThan(50)
  })

  it.each([
    ['a number with a shorter spelling, and a blank', '{"a":36e2,"b":1e3 ,"c":3}'],
    ['a duplicate as long as a number is short', '{"a":1e20,"b":"0123456789","b":"0123456789"}'],
    ['names that JavaScript puts in order', '{"10":"x","9":"x"}'],
    ['names that JavaScript moves', '{"9":"x","10":"x"}'],
    ['a name before the digits', '{" ":"x","1":"x"}'],
    ['an escape that saves nothing', '{"a":"\\n"}'],
    ['an escape as long as a blank', '{"a": "\\/"}'],
    ['nothing', '{}'],
    ['a blank', '{ }'],
    ['an empty object within', '{"a":{},"b":[],"c":[[]]}'],
  ])('reads %s as it would without cutting', (_name, text) => {
    expect(read(text, { isCut: true })).toEqual(read(text, { isCut: false }))
  })
})
