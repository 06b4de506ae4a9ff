// The window with its pane and frame: each part is a product with a log of its own, checked like this one.
import type { VerdictStatus } from '@dpp/verifier'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { type DashboardConfig, kindOf } from '../config.ts'
import { gtinOf, serialOf } from '../event-story.ts'
import { Icon, type IconName } from '../icon.tsx'
import { Link } from '../link.tsx'
import { productPath } from '../route.ts'
import { StatusBadge } from '../status-badge.tsx'
import { verifyOnce } from '../use-verification.ts'
import type { VerifyRequest, VerifyResult } from '../verify-messages.ts'
import { type Composition, compositionOf } from './composition.ts'

/** A part whose own log was checked. */
type Part = {
  readonly did: string
  readonly status: VerdictStatus
  /** Whether the part's own log carries the event that joins it. */
  readonly isTwoSided: boolean
}

const maxParts = 24
const icons: Readonly<Record<string, IconName>> = { window: 'window', pane: 'pane', frame: 'frame' }

export function PartTree({
  result,
  request,
}: {
  readonly result: VerifyResult
  readonly request: VerifyRequest
}): ReactNode {
  const { verdict } = result
  const item = verdict.product?.alsoKnownAs[0] ?? verdict.did
  const composition = useMemo(() => compositionOf(item, verdict), [item, verdict])
  const parts = useParts(composition, request)
  const { root } = composition
  const all = new Map(parts.known).set(item, {
    did: verdict.did,
    status: verdict.status,
    isTwoSided: true,
  })
  const node = (each: string): ReactNode => (
    <TreeNode
      item={each}
      part={all.get(each)}
      isCurrent={each === item}
      isChecking={!parts.complete}
      config={request.config}
    />
  )
  return (
    <section className="card" aria-labelledby="parts-title">
      <h2 id="parts-title">Parts</h2>
      <ul className="tree">
        <li>
          {node(root)}
          {composition.parts.length === 0 ? (
            <p className="muted">No event joins it to anything.</p>
          ) : (
            <ul>
              {composition.parts.map((part) => (
                <li key={part}>{node(part)}</li>
              ))}
            </ul>
          )}
        </li>
      </ul>
    </section>
  )
}

function TreeNode({
  item,
  part,
  isCurrent,
  isChecking,
  config,
}: {
  readonly item: string
  readonly part: Part | undefined
  readonly isCurrent: boolean
  readonly isChecking: boolean
  readonly config: DashboardConfig
}): ReactNode {
  const kind = kindOf(config, gtinOf(item)) ?? 'Part'
  const label = (
    <>
      <span className="tree-icon">
        <Icon name={icons[kind.toLowerCase()] ?? 'part'} size={18} />
      </span>
      <span className="tree-name">
        {kind} <span className="muted">{serialOf(item)}</span>
      </span>
    </>
  )
  return (
    <div className="tree-node" data-current={isCurrent}>
      {part === undefined || isCurrent ? (
        <span className="tree-label" aria-current={isCurrent ? 'true' : undefined}>
          {label}
        </span>
      ) : (
        <Link to={productPath(part.did)} className="tree-label">
          {label}
        </Link>
      )}
      {part === undefined ? (
        <span className="muted">{isChecking ? 'checking…' : 'not found'}</span>
      ) : (
        <>
          {part.isTwoSided ? null : <span className="tag">claimed by one side</span>}
          <StatusBadge status={part.status} />
        </>
      )}
    </div>
  )
}

type Parts = { readonly known: ReadonlyMap<string, Part>; readonly complete: boolean }

const none: Parts = { known: new Map(), complete: false }

// A part is matched to its item by its own log, and its log must carry the event that joins it: whoever says that he
// holds a part says nothing about the part.
function useParts({ passports }: Composition, request: VerifyRequest): Parts {
  const [parts, setParts] = useState(none)
  useEffect(() => {
    const controller = new AbortController()
    setParts(none)
    const checkAll = async (): Promise<void> => {
      for (const [did, digest] of [...passports].slice(0, maxParts)) {
        if (did === request.did) continue
        const other = await verifyOnce({ ...request, did, attack: undefined }, controller.signal)
        const { product, status, events } = other.verdict
        const item = product?.alsoKnownAs[0]
        if (item === undefined) continue
        const isTwoSided = events.some((event) => event.digest === digest)
        setParts(({ known }) => ({
          known: new Map(known).set(item, { did, status, isTwoSided }),
          complete: false,
        }))
      }
      setParts(({ known }) => ({ known, complete: true }))
    }
    checkAll().catch(() => undefined) // Ended, because the page shows something else by now.
    return () => controller.abort()
  }, [passports, request])
  return parts
}
