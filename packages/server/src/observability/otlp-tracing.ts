// Traces by OpenTelemetry's own SDK, to any OTLP/HTTP endpoint. The SDK is optional, and loaded only where an endpoint is
// configured.
import { randomBytes } from 'node:crypto'
import { DppError } from '@dpp/core'
import type { Context, Link, Span, SpanContext, Tracer } from '@opentelemetry/api'
import type { SpanExporter } from '@opentelemetry/sdk-trace'
import type { Config } from '../config.ts'
import type { ServerErrorCode } from '../errors.ts'
import type { Batch } from '../journal/batch-port.ts'
import type { Logger } from '../logger.ts'
import { version } from './build.ts'
import { batchTraceIds, eventTraceIds, parseTraceParent, type TraceIds } from './trace-ids.ts'
import { MAX_TRACED_EVENTS, noTracing, type RequestTrace, type Tracing } from './tracing.ts'

export type TracingConfig = Pick<
  Config,
  | 'otlpEndpoint'
  | 'otlpTracesEndpoint'
  | 'otlpHeaders'
  | 'otelServiceName'
  | 'traceRatio'
  | 'otelDisabled'
>

export type TracingParts = {
  /** The service's domain, which tells the batches of one service from another's. */
  readonly service: string
  readonly log: Logger
  readonly now: () => Date
}

const CLOSE_MS = 3000

/** Opens tracing, or gives `noTracing` where no endpoint is set. @throws ERR_DPP_CONFIG_INVALID when the SDK is missing */
export async function openTracing(config: TracingConfig, parts: TracingParts): Promise<Tracing> {
  const { otlpEndpoint, otlpTracesEndpoint, otelDisabled } = config
  const url = otlpTracesEndpoint ?? (otlpEndpoint && `${otlpEndpoint.replace(/\/$/, '')}/v1/traces`)
  if (url === undefined || otelDisabled) return noTracing
  const [api, sdk, resources, exporter] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ]).catch(orMissing)
  const { service, log, now } = parts

  const otlp = new exporter.OTLPTraceExporter({ url, headers: { ...config.otlpHeaders } })
  let isLosing = false
  const spanExporter: SpanExporter = {
    export: (spans, done) =>
      otlp.export(spans, (result) => {
        const hasFailed = result.code !== 0
        if (hasFailed && !isLosing) {
          log.warn({ event: 'traces.lost' }, 'the OTLP endpoint takes no traces')
        }
        isLosing = hasFailed
        done(result)
      }),
    shutdown: () => otlp.shutdown(),
    forceFlush: () => otlp.forceFlush(),
  }
  const ids = createIds()
  const ratio = new sdk.TraceIdRatioBasedSampler(config.traceRatio)
  const isSampled = (traceId: string): boolean =>
    ratio.shouldSample(api.ROOT_CONTEXT, traceId).decision ===
    sdk.SamplingDecision.RECORD_AND_SAMPLED
  const provider = new sdk.TracerProvider({
    idGenerator: ids,
    resource: resources.resourceFromAttributes({
      'service.name': config.otelServiceName,
      'service.version': version,
      'service.instance.id': `${process.pid}-${randomBytes(4).toString('hex')}`,
    }),
    sampler: new sdk.ParentBasedSampler({ root: ratio }),
    spanLimits: { linkCountLimit: MAX_TRACED_EVENTS },
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: spanExporter })],
  })
  const tracer: Tracer = provider.getTracer('@dpp/server', version)

  const contextOf = ({ traceId, spanId }: TraceIds, sampled: boolean): SpanContext => ({
    traceId,
    spanId,
    traceFlags: sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
    isRemote: true,
  })
  const below = (parent: SpanContext): Context => api.trace.setSpanContext(api.ROOT_CONTEXT, parent)
  const linkTo = (context: SpanContext): Link => ({ context })

  function request(method: string, header: string | undefined): RequestTrace {
    const parent = parseTraceParent(header)
    const context =
      parent === undefined ? api.ROOT_CONTEXT : below(contextOf(parent, parent.isSampled))
    const span = tracer.startSpan(
      method,
      { kind: api.SpanKind.SERVER, attributes: { 'http.request.method': method } },
      context,
    )
    const own = api.trace.setSpan(api.ROOT_CONTEXT, span)
    async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
      const child = tracer.startSpan(name, {}, own)
      try {
        return await work()
      } catch (error) {
        fail(child, error)
        throw error
      } finally {
        child.end()
      }
    }
    function accepted(digests: readonly string[]): void {
      for (const digest of digests) {
        ids.next = eventTraceIds(digest)
        const links = [linkTo(span.spanContext())]
        const attributes = { 'dpp.event.digest': digest }
        tracer.startSpan('event', { root: true, links, attributes }).end()
        span.addLink(linkTo(contextOf(eventTraceIds(digest), true)))
      }
    }
    function end(route: string, status: number): void {
      span.updateName(`${method} ${route}`)
      span.setAttributes({ 'http.route': route, 'http.response.status_code': status })
      if (status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR })
      span.end()
    }
    return { step, accepted, end }
  }

  function fail(span: Span, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    span.setStatus({ code: api.SpanStatusCode.ERROR, message: code })
  }

  const rootOf = (batch: Batch): SpanContext => {
    const root = batchTraceIds(service, batch)
    return contextOf(root, isSampled(root.traceId))
  }

  return {
    isOn: true,
    request,
    batchStep: (batch, { name, startedAt, error }) => {
      const attributes = { 'dpp.batch': batch.id }
      const span = tracer.startSpan(
        name,
        { startTime: startedAt, attributes },
        below(rootOf(batch)),
      )
      if (error !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: error })
      span.end(now())
    },
    batchSettled: (batch, digests) => {
      const { id, root = '', treeSize = 0, events, createdAt } = batch
      const batchContext = rootOf(batch)
      const ended = digests.slice(0, MAX_TRACED_EVENTS).map((digest) => {
        const event = eventTraceIds(digest)
        return contextOf(event, isSampled(event.traceId))
      })
      ids.next = batchTraceIds(service, batch)
      const span = tracer.startSpan('batch', {
        root: true,
        startTime: createdAt,
        links: ended.map(linkTo),
        attributes: {
          'dpp.batch': id,
          'dpp.batch.root': root,
          'dpp.batch.leaves': treeSize,
          'dpp.batch.events': events,
        },
      })
      span.end(now())
      for (const event of ended) {
        const options = { startTime: createdAt, links: [linkTo(batchContext)] }
        tracer.startSpan('anchored', options, below(event)).end(now())
      }
    },
    close: async () => {
      const limit = new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())
      await Promise.race([provider.shutdown().catch(() => undefined), limit])
    },
  }
}

// Random ids, but for the span that is to have those of an event or a batch.
function createIds(): {
  next: TraceIds | undefined
  generateTraceId(): string
  generateSpanId(): string
} {
  return {
    next: undefined,
    // The SDK asks for the span's id first, then, for a root, for the trace's.
    generateSpanId() {
      return this.next?.spanId ?? randomBytes(8).toString('hex')
    },
    generateTraceId() {
      const traceId = this.next?.traceId ?? randomBytes(16).toString('hex')
      this.next = undefined
      return traceId
    },
  }
}

function orMissing(error: unknown): never {
  if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error
  throw new DppError<ServerErrorCode>(
    'ERR_DPP_CONFIG_INVALID',
    'OTEL_EXPORTER_OTLP_ENDPOINT needs OpenTelemetry: install @opentelemetry/api, @opentelemetry/sdk-trace, @opentelemetry/resources and @opentelemetry/exporter-trace-otlp-proto beside @dpp/server',
  )
}
