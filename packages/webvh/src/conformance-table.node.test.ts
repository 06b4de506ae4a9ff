import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = readFileSync(new URL('../../../docs/webvh-conformance.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| (.+) \| (.+) \|$/gm)].filter(([, clause]) => clause !== 'MUST')

describe('docs/webvh-conformance.md', () => {
  it('shows each clause by a test, or says whose it is', () => {
    expect(rows.length).toBeGreaterThan(100)
    for (const [, clause, shown] of rows)
      expect(shown, clause).toMatch(/ › |'s[:; ]|default|nothing reads/)
  })

  it.each(
    rows.flatMap(([, , shown = '']) => shown.split('<br>')).filter((one) => one.includes(' › ')),
  )('%s', (one) => {
    const [, file = '', name = ''] = /^`([^`]+)` › `?(.*?)`?$/.exec(one) ?? []
    const path = new URL(file.startsWith('test/') ? `../../../${file}` : file, import.meta.url)
    expect(existsSync(path)).toBe(true)
    expect(readFileSync(path, 'utf8')).toContain(name.replaceAll('\\|', '|'))
  })
})
