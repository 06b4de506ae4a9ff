// A verdict as lines for a terminal.
import { german } from '../de.ts'
import { explainFinding } from '../verdict/reasons.ts'
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

type Look = { readonly language: 'en' | 'de'; readonly color: boolean }

/** One product among many, in a line: its status, its DID, and why it is not anchored. */
export function formatLine(verdict: Verdict, { language, color }: Look): string {
  const { title, reason } = summarize(verdict, language === 'de' ? german : english)
  const why = verdict.status === 'anchored' ? '' : `  ${reason}`
  return `${paint(title, verdict.status, color)}  ${verdict.did}${why}\n`
}

/** The report: status, the checks in their order, the events, what else there is to know. */
export function formatReport(verdict: Verdict, { language, color }: Look): string {
  const words = language === 'de' ? german : english
  const { reasons } = words
  const { title, reason, details } = summarize(verdict, words)
  const lines = [paint(title, verdict.status, color), `  ${verdict.did}`, '']
  for (const each of verdict.checks) {
    const { check, status } = each
    const mark = paint(marks[status], status, color)
    lines.push(`  ${mark} ${check.padEnd(10)} ${explainFinding(each, reasons)}`)
  }
  if (verdict.status !== 'anchored') lines.push('', `  ${reason}`)
  if (verdict.anchor !== null) {
    const { chain, registry, anchorer, batchId, time } = verdict.anchor
    lines.push('', `  ${chain} ${registry} #${batchId}, ${anchorer}, ${time}`)
  }
  if (verdict.events.length > 0) lines.push('')
  for (const event of verdict.events) {
    const { digest, status, eventType, standing, reason: code, warnings } = event
    const corrected = event.correctedBy.map((by) => `correctedBy ${shorten(by)}`)
    const what = [eventType, standing, ...corrected].filter((each) => each !== null).join(', ')
    const why = code === 'event.verified' ? [] : [explainFinding(event, reasons)]
    const mark = paint(marks[status === 'anchored' ? 'passed' : status], status, color)
    const shown = [what, ...why].filter((each) => each !== '').join(': ')
    lines.push(`  ${mark} ${shorten(digest)} ${shown}`)
    for (const warning of warnings) lines.push(`      ${explainFinding(warning, reasons)}`)
  }
  if (details.length > 0) lines.push('', ...details.map((detail) => `  ${detail}`))
  return `${lines.join('\n')}\n`
}

function shorten(digest: string): string {
  return `${digest.slice(0, 14)}…`
}

function paint(text: string, status: CheckStatus | VerdictStatus, color: boolean): string {
  return color ? `\u001b[${colors[status]}m${text}\u001b[0m` : text
}
