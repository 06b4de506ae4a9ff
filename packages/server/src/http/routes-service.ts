// What the service is, and whether it lives.
import type { FastifyInstance } from 'fastify'
import type { AppContext } from '../app.ts'

export function registerServiceRoutes(app: FastifyInstance, context: AppContext): void {
  app.get('/service', async () => context.service)
  app.get('/healthz', async () => ({ status: 'ok' }))
}
