// A verdict in words for people: one line with its sign, then why, then what else there is to know.
import { englishReasons, explainFinding, fillText, type ReasonTexts } from './reasons.ts'
import { decisiveCheck, type Finding, type Verdict, type VerdictStatus } from './verdict.ts'

/** What a translation consists of: the words of the statuses, and one sentence per reason. */
export type Language = {
  readonly status: Readonly<Record<VerdictStatus, string>>
  readonly reasons: ReasonTexts
  /** `{versionId}`, `{time}` */
  readonly through: string
  /** `{withheld}`, `{total}` */
  readonly withheld: string
  /** `{thirdParty}` */
  readonly thirdParty: string
}

/** English: the words of the verdict itself. German is the entry `./de`; any other is an object of the same shape. */
export const english: Language = {
  status: {
    anchored: '✅ Anchored',
    pending: '⏳ Pending',
    indeterminate: '❔ Unknown',
    invalid: '❌ Invalid',
  },
  reasons: englishReasons,
  through: 'Anchored through version {versionId} since {time}.',
  withheld: '{withheld} of {total} events are not disclosed.',
  thirdParty: 'Claims by third parties: {thirdParty}.',
}

/** A verdict in words. */
export type Summary = {
  /** The sign and the word that a person sees. */
  readonly title: string
  /** The sentence of the check that decided. */
  readonly reason: string
  /** Further sentences, each complete: how far it is anchored, what is withheld, warnings. */
  readonly details: readonly string[]
}

/** Says in a language of people what a verdict established. */
export function summarize(verdict: Verdict, words: Language = english): Summary {
  const say = (finding: Finding): string => explainFinding(finding, words.reasons)
  // When all is well, the anchor is what there is to say.
  const decisive =
    verdict.status === 'anchored'
      ? verdict.checks.find(({ check }) => check === 'anchor')
      : decisiveCheck(verdict)
  const { withheld, thirdParty } = verdict.eventCounts
  const details: string[] = []
  if (verdict.anchoredThrough !== null) {
    const { versionId, time } = verdict.anchoredThrough
    details.push(fillText(words.through, { versionId, time }))
  }
  if (withheld > 0) {
    details.push(
      fillText(words.withheld, {
        withheld: String(withheld),
        total: String(verdict.events.length),
      }),
    )
  }
  if (thirdParty > 0) details.push(fillText(words.thirdParty, { thirdParty: String(thirdParty) }))
  return {
    title: words.status[verdict.status],
    reason: decisive === undefined ? '' : say(decisive),
    // Entries that share an outage give one sentence.
    details: [...new Set([...details, ...verdict.warnings.map(say)])],
  }
}
