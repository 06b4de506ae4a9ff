// The page's line icons. They decorate: every meaning is also written.
import type { ReactNode } from 'react'

const paths = {
  made: 'M4 20V9l5 3V9l5 3V5h6v15zM8 16h2M13 16h2',
  join: 'M10 14a4 4 0 0 1 0-5.7l2.3-2.3a4 4 0 0 1 5.7 5.7l-1.2 1.2M14 10a4 4 0 0 1 0 5.7L11.7 18a4 4 0 0 1-5.7-5.7l1.2-1.2',
  inspect: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5M8 11l2 2 4-4',
  ship: 'M3 7h11v9H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  receive: 'M4 12v7h16v-7M12 4v10M8 10l4 4 4-4',
  place:
    'M12 21s7-6.2 7-11a7 7 0 1 0-14 0c0 4.8 7 11 7 11zM12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  repair:
    'M14.5 6.5a4 4 0 0 1 5-1l-2.7 2.7 2 2L21.5 7.5a4 4 0 0 1-5.5 4.9L8.5 20 4 15.5l7.6-7.5a4 4 0 0 1 2.9-1.5z',
  swap: 'M7 4 3.5 7.5 7 11M4 7.5h13M17 13l3.5 3.5L17 20M20 16.5H7',
  split:
    'M6 4v5a3 3 0 0 0 3 3h6a3 3 0 0 1 3 3v5M18 4v5M6 20v-5M3.5 17.5 6 20l2.5-2.5M15.5 17.5 18 20l2.5-2.5',
  end: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5',
  recycle: 'M8.5 8 12 3l3.5 5M12 3v0M5 11l-2 5 3.5 4h5M9 17l2.5 3L9 23M19 11l2 5-3.5 4h-2',
  transfer: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 14c.5-3 2.5-4 5-4M13 15h8M18 12l3 3-3 3M10 19h-7',
  warn: 'M12 4 2.5 20h19zM12 10v4.5M12 17.5v.1',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  event: 'M12 4v16M4 12h16',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20.5 20.5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6 6 18',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7.5V12l3 2',
  question: 'M7.5 8.2a4.5 4.5 0 1 1 6.7 3.9c-1.5.9-2.2 1.8-2.2 3.4M12 19.9v.1',
  skip: 'M6 12h12',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  download: 'M12 4v11M7.5 10.5 12 15l4.5-4.5M4 20h16',
  upload: 'M12 16V5M7.5 9.5 12 5l4.5 4.5M4 20h16',
  window: 'M4 3h16v18H4zM12 3v18M4 12h16',
  pane: 'M5 3h14v18H5zM8.5 11.5l4-5M9.5 16l6-7.5',
  frame: 'M3 3h18v18H3zM7 7h10v10H7z',
  part: 'M12 3 4 7.5v9L12 21l8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M7 12h10',
  play: 'M8 5v14l11-7z',
  pen: 'M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4',
  back: 'M15 5l-7 7 7 7',
} as const

export type IconName = keyof typeof paths

export function Icon({
  name,
  size = 20,
}: {
  readonly name: IconName
  readonly size?: number
}): ReactNode {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  )
}
