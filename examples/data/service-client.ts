// The service's HTTP interface, from outside. Every call of it may be made twice, so that one which nobody answered is.

export type ServiceClient = {
  readonly url: string
  /** @throws Refusal for an answer that says no */
  readonly post: <Answer>(path: string, body: unknown) => Promise<Answer>
  /** Posts JSON text as it is. @throws Refusal for an answer that says no */
  readonly postText: <Answer>(path: string, body: string) => Promise<Answer>
  /** @throws Refusal for an answer that says no */
  readonly get: <Answer>(path: string) => Promise<Answer>
}

/** An answer that says no: trying the same again changes nothing. */
export type Refusal = Error & { readonly status: number; readonly body: unknown }

const PATIENCE_MS = 30_000
const TRY_AGAIN = new Set([429, 502, 503, 504])

export function createServiceClient(base: string, token: string | undefined): ServiceClient {
  const url = base.replace(/\/$/, '')
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
    const deadline = Date.now() + PATIENCE_MS
    for (let waitMs = 100; ; waitMs = Math.min(2 * waitMs, 3_000)) {
      const answer = await fetch(`${url}${path}`, init).then(
        async (response) => ({ status: response.status, text: await response.text() }),
        (error: unknown) => ({ status: 0, text: describe(error) }), // Nobody answered, or not to the end.
      )
      if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.text) as Answer
      const isPassing = answer.status === 0 || TRY_AGAIN.has(answer.status)
      if (!isPassing || Date.now() + waitMs > deadline)
        throw refusal(`${init.method} ${url}${path}`, answer)
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
  return {
    url,
    get: (path) => request(path, { method: 'GET' }),
    post: (path, body) => request(path, { method: 'POST', headers, body: JSON.stringify(body) }),
    postText: (path, body) => request(path, { method: 'POST', headers, body }),
  }
}

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'Refusal'
}

function refusal(call: string, { status, text }: { status: number; text: string }): Refusal {
  const error = new Error(`${call}: ${status === 0 ? '' : `${status} `}${text.slice(0, 1_000)}`)
  return Object.assign(error, { name: 'Refusal', status, body: parse(text) })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A proxy's page, or nothing.
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
