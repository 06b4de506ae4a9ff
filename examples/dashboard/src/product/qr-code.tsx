// The product's QR code: its GS1 Digital Link, as it stands on the product itself.
import encodeQR from 'qr'
import { type ReactNode, useMemo } from 'react'

const quietZone = 2

export function QrCode({ text }: { readonly text: string }): ReactNode {
  const { path, size } = useMemo(() => drawCode(text), [text])
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

function drawCode(text: string): { path: string; size: number } {
  const rows = encodeQR(text, 'raw', { border: quietZone })
  const cells = rows.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  return { path: cells.join(''), size: rows.length }
}
