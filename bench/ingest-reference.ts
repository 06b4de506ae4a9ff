// What a service would do at the least: parse, canonicalize, verify by a cached key, answer. No checks, nothing stored.
// The yardstick of `npm run bench -- ingest`; run as a process of its own, with the key as its argument.
import { createPublicKey, hash, verify } from 'node:crypto'
import { decodeMultibase } from '@dpp/core'
import canonicalize from 'canonicalize'
import Fastify from 'fastify'

type Secured = { proof: { verificationMethod: string; proofValue: string } }

const [x = '', method = ''] = process.argv.slice(2)
const keys = new Map([
  [method, createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })],
])

function digest(value: unknown): Buffer {
  return hash('sha256', canonicalize(value) ?? '', 'buffer')
}

function isValid({ proof: { proofValue, ...config }, ...document }: Secured): boolean {
  const key = keys.get(config.verificationMethod)
  if (key === undefined) return false
  const message = Buffer.concat([digest(config), digest(document)])
  return verify(null, message, key, decodeMultibase(proofValue))
}

const app = Fastify({ bodyLimit: 4 * 1024 * 1024 })
app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, JSON.parse(String(body))),
)
app.post('/events', (request, reply) => {
  const body = request.body as Secured | { events: Secured[] }
  const events = 'events' in body ? body.events : [body]
  return reply.code(events.every(isValid) ? 201 : 422).send({ accepted: events.length })
})
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
