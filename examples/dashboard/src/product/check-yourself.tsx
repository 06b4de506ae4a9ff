// "Check it yourself": the same check without this page, and the evidence to take away.
import { type ReactNode, useMemo, useState } from 'react'
import { CopyButton } from '../copy-button.tsx'
import { Icon } from '../icon.tsx'
import { saveFile } from '../save-file.ts'
import { verifyOnce } from '../use-verification.ts'
import type { VerifyRequest, VerifyResult } from '../verify-messages.ts'
import { formatBytes } from '../words.ts'
import { commandsFor, policyFile } from './commands.ts'

export function CheckYourself({
  result,
  request,
}: {
  readonly result: VerifyResult
  readonly request: VerifyRequest
}): ReactNode {
  const { verdict } = result
  const { config } = request
  const [note, setNote] = useState('')
  const commands = useMemo(() => commandsFor(verdict, config), [verdict, config])
  const savePack = (): void => {
    setNote('Packing…')
    verifyOnce({ ...request, wantsPack: true }, new AbortController().signal).then(
      ({ pack }) => {
        if (pack === undefined) return
        saveFile(`${verdict.product?.scid ?? 'product'}.pack`, pack, 'application/zip')
        setNote(`Saved: ${formatBytes(pack.length)}. Drop it on Check, on any copy of this page.`)
      },
      () => setNote('The pack could not be made.'),
    )
  }
  const savePolicy = (): void =>
    saveFile(policyFile, `${JSON.stringify(config.policy, undefined, 2)}\n`, 'application/json')
  return (
    <section className="card" aria-labelledby="yourself-title">
      <h2 id="yourself-title">Check it yourself</h2>
      <p className="muted">
        This page is code that somebody served to you. You need neither it nor the operator: the
        files and any node of the chain are enough.
      </p>
      <div className="buttons">
        <button type="button" className="primary" onClick={savePack}>
          <Icon name="download" size={17} /> Evidence pack
        </button>
        <button type="button" onClick={savePolicy}>
          <Icon name="download" size={17} /> Trust policy
        </button>
      </div>
      <p role="status" className="note">
        {note}
      </p>
      {commands.map(({ title, about, text }) => (
        <div key={title} className="command">
          <h3>{title}</h3>
          <p className="muted">{about}</p>
          <div className="command-line">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
            <pre tabIndex={0}>{text}</pre>
            <CopyButton text={text} what={`the commands for ${title.toLowerCase()}`} />
          </div>
        </div>
      ))}
    </section>
  )
}
