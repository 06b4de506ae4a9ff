// The public files at their URLs, for a service without a web server or CDN before it. Content types, caching and
// cross-origin rules are what docs/spec says for each kind of file.
import type { Store } from '@dpp/anchor'
import { sha256, toHex } from '@dpp/core'
import type { FastifyInstance } from 'fastify'
import { publicFile } from '../storage-keys.ts'
import { httpError } from './problem.ts'

export function registerPublicFiles(app: FastifyInstance, store: Store): void {
  // A page that asks past its caches sends headers that make the browser ask first.
  app.options('/.well-known/did/*', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*')
    reply.header('access-control-allow-methods', 'GET, HEAD')
    reply.header('access-control-allow-headers', 'Cache-Control, If-None-Match, Pragma')
    reply.header('access-control-max-age', '86400')
    return reply.code(204).send()
  })

  app.get('/.well-known/did/*', async (request, reply) => {
    const { '*': path } = request.params as { '*': string }
    // Any page may read these files, refusals included: a browser must be able to tell 404 from an outage.
    reply.header('access-control-allow-origin', '*')
    reply.header('access-control-expose-headers', 'ETag')
    const file = publicFile(path)
    const stored = file === undefined ? undefined : await store.read(file.key)
    if (file === undefined || stored === undefined) {
      throw httpError('ERR_DPP_HTTP_NOT_FOUND', 'there is no such file')
    }
    const etag = `"${toHex(sha256(stored.body)).slice(0, 32)}"`
    reply.header('etag', etag)
    reply.header('cache-control', file.cacheControl)
    reply.header('x-content-type-options', 'nosniff')
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type(file.contentType).send(Buffer.from(stored.body))
  })
}

// RFC 9110 §13.1.2: weak comparison, a list, or `*`.
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const tags = header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}
