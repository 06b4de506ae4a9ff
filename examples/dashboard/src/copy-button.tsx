// A button that copies a text and says so.
import { type ReactNode, useState } from 'react'
import { Icon } from './icon.tsx'

const shownMs = 1_500

export function CopyButton({
  text,
  what,
}: {
  readonly text: string
  readonly what: string
}): ReactNode {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true)
        setTimeout(() => setCopied(false), shownMs)
      },
      () => setCopied(false), // Not allowed here: the text itself can be selected.
    )
  }
  return (
    <button type="button" className="quiet" onClick={copy} aria-label={`Copy ${what}`}>
      <Icon name={copied ? 'check' : 'copy'} size={15} />
      <span className="hidden" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}
