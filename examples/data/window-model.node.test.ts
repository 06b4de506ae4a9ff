import { isDecimal } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { buildUp, glazings, glazingU } from './glazing.ts'
import { createRandom } from './random.ts'
import { chooseDesign, modelWindow, windowU } from './window-model.ts'

const seed = new Uint8Array(32).fill(7)
const models = Array.from({ length: 500 }, (_, window) =>
  modelWindow(chooseDesign(createRandom(seed, `design:${window}`))),
)

describe('glazing', () => {
  it('has the U-values by EN 673 that makers of such units declare', () => {
    const declared = glazings.map((glazing) => [buildUp(glazing), glazingU(glazing).toFixed(1)])
    expect(declared).toEqual([
      ['4/16Ar/4', '1.1'],
      ['4/12Ar/4/12Ar/4', '0.7'],
      ['4/14Ar/4/14Ar/4', '0.6'],
      ['4/16Ar/4/16Ar/4', '0.6'],
      ['4/18Ar/4/18Ar/4', '0.5'],
      ['6/16Ar/4/16Ar/6', '0.6'],
    ])
  })

  it('insulates less with air between bare panes', () => {
    const bare = { ...glazings[0], gas: 'air', emissivity: 0.837, gapMm: 12 } as const
    expect(glazingU(bare)).toBeCloseTo(2.85, 2)
  })
})

describe('window', () => {
  it('has the U-value by EN ISO 10077-1 of an example that was reckoned by hand', () => {
    // 1.23 m × 1.48 m, frame 0.114 m: Ag = 1.002 × 1.252, Af = 1.8204 − Ag, lg = 2 (1.002 + 1.252).
    const values = { glassArea: 1.254504, frameArea: 0.565896, perimeter: 4.508 }
    expect(windowU({ ...values, ug: 0.6, uf: 1.0, psi: 0.06 })).toBeCloseTo(0.8729, 4)
  })

  it('follows from its declared parts, in U-value, areas and mass', () => {
    for (const { window, pane, frame } of models) {
      const [area, edge] = [window, pane].map(
        (each) => Number(each.widthMm) * Number(each.heightMm),
      )
      const uw = windowU({
        glassArea: Number(window.glassAreaM2),
        frameArea: Number(window.frameAreaM2),
        perimeter: Number(window.glassPerimeterM),
        ug: Number(pane.ug),
        uf: Number(frame.uf),
        psi: Number(window.psi),
      })
      expect(Math.abs(Number(window.uw) - uw)).toBeLessThan(0.0055) // Half a unit of its last decimal.
      const sum = Number(window.glassAreaM2) + Number(window.frameAreaM2)
      expect(Math.abs(sum - (area ?? 0) / 1e6)).toBeLessThan(0.0011)
      expect((edge ?? 0) / 1e6).toBeGreaterThan(Number(window.glassAreaM2)) // The pane sits in the frame.
      const parts = Number(pane.massKg) + Number(frame.massKg) + Number(window.fittingsKg)
      expect(window.massKg).toBe(parts.toFixed(1))
    }
  })

  it('lies in the range of windows that are sold, in decimal strings', () => {
    for (const { window, pane, frame } of models) {
      const numbers = [...Object.values(window), pane.ug, pane.massKg, pane.gValue, frame.uf]
      expect(numbers.filter((text) => !isDecimal(text))).toEqual([])
      expect(Number(window.uw)).toBeGreaterThan(0.6)
      expect(Number(window.uw)).toBeLessThan(1.7)
      expect(Number(window.massKg)).toBeGreaterThan(15)
      expect(Number(window.massKg)).toBeLessThan(170)
    }
  })

  it('is the same again from the same seed, and another from another', () => {
    const again = modelWindow(chooseDesign(createRandom(seed, 'design:3')))
    expect(again).toEqual(models[3])
    expect(new Set(models.map((model) => JSON.stringify(model))).size).toBeGreaterThan(490)
  })
})
