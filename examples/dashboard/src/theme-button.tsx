// Light, dark, or what the system says. The choice is kept in this browser.
import { type ReactNode, useEffect, useState } from 'react'
import { Icon } from './icon.tsx'

const storageKey = 'dpp-theme'

export function ThemeButton(): ReactNode {
  const [theme, setTheme] = useState(readTheme)
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
  const next = theme === 'dark' ? 'light' : 'dark'
  const change = (): void => {
    setTheme(next)
    try {
      localStorage.setItem(storageKey, next)
    } catch {
      // Storage may be off; the page still changes.
    }
  }
  return (
    <button type="button" className="quiet" onClick={change} aria-label={`Use the ${next} theme`}>
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} size={19} />
    </button>
  )
}

function readTheme(): 'light' | 'dark' {
  try {
    const kept = localStorage.getItem(storageKey)
    if (kept === 'light' || kept === 'dark') return kept
  } catch {
    // As above.
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
