// The public files at their URLs, for a service without a web server or CDN before it. Content types, caching and
// cross-origin rules are what docs/spec says for each kind of file.
import { sha256, toHex } from '@dpp/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AppContext } from '../app.ts'
import {
  digestOfPath,
  eventMeta,
  type FileMeta,
  logMeta,
  publicFile,
  SERVICE_LOG_KEY,
} from '../storage-keys.ts'
import { assertReader } from './event-readers.ts'
import { httpError } from './problem.ts'
import { evaluateConditions, selectRange } from './ranges.ts'
import { routeSchema } from './route-schema.ts'

export function registerPublicFiles(app: FastifyInstance, context: AppContext): void {
  // A page that asks past its caches sends headers that make the browser ask first.
  for (const path of ['/.well-known/did/*', `/${SERVICE_LOG_KEY}`]) {
    app.options(path, async (_request, reply) => {
      reply.header('access-control-allow-origin', '*')
      reply.header('access-control-allow-methods', 'GET, HEAD')
      reply.header(
        'access-control-allow-headers',
        'Authorization, Cache-Control, If-None-Match, If-Range, Pragma, Range',
      )
      reply.header('access-control-max-age', '86400')
      return reply.code(204).send()
    })
  }

  const answers = {
    200: { mediaType: '*/*', description: 'The file.' },
    206: { mediaType: '*/*', description: 'A part of it.' },
    304: { description: 'The version that the client has.' },
  }
  const readLog = {
    tag: 'Public files',
    summary: "The log of the service's own DID, which signs receipts",
    answers,
  }
  app.get(`/${SERVICE_LOG_KEY}`, { schema: routeSchema(readLog) }, async (request, reply) => {
    allowEveryPage(reply)
    return await sendStored(request, reply, context, { key: SERVICE_LOG_KEY, ...logMeta })
  })

  const readFile = {
    tag: 'Public files',
    summary: 'A public file',
    description:
      'Logs, proofs, events, batches: docs/spec/urls.md. Conditional and range requests.',
    params: { '*': 'The path below /.well-known/did/.' },
    answers,
  }
  app.get('/.well-known/did/*', { schema: routeSchema(readFile) }, async (request, reply) => {
    const { '*': path } = request.params as { '*': string }
    allowEveryPage(reply)
    const digest = digestOfPath(path)
    const withheld =
      digest === undefined ? undefined : await context.journal.events.withheld(digest)
    if (digest !== undefined && withheld !== undefined) {
      reply.header('vary', 'Authorization')
      reply.header('cache-control', 'private, no-store')
      assertReader(request, context, withheld)
      const bytes = await context.journal.events.bytes(digest)
      return reply.type(eventMeta.contentType).send(Buffer.from(bytes ?? []))
    }
    return await sendStored(request, reply, context, publicFile(path))
  })
}

// Any page may read these files, refusals included: a browser must be able to tell 404 from an outage.
function allowEveryPage(reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*')
  reply.header('access-control-expose-headers', 'Content-Range, ETag')
}

async function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  { store }: AppContext,
  file: (FileMeta & { readonly key: string }) | undefined,
): Promise<FastifyReply> {
  const stored = file === undefined ? undefined : await store.read(file.key)
  if (file === undefined || stored === undefined) {
    reply.header('cache-control', 'no-store') // A CDN would keep a 404 for minutes, and the file with it.
    throw httpError('ERR_DPP_HTTP_NOT_FOUND', 'there is no such file')
  }
  const etag = `"${toHex(sha256(stored.body)).slice(0, 32)}"`
  reply.header('etag', etag)
  reply.header('cache-control', file.cacheControl)
  reply.header('accept-ranges', 'bytes')
  reply.header('x-content-type-options', 'nosniff')
  const condition = evaluateConditions(request.headers, etag)
  if (condition === 'not-modified') return reply.code(304).send()
  if (condition === 'failed') {
    reply.header('cache-control', 'no-store')
    throw httpError('ERR_DPP_HTTP_PRECONDITION', 'the file is another version')
  }
  reply.type(file.contentType)
  return sendSelected(request, reply, { body: stored.body, etag })
}

function sendSelected(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, etag }: { readonly body: Uint8Array; readonly etag: string },
): FastifyReply {
  const { range } = request.headers
  const ifRange = request.headers['if-range']?.toString()
  const isGet = request.method === 'GET' // RFC 9110 §14.2: a range means nothing to other methods.
  const selected = selectRange(isGet ? range : undefined, body.length, { ifRange, etag })
  if (selected.kind === 'unsatisfiable') {
    reply.header('content-range', `bytes */${body.length}`)
    reply.header('cache-control', 'no-store')
    throw httpError('ERR_DPP_HTTP_RANGE', 'the file has no such bytes')
  }
  if (selected.kind === 'whole') return reply.send(Buffer.from(body))
  const { first, last } = selected
  reply.code(206).header('content-range', `bytes ${first}-${last}/${body.length}`)
  return reply.send(Buffer.from(body.subarray(first, last + 1)))
}
