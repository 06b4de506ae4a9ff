import { expect, it } from 'vitest'
import { isAccepted, readLicences } from './licences.ts'

it('every production dependency has a licence that goes together with Apache-2.0', () => {
  const rows = readLicences()
  expect(rows.flatMap(({ names }) => names)).toContain('@noble/hashes')
  expect(rows.filter(({ licence }) => !isAccepted(licence))).toEqual([])
})

it('reads SPDX expressions', () => {
  expect(['MIT', '(MIT OR GPL-3.0-only)', 'MIT AND ISC'].every(isAccepted)).toBe(true)
  expect(['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'UNKNOWN', ''].some(isAccepted)).toBe(false)
})
