// The fee rules by themselves: anvil accepts replacements that live nodes refuse, so the rule is tested without it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FeeOptions, firstFees, replacementFees } from './fees.ts'

const gwei = 1_000_000_000n
const cap = 100n * gwei
const options: FeeOptions = { maxFeePerGasWei: cap }
const market = fc.record({
  baseFee: fc.bigInt({ min: 0n, max: 200n * gwei }),
  suggestedTip: fc.bigInt({ min: 0n, max: 50n * gwei }),
})

describe('fees', () => {
  it('leave room for a doubled base fee, never above the cap, with a tip inside its bounds', () => {
    fc.assert(
      fc.property(market, (now) => {
        const fees = firstFees(now, options)
        if (fees === undefined) {
          expect(now.baseFee + 3n * gwei).toBeGreaterThan(cap)
          return
        }
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(cap)
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(now.baseFee + fees.maxPriorityFeePerGas)
        expect(fees.maxPriorityFeePerGas).toBeGreaterThan(0n)
        expect(fees.maxPriorityFeePerGas).toBeLessThanOrEqual(3n * gwei)
      }),
    )
  })

  it('of a replacement rise by 12.5 % each and cover twice the base fee, or it waits', () => {
    fc.assert(
      fc.property(market, market, (before, now) => {
        const previous = firstFees(before, options)
        if (previous === undefined) return
        const fees = replacementFees(previous, now, options)
        if (fees === undefined) {
          const least = (previous.maxFeePerGas * 9n) / 8n
          const tips = (previous.maxPriorityFeePerGas * 9n) / 8n + 3n * gwei
          expect(least > cap - 2n || 2n * now.baseFee + tips > cap - 2n).toBe(true)
          return
        }
        expect(fees.maxFeePerGas * 8n).toBeGreaterThanOrEqual(previous.maxFeePerGas * 9n)
        expect(fees.maxPriorityFeePerGas * 8n).toBeGreaterThanOrEqual(
          previous.maxPriorityFeePerGas * 9n,
        )
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(2n * now.baseFee)
        expect(fees.maxFeePerGas).toBeGreaterThanOrEqual(fees.maxPriorityFeePerGas)
        expect(fees.maxFeePerGas).toBeLessThanOrEqual(cap)
      }),
    )
  })

  it('rise from nothing, too', () => {
    const nothing = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n }
    const quiet = { baseFee: 0n, suggestedTip: 0n }
    const fees = replacementFees(nothing, quiet, { ...options, minPriorityFeeWei: 0n })
    expect(fees).toEqual({ maxFeePerGas: 1n, maxPriorityFeePerGas: 1n })
  })
})
