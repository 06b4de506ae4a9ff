// Insulating glass units: build-up, thermal transmittance by EN 673, mass.

/** A unit as it is sold: panes of float glass from outside to inside, with gas-filled gaps between them. */
export type Glazing = {
  readonly code: string
  /** From outside to inside. */
  readonly panesMm: readonly number[]
  readonly gapMm: number
  readonly gas: 'argon' | 'air'
  /** Emissivity of the coated side of each gap; 0.837 where it is bare glass. */
  readonly emissivity: number
  /** Solar factor and light transmittance of the coating system (EN 410), as the maker of the glass declares them. */
  readonly gValue: string
  readonly lightTransmittance: string
}

const BARE = 0.837

export const glazings: readonly [Glazing, ...Glazing[]] = [
  unit('2-16Ar', [4, 4], 16, '0.62', '0.81'),
  unit('3-12Ar', [4, 4, 4], 12, '0.53', '0.74'),
  unit('3-14Ar', [4, 4, 4], 14, '0.53', '0.74'),
  unit('3-16Ar', [4, 4, 4], 16, '0.53', '0.74'),
  unit('3-18Ar', [4, 4, 4], 18, '0.53', '0.74'),
  unit('3-16Ar-6', [6, 4, 6], 16, '0.50', '0.72'),
]

function unit(
  code: string,
  panesMm: readonly number[],
  gapMm: number,
  gValue: string,
  lightTransmittance: string,
): Glazing {
  return { code, panesMm, gapMm, gas: 'argon', emissivity: 0.03, gValue, lightTransmittance }
}

/** `4/16Ar/4` */
export function buildUp({ panesMm, gapMm, gas }: Glazing): string {
  return panesMm.join(`/${gapMm}${gas === 'argon' ? 'Ar' : ''}/`)
}

export function thicknessMm({ panesMm, gapMm }: Glazing): number {
  return panesMm.reduce((sum, pane) => sum + pane, 0) + (panesMm.length - 1) * gapMm
}

/** EN 572-1: soda-lime glass has 2,500 kg/m³, so 2.5 kg for each m² and mm. */
export function massPerArea({ panesMm }: Glazing): number {
  return 2.5 * panesMm.reduce((sum, pane) => sum + pane, 0)
}

/**
 * Thermal transmittance of the middle of the pane in W/(m²K), EN 673:2011, vertical: 1/U = 1/he + Σ 1/hs + Σ d·r + 1/hi.
 *
 * Each gap has the same coating, so that the 15 K between the outermost panes divide evenly (§5.3.3, first iteration exact).
 */
export function glazingU({ panesMm, gapMm, gas, emissivity }: Glazing): number {
  const gaps = panesMm.length - 1
  const perGap = 1 / (radiation(emissivity) + convection(gas, gapMm / 1000, 15 / gaps))
  const glass = panesMm.reduce((sum, pane) => sum + pane / 1000, 0) * 1.0 // §6.2: r = 1.0 mK/W
  return 1 / (1 / 25 + gaps * perGap + glass + 1 / 7.7) // §8: he = 25, hi = 7.7 for bare inner surfaces
}

const MEAN_KELVIN = 283

/** EN 673 §5.3.2: radiation between a coated and a bare side. */
function radiation(emissivity: number): number {
  return (4 * 5.67e-8 * MEAN_KELVIN ** 3) / (1 / emissivity + 1 / BARE - 1)
}

type Gas = {
  readonly density: number
  readonly viscosity: number
  readonly conductivity: number
  readonly heatCapacity: number
}

// EN 673 table 1, at 10 °C.
const air: Gas = { density: 1.232, viscosity: 1.761e-5, conductivity: 2.496e-2, heatCapacity: 1008 }
const argon: Gas = {
  density: 1.699,
  viscosity: 2.164e-5,
  conductivity: 1.684e-2,
  heatCapacity: 519,
}

/** §5.3.4: 90 % argon and 10 % air; each property by volume. */
const filling: Gas = {
  density: mix('density'),
  viscosity: mix('viscosity'),
  conductivity: mix('conductivity'),
  heatCapacity: mix('heatCapacity'),
}

function mix(property: keyof Gas): number {
  return 0.9 * argon[property] + 0.1 * air[property]
}

/** §5.3.3: Nu = 0.035 (Gr·Pr)^0.38 for vertical glazing, at least 1. */
function convection(gas: Glazing['gas'], gapMetres: number, differenceKelvin: number): number {
  const { density, viscosity, conductivity, heatCapacity } = gas === 'argon' ? filling : air
  const grashof =
    (9.81 * gapMetres ** 3 * differenceKelvin * density ** 2) / (MEAN_KELVIN * viscosity ** 2)
  const prandtl = (viscosity * heatCapacity) / conductivity
  const nusselt = Math.max(1, 0.035 * (grashof * prandtl) ** 0.38)
  return (nusselt * conductivity) / gapMetres
}
