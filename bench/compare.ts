// Fair comparison on a noisy machine: contenders take turns, round by round; reported are medians, and ratios of one run.

/** One job done by several contenders. */
export type Result = {
  readonly title: string
  readonly unit: string
  readonly rows: readonly Row[]
  /** Promises about these figures, each with what was measured. */
  readonly owed?: readonly {
    readonly promise: string
    readonly measured: string
    readonly holds: boolean
  }[]
}

/** A contender's median time for one unit, and how many times the first contender's that is. */
export type Row = { readonly name: string; readonly medianMicros: number; readonly ratio: number }

/** Does the job `units` times; returns when it is done. */
export type Contender = () => void | Promise<void>

/**
 * Times each contender `rounds` times, in turns, after one round of warming up. A contender is repeated within a round until it
 * took `minMs`.
 */
export async function compare(
  title: string,
  contenders: { readonly [name: string]: Contender },
  options: {
    readonly units?: number
    readonly unit?: string
    readonly rounds?: number
    readonly minMs?: number
  } = {},
): Promise<Result> {
  const { units = 1, unit = 'operation', rounds = 11, minMs = 60 } = options
  const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      let repeats = 0
      const start = performance.now()
      let elapsed = 0
      while (elapsed < minMs) {
        const done = contender()
        if (done !== undefined) await done
        repeats++
        elapsed = performance.now() - start
      }
      if (round >= 0) times.get(name)?.push((elapsed * 1000) / repeats / units)
    }
  }
  const medians = [...times].map(([name, all]) => ({ name, medianMicros: median(all) }))
  const first = medians[0]?.medianMicros ?? Number.NaN
  return { title, unit, rows: medians.map((row) => ({ ...row, ratio: row.medianMicros / first })) }
}

/** The median time of a contender of `result`. */
export function medianOf(result: Result, name: string): number {
  const row = result.rows.find((one) => one.name === name)
  if (row === undefined) throw new Error(`no contender ${name} in ${result.title}`)
  return row.medianMicros
}

/** The result as text: one row a contender, then what was promised. */
export function formatTable({ title, unit, rows, owed = [] }: Result): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const lines = rows.map(({ name, medianMicros, ratio }) => {
    const perSecond = Math.round(1e6 / medianMicros)
    const columns = [
      name.padEnd(width),
      `${medianMicros.toFixed(medianMicros < 100 ? 2 : 0).padStart(10)} µs`,
      `${perSecond.toLocaleString('en').padStart(11)}/s`,
      `× ${ratio.toFixed(2)}`.padStart(9),
    ]
    return `  ${columns.join('  ')}`
  })
  const promises = owed.map(
    ({ promise, measured, holds }) => `  ${holds ? 'holds' : 'FAILS'}: ${promise}: ${measured}`,
  )
  return `${title} (per ${unit})\n${[...lines, ...promises].join('\n')}\n`
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
