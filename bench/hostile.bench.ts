// What a hostile request costs the service: each input is refused with a coded 4xx in bounded work. Measured on an idle
// connection, so that the figure is the work for this request; the CPU of the service says the same on a busy machine.
import { connect } from 'node:net'
import type { Result } from './compare.ts'
import { preparePost } from './http-load.ts'
import { cpuSeconds, createScene, signEvents } from './ingest-scene.ts'

const ROUNDS = 15
const MOST_MS = 20

export async function run(): Promise<Result[]> {
  const scene = await createScene(1)
  try {
    const [event] = await signEvents(scene, 1)
    const inputs = hostileInputs(JSON.stringify(event))
    const rows: { name: string; medianMicros: number; status: number; cpuMs: number }[] = []
    for (const [name, request] of Object.entries(inputs)) {
      const times: number[] = []
      let status = 0
      let cpuBefore = Number.NaN
      for (let round = -2; round < ROUNDS; round++) {
        if (round === 0) cpuBefore = await cpuSeconds(scene.pid)
        const answer = await exchange(scene.url, request)
        status = answer.status
        if (round >= 0) times.push(answer.ms)
      }
      const median = times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
      const cpuMs = (1000 * ((await cpuSeconds(scene.pid)) - cpuBefore)) / ROUNDS
      rows.push({ name: `${name} → ${status}`, medianMicros: median * 1000, status, cpuMs })
    }
    const first = rows[0]?.medianMicros ?? Number.NaN
    return [
      {
        title: 'hostile requests',
        unit: 'request',
        rows: rows.map((row) => ({ ...row, ratio: row.medianMicros / first })),
        owed: rows.map(({ name, medianMicros, status, cpuMs }) => ({
          promise: `${name}: a 4xx within ${MOST_MS} ms`,
          measured: `${(medianMicros / 1000).toFixed(1)} ms, ${cpuMs.toFixed(1)} ms of CPU`,
          holds: status >= 400 && status < 500 && medianMicros < MOST_MS * 1000,
        })),
      },
    ]
  } finally {
    await scene.close()
  }
}

const MEGABYTE = 1024 * 1024

function hostileInputs(event: string): { readonly [name: string]: Buffer } {
  const post = (body: string | Uint8Array): Buffer => preparePost('/events', body)
  const get = (path: string): Buffer => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`)
  const inside = (member: string): string => `{${member},${event.slice(1)}`
  const many = Array.from({ length: 100_000 }, (_, i) => `"m${i}":0`).join(',')
  return {
    'no JSON': post('hello'),
    'an empty body': post(''),
    'a wrong type': post('[1,2,3]'),
    '100,000 levels of lists': post('['.repeat(100_000)),
    '100,000 levels in an event': post(inside(`"a":${'['.repeat(100_000)}${']'.repeat(100_000)}`)),
    '100,000 members': post(inside(many)),
    'a duplicate name': post(inside('"id":"urn:x"')),
    'a duplicate name, escaped': post(inside('"\\u0069d":"urn:x"')),
    'a lone surrogate': post(inside('"x":"\\ud800"')),
    'invalid UTF-8': post(
      Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]),
    ),
    'a byte order mark': post(`\ufeff${event}`),
    'a number out of range': post(inside('"n":1e999')),
    'a text of 1 MB': post(inside(`"t":"${'x'.repeat(MEGABYTE)}"`)),
    '1 MB of escapes': post(inside(`"t":"${'\\u0041'.repeat(MEGABYTE / 6)}"`)),
    '4 MB of spaces': post(' '.repeat(4 * MEGABYTE - 10)),
    'more than 4 MB': Buffer.from(
      'POST /events HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\r\n{',
    ),
    'a compressed body': Buffer.from(
      'POST /events HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}',
    ),
    'a wrong media type': Buffer.from(
      'POST /events HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}',
    ),
    'a wrong signature': post(event.replace(/"validFrom":"2/, '"validFrom":"1')),
    'a list of 2,000 numbers': post(`{"events":[${'0,'.repeat(1999)}0]}`),
    'a list of 90 wrong signatures': post(
      `{"events":[${Array.from({ length: 90 }, (_, i) =>
        event.replace(/"id":"urn:uuid:......../, `"id":"urn:uuid:${String(i).padStart(8, '0')}`),
      ).join(',')}]}`,
    ),
    'a path out of the folder': get('/.well-known/did/../../journal.sqlite'),
    'an encoded path out of it': get('/.well-known/did/%2e%2e%2f%2e%2e%2fjournal.sqlite'),
    'a null byte in a path': get('/.well-known/did/%00/did.jsonl'),
    'a digest that is none': get(`/events/${'z'.repeat(200)}`),
    'a header of 32 kB': Buffer.from(
      `GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(32_768)}\r\n\r\n`,
    ),
    'no HTTP': Buffer.from('hello\r\n\r\n'),
  }
}

// From the last byte sent to the first byte of the answer, on a connection of its own.
function exchange(url: string, request: Buffer): Promise<{ status: number; ms: number }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    let start = 0
    socket.once('connect', () => {
      start = performance.now()
      socket.write(request)
    })
    socket.once('data', (chunk: Buffer) => {
      const status = Number(chunk.toString('latin1', 9, 12))
      resolve({ status, ms: performance.now() - start })
      socket.destroy()
    })
    socket.once('error', reject)
  })
}
