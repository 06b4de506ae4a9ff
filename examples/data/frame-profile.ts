// Frames: profile systems with their thermal transmittance and mass, and the linear loss where glass meets frame.

export type FrameProfile = {
  readonly code: string
  readonly material: string
  /** Thermal transmittance of frame and sash together, W/(m²K): by EN ISO 10077-2, as the maker of the profile declares it. */
  readonly u: string
  /** Width of frame and sash together that is seen from inside. */
  readonly visibleMm: number
  /** Frame and sash with gaskets and reinforcement. */
  readonly kilogramsPerMetre: string
  /** EN ISO 10077-1:2017 annex G distinguishes wood and plastic from metal with a thermal break. */
  readonly group: 'wood-or-plastic' | 'metal-with-break'
  readonly recycledShare: string
}

export const frameProfiles: readonly [FrameProfile, ...FrameProfile[]] = [
  profile('W78', 'spruce', '1.1', 118, '4.9', 'wood-or-plastic', '0.00'),
  profile('W92', 'larch', '0.93', 120, '6.1', 'wood-or-plastic', '0.00'),
  profile('WA90', 'spruce with aluminium shell', '0.95', 116, '6.4', 'wood-or-plastic', '0.12'),
  profile('P82', 'PVC-U with steel', '1.0', 114, '4.6', 'wood-or-plastic', '0.45'),
  profile('A75', 'aluminium with thermal break', '1.4', 104, '5.2', 'metal-with-break', '0.75'),
]

function profile(
  code: string,
  material: string,
  u: string,
  visibleMm: number,
  kilogramsPerMetre: string,
  group: FrameProfile['group'],
  recycledShare: string,
): FrameProfile {
  return { code, material, u, visibleMm, kilogramsPerMetre, group, recycledShare }
}

export type Spacer = 'aluminium' | 'warm edge'

// EN ISO 10077-1:2017 tables G.1 (normal spacers) and G.2 (thermally improved), low-emissivity coated units; W/(mK).
const linearLoss: Readonly<Record<Spacer, Readonly<Record<FrameProfile['group'], string>>>> = {
  aluminium: { 'wood-or-plastic': '0.08', 'metal-with-break': '0.11' },
  'warm edge': { 'wood-or-plastic': '0.06', 'metal-with-break': '0.08' },
}

/** Linear thermal transmittance of the edge of the glass, W/(mK). */
export function edgeLoss({ group }: FrameProfile, spacer: Spacer): string {
  return linearLoss[spacer][group]
}
