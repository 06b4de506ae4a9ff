import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from '../chain/memory-reader.ts'
import { german } from '../de.ts'
import { at, CHAIN, createStandardWorld, REGISTRY } from '../lies/evidence.suite.ts'
import { parsePolicy } from '../policy.ts'
import { createMemorySource } from '../sources/memory-source.ts'
import { verifyProduct } from '../verify-product.ts'
import { becauseOf, englishReasons, explainFinding, finding } from './reasons.ts'
import { summarize } from './summarize.ts'
import {
  assertAnchored,
  type Check,
  type CheckStatus,
  checkNames,
  statusOfChecks,
  type Verdict,
} from './verdict.ts'

const policy = parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] })

function checksOf(statuses: readonly CheckStatus[]): Check[] {
  return checkNames.map((check, index) => ({
    check,
    status: statuses[index] ?? 'skipped',
    ...finding('check.depends'),
  }))
}

async function verify(break_: boolean): Promise<Verdict> {
  const { world, product } = await createStandardWorld()
  return verifyProduct(product.did, {
    policy,
    sources: [createMemorySource(world.files)],
    readers: [createMemoryReader(break_ ? { ...world.chain, roots: {} } : world.chain)],
    now: at(120),
  })
}

describe('statusOfChecks', () => {
  const status = fc.constantFrom<CheckStatus>(
    'passed',
    'pending',
    'indeterminate',
    'invalid',
    'skipped',
  )

  it('is anchored only when log, inclusion and anchor passed and nothing is worse', () => {
    fc.assert(
      fc.property(fc.array(status, { minLength: 4, maxLength: 4 }), (statuses) => {
        const [log, events, inclusion, anchor] = statuses
        const isProven = [log, inclusion, anchor].every((each) => each === 'passed')
        const isFine = events === 'passed' || events === 'skipped'
        expect(statusOfChecks(checksOf(statuses)) === 'anchored').toBe(isProven && isFine)
      }),
    )
  })

  it('is the worst there is', () => {
    expect(statusOfChecks(checksOf(['passed', 'invalid', 'indeterminate', 'pending']))).toBe(
      'invalid',
    )
    expect(statusOfChecks(checksOf(['passed', 'pending', 'indeterminate', 'passed']))).toBe(
      'indeterminate',
    )
    expect(statusOfChecks(checksOf(['passed', 'passed', 'pending', 'skipped']))).toBe('pending')
  })

  it('does not come out of nothing', () => {
    expect(statusOfChecks([])).toBe('indeterminate')
    expect(statusOfChecks(checksOf([]))).toBe('indeterminate')
  })
})

describe('assertAnchored', () => {
  it('lets an anchored verdict pass and names why another is not', async () => {
    expect(() => assertAnchored({ status: 'anchored' } as Verdict)).not.toThrow()
    const verdict = await verify(true)
    expect(() => assertAnchored(verdict)).toThrowError(
      expect.objectContaining({
        code: 'ERR_DPP_NOT_ANCHORED',
        message: expect.stringMatching(/does not hold/),
      }),
    )
  })
})

describe('the sentences', () => {
  it('use the same values in every language', () => {
    const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()
    for (const [code, text] of Object.entries(englishReasons)) {
      const translated = german.reasons[code as keyof typeof englishReasons]
      expect(holes(translated), code).toEqual(holes(text))
    }
  })

  it('never show control characters, endless text or nested holes', () => {
    const { text, values } = finding('log.broken', {
      cause: `{cause}\u0000\u202e${'x'.repeat(5000)}\ud800`,
    })
    expect(text.length).toBeLessThan(400)
    expect(text).not.toMatch(/[\p{Cc}\p{Cs}]/u)
    expect(values['cause']?.startsWith('{cause}')).toBe(true)
  })

  it('tell a finding that is the cause of another in the reader’s language', () => {
    const log = finding('log.unreachable', { url: 'https://a.example', cause: 'HTTP 500' })
    const issuer = finding('event.issuer-unreachable', becauseOf(log))
    const receipt = finding('event.receipt-unverified', becauseOf(issuer))
    expect(receipt.values).toEqual({
      ...log.values,
      because: 'event.issuer-unreachable log.unreachable',
    })
    expect(receipt.text).toBe(
      "The log does not carry this event, and its receipt could not be verified (The issuer's log could not be read (The log could not be fetched (HTTP 500))).",
    )
    expect(explainFinding(receipt, german.reasons)).toBe(
      'Das Protokoll enthält dieses Ereignis nicht, und seine Quittung ließ sich nicht prüfen (Das Protokoll des Ausstellers war nicht lesbar (Das Protokoll war nicht abrufbar (HTTP 500))).',
    )
  })

  it('say once what several entries share', async () => {
    const verdict = await verify(false)
    const warning = finding('warning.anchor-unconfirmed', { cause: 'no answer' })
    const { details } = summarize({ ...verdict, warnings: [warning, warning] })
    expect(details.filter((each) => each === warning.text)).toHaveLength(1)
  })

  it('summarize a verdict in English and German', async () => {
    const anchored = await verify(false)
    expect(summarize(anchored).title).toBe('✅ Anchored')
    expect(summarize(anchored).reason).toMatch(/has held the root since 2026-11-02T11:30:00Z/)
    expect(summarize(anchored, german).title).toBe('✅ Verankert')
    expect(summarize(anchored, german).details[0]).toMatch(/^Verankert bis Version 3-/)
    const invalid = await verify(true)
    expect(summarize(invalid)).toMatchObject({ title: '❌ Invalid' })
    expect(summarize(invalid, german).reason).toMatch(/^Die Kette hält die Wurzel nicht/)
  })
})
