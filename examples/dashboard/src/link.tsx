// A link within the page: a real one, so that it opens in a new tab, is read out and works from the keyboard.
import type { MouseEvent, ReactNode } from 'react'
import { navigate } from './route.ts'

export function Link({
  to,
  className,
  current,
  children,
}: {
  readonly to: string
  readonly className?: string
  readonly current?: boolean
  readonly children: ReactNode
}): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return
    event.preventDefault()
    navigate(to)
  }
  return (
    <a
      href={to}
      onClick={follow}
      className={className}
      aria-current={current === true ? 'page' : undefined}
    >
      {children}
    </a>
  )
}
