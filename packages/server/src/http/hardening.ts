// Fastify's settings for signed data from strangers; several of its defaults are wrong for that.
import { STATUS_CODES } from 'node:http'
import { type FastifyInstance, LogController } from 'fastify'

/** Bytes of one request body: some hundred events. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024

export const hardenedOptions = {
  bodyLimit: MAX_BODY_BYTES,
  requestTimeout: 30_000, // The whole request; 0 by default, which lets a slow client stay for ever.
  connectionTimeout: 60_000,
  keepAliveTimeout: 20_000,
  logController: new LogController({ disableRequestLogging: true }),
  routerOptions: { maxParamLength: 256, caseSensitive: true, ignoreTrailingSlash: false },
  // Time limits of requests hold only as often as they are looked at: every 30 s by default.
  http: {
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
  },
  // Data is checked by our own parsers and never changed on the way: no coercion, no removal, no defaults.
  ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  return503OnClosing: false, // What arrives on an open connection is answered, and the connection ends.
} as const

/** Answers bytes that are no HTTP request with a short problem and ends the connection. */
export function refuseMalformedRequests(app: FastifyInstance): void {
  app.server.removeAllListeners('clientError')
  app.server.on('clientError', (error: Error & { code?: string }, socket) => {
    if (!socket.writable || socket.destroyed) return
    const status = statusOf(error.code)
    const body = JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: 'the request is not well-formed HTTP, too large or too slow',
      code: 'ERR_DPP_HTTP_CLIENT',
    })
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  })
}

function statusOf(code: string | undefined): number {
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}
