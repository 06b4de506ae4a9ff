// Serves the built dashboard on loopback: its files under a strict content security policy, its configuration, and the
// service's interface behind the page's own origin. The page takes lists from there and never a verdict.
import { readdir, readFile } from 'node:fs/promises'
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DashboardConfig } from '../dashboard/src/config.ts'

export type DashboardSite = { readonly url: string; readonly close: () => Promise<void> }

export type DashboardOptions = {
  readonly config: Omit<DashboardConfig, 'service'>
  readonly serviceUrl: string
  /** What the operator of the page knows about: the page's catalogue. */
  readonly products: () => readonly { readonly did: string; readonly digitalLink: string }[]
}

const built = fileURLToPath(new URL('../dashboard/dist/', import.meta.url))
const page = '/index.html'
const apiBase = '/api'
const readable = /^\/(?:service|metrics|feed|batches|events|dids)(?:[/?]|$)/
const postable = /^\/(?:batches|events)$/
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Starts the site on a free port of 127.0.0.1.
 *
 * @throws Error when the page is not built.
 */
export async function startDashboard(options: DashboardOptions): Promise<DashboardSite> {
  const files = await readBuiltFiles()
  const server = createServer((request, response) => {
    const { url = '/', method = 'GET', headers } = request
    const isForeign = isFromElsewhere(headers, hostOf(server))
    if (!isForeign && url.startsWith(`${apiBase}/`) && isServed(method, url)) {
      passOn(request, response, `${options.serviceUrl}${url.slice(apiBase.length)}`)
      return
    }
    send(
      response,
      isForeign ? plain(403, 'not for this origin') : reply(method, url, files, options),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://${hostOf(server)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

type Reply = {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: OutgoingHttpHeaders
}

function reply(
  method: string,
  url: string,
  files: ReadonlyMap<string, Uint8Array>,
  { config, products }: DashboardOptions,
): Reply {
  const path = url.replace(/\?.*$/, '')
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET here')
  if (path === '/config.json') return json({ ...config, service: apiBase })
  if (path === '/catalogue.json') {
    return json({
      products: products().map(({ did, digitalLink }) => ({ did, item: digitalLink })),
    })
  }
  const policy = { 'content-security-policy': contentSecurityPolicy(config) }
  const file = files.get(path)
  if (file !== undefined && path !== page) {
    // What lies in assets/ has its content in its name.
    const maxAge = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    const type = contentTypes[extname(path)] ?? 'application/octet-stream'
    return { status: 200, type, body: file, headers: { ...policy, 'cache-control': maxAge } }
  }
  if (path.startsWith('/assets/') || path.startsWith(`${apiBase}/`))
    return plain(404, 'no such file')
  const headers = {
    ...policy,
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
  }
  // Every other address is one of the page's own.
  return { status: 200, type: contentTypes['.html'] ?? '', body: files.get(page) ?? '', headers }
}

/** Scripts and styles from the page alone; requests to it, the public files, and the chains. Nothing inline, no eval. */
export function contentSecurityPolicy({
  origins,
  chains,
}: Pick<DashboardConfig, 'origins' | 'chains'>): string {
  const bases = [...Object.values(origins), ...chains.flatMap(({ rpcUrls }) => rpcUrls)]
  const reachable = new Set(bases.map((base) => new URL(base).origin))
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${[...reachable].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types dpp-worker',
  ].join('; ')
}

// All of them at the start: no path of a request ever reaches the file system.
async function readBuiltFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(built, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error(
      'the dashboard is not built: pnpm --filter @dpp-internal/dashboard build, or npm run build',
    )
  })
  const files = entries.filter((entry) => entry.isFile())
  const read = files.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name)
    return [`/${relative(built, file).split(sep).join('/')}`, await readFile(file)] as const
  })
  return new Map(await Promise.all(read))
}

// Another site's page must reach nothing here, by forged posts or by a name that suddenly points to this machine.
function isFromElsewhere({ host, origin }: IncomingHttpHeaders, own: string): boolean {
  return host !== own || (origin !== undefined && origin !== `http://${own}`)
}

function isServed(method: string, url: string): boolean {
  const path = url.slice(apiBase.length)
  if (method === 'GET') return readable.test(path)
  return method === 'POST' && postable.test(path)
}

function passOn(request: IncomingMessage, response: ServerResponse, url: string): void {
  const { 'content-type': type, accept } = request.headers
  const upstream = forward(url, {
    method: request.method,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(accept === undefined ? {} : { accept }),
    },
  })
  upstream.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, {
      'content-type': answer.headers['content-type'] ?? 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    answer.pipe(response)
  })
  upstream.on('error', () => {
    if (response.headersSent) response.end()
    else send(response, { ...json({ detail: 'The service does not answer.' }), status: 502 })
  })
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}

function json(value: unknown): Reply {
  const headers = { 'cache-control': 'no-store' }
  return { status: 200, type: 'application/json', body: JSON.stringify(value), headers }
}

function plain(status: number, body: string): Reply {
  return { status, type: 'text/plain', body }
}

function send(response: ServerResponse, { status, type, body, headers = {} }: Reply): void {
  response.writeHead(status, {
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...headers,
  })
  response.end(body)
}

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
