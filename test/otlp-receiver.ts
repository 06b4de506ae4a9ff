// A loopback OTLP/HTTP endpoint: takes traces as protobuf, as any collector does, and gives them back as plain data.
import { once } from 'node:events'
import { createServer } from 'node:http'

export type ReceivedSpan = {
  readonly traceId: string
  readonly spanId: string
  /** Empty for a root. */
  readonly parentSpanId: string
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly attributes: { readonly [name: string]: string | number }
  readonly isError: boolean
  readonly service: string
}

export type OtlpReceiver = {
  readonly url: string
  readonly spans: ReceivedSpan[]
  /** The headers of the newest request. */
  readonly headers: () => { readonly [name: string]: unknown }
  close(): Promise<void>
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  let headers = {}
  const server = createServer(async (request, response) => {
    headers = request.headers
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const isTraces = request.method === 'POST' && request.url === '/v1/traces'
    if (isTraces) spans.push(...readTraces(Buffer.concat(chunks)))
    response.writeHead(isTraces ? 200 : 404, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    headers: () => headers,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

// Field numbers of opentelemetry/proto/{collector/trace,trace,resource,common}/v1.
function readTraces(body: Buffer): readonly ReceivedSpan[] {
  return fields(body, 1).flatMap((resourceSpans) => {
    const [resource = Buffer.alloc(0)] = fields(resourceSpans, 1)
    const service = String(readAttributes(fields(resource, 1))['service.name'])
    return fields(resourceSpans, 2)
      .flatMap((scopeSpans) => fields(scopeSpans, 2))
      .map((span) => readSpan(span, service))
  })
}

function readSpan(span: Buffer, service: string): ReceivedSpan {
  const hex = (message: Buffer, field: number): string =>
    (fields(message, field)[0] ?? Buffer.alloc(0)).toString('hex')
  const [status = Buffer.alloc(0)] = fields(span, 15)
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: String(fields(span, 5)[0]),
    startMs: nanosToMs(fields(span, 7)[0]),
    endMs: nanosToMs(fields(span, 8)[0]),
    attributes: readAttributes(fields(span, 9)),
    links: fields(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    isError: varintOf(fields(status, 3)[0]) === 2,
    service,
  }
}

function readAttributes(pairs: readonly Buffer[]): { [name: string]: string | number } {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value = Buffer.alloc(0)] = fields(pair, 2)
      const [text] = fields(value, 1)
      return [
        String(fields(pair, 1)[0]),
        text === undefined ? varintOf(fields(value, 3)[0]) : String(text),
      ]
    }),
  )
}

function nanosToMs(bytes: Buffer | undefined): number {
  return bytes === undefined ? 0 : Number(bytes.readBigUInt64LE() / 1_000_000n)
}

function varintOf(bytes: Buffer | undefined): number {
  return bytes === undefined ? 0 : Number(bytes.readBigUInt64LE())
}

// The values of one field of a protobuf message: bytes as they are, numbers as 8 bytes.
function fields(message: Buffer, wanted: number): readonly Buffer[] {
  const found: Buffer[] = []
  let at = 0
  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = Number(varint())
    const start = at
    let value: Buffer
    if ((tag & 7) === 2) {
      const length = Number(varint())
      value = message.subarray(at, at + length)
      at += length
    } else if ((tag & 7) === 0) {
      value = Buffer.alloc(8)
      value.writeBigUInt64LE(BigInt.asUintN(64, varint()))
    } else {
      at += (tag & 7) === 1 ? 8 : 4
      value = message.subarray(start, at)
    }
    if (tag >> 3 === wanted) found.push(value)
  }
  return found
}
