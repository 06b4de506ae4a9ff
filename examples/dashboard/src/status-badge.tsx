// A status as a person sees it: colour, icon and word together, so that none of them carries it alone.
import type { VerdictStatus } from '@dpp/verifier'
import type { ReactNode } from 'react'
import { Icon } from './icon.tsx'
import { statusWords } from './words.ts'

export function StatusBadge({
  status,
  large = false,
}: {
  readonly status: VerdictStatus
  readonly large?: boolean
}): ReactNode {
  const { word, icon } = statusWords[status]
  return (
    <span className={`badge ${large ? 'badge-large' : ''}`} data-status={status}>
      <Icon name={icon} size={large ? 26 : 14} />
      {word}
    </span>
  )
}
