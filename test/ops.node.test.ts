// The alert rules, the dashboard and the runbooks against each other and against a real scrape: a rule that names nothing,
// or an alert without a page, helps nobody at night.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { hasPromtool, promtool } from './promtool.ts'
import { startServerProcess } from './server-process.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const prometheus = (name: string): string => fileURLToPath(new URL(`ops/prometheus/${name}`, root))

const rules = read('ops/prometheus/alerts.yml')
const alerts = [...rules.matchAll(/- alert: (\w+)\n\s+expr: (.+)\n[\s\S]*?runbook: (\S+)/g)].map(
  ([, name = '', expr = '', runbook = '']) => ({ name, expr, runbook }),
)
const records = [
  ...read('ops/prometheus/records.yml').matchAll(/record: (\S+)\n\s+expr: (.+)/g),
].map(([, name = '', expr = '']) => ({ name, expr }))

type Panel = { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }
const { panels } = JSON.parse(read('ops/grafana/dpp-service.json')) as { panels: Panel[] }
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ name: title, expr })),
)

describe.runIf(hasPromtool())('promtool', () => {
  it('accepts the rules and the example configuration', async () => {
    const checked = await promtool([
      'check',
      'rules',
      prometheus('alerts.yml'),
      prometheus('records.yml'),
    ])
    expect(checked).toMatchObject({ code: 0 })
    expect(checked.text).toContain(`SUCCESS: ${alerts.length} rules found`)
    const config = await promtool(['check', 'config', prometheus('prometheus.yml')])
    expect(config).toMatchObject({ code: 0 })
  })

  it('fires each alert on its fault and on nothing else', async () => {
    const tested = await promtool(['test', 'rules', prometheus('alerts.test.yml')])
    expect(tested.text).toContain('SUCCESS')
    expect(tested.code).toBe(0)
    const cases = read('ops/prometheus/alerts.test.yml')
    for (const { name } of alerts) expect(cases).toContain(`  - name: ${name}\n`)
  })
})

describe('queries', () => {
  it('name metrics and labels that the service has', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dpp-ops-'))
    const server = await startServerProcess({ DPP_DATA_DIR: folder })
    const text = await (await fetch(`${server.url}/metrics`)).text()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
    const known = new Set(['up', ...records.map(({ name }) => name)])
    for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\w+)$/gm)) {
      known.add(name)
      if (type !== 'histogram') continue
      for (const part of ['bucket', 'sum', 'count']) known.add(`${name}_${part}`)
    }
    // A label that has no value yet is in the table of docs/observability.md.
    const page = read('docs/observability.md')
    const labels = new Set(['instance', 'job', 'le'])
    for (const [, name = ''] of page.matchAll(/^\| `\w+` \|.*$/gm)) labels.add(name)
    for (const [row] of page.matchAll(/^\| `\w+` \| \w+ \|.*$/gm)) {
      for (const [, name = ''] of row.matchAll(/`(\w+)`/g)) labels.add(name)
    }
    expect(queries.length).toBeGreaterThan(30)
    for (const { name, expr } of [...alerts, ...records, ...queries]) {
      const used = namesIn(expr)
      expect(used.metrics.length, name).toBeGreaterThan(0)
      for (const metric of used.metrics) expect([...known], `${name}: ${expr}`).toContain(metric)
      for (const label of used.labels) expect([...labels], `${name}: ${expr}`).toContain(label)
    }
  })
})

// The metric names and label names of a PromQL expression: what is left when functions, operators, ranges and numbers go.
function namesIn(expr: string): { metrics: readonly string[]; labels: readonly string[] } {
  const labels: string[] = []
  const withoutStrings = expr.replace(/"[^"]*"/g, '""')
  const bare = withoutStrings
    .replace(/\{([^}]*)\}/g, (_, matchers: string) => {
      labels.push(
        ...[...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
      )
      return ' '
    })
    .replace(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g, (_, list: string) => {
      labels.push(...list.split(',').map((label) => label.trim()))
      return ' '
    })
    .replace(/\[[^\]]*\]/g, ' ')
  const metrics = [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w*\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !/^(?:and|or|unless|e\d+|bool)$/.test(name))
    .filter((name) => !new RegExp(`\\b${name}\\s*\\(`).test(bare))
  return { metrics, labels }
}

describe('runbooks', () => {
  const folder = new URL('docs/runbooks/', root)
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))
  const index = read('docs/runbooks/README.md')

  it('there is a page for each alert, which names it', () => {
    for (const { name, runbook } of alerts) {
      expect(existsSync(new URL(runbook, root)), runbook).toBe(true)
      expect(read(runbook)).toContain(`\`${name}\``)
      expect(index).toContain(`\`${name}\``)
    }
  })

  it('each page is in the index and says what to see, what is safe, what to type, when it is over', () => {
    for (const page of pages.filter((name) => name !== 'README.md')) {
      expect(index).toContain(`(${page})`)
      const text = readFileSync(new URL(page, folder), 'utf8')
      for (const heading of [
        '## What you see',
        '## What is safe',
        '## What to do',
        '## When it is over',
      ]) {
        expect(text, page).toContain(`\n${heading}\n`)
      }
    }
  })

  it('speak of commands, variables and log events that exist', () => {
    const usage = read('packages/server/src/cli.ts')
    const config = read('packages/server/src/config.ts')
    const logs = read('docs/logs.md')
    for (const page of pages) {
      const text = readFileSync(new URL(page, folder), 'utf8')
      for (const [, command] of text.matchAll(/dpp-server ([a-z]+)/g)) {
        expect(usage, page).toContain(
          `\ndpp-server ${command}`.replace('\ndpp-server start', 'dpp-server start'),
        )
      }
      for (const [name] of text.matchAll(/\b(?:DPP|WITNESS|RELAYER)_[A-Z_0-9]+[A-Z0-9]\b/g)) {
        if (!text.includes(`ERR_${name}`)) expect(config, `${page} ${name}`).toContain(`'${name}'`)
      }
      for (const [, event] of text.matchAll(/`event` `([a-z_.]+)`/g)) {
        expect(logs, page).toContain(`| \`${event}\` |`)
      }
    }
  })
})
