// Named places in which fault tests kill the process (the fault table: K1 to K12). Inert unless DPP_CRASH_AT is set.

/** Reports that the program passes the point `name`; ends the process there when the configuration asks for it. */
export type CrashPoint = (name: CrashPointName) => void

export type CrashPointName = (typeof crashPointNames)[number]

/** The points in the order in which an event meets them. */
export const crashPointNames = [
  'K1', // parsed and verified, not yet in the journal
  'K2', // in the journal, not yet answered
  'K3', // deliveries claimed, nothing signed
  'K4', // tree built and checked, root not recorded
  'K5', // batch recorded: leaves, order and root
  'K6', // transaction signed and recorded, not sent
  'K7', // transaction sent, its sending not recorded
  'K8', // sent and recorded, not mined
  'K9', // mined, not recorded as such
  'K10', // between two published files
  'K11', // everything published, batch not settled
  'K12', // entries signed and recorded, no log published
] as const

/**
 * Makes the hook for `spec`: a point (`K5`), or a point and which of its passages (`K10@3`).
 *
 * `kill` must not return: it sends SIGKILL, so that no handler, flush or `finally` of ours runs.
 */
export function createCrashPoint(spec: string | undefined, kill: () => void): CrashPoint {
  if (spec === undefined) return () => {}
  const [point, passage = '1'] = spec.split('@')
  let left = Number(passage)
  return (name) => {
    if (name !== point) return
    left -= 1
    if (left === 0) kill()
  }
}

/** Whether `spec` names a point that exists. */
export function isCrashSpec(spec: string): boolean {
  const [point, passage = '1', ...rest] = spec.split('@')
  const known = crashPointNames.some((name) => name === point)
  return known && rest.length === 0 && /^[1-9][0-9]{0,6}$/.test(passage)
}
