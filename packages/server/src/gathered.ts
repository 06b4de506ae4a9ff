// Work that is cheaper for many at once than for each alone.
import { invariant } from '@dpp/core'

/**
 * Makes a function for one input out of `work` for many: the inputs of one turn of the event loop go to `work` together, at
 * most `most` of them at a time. `work` answers in the inputs' order; when it rejects, all of them reject.
 */
export function gathered<Input, Output>(
  work: (inputs: readonly Input[]) => Promise<readonly Output[]>,
  most = Number.POSITIVE_INFINITY,
): (input: Input) => Promise<Output> {
  type Waiting = {
    readonly input: Input
    readonly resolve: (output: Output) => void
    readonly reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []
  function start(): void {
    if (waiting.length === 0) return // They were enough before their turn came.
    const taken = waiting
    waiting = []
    void answer(taken)
  }
  // Rejects never: each of those who asked hears of the failure.
  async function answer(taken: readonly Waiting[]): Promise<void> {
    try {
      const outputs = await work(taken.map(({ input }) => input))
      invariant(outputs.length === taken.length, 'every input has an output')
      taken.forEach(({ resolve }, index) => {
        resolve(outputs[index] as Output)
      })
    } catch (error) {
      for (const { reject } of taken) reject(error)
    }
  }
  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject })
      if (waiting.length >= most) start()
      else if (waiting.length === 1) setImmediate(start)
    })
}
