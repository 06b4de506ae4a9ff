// Composes an event, signs it in the browser with a key that the person loads, posts it, and follows it.
import { eventDigest, type JsonObject, signEvent } from '@dpp/core'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { Icon } from '../icon.tsx'
import type { Site } from '../product/product-page.tsx'
import { saveFile } from '../save-file.ts'
import { type ListedProduct, refusalOf } from '../service-api.ts'
import { buildEvent, type Draft, type DraftKind, draftKinds } from './draft.ts'
import { FollowEvent, type PostedEvent } from './follow-event.tsx'
import { KeyField } from './key-field.tsx'
import type { LoadedKey } from './loaded-key.ts'

export function ComposePage({
  product,
  site,
}: {
  readonly product: string | undefined
  readonly site: Site
}): ReactNode {
  const [key, setKey] = useState<LoadedKey>()
  const [draft, setDraft] = useState<Draft>(() => ({
    kind: 'inspect',
    did: product ?? '',
    item: '',
    localTime: localNow(),
    gln: '',
    note: '',
  }))
  const [problem, setProblem] = useState('')
  const [posted, setPosted] = useState<PostedEvent>()
  const products = useProducts(site)
  const known = products.find(({ did, item }) => did === draft.did || item === draft.did)
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }))
  useEffect(() => {
    document.title = 'Sign an event · product passports'
  }, [])

  const sign = async (): Promise<void> => {
    setProblem('')
    if (key === undefined) throw new Error('Load the key first.')
    if (known?.item === undefined) throw new Error('Choose a product of the list.')
    const { did, item } = known
    const unsigned = buildEvent({ ...draft, did, item }, key)
    const event = (await signEvent(unsigned, key.signer)) as unknown as JsonObject
    // Kept before it is sent: the same event may be posted again, another under its id never.
    const digest = eventDigest(event)
    const receipt = await site.api.postEvent(event)
    setPosted({ event, digest, did, receipt })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    sign().catch((error: unknown) => setProblem(refusalOf(error)))
  }
  return (
    <>
      <header className="page-head">
        <h1>Sign an event</h1>
        <p className="muted">
          The key never leaves this browser. The service gets a signed event and can refuse it, but
          not change it.
        </p>
      </header>
      <div className="compose-grid">
        <form className="card form" onSubmit={submit} aria-label="Event">
          <KeyField loaded={key} load={setKey} />
          <label>
            Product
            <input
              type="text"
              list="known-products"
              value={draft.did}
              placeholder="DID or GS1 Digital Link"
              autoComplete="off"
              spellCheck={false}
              required
              onChange={({ target }) => change({ did: target.value.trim() })}
            />
          </label>
          <datalist id="known-products">
            {products.slice(0, 200).map(({ did, item }) => (
              <option key={did} value={item ?? did} />
            ))}
          </datalist>
          <label>
            What happened
            <select
              value={draft.kind}
              onChange={({ target }) => change({ kind: target.value as DraftKind })}
            >
              {draftKinds.map(({ kind, title }) => (
                <option key={kind} value={kind}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <label>
            When
            <input
              type="datetime-local"
              step="1"
              required
              value={draft.localTime}
              onChange={({ target }) => change({ localTime: target.value })}
            />
          </label>
          <label>
            Where (GLN, optional)
            <input
              type="text"
              inputMode="numeric"
              value={draft.gln}
              placeholder="9521234000037"
              onChange={({ target }) => change({ gln: target.value.trim() })}
            />
          </label>
          <label>
            Note (optional, public for ever: no personal data)
            <input
              type="text"
              maxLength={200}
              value={draft.note}
              onChange={({ target }) => change({ note: target.value })}
            />
          </label>
          <button type="submit" className="primary">
            <Icon name="pen" size={17} /> Sign and post
          </button>
          <p role="alert" className="problem">
            {problem}
          </p>
        </form>
        <div className="column">
          {posted === undefined ? (
            <section className="card hint">
              <h2>What happens then</h2>
              <ol className="plain-steps">
                <li>Your browser signs the event and computes its digest.</li>
                <li>
                  The service checks key and rights, stores it, and promises in a signed receipt to
                  anchor it.
                </li>
                <li>The next batch seals it in the product's log and anchors one root for all.</li>
                <li>This page keeps checking, until the chain has it for good.</li>
              </ol>
            </section>
          ) : (
            <>
              <FollowEvent key={posted.digest} posted={posted} site={site} />
              <section className="card">
                <h2>Keep these</h2>
                <p className="muted">
                  The signed event, and the service's signed promise: together with a log that lacks
                  the event they prove a broken promise.
                </p>
                <div className="buttons">
                  <SaveJson name={`${posted.digest}.json`} title="Event" value={posted.event} />
                  <SaveJson name="receipt.json" title="Receipt" value={posted.receipt} />
                </div>
              </section>
            </>
          )}
        </div>
      </div>
    </>
  )
}

function SaveJson({
  name,
  title,
  value,
}: {
  readonly name: string
  readonly title: string
  readonly value: JsonObject
}): ReactNode {
  return (
    <button type="button" onClick={() => saveFile(name, JSON.stringify(value), 'application/json')}>
      <Icon name="download" size={17} /> {title}
    </button>
  )
}

function useProducts({ api }: Site): readonly ListedProduct[] {
  const [products, setProducts] = useState<readonly ListedProduct[]>([])
  useEffect(() => {
    const controller = new AbortController()
    api.products(controller.signal).then(
      (listed) => setProducts(listed),
      () => undefined, // The field takes a DID all the same.
    )
    return () => controller.abort()
  }, [api])
  return products
}

function localNow(): string {
  const now = new Date()
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
