// The verdict: status, reason, steps, the anchor's place on the chain, and what was and was not proven.
import { summarize, type Verdict } from '@dpp/verifier'
import type { ReactNode } from 'react'
import type { ChainAccess, DashboardConfig } from '../config.ts'
import { CopyButton } from '../copy-button.tsx'
import { Icon } from '../icon.tsx'
import { StatusBadge } from '../status-badge.tsx'
import type { Progress } from '../use-verification.ts'
import { formatWhen, humanize, shorten } from '../words.ts'
import { CheckSteps, FilesRead } from './check-steps.tsx'
import { explainProof } from './explain-proof.ts'

export function VerdictPanel({
  progress,
  config,
}: {
  readonly progress: Progress
  readonly config: DashboardConfig
}): ReactNode {
  const { result, fault } = progress
  const status = result?.verdict.status ?? 'running'
  return (
    <section className="card verdict" data-status={status} aria-labelledby="verdict-title">
      <h2 id="verdict-title" className="hidden">
        Verdict
      </h2>
      <div className="verdict-head" aria-live="polite">
        {fault !== undefined ? (
          <p className="verdict-reason">The check could not run: {fault}</p>
        ) : result === undefined ? (
          <>
            <span className="badge badge-large" data-status="running">
              <Icon name="clock" size={26} />
              Checking…
            </span>
            <p className="verdict-reason">Your browser is reading the evidence and checking it.</p>
          </>
        ) : (
          <VerdictWords
            verdict={result.verdict}
            elapsedMs={result.elapsedMs}
            chains={config.chains}
          />
        )}
      </div>
      <CheckSteps progress={progress} />
      {result === undefined ? null : <VerdictDetails verdict={result.verdict} config={config} />}
      <FilesRead progress={progress} />
    </section>
  )
}

function VerdictWords({
  verdict,
  elapsedMs,
  chains,
}: {
  readonly verdict: Verdict
  readonly elapsedMs: number
  readonly chains: readonly ChainAccess[]
}): ReactNode {
  const { reason, details } = summarize(verdict)
  return (
    <>
      <StatusBadge status={verdict.status} large />
      <p className="verdict-reason">{nameChains(humanize(reason), chains)}</p>
      {details.length === 0 ? null : (
        <ul className="verdict-notes">
          {details.map((text) => (
            <li key={text}>{humanize(text)}</li>
          ))}
        </ul>
      )}
      <p className="verdict-origin">
        Checked in your browser in {(elapsedMs / 1000).toFixed(2)} s, at{' '}
        {formatWhen(verdict.checkedAt)}. No server was asked for its opinion.
      </p>
    </>
  )
}

function nameChains(sentence: string, chains: readonly ChainAccess[]): string {
  return chains.reduce(
    (text, { id, name }) => text.replaceAll(`chain ${id}`, `“${name}”`),
    sentence,
  )
}

function VerdictDetails({
  verdict,
  config,
}: {
  readonly verdict: Verdict
  readonly config: DashboardConfig
}): ReactNode {
  const { anchor } = verdict
  const { proven, open } = explainProof(verdict)
  const chain = config.chains.find(({ id }) => id === anchor?.chain)
  return (
    <>
      {anchor === null ? null : (
        <dl className="facts" aria-label="Anchor">
          <Fact name="Chain" value={`${chain?.name ?? anchor.chain} (${anchor.chain})`} />
          <Fact name="Anchored" value={formatWhen(anchor.time)} />
          <Fact
            name="Block"
            value={anchor.claimed.blockNumber ?? 'not named'}
            to={explore(chain, 'block', anchor.claimed.blockNumber)}
          />
          <Fact
            name="Transaction"
            value={anchor.claimed.transactionHash ?? 'not named'}
            to={explore(chain, 'tx', anchor.claimed.transactionHash)}
            code
          />
          <Fact name="Merkle root" value={anchor.root} code />
          <Fact
            name="Registry"
            value={anchor.registry}
            to={explore(chain, 'address', anchor.registry)}
            code
          />
          <Fact name="Anchored by" value={anchor.anchorer} code />
          <Fact
            name="Read at"
            value={`${anchor.final ? 'final ' : ''}block ${anchor.readAt.number}, batch ${anchor.batchId}`}
          />
        </dl>
      )}
      <div className="proof-lists">
        <ProofList title="Proven" icon="check" lines={proven} />
        <ProofList title="Not proven" icon="question" lines={open} />
      </div>
    </>
  )
}

function ProofList({
  title,
  icon,
  lines,
}: {
  readonly title: string
  readonly icon: 'check' | 'question'
  readonly lines: readonly string[]
}): ReactNode {
  return (
    <div className="proof-list" data-kind={icon}>
      <h3>{title}</h3>
      {lines.length === 0 ? <p className="muted">Nothing.</p> : null}
      <ul>
        {lines.map((line) => (
          <li key={line}>
            <Icon name={icon} size={15} />
            {line}
          </li>
        ))}
      </ul>
    </div>
  )
}

function explore(
  chain: ChainAccess | undefined,
  kind: string,
  value: string | null,
): string | undefined {
  if (chain?.explorer === undefined || value === null) return undefined
  return `${chain.explorer}/${kind}/${encodeURIComponent(value)}`
}

function Fact({
  name,
  value,
  to,
  code = false,
}: {
  readonly name: string
  readonly value: string
  readonly to?: string | undefined
  readonly code?: boolean
}): ReactNode {
  const text = code ? <code title={value}>{shorten(value)}</code> : value
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {to === undefined ? (
          text
        ) : (
          <a href={to} target="_blank" rel="noreferrer">
            {text}
          </a>
        )}
        {code ? <CopyButton text={value} what={name.toLowerCase()} /> : null}
      </dd>
    </div>
  )
}
