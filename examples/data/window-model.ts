// One window as it is built: sizes, glass, frame, and what follows from them. U by EN ISO 10077-1:2017, masses by geometry.

import { edgeLoss, type FrameProfile, frameProfiles, type Spacer } from './frame-profile.ts'
import { buildUp, type Glazing, glazings, glazingU, massPerArea, thicknessMm } from './glazing.ts'
import type { Random } from './random.ts'

/** What was chosen; everything else about a window follows. */
export type WindowDesign = {
  readonly widthMm: number
  readonly heightMm: number
  readonly glazing: Glazing
  readonly frame: FrameProfile
  readonly spacer: Spacer
}

/** Values as they are declared in events: decimal strings, rounded once, here. */
export type WindowModel = {
  readonly design: WindowDesign
  readonly pane: PaneValues
  readonly frame: FrameValues
  readonly window: WindowValues
}

export type PaneValues = {
  readonly buildUp: string
  readonly widthMm: string
  readonly heightMm: string
  readonly thicknessMm: string
  readonly massKg: string
  /** W/(m²K), EN 673; declared with one decimal as EN 673 §9.2 wants it. */
  readonly ug: string
  readonly gValue: string
  readonly lightTransmittance: string
  readonly spacer: string
}

export type FrameValues = {
  readonly profile: string
  readonly material: string
  readonly massKg: string
  /** W/(m²K) */
  readonly uf: string
  readonly recycledShare: string
}

export type WindowValues = {
  readonly widthMm: string
  readonly heightMm: string
  /** Pane, frame and fittings. */
  readonly massKg: string
  readonly fittingsKg: string
  readonly glassAreaM2: string
  readonly frameAreaM2: string
  readonly glassPerimeterM: string
  /** W/(mK), EN ISO 10077-1 annex G. */
  readonly psi: string
  /** W/(m²K), two decimals. */
  readonly uw: string
}

const EDGE_COVER_MM = 15 // How deep the pane sits in the frame: hidden on each side.
const FITTINGS_KG = 4.2

export function chooseDesign(random: Random): WindowDesign {
  return {
    widthMm: 10 * random.integer(60, 150),
    heightMm: 10 * random.integer(80, 180),
    glazing: random.pick(glazings),
    frame: random.pick(frameProfiles),
    spacer: random.pick(['warm edge', 'warm edge', 'warm edge', 'aluminium'] as const),
  }
}

/**
 * Computes a window from its design. What one value says follows from the others as they are declared: Uw from the declared
 * Ug and Uf, the window's mass from the declared masses of its parts.
 */
export function modelWindow(design: WindowDesign): WindowModel {
  const { widthMm, heightMm, glazing, frame, spacer } = design
  const glassWidth = (widthMm - 2 * frame.visibleMm) / 1000
  const glassHeight = (heightMm - 2 * frame.visibleMm) / 1000
  const glassArea = glassWidth * glassHeight
  const frameArea = (widthMm * heightMm) / 1e6 - glassArea
  const perimeter = 2 * (glassWidth + glassHeight)

  const paneWidthMm = widthMm - 2 * (frame.visibleMm - EDGE_COVER_MM)
  const paneHeightMm = heightMm - 2 * (frame.visibleMm - EDGE_COVER_MM)
  const paneKg = round(((paneWidthMm * paneHeightMm) / 1e6) * massPerArea(glazing), 1)
  const frameKg = round(((2 * (widthMm + heightMm)) / 1000) * Number(frame.kilogramsPerMetre), 1)

  const ug = round(glazingU(glazing), 1)
  const psi = edgeLoss(frame, spacer)
  const uw = windowU({ glassArea, frameArea, perimeter, ug, uf: Number(frame.u), psi: Number(psi) })
  return {
    design,
    pane: {
      buildUp: buildUp(glazing),
      widthMm: String(paneWidthMm),
      heightMm: String(paneHeightMm),
      thicknessMm: String(thicknessMm(glazing)),
      massKg: paneKg.toFixed(1),
      ug: ug.toFixed(1),
      gValue: glazing.gValue,
      lightTransmittance: glazing.lightTransmittance,
      spacer,
    },
    frame: {
      profile: frame.code,
      material: frame.material,
      massKg: frameKg.toFixed(1),
      uf: frame.u,
      recycledShare: frame.recycledShare,
    },
    window: {
      widthMm: String(widthMm),
      heightMm: String(heightMm),
      massKg: (paneKg + frameKg + FITTINGS_KG).toFixed(1),
      fittingsKg: FITTINGS_KG.toFixed(1),
      glassAreaM2: glassArea.toFixed(3),
      frameAreaM2: frameArea.toFixed(3),
      glassPerimeterM: perimeter.toFixed(3),
      psi,
      uw: uw.toFixed(2),
    },
  }
}

/** EN ISO 10077-1:2017 formula (1) for one pane and one frame: (Ag·Ug + Af·Uf + lg·Ψg) / (Ag + Af). */
export function windowU(values: {
  readonly glassArea: number
  readonly frameArea: number
  readonly perimeter: number
  readonly ug: number
  readonly uf: number
  readonly psi: number
}): number {
  const { glassArea, frameArea, perimeter, ug, uf, psi } = values
  return (glassArea * ug + frameArea * uf + perimeter * psi) / (glassArea + frameArea)
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
