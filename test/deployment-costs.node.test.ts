import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { aws, azure, formatTable, mainnet } from './deployment-costs.ts'

const guide = (name: string): string =>
  readFileSync(new URL(`../docs/deployment/${name}.md`, import.meta.url), 'utf8')

it.each([
  ['aws', aws],
  ['azure', azure],
  ['sepolia', mainnet],
])('the costs in docs/deployment/%s.md are those that the script computes', (name, lines) => {
  expect(guide(name)).toContain(formatTable(lines))
})

it('computes what a calculator does', () => {
  expect(formatTable(mainnet)).toContain('| **164.06** |') // 730 × 74,912 × 1e-9 × 3,000
  const [line] = aws
  expect((line?.quantity ?? 0) * (line?.price ?? 0)).toBeCloseTo(2 * 2 * 730 * 0.04048)
})
