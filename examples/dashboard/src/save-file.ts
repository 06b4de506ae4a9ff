// Hands a file made in the page to the browser's downloads.
export function saveFile(name: string, content: Uint8Array | string, type: string): void {
  const bytes = typeof content === 'string' ? content : new Uint8Array(content)
  const url = URL.createObjectURL(new Blob([bytes], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
