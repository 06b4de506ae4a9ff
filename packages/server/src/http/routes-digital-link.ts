// GS1 Digital Link: what a scanned code leads to. Programs get the passport, people a page.
import { digitalLink } from '@dpp/core'
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'
import type { ProductOwner } from '../journal/log-port.ts'
import { passportKey } from '../storage-keys.ts'
import { httpError } from './problem.ts'
import { routeSchema } from './route-schema.ts'

export function registerDigitalLinks(app: FastifyInstance, context: AppContext): void {
  const follow = {
    tag: 'Public files',
    summary: 'Follow a GS1 Digital Link',
    description:
      'To the passport, or to a page where `Accept` prefers HTML and the service has one.',
    params: { gtin: 'AI 01, 8 to 14 digits.', serial: 'AI 21.' },
    answers: { 307: { description: 'Where the passport or the page is.' } },
  }
  app.get('/01/:gtin/21/:serial', { schema: routeSchema(follow) }, async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
    reply.header('vary', 'Accept')
    const { gtin, serial } = request.params as { gtin: string; serial: string }
    const product = await findByLink(context, digitalLink({ gtin, serial }))
    if (product === undefined) {
      throw httpError('ERR_DPP_PRODUCT_UNKNOWN', 'no such product is hosted here')
    }
    const isPerson = prefersHtml(request.headers.accept)
    const page = isPerson ? context.pageUrl : undefined
    const location =
      page === undefined
        ? `/${passportKey(product.scid)}`
        : page.replaceAll('{did}', encodeURIComponent(product.did))
    return reply.redirect(location, 307)
  })
}

// The items are named by their canonical links, or by links on the service's own domain.
async function findByLink(
  { journal, service }: AppContext,
  canonical: string,
): Promise<(ProductOwner & { readonly scid: string }) | undefined> {
  const { pathname } = new URL(canonical)
  const own = `https://${service.domain}${pathname}`
  return (await journal.products.byItem(canonical)) ?? (await journal.products.byItem(own))
}

/** Whether `Accept` weighs HTML above JSON (RFC 9110 §12.5.1). */
export function prefersHtml(accept = '*/*'): boolean {
  const weights = new Map(
    accept.split(',').map((part) => {
      const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return [type, q === undefined ? 1 : Number(q.slice(2)) || 0] as const
    }),
  )
  const any = weights.get('*/*') ?? 0
  const html = weights.get('text/html') ?? weights.get('text/*') ?? any
  const json = weights.get('application/json') ?? weights.get('application/*') ?? any
  return html > json
}
