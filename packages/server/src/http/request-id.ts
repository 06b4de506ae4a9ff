// Request ids: one name for a request in the answer, in the log and in what a user reports.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const HEADER = 'x-request-id'
const FORM = /^[A-Za-z0-9._-]{8,64}$/

/**
 * Makes the function that names requests. Behind a proxy that is trusted the name that the proxy gave is kept; from
 * anybody else it could be chosen to look like another's request in the log.
 */
export function createRequestIds(trustProxy: boolean): (request: IncomingMessage) => string {
  return (request) => {
    const given = trustProxy ? request.headers[HEADER] : undefined
    return typeof given === 'string' && FORM.test(given) ? given : randomUUID()
  }
}
