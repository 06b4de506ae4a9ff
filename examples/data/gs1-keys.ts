// GS1 keys of the data set. Prefix 952 is GS1's own for demonstrations: no real thing ever has such a number.
import { checkDigit, digitalLink } from '@dpp/core'

const COMPANY = '9521234'

/** The GLN (13 digits) of the company's place with this number. */
export function demoGln(place: number): string {
  return withCheckDigit(`${COMPANY}${String(place).padStart(5, '0')}`)
}

/** The GTIN (14 digits) of the company's trade item with this number. */
export function demoGtin(item: number): string {
  return withCheckDigit(`0${COMPANY}${String(item).padStart(5, '0')}`)
}

/** The Digital Link of one piece: `https://id.gs1.org/01/09521234501008/21/W25-000001`. */
export function demoItem(item: number, letter: string, number: number): string {
  return digitalLink({
    gtin: demoGtin(item),
    serial: `${letter}25-${String(number).padStart(6, '0')}`,
  })
}

function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits)
}
