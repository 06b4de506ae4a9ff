import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didToUrl, formatDid, implicitBaseUrl, parseDid, witnessUrl } from './did.ts'

const scid = 'QmPEQVM1JPTyrvEgBcDXwjK4TeyLGSX1PxjgyeAisdWM1p'
const did = (rest: string): string => `did:webvh:${scid}:${rest}`

// did:webvh v1.0, "The DID to HTTPS Transformation": its examples; Unicode percent-encoded, as the ABNF demands.
const urls: readonly (readonly [string, string])[] = [
  ['example.com', 'https://example.com/.well-known/did.jsonl'],
  ['issuer.example.com', 'https://issuer.example.com/.well-known/did.jsonl'],
  ['example.com:dids:issuer', 'https://example.com/dids/issuer/did.jsonl'],
  ['example.com%3A3000:dids:issuer', 'https://example.com:3000/dids/issuer/did.jsonl'],
  ['example.com%3a3000', 'https://example.com:3000/.well-known/did.jsonl'],
  ['example.com%3A443', 'https://example.com:443/.well-known/did.jsonl'],
  [
    `${encodeURIComponent('jp納豆')}.${encodeURIComponent('例')}.jp:${encodeURIComponent('用户')}`,
    'https://xn--jp-cd2fp15c.xn--fsq.jp/%E7%94%A8%E6%88%B7/did.jsonl',
  ],
  [`example.com:.well-known:did:${scid}`, `https://example.com/.well-known/did/${scid}/did.jsonl`],
  ['xn--jp-cd2fp15c.xn--fsq.jp', 'https://xn--jp-cd2fp15c.xn--fsq.jp/.well-known/did.jsonl'],
  ['xn--mnchen-3ya.example', 'https://xn--mnchen-3ya.example/.well-known/did.jsonl'],
  ['EXAMPLE.com:A', 'https://example.com/A/did.jsonl'],
  ['example.com:a%7eb', 'https://example.com/a~b/did.jsonl'],
  ['example.com:a%2525b', 'https://example.com/a%2525b/did.jsonl'],
  ['example.com:...', 'https://example.com/.../did.jsonl'],
  ['example.com:a%3Bb%28', 'https://example.com/a%3Bb%28/did.jsonl'],
]

const refused: readonly string[] = [
  '',
  'localhost',
  'localhost%3A3000',
  'example',
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '127.0.0.0x1',
  '%31%32%37.0.0.1',
  '%5B%3A%3A1%5D',
  `${encodeURIComponent('１２７')}.0.0.1`,
  'example.com.',
  '.example.com',
  'example..com',
  '-a.example.com',
  'a-.example.com',
  'a_b.example.com',
  'a%5Fb.example.com',
  'example%2Ecom',
  'a%2Eb.example.com',
  `example${encodeURIComponent('․')}com`,
  `example${encodeURIComponent('。')}com`,
  `${encodeURIComponent('I♥NY')}.de`,
  `${encodeURIComponent('💩')}.la`,
  'xn--a.example.com',
  'xn--.example.com',
  'xn--ls8h.la',
  'xn--a-.example.com',
  'xn--999999999999.example.com',
  'jp納豆.例.jp',
  'example.com%3A',
  'example.com%3A0',
  'example.com%3A65536',
  'example.com%3A123456',
  'example.com%3A80%3A90',
  'example%3A80.com',
  'example.com%3Aabc',
  'example.com%253A80',
  'user%40example.com',
  'example.com%2Fa',
  'example.com%00',
  'example.com%C3%28',
  'example.com%zz',
  'example.com%4',
  'example.com:',
  'example.com::a',
  'example.com:.',
  'example.com:..',
  'example.com:%2e%2E',
  'example.com:%2E',
  'example.com:a%2Fb',
  'example.com:a%5cb',
  'example.com:a%00',
  'example.com:%20a',
  'example.com:a%20',
  'example.com:%C2%A0a',
  'example.com:a%C3',
  'example.com:a~b',
  'example.com/path',
  'example.com?versionId=1',
  'example.com#key',
  `${'a'.repeat(64)}.com`,
  `${'a.'.repeat(126)}abc`,
  `example.com:${'a'.repeat(2048)}`,
]

describe('parseDid', () => {
  it.each(urls)('%s', (rest, url) => {
    expect(didToUrl(did(rest))).toBe(url)
    expect(witnessUrl(did(rest))).toBe(url.replace(/did\.jsonl$/, 'did-witness.json'))
  })

  it.each(refused)('refuses %s', (rest) => {
    expect(() => parseDid(did(rest))).toThrow(
      expect.objectContaining({ code: 'ERR_DPP_DID_INVALID' }),
    )
  })

  it.each([
    `did:WEBVH:${scid}:example.com`,
    `DID:webvh:${scid}:example.com`,
    'did:webvh:example.com',
    'did:webvh:{SCID}:example.com',
    `did:webvh:${scid.slice(1)}:example.com`,
    `did:webvh:${scid}1:example.com`,
    `did:webvh:${scid.replace('P', '0')}:example.com`,
    `did:web:example.com`,
    ` ${did('example.com')}`,
    `${did('example.com')}\n`,
  ])('refuses %j', (text) => {
    expect(() => parseDid(text)).toThrow(expect.objectContaining({ code: 'ERR_DPP_DID_INVALID' }))
  })

  it('gives back what was formatted', () => {
    const label = fc.stringMatching(/^[a-z0-9]{1,10}$/)
    const segment = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => {
      return !/\p{Cs}/u.test(text) && text.trim() === text && !/[/\\\0]|^\.\.?$|\{SCID\}/.test(text)
    })
    const parts = fc.record({
      domain: fc.tuple(label, label).map((labels) => `${labels.join('.')}.com`),
      port: fc.integer({ min: 1, max: 65_535 }),
      path: fc.array(segment, { maxLength: 4 }),
    })
    fc.assert(
      fc.property(parts, (given) => {
        const text = formatDid({ ...given, scid })
        expect(parseDid(text)).toEqual({ ...given, did: text, scid })
        expect(new URL(didToUrl(text)).pathname).toMatch(/\/did\.jsonl$/)
      }),
    )
  })

  it('throws nothing but its code, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webPath()), (text) => {
        for (const each of [text, did(text)]) {
          try {
            didToUrl(each)
          } catch (error) {
            expect(error).toMatchObject({ code: 'ERR_DPP_DID_INVALID' })
          }
        }
      }),
    )
  })
})

describe('implicitBaseUrl', () => {
  it('is the folder without .well-known', () => {
    expect(implicitBaseUrl(did('example.com'))).toBe('https://example.com/')
    expect(implicitBaseUrl(did('example.com:dids'))).toBe('https://example.com/dids/')
    expect(implicitBaseUrl(did(`example.com:.well-known:did:x`))).toBe('https://example.com/did/x/')
  })
})
