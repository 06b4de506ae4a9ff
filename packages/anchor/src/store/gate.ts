// Bounded parallelism: so many works at a time, the others wait in the order of their calls.

export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Makes a gate through which at most `most` works run at a time. */
export function createGate(most: number): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < most) running++
    else await new Promise<void>((resolve) => waiting.push(resolve)) // Takes over the place of who ends.
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
