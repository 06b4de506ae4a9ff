import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../../test/code-of.ts'
import { checkDigit, digitalLink, isGln, isGtin, locationLink, parseDigitalLink } from '../index.ts'

describe('GS1 keys', () => {
  it('have the check digits of the General Specifications', () => {
    // §7.9's example, then well-known keys.
    expect(checkDigit('629104150021')).toBe('3')
    expect(
      ['9521234543213', '4006381333931', '614141999996', '96385074', '09521234500018'].every(
        isGtin,
      ),
    ).toBe(true)
    expect(isGln('9521234000037')).toBe(true)
  })

  it('are refused with any one digit changed', () => {
    fc.assert(
      fc.property(fc.nat(13), fc.integer({ min: 1, max: 9 }), (at, by) => {
        const gtin = '09521234500018'
        const digit = (Number(gtin[at]) + by) % 10
        return !isGtin(gtin.slice(0, at) + digit + gtin.slice(at + 1))
      }),
    )
    for (const bad of [
      '',
      '952123454321',
      '95212345432130',
      '９521234543213',
      9521234543213,
      null,
    ]) {
      expect(isGtin(bad)).toBe(false)
      expect(isGln(bad)).toBe(false)
    }
    for (const bad of ['', 'x', '1'.repeat(18)])
      expect(codeOf(() => checkDigit(bad))).toBe('ERR_DPP_GS1_INVALID')
  })
})

describe('GS1 Digital Links', () => {
  it('round-trip every serial number that GS1 allows', () => {
    const characters = [...'!"%&\'()*+,-./0123456789:;<=>?ABCXYZ_abcxyz']
    const serials = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(serials, (serial) => {
        const link = digitalLink({ gtin: '9521234543213', serial })
        expect(parseDigitalLink(link)).toEqual({ gtin: '09521234543213', serial })
      }),
    )
    expect(digitalLink({ gtin: '09521234500018', serial: 'W26-000001' })).toBe(
      'https://id.gs1.org/01/09521234500018/21/W26-000001',
    )
  })

  it('name places and lots, on any domain', () => {
    expect(parseDigitalLink(locationLink('9521234000037'))).toEqual({ gln: '9521234000037' })
    expect(
      parseDigitalLink('https://windowco.example/some/path/01/09521234500018/10/LOT%2F1'),
    ).toEqual({
      gtin: '09521234500018',
      lot: 'LOT/1',
    })
    expect(parseDigitalLink('https://id.gs1.org/414/9521234000037/254/dock')).toEqual({
      gln: '9521234000037',
      extension: 'dock',
    })
  })

  it.each([
    'https://id.gs1.org/01/09521234500019/21/A',
    'https://id.gs1.org/01/9521234543213/21/A',
    'https://id.gs1.org/01/09521234500018/254/A',
    'https://id.gs1.org/414/9521234000037/21/A',
    'https://id.gs1.org/01/09521234500018/21/',
    'https://id.gs1.org/01/09521234500018/21/A?17=270101',
    'https://id.gs1.org/01/09521234500018/21/A/10/B',
    'https://id.gs1.org/01/09521234500018/21/%ZZ',
    'https://id.gs1.org/01/09521234500018/21/%F0%9F%98%80',
    `https://id.gs1.org/01/09521234500018/21/${'A'.repeat(21)}`,
    'https://user@id.gs1.org/01/09521234500018',
    'http://id.gs1.org/01/09521234500018',
    '01/09521234500018',
    undefined,
    7,
  ])('refuses %s', (uri) => {
    expect(codeOf(() => parseDigitalLink(uri as string))).toBe('ERR_DPP_GS1_INVALID')
  })

  it('are not made of wrong keys', () => {
    expect(codeOf(() => digitalLink({ gtin: '1', serial: 'A' }))).toBe('ERR_DPP_GS1_INVALID')
    expect(codeOf(() => digitalLink({ gtin: '09521234500018', serial: 'a b' }))).toBe(
      'ERR_DPP_GS1_INVALID',
    )
    expect(codeOf(() => locationLink('9521234000038'))).toBe('ERR_DPP_GS1_INVALID')
  })
})
