// Multiples of one fixed point by the comb method (Lim and Lee, 1994): a table of 32 sums, then 51 doublings per product
// instead of 253. It pays from the first signature of a key, whose test for torsion is such a product too.
import { Point } from '@noble/ed25519'

/** Sums of the point's multiples by 2^0, 2^51, 2^102, 2^153, 2^204: entry i has those whose bit is set in i. */
export type Comb = readonly Point[]

const teeth = 5
const columns = 51 // 5 · 51 = 255 bits: room for every scalar up to the group order.

/** Precomputes the comb of `point`. */
export function createComb(point: Point): Comb {
  const table = [Point.ZERO]
  let tooth = point
  for (let j = 0; j < teeth; j++) {
    for (let i = 0, size = table.length; i < size; i++) table.push((table[i] as Point).add(tooth))
    if (j < teeth - 1) for (let i = 0; i < columns; i++) tooth = tooth.double()
  }
  return table
}

/** scalar · point, for 0 ≤ scalar < 2^255. Time depends on the scalar: for public values only. */
export function multiplyComb(comb: Comb, scalar: bigint): Point {
  const bits = scalar.toString(2).padStart(teeth * columns, '0')
  let sum = Point.ZERO
  for (let column = 0; column < columns; column++) {
    sum = sum.double()
    let entry = 0
    // The first characters are the highest bits, which belong to the last tooth.
    for (let j = 0; j < teeth; j++) entry = entry * 2 + (bits.charCodeAt(j * columns + column) & 1)
    if (entry !== 0) sum = sum.add(comb[entry] as Point)
  }
  return sum
}
