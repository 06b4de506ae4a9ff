import { Point } from '@noble/ed25519'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodePoint } from './backend.portable.ts'
import { verifyEd25519 } from './ed25519.ts'
import { findSodium } from './sodium.node.ts'
import { isTorsionFree } from './torsion.node.ts'

const order = Point.CURVE().n

/** By every implementation that a key may meet: none may let in what another refuses. */
function isSound(key: Uint8Array): boolean {
  const sound = isTorsionFree(key)
  const bySodium = findSodium()?.crypto_core_ed25519_is_valid_point(key)
  if (bySodium !== undefined) expect(bySodium).toBe(sound)
  return sound
}
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

it('answers as the multiplication of points by the order does', () => {
  fc.assert(
    fc.property(bytes32, (key) => {
      const point = decodePoint(key)
      if (point === undefined) {
        // Not a point: the signature check decodes the key again and refuses.
        const signature = new Uint8Array(64).fill(2)
        expect(verifyEd25519(key, key, signature, { backend: 'node:crypto' })).toBe(false)
        return
      }
      const torsion = point.multiply(order - 1n).add(point)
      expect(isSound(key)).toBe(torsion.is0() && !point.is0())
      // The torsion part itself, and an honest point with it, with either sign of x.
      for (const weak of [torsion.toBytes(), Point.BASE.multiply(5n).add(torsion).toBytes()]) {
        const isHonest = torsion.is0() && weak[0] !== 1
        expect(isSound(weak)).toBe(isHonest)
        weak[31] = (weak[31] as number) ^ 0x80
        expect(isSound(weak)).toBe(isHonest)
      }
    }),
    { numRuns: 300 },
  )
})

it('refuses encodings of y that are not below the field prime', () => {
  for (let low = 0xed; low <= 0xff; low += 1) {
    const key = new Uint8Array(32).fill(0xff)
    key[0] = low
    key[31] = 0x7f
    expect(isSound(key)).toBe(false)
  }
})
