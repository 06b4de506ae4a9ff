// One event from its request to its published proof, as an OTLP endpoint sees it: the real service, a real chain, a real
// receiver. Also across a restart, which links must outlive.
import { decodeMultibase, decodeMultihash, eventDigest, toHex } from '@dpp/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
} from '../../../../test/otlp-receiver.ts'
import {
  postJson,
  type RegisteredProduct,
  registerProduct,
  signManufacture,
} from '../../../../test/server-client.ts'
import { startServerProcess } from '../../../../test/server-process.ts'
import { openScene, type ServiceScene, untilSettled } from '../../../../test/service-scene.ts'
import { parseTraceParent } from './trace-ids.ts'

let scene: ServiceScene
let receiver: OtlpReceiver
let product: RegisteredProduct
let digest: string

const client = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }

beforeAll(async () => {
  ;[scene, receiver] = await Promise.all([openScene(), startOtlpReceiver()])
  const environment = {
    ...scene.environment,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=window%20co',
    OTEL_SERVICE_NAME: 'dpp-test',
    DPP_TRUST_PROXY: 'true',
  }
  const first = await startServerProcess(environment)
  product = await registerProduct(first.url, scene.domain, scene.issuer, 'TRACE-1')
  const event = await signManufacture(scene.issuer, [product])
  digest = eventDigest(event)
  await fetch(`${first.url}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${client.traceId}-${client.spanId}-01`,
    },
    body: JSON.stringify(event),
  })
  await fetch(`${first.url}/metrics`)
  await first.stop() // Sends what it has.

  const second = await startServerProcess(environment)
  await postJson(`${second.url}/batches`, {})
  await untilSettled(second.url)
  await second.stop()
})

afterAll(async () => {
  await receiver?.close()
  await scene?.close()
})

function only(name: string, filter: (span: ReceivedSpan) => boolean = () => true): ReceivedSpan {
  const found = receiver.spans.filter((span) => span.name === name && filter(span))
  expect(found, name).toHaveLength(1)
  return found[0] as ReceivedSpan
}

const idsOf = ({ traceId, spanId }: ReceivedSpan): { traceId: string; spanId: string } => ({
  traceId,
  spanId,
})

describe('the traces of one event', () => {
  it("begin below the client's own, with the request and its work", () => {
    const request = only('POST /events')
    expect(request).toMatchObject({
      traceId: client.traceId,
      parentSpanId: client.spanId,
      service: 'dpp-test',
      attributes: { 'http.route': '/events', 'http.response.status_code': 201 },
    })
    const work = only('ingest')
    expect(work).toMatchObject({ traceId: request.traceId, parentSpanId: request.spanId })
    expect(receiver.headers()['x-tenant']).toBe('window co')
  })

  it('go on in a trace of the event, whose id is in its digest, and which is linked both ways', () => {
    const hash = toHex(decodeMultihash(decodeMultibase(digest)))
    const event = only('event')
    expect(idsOf(event)).toEqual({ traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) })
    const request = only('POST /events')
    expect(event.links).toEqual([idsOf(request)])
    expect(request.links).toEqual([idsOf(event)])
  })

  it('lead into the batch, with every step to the published proof, after a restart too', () => {
    const batch = only('batch')
    expect(batch.parentSpanId).toBe('')
    expect(batch.links).toEqual([idsOf(only('event'))])
    expect(batch.attributes['dpp.batch.root']).toMatch(/^0x[0-9a-f]{64}$/)
    const steps = receiver.spans
      .filter(({ parentSpanId }) => parentSpanId === batch.spanId)
      .toSorted((a, b) => a.endMs - b.endMs)
    const names = ['sign', 'publish logs', 'tree', 'submit', 'mine', 'finalize', 'publish proofs']
    expect(steps.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    expect(steps.slice(0, 3).map(({ name }) => name)).toEqual(names.slice(0, 3))
    expect(steps.at(-1)?.name).toBe('publish proofs')
    for (const { traceId, endMs, isError } of steps) {
      expect(traceId).toBe(batch.traceId)
      expect(endMs).toBeLessThanOrEqual(batch.endMs)
      expect(isError).toBe(false)
    }
    const anchored = only('anchored')
    expect(anchored.links).toEqual([idsOf(batch)])
    const event = only('event')
    expect(anchored).toMatchObject({ traceId: event.traceId, parentSpanId: event.spanId })
  })

  it('leave out what machines ask every few seconds', () => {
    expect(receiver.spans.map(({ name }) => name)).not.toContain('GET /metrics')
  })
})

it('takes a traceparent of the right form alone', () => {
  const good = `00-${client.traceId}-${client.spanId}-01`
  expect(parseTraceParent(good)).toEqual({ ...client, isSampled: true })
  for (const bad of [
    undefined,
    '',
    `${good}-x`,
    good.toUpperCase(),
    good.replace(client.traceId, '0'.repeat(32)),
    good.replace(client.spanId, '0'.repeat(16)),
    good.replace('00-', 'ff-'),
  ]) {
    expect(parseTraceParent(bad)).toBeUndefined()
  }
})
