// One product: verdict, history, parts, passport, and the means to check it without this page.
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { findAttack } from '../attacks.ts'
import { canReach, type DashboardConfig, kindOf } from '../config.ts'
import { gtinOf, serialOf } from '../event-story.ts'
import { navigate, productPath } from '../route.ts'
import type { ServiceApi } from '../service-api.ts'
import { useVerification } from '../use-verification.ts'
import type { VerifyRequest } from '../verify-messages.ts'
import { hostOfDid } from '../words.ts'
import { CheckYourself } from './check-yourself.tsx'
import { PartTree } from './part-tree.tsx'
import { PassportHeader } from './passport-header.tsx'
import { QrCode } from './qr-code.tsx'
import { TamperSwitch } from './tamper-switch.tsx'
import { Timeline } from './timeline.tsx'
import { VerdictPanel } from './verdict-panel.tsx'

export type Site = { readonly config: DashboardConfig; readonly api: ServiceApi }

/** A product by DID or by GS1 Digital Link. */
export function ProductPage({
  id,
  attack,
  site,
}: {
  readonly id: string
  readonly attack: string | undefined
  readonly site: Site
}): ReactNode {
  const { did, problem } = useDid(id, site)
  const { config } = site
  const request = useMemo<VerifyRequest | undefined>(
    () =>
      did === undefined
        ? undefined
        : {
            did,
            config,
            attack: config.demo ? findAttack(attack)?.name : undefined,
            brought: undefined,
          },
    [did, config, attack],
  )
  if (problem !== undefined || request === undefined) {
    return (
      <section className="card">
        <h1>{problem === undefined ? 'Looking for the product…' : 'No such product'}</h1>
        <p className="identifier">{id}</p>
        <p role="status">{problem ?? 'Asking the service which passport belongs to this item.'}</p>
      </section>
    )
  }
  const choose = (next: string | undefined): void =>
    navigate(productPath(id, next), { replace: true })
  return <ProductView request={request} asked={id} choose={config.demo ? choose : undefined} />
}

/** The page of one product, whatever its evidence comes from. */
export function ProductView({
  request,
  asked,
  choose,
}: {
  readonly request: VerifyRequest
  /** What the visitor asked for: a Digital Link must be confirmed by the log. */
  readonly asked: string
  readonly choose: ((attack: string | undefined) => void) | undefined
}): ReactNode {
  const { config, did } = request
  const progress = useVerification(request)
  const { result } = progress
  const item = result?.verdict.product?.alsoKnownAs[0]
  const kind = item === undefined ? undefined : kindOf(config, gtinOf(item))
  const title = item === undefined ? 'Product' : `${kind ?? 'Product'} ${serialOf(item)}`
  useEffect(() => {
    document.title = `${title} · product passport`
  }, [title])
  const isElsewhere = request.brought === undefined && !canReach(config, hostOfDid(did))
  return (
    <>
      <header className="product-head">
        <p className="eyebrow">Product passport</p>
        <h1>{title}</h1>
        <p className="identifier">{did}</p>
      </header>
      {request.attack === undefined ? null : (
        <p className="banner" role="note">
          The tamper switch is on: what follows is about a forged copy of the evidence, made in this
          browser, and not about the product.
        </p>
      )}
      {isElsewhere ? (
        <p className="banner" role="note">
          This page is set up to read from {Object.keys(config.origins).join(', ')} only. To check a
          product from elsewhere, use the command line, or bring its files to Check.
        </p>
      ) : null}
      {asked !== did &&
      item !== undefined &&
      !isSameItem(asked, result?.verdict.product?.alsoKnownAs) ? (
        <p className="banner" role="alert">
          You asked for {asked}, but the log of this passport does not name that item.
        </p>
      ) : null}
      <div className="product-grid">
        <div className="column">
          <VerdictPanel progress={progress} config={config} />
          {result === undefined ? null : (
            <>
              <Timeline
                key={result.verdict.checkedAt}
                verdict={result.verdict}
                contents={result.contents}
              />
              {result.verdict.product === null ? null : (
                <CheckYourself result={result} request={request} />
              )}
            </>
          )}
        </div>
        <div className="column">
          {choose === undefined ? null : (
            <TamperSwitch attack={request.attack} status={result?.verdict.status} choose={choose} />
          )}
          {result === undefined || result.verdict.product === null ? null : (
            <>
              <PartTree result={result} request={request} />
              <PassportHeader result={result} />
              {item === undefined ? null : <QrCode text={item} />}
            </>
          )}
        </div>
      </div>
    </>
  )
}

function isSameItem(asked: string, known: readonly string[] | undefined): boolean {
  return asked.startsWith('did:') || known?.includes(asked) === true
}

function useDid(
  id: string,
  { api }: Site,
): { readonly did: string | undefined; readonly problem: string | undefined } {
  const isItem = /^https?:\/\//.test(id)
  const [found, setFound] = useState<{ id: string; did: string | undefined; problem?: string }>()
  useEffect(() => {
    if (!isItem) return undefined
    const controller = new AbortController()
    api.findItem(id, controller.signal).then(
      (did) => {
        if (controller.signal.aborted) return
        const problem = 'The service knows no passport for this item.'
        setFound(did === undefined ? { id, did, problem } : { id, did })
      },
      () => {
        if (!controller.signal.aborted)
          setFound({
            id,
            did: undefined,
            problem: 'The service does not answer; ask by DID instead.',
          })
      },
    )
    return () => controller.abort()
  }, [id, isItem, api])
  if (!isItem) return { did: id, problem: undefined }
  return found?.id === id
    ? { did: found.did, problem: found.problem }
    : { did: undefined, problem: undefined }
}
