// A verdict as lines for a terminal.
import { german } from '../de.ts'
import { fillText } from '../verdict/reasons.ts'
import { english, summarize } from '../verdict/summarize.ts'
import type { CheckStatus, Verdict, VerdictStatus } from '../verdict/verdict.ts'

const marks: Readonly<Record<CheckStatus, string>> = {
  passed: '✓',
  pending: '…',
  indeterminate: '?',
  invalid: '✗',
  skipped: '-',
}

const colors: Readonly<Record<CheckStatus | VerdictStatus, number>> = {
  passed: 32,
  anchored: 32,
  pending: 33,
  indeterminate: 35,
  invalid: 31,
  skipped: 90,
}

/** The report: status, the checks in their order, the events, what else there is to know. */
export function formatReport(
  verdict: Verdict,
  { language, color }: { readonly language: 'en' | 'de'; readonly color: boolean },
): string {
  const paint = (text: string, status: CheckStatus | VerdictStatus): string =>
    color ? `\u001b[${colors[status]}m${text}\u001b[0m` : text
  const words = language === 'de' ? german : english
  const { reasons } = words
  const { title, reason, details } = summarize(verdict, words)
  const lines = [paint(title, verdict.status), `  ${verdict.did}`, '']
  for (const { check, status, reason: code, values } of verdict.checks) {
    lines.push(
      `  ${paint(marks[status], status)} ${check.padEnd(10)} ${fillText(reasons[code], values)}`,
    )
  }
  if (verdict.status !== 'anchored') lines.push('', `  ${reason}`)
  if (verdict.anchor !== null) {
    const { chain, registry, anchorer, batchId, time } = verdict.anchor
    lines.push('', `  ${chain} ${registry} #${batchId}, ${anchorer}, ${time}`)
  }
  if (verdict.events.length > 0) lines.push('')
  for (const { digest, status, eventType, standing, reason: code, values } of verdict.events) {
    const what = [eventType, standing].filter((each) => each !== null).join(', ')
    const why = status === 'anchored' ? '' : `: ${fillText(reasons[code], values)}`
    const mark = marks[status === 'anchored' ? 'passed' : status]
    lines.push(`  ${paint(mark, status)} ${digest.slice(0, 14)}… ${what}${why}`)
  }
  if (details.length > 0) lines.push('', ...details.map((detail) => `  ${detail}`))
  return `${lines.join('\n')}\n`
}
