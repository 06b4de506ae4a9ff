// The history of a product: its events, newest first, each with its issuer and the three times.
import type { JsonObject } from '@dpp/core'
import type { EventVerdict, Verdict } from '@dpp/verifier'
import { type ReactNode, useState } from 'react'
import { tellEvent } from '../event-story.ts'
import { Icon } from '../icon.tsx'
import { StatusBadge } from '../status-badge.tsx'
import type { EventContents } from '../verify-messages.ts'
import { formatWhen, hostOfDid, humanize, plural, shorten } from '../words.ts'

const pageSize = 25

const standings = {
  controller: 'controls this product',
  listed: 'listed by this page',
  'third-party': 'third party',
} as const

export function Timeline({
  verdict,
  contents,
}: {
  readonly verdict: Verdict
  readonly contents: EventContents
}): ReactNode {
  const [shown, setShown] = useState(pageSize)
  const events = verdict.events.toReversed()
  return (
    <section className="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">
        Timeline <span className="count">{plural(events.length, 'event')}</span>
      </h2>
      {events.length === 0 ? (
        <p className="muted">The log names no events that could be checked.</p>
      ) : null}
      <ol className="timeline">
        {events.slice(0, shown).map((event) => (
          <TimelineEvent key={event.digest} event={event} contents={contents} />
        ))}
      </ol>
      {shown < events.length ? (
        <button type="button" onClick={() => setShown(shown + pageSize)}>
          Show {Math.min(pageSize, events.length - shown)} more of {events.length - shown}
        </button>
      ) : null}
    </section>
  )
}

function TimelineEvent({
  event,
  contents,
}: {
  readonly event: EventVerdict
  readonly contents: EventContents
}): ReactNode {
  const content = contents.get(event.digest)
  const { title, icon, issuerName, facts } = tellEvent(event.eventType, content)
  const isCorrected = event.correctedBy.length > 0
  return (
    <li className="event" data-status={event.status}>
      <span className="event-sign">
        <Icon name={icon} size={18} />
      </span>
      <article className="event-body" aria-label={title}>
        <header className="event-head">
          <h3 data-corrected={isCorrected}>{title}</h3>
          <StatusBadge status={event.status} />
          {isCorrected ? <span className="tag">corrected later</span> : null}
          {event.corrects === null ? null : <span className="tag">a correction</span>}
          {event.disclosed ? null : <span className="tag">not disclosed</span>}
        </header>
        <Issuer event={event} name={issuerName} />
        {event.status === 'anchored' && event.warnings.length === 0 ? null : (
          <p className="event-reason">
            {humanize([event.text, ...event.warnings.map(({ text }) => text)].join(' '))}
          </p>
        )}
        <Times event={event} />
        <details className="disclosure">
          <summary>Details</summary>
          <dl className="event-facts">
            {facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            <div>
              <dt>Digest</dt>
              <dd>
                <code>{event.digest}</code>
              </dd>
            </div>
            <div>
              <dt>Log version</dt>
              <dd>
                <code>{event.versionId}</code>
              </dd>
            </div>
            {event.corrects === null ? null : (
              <div>
                <dt>Corrects</dt>
                <dd>
                  <code>{event.corrects}</code>
                </dd>
              </div>
            )}
          </dl>
          {content === undefined ? null : <SignedEvent content={content} />}
        </details>
      </article>
    </li>
  )
}

// Written out when somebody opens it: an event may be a megabyte.
function SignedEvent({ content }: { readonly content: JsonObject }): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <details className="disclosure" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>The signed event</summary>
      {open ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        <pre className="json" tabIndex={0}>
          {JSON.stringify(content, undefined, 2)}
        </pre>
      ) : null}
    </details>
  )
}

function Issuer({
  event,
  name,
}: {
  readonly event: EventVerdict
  readonly name: string | undefined
}): ReactNode {
  if (event.issuer === null) return <p className="event-issuer muted">Issuer not known</p>
  const host = hostOfDid(event.issuer)
  return (
    <p className="event-issuer" title={event.issuer}>
      <strong>{name ?? shorten(host, 20)}</strong>
      {name === undefined ? null : <span className="muted"> {shorten(host, 20)}</span>}
      {event.standing === null ? null : (
        <span className="standing" data-standing={event.standing}>
          {standings[event.standing]}
        </span>
      )}
    </p>
  )
}

// Apart, because they prove different things: what the issuer says, what the log says, what the chain shows.
function Times({ event }: { readonly event: EventVerdict }): ReactNode {
  const { claimed, loggedTime, anchoredTime } = event
  const times = [
    { name: 'Claimed', hint: 'by the issuer', time: claimed?.eventTime },
    { name: 'Logged', hint: 'by the log', time: loggedTime },
    { name: 'Anchored', hint: 'existed by then', time: anchoredTime ?? undefined },
  ]
  return (
    <dl className="times">
      {times.map(({ name, hint, time }) => (
        <div key={name} data-known={time !== undefined}>
          <dt>
            {name} <span>{hint}</span>
          </dt>
          <dd>{time === undefined ? '–' : <time dateTime={time}>{formatWhen(time)}</time>}</dd>
        </div>
      ))}
    </dl>
  )
}
