// One line of the conformance protocol: a request in, an answer out, whatever the line holds.
import { isDppError } from '@dpp/core'
import { operations, type Request } from './operations.ts'

/** Answers one line. Never throws. */
export async function answerLine(line: string): Promise<string> {
  let request: Request | undefined
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      request = value as Request
    }
    const operation = operations.get(String(request?.op))
    if (request === undefined || operation === undefined) return reply(request, unsupported)
    return reply(request, await operation(request))
  } catch (error) {
    // A request that breaks the protocol makes plain errors; what a package refuses has a code.
    return reply(request, isDppError(error) ? { error: error.code } : unsupported)
  }
}

const unsupported = { error: 'ERR_DPP_UNSUPPORTED' }

function reply(request: Request | undefined, answer: object): string {
  const id = request?.id
  return JSON.stringify(id === undefined ? answer : { id, ...answer })
}
