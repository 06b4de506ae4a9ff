// The OpenAPI 3.1 document, generated from the routes' schemas, and the reference page that is made of it. Schemas
// describe and nothing else: no value is checked, coerced or written by them, because what is signed must stay as it came.
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { bodySchemas } from './body-schemas.ts'
import { formatReferencePage } from './reference-page.ts'
import { routeSchema } from './route-schema.ts'

/** Collects the schemas of every route that is registered after it has loaded. */
export function describeRoutes(app: FastifyInstance): void {
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  for (const [name, schema] of Object.entries(bodySchemas)) app.addSchema({ $id: name, ...schema })
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'DPP batching service',
        version: '1',
        description:
          'Signed events in, anchored product logs out. The format of every body and file is in docs/spec.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'Events', description: 'Post signed events and follow them.' },
        { name: 'Products', description: 'Register products and write their logs.' },
        { name: 'Batches', description: 'Seal, anchor, follow.' },
        { name: 'Service', description: 'What the service is and how it is.' },
        { name: 'Public files', description: 'What anybody verifies with.' },
      ],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token of the operator.' },
        },
      },
    },
    refResolver: { buildLocalReference: ({ $id }: { readonly $id?: unknown }) => String($id) },
    hideUntagged: true,
  })
}

/** `GET /openapi.json` and the page at `GET /docs`, both made once. */
export function registerReference(app: FastifyInstance): void {
  let page: string | undefined
  const described = {
    tag: 'Service',
    summary: 'This interface as an OpenAPI 3.1 document',
    answers: { 200: { mediaType: 'application/json', description: 'The document.' } },
  }
  app.get('/openapi.json', { schema: routeSchema(described) }, async (_request, reply) => {
    reply.header('access-control-allow-origin', '*')
    return reply.type('application/json').send(JSON.stringify(documentOf(app)))
  })
  const readable = {
    tag: 'Service',
    summary: 'This interface as a page to read',
    answers: { 200: { mediaType: 'text/html', description: 'The page.' } },
  }
  app.get('/docs', { schema: routeSchema(readable) }, async (_request, reply) => {
    page ??= formatReferencePage(documentOf(app))
    // The page has no script and asks for nothing.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return reply.type('text/html; charset=utf-8').send(page)
  })
}

// The plugin's own declarations do not find fastify where packages see only what they depend on.
function documentOf(app: FastifyInstance): object {
  return (app as unknown as { readonly swagger: () => object }).swagger()
}
