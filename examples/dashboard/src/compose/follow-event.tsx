// A posted event on its way from Pending to Anchored: the service's word for where it is, and the page's own verdict.
import type { JsonObject } from '@dpp/core'
import { summarize } from '@dpp/verifier'
import { type ReactNode, useEffect, useState } from 'react'
import { Icon } from '../icon.tsx'
import { Link } from '../link.tsx'
import type { Site } from '../product/product-page.tsx'
import { productPath } from '../route.ts'
import { refusalOf } from '../service-api.ts'
import { StatusBadge } from '../status-badge.tsx'
import { verifyOnce } from '../use-verification.ts'
import type { VerifyResult } from '../verify-messages.ts'
import { humanize } from '../words.ts'

export type PostedEvent = {
  readonly event: JsonObject
  readonly digest: string
  readonly did: string
  readonly receipt: JsonObject
}

const stages: readonly { readonly stage: string; readonly title: string }[] = [
  { stage: 'accepted', title: 'Accepted, with a signed receipt' },
  { stage: 'sealed', title: 'Sealed in the log' },
  { stage: 'submitted', title: 'Sent to the chain' },
  { stage: 'mined', title: 'In a block' },
  { stage: 'final', title: 'In a final block' },
  { stage: 'published', title: 'Proofs published' },
]
const lookMs = 1_500

export function FollowEvent({
  posted,
  site,
}: {
  readonly posted: PostedEvent
  readonly site: Site
}): ReactNode {
  const { stage, result, problem } = useFollowed(posted, site)
  const reached = stages.findIndex((each) => each.stage === stage)
  const verdict = result?.verdict
  const sentence = verdict === undefined ? undefined : summarize(verdict).reason
  const [note, setNote] = useState('')
  return (
    <section className="card" aria-labelledby="follow-title">
      <h2 id="follow-title">On its way</h2>
      <div aria-live="polite" className="follow-verdict">
        {verdict === undefined ? (
          <span className="muted">Checking…</span>
        ) : (
          <StatusBadge status={verdict.status} large />
        )}
        <p className="muted">{humanize(sentence ?? problem ?? '')}</p>
      </div>
      <ol className="stages">
        {stages.map(({ stage: name, title }, index) => (
          <li
            key={name}
            data-reached={index <= reached}
            aria-current={index === reached ? 'step' : undefined}
          >
            <Icon name={index <= reached ? 'check' : 'clock'} size={15} />
            {title}
          </li>
        ))}
      </ol>
      <p className="identifier">{posted.digest}</p>
      <div className="buttons">
        {site.config.demo && reached < 1 ? (
          <button
            type="button"
            className="primary"
            onClick={() => {
              setNote('Batch started.')
              site.api.runBatch().catch((error: unknown) => setNote(refusalOf(error)))
            }}
          >
            <Icon name="play" size={15} /> Run a batch now
          </button>
        ) : null}
        <Link to={productPath(posted.did)} className="button">
          Open the passport
        </Link>
      </div>
      <p role="status" className="note">
        {note}
      </p>
    </section>
  )
}

type Followed = {
  readonly stage: string | undefined
  readonly result: VerifyResult | undefined
  readonly problem: string | undefined
}

function useFollowed(
  { event, digest, did, receipt }: PostedEvent,
  { api, config }: Site,
): Followed {
  const [followed, setFollowed] = useState<Followed>({
    stage: undefined,
    result: undefined,
    problem: undefined,
  })
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const look = async (): Promise<boolean> => {
      const stage = await api.eventStage(digest, signal)
      const request = {
        did,
        config,
        attack: undefined,
        brought: undefined,
        event: { event, receipt },
      }
      const result = await verifyOnce(request, signal)
      if (!signal.aborted) setFollowed({ stage, result, problem: undefined })
      return result.verdict.status === 'anchored' && stage === 'published'
    }
    const follow = async (): Promise<void> => {
      while (!signal.aborted) {
        const isThere = await look().catch((error: unknown) => {
          if (!signal.aborted) setFollowed((before) => ({ ...before, problem: refusalOf(error) }))
          return false
        })
        if (isThere) return
        await new Promise((resolve) => setTimeout(resolve, lookMs))
      }
    }
    follow().catch(() => undefined) // Ended with the page.
    return () => controller.abort()
  }, [event, digest, did, receipt, api, config])
  return followed
}
