// The product's QR code: its GS1 Digital Link, as it stands on the product itself.
import encodeQR from 'qr'
import { type ReactNode, useMemo } from 'react'

const quietZone = 2
const maxCharacters = 500 // A Digital Link is shorter, and a code of this length can still be scanned.

export function QrCode({ text }: { readonly text: string }): ReactNode {
  const code = useMemo(() => drawCode(text), [text])
  if (code === undefined) return null
  const { path, size } = code
  return (
    <figure className="qr">
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`QR code for ${text}`}>
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#111" />
      </svg>
      <figcaption>{text}</figcaption>
    </figure>
  )
}

// The text comes from a log, whoever wrote it.
function drawCode(text: string): { path: string; size: number } | undefined {
  if (text.length > maxCharacters) return undefined
  const rows = encodeQR(text, 'raw', { border: quietZone })
  const cells = rows.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  return { path: cells.join(''), size: rows.length }
}
