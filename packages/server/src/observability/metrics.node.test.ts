// The figures of a real service after a real batch: their names, their form, and that they count what happened.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasPromtool, promtool } from '../../../../test/promtool.ts'
import { postJson, registerProduct, signManufacture } from '../../../../test/server-client.ts'
import { type ServerProcess, startServerProcess } from '../../../../test/server-process.ts'
import { openScene, type ServiceScene, untilSettled } from '../../../../test/service-scene.ts'

let scene: ServiceScene
let server: ServerProcess

beforeAll(async () => {
  scene = await openScene()
  server = await startServerProcess(scene.environment)
  const product = await registerProduct(server.url, scene.domain, scene.issuer, 'METRICS-1')
  const event = await signManufacture(scene.issuer, [product])
  await postJson(`${server.url}/events`, event)
  await postJson(`${server.url}/events`, event)
  await postJson(`${server.url}/events`, { a: 1 })
  await postJson(`${server.url}/batches`, {})
  await untilSettled(server.url)
  await postJson(`${server.url}/events`, await signManufacture(scene.issuer, [product]))
})

afterAll(async () => {
  await server?.stop()
  await scene?.close()
})

async function scrape(accept = 'text/plain'): Promise<{ text: string; type: string }> {
  const response = await fetch(`${server.url}/metrics`, { headers: { accept } })
  return { text: await response.text(), type: response.headers.get('content-type') ?? '' }
}

describe('a scrape', () => {
  it('counts what became of events and batches', async () => {
    const { text, type } = await scrape()
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8')
    const samples = text.split('\n').filter((line) => !line.startsWith('#'))
    for (const sample of [
      'events_received_total{outcome="stored"} 2',
      'events_received_total{outcome="known"} 1',
      'events_received_total{outcome="refused"} 1',
      'events_refused_total{code="ERR_DPP_EVENT_INVALID"} 1',
      'events_stage_total{stage="accepted"} 2',
      'events_stage_total{stage="sealed"} 1',
      'events_stage_total{stage="submitted"} 1',
      'events_stage_total{stage="mined"} 1',
      'events_stage_total{stage="final"} 1',
      'events_stage_total{stage="published"} 1',
      'batches_stage_total{stage="published"} 1',
      'batches_anchored_total 1',
      'anchor_latency_seconds_count 1',
      'proof_self_check_failures_total 0',
      'lease_changes_total{change="taken"} 1',
      'lease_held 1',
      'deliveries_waiting 1',
      'deliveries_dead 0',
      'batches_open{state="rooted"} 0',
      'service_ready 1',
    ]) {
      expect(samples).toContain(sample)
    }
    expect(text).toMatch(/dpp_build_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+"\} 1/)
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="POST",route="\/events",status="201"\} 2/,
    )
    expect(text).toMatch(/relayer_batches_left [1-9]/)
  })

  it("has the plan's names as OpenMetrics", async () => {
    const { text, type } = await scrape('application/openmetrics-text;version=1.0.0,*/*;q=0.1')
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
    expect(text).toContain('# TYPE events_received counter\nevents_received_total{')
    expect(text).toContain('# TYPE batches_anchored counter\nbatches_anchored_total 1\n')
    expect(text).toContain('# TYPE anchor_latency_seconds histogram\n')
    expect(text).toMatch(/[^\n]\n# EOF\n$/)
    expect(text).not.toContain('\n\n')
  })

  it.runIf(hasPromtool())('passes promtool', async () => {
    const { text } = await scrape()
    expect(await promtool(['check', 'metrics'], text)).toEqual({ code: 0, text: '' })
  })

  it('has the names and labels of docs/observability.md', async () => {
    const { text } = await scrape()
    const named = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)]
      .map(([, name, type]) => `${name} ${type}`)
      .filter((each) => !/^(process|nodejs)_/.test(each))
    const page = readFileSync(new URL('../../../../docs/observability.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `(\w+)`[^|]*\| (counter|gauge|histogram) \|/gm)]
    expect(rows.map(([, name, type]) => `${name} ${type}`).toSorted()).toEqual(named.toSorted())
  })
})
