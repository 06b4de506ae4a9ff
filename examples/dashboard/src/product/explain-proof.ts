// What a verdict proves and what it does not, in sentences. Every "proven" follows from a check that passed.
import type { CheckName, Verdict } from '@dpp/verifier'
import { formatWhen, plural } from '../words.ts'

export type Explanation = { readonly proven: readonly string[]; readonly open: readonly string[] }

export function explainProof(verdict: Verdict): Explanation {
  const { events, entries, anchor, anchoredThrough, eventCounts, product } = verdict
  const passed = (name: CheckName): boolean =>
    verdict.checks.some(({ check, status }) => check === name && status === 'passed')
  const proven: string[] = []
  const open: string[] = []

  if (passed('log')) {
    proven.push(
      `All ${plural(entries.length, 'entry', 'entries')} of the log follow from the first one, and each was signed by a key that the one before allowed.`,
    )
  } else open.push('Whether the history is complete and in its order.')

  const fine = events.filter(
    ({ status, disclosed, standing }) =>
      disclosed && standing !== 'third-party' && (status === 'anchored' || status === 'pending'),
  )
  if (fine.length > 0) {
    proven.push(
      `${plural(fine.length, 'event')} ${fine.length === 1 ? 'is' : 'are'} word for word what the issuer signed, and the issuer may speak about this product.`,
    )
  }
  if (anchoredThrough !== null) {
    proven.push(
      `Everything up to version ${anchoredThrough.versionId.split('-')[0]} existed by ${formatWhen(anchoredThrough.time)}: nobody can change or backdate it since.`,
    )
  }
  if (anchor !== null && passed('anchor')) {
    proven.push(
      `The root stands in the registry ${anchor.final ? 'in a final block' : 'in a block that is not final'}, anchored by ${
        anchor.anchorerListed
          ? 'an account that this page trusts'
          : 'an account that nobody vouches for'
      }.`,
    )
  } else open.push('That the newest entry is on a chain.')

  if (eventCounts.pending > 0) {
    open.push(
      `When ${plural(eventCounts.pending, 'event')} happened: no final anchor dates it yet.`,
    )
  }
  if (eventCounts.withheld > 0) {
    open.push(
      `What ${plural(eventCounts.withheld, 'event')} ${eventCounts.withheld === 1 ? 'says' : 'say'}: only the digest is public.`,
    )
  }
  if (eventCounts.thirdParty > 0) {
    open.push(
      `Whether ${plural(eventCounts.thirdParty, 'third-party claim')} can be relied on: the issuer neither controls the product nor is listed.`,
    )
  }
  if (eventCounts.invalid > 0) {
    open.push(`${plural(eventCounts.invalid, 'event')} did not hold: take nothing from it.`)
  }
  if (product !== null) {
    open.push(
      'That what the issuers say is true: a signature shows who said it, and when at the latest.',
    )
    open.push('That the thing in front of you is this product: only its label says so.')
    open.push('That nothing newer exists than what was served to you today.')
  }
  return { proven, open }
}
