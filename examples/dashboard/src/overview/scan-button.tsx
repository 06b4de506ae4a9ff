// Reads a QR code from the camera or from a picture. The decoder is loaded when somebody asks for it.
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Icon } from '../icon.tsx'

const lookMs = 250
const maxSide = 1_000

export function ScanButton({ found }: { readonly found: (text: string) => void }): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        <Icon name="scan" size={17} /> Scan
      </button>
      {open ? (
        <Scanner
          close={() => setOpen(false)}
          found={(text) => {
            setOpen(false)
            found(text)
          }}
        />
      ) : null}
    </>
  )
}

function Scanner({
  found,
  close,
}: {
  readonly found: (text: string) => void
  readonly close: () => void
}): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const video = useRef<HTMLVideoElement>(null)
  const [note, setNote] = useState('')
  const [hasCamera, setHasCamera] = useState(true)
  const hear = useRef(found)
  hear.current = found
  useEffect(() => {
    dialog.current?.showModal()
    const controller = new AbortController()
    watchCamera(video.current, (text) => hear.current(text), controller.signal).catch(() => {
      setHasCamera(false)
      setNote('No camera here: choose a picture.')
    })
    return () => controller.abort()
  }, [])
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const text = await decodeImage(await createImageBitmap(file))
    if (text === undefined) setNote('There is no QR code in this picture that can be read.')
    else found(text)
  }
  return (
    <dialog ref={dialog} className="scanner" aria-label="Scan a QR code" onClose={close}>
      <video ref={video} muted playsInline hidden={!hasCamera} aria-label="Camera" />
      <p role="status">{note}</p>
      <div className="buttons">
        <label className="file">
          A picture of the code
          <input
            type="file"
            accept="image/*"
            onChange={({ target }) => {
              read(target.files?.[0]).catch(() => setNote('This is not a picture.'))
            }}
          />
        </label>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  )
}

async function watchCamera(
  video: HTMLVideoElement | null,
  found: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  if (video === null) return
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  const stop = (): void => {
    for (const track of stream.getTracks()) track.stop()
  }
  if (signal.aborted) return stop()
  signal.addEventListener('abort', stop)
  video.srcObject = stream
  await video.play()
  while (!signal.aborted) {
    const text = await decodeImage(video)
    if (text !== undefined && !signal.aborted) return found(text)
    await new Promise((resolve) => setTimeout(resolve, lookMs))
  }
}

/** The text of the QR code in a picture, if there is one. */
async function decodeImage(image: HTMLVideoElement | ImageBitmap): Promise<string | undefined> {
  const { decodeQR } = await import('qr/decode.js')
  const [fullWidth, fullHeight] =
    image instanceof ImageBitmap
      ? [image.width, image.height]
      : [image.videoWidth, image.videoHeight]
  const scale = Math.min(1, maxSide / Math.max(fullWidth, fullHeight, 1))
  const width = Math.round(fullWidth * scale)
  const height = Math.round(fullHeight * scale)
  if (width === 0 || height === 0) return undefined
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return undefined
  context.drawImage(image, 0, 0, width, height)
  const { data } = context.getImageData(0, 0, width, height)
  try {
    return decodeQR({ width, height, data })
  } catch {
    return undefined // Its way to say that there is none.
  }
}
