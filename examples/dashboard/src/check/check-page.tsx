// Drop a pack or a did.jsonl: the same check, with no server at all.
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { type Brought, readBrought } from '../brought-files.ts'
import { Icon } from '../icon.tsx'
import { ProductView, type Site } from '../product/product-page.tsx'
import { refusalOf } from '../service-api.ts'
import type { VerifyRequest } from '../verify-messages.ts'

const maxFileBytes = 64 * 1024 * 1024
const blockHash = /^0x[0-9a-f]{64}$/

export function CheckPage({ site }: { readonly site: Site }): ReactNode {
  const { config } = site
  const [brought, setBrought] = useState<Brought>()
  const [problem, setProblem] = useState('')
  const [askChain, setAskChain] = useState(true)
  const [hash, setHash] = useState('')
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (brought === undefined) document.title = 'Check without a server · product passports'
  }, [brought])
  const trustedBlockHash = blockHash.test(hash) ? hash : undefined

  const take = (files: readonly File[]): void => {
    setProblem('')
    readAll(files)
      .then(readBrought)
      .then(setBrought, (error: unknown) => {
        setBrought(undefined)
        setProblem(refusalOf(error))
      })
  }
  const request = useMemo<VerifyRequest | undefined>(
    () =>
      brought === undefined
        ? undefined
        : {
            did: brought.did,
            config,
            attack: undefined,
            brought: { files: brought.files, askChain, trustedBlockHash },
          },
    [brought, config, askChain, trustedBlockHash],
  )
  return (
    <>
      <header className="page-head">
        <h1>Check without a server</h1>
        <p className="muted">
          Bring an evidence pack, or a did.jsonl and what else you have. Nothing is uploaded: the
          files stay in this browser.
        </p>
      </header>
      <section
        className="card drop"
        aria-label="Files to check"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault()
          take([...event.dataTransfer.files])
        }}
      >
        <Icon name="upload" size={30} />
        <p>Drop files here, or</p>
        <button type="button" className="primary" onClick={() => input.current?.click()}>
          Choose files
        </button>
        <input
          ref={input}
          type="file"
          multiple
          className="hidden"
          aria-label="Files to check"
          tabIndex={-1}
          onChange={({ target }) => take([...(target.files ?? [])])}
        />
        <div className="drop-options">
          <label className="check">
            <input
              type="checkbox"
              checked={askChain}
              onChange={({ target }) => setAskChain(target.checked)}
            />
            Ask a node of the chain
          </label>
          <label>
            A block hash that you trust, to check fully offline
            <input
              type="text"
              value={hash}
              placeholder="0x…"
              spellCheck={false}
              aria-invalid={hash !== '' && trustedBlockHash === undefined}
              onChange={({ target }) => setHash(target.value.trim().toLowerCase())}
            />
          </label>
        </div>
        <p role="status" className="note">
          {problem === '' ? brought?.summary : problem}
        </p>
      </section>
      {request === undefined ? null : (
        <ProductView request={request} asked={request.did} choose={undefined} />
      )}
    </>
  )
}

async function readAll(files: readonly File[]): Promise<{ name: string; body: Uint8Array }[]> {
  const size = files.reduce((sum, file) => sum + file.size, 0)
  if (size > maxFileBytes) throw new Error('These files are larger than this page reads (64 MB).')
  return Promise.all(
    files.map(async (file) => ({
      name: file.name,
      body: new Uint8Array(await file.arrayBuffer()),
    })),
  )
}
