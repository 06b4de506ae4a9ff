// Standard Base 64 with padding (RFC 4648 §4), one spelling per byte string.

export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** The bytes of a canonical Base 64 text; `undefined` for any other text. */
export function decodeBase64(text: string): Uint8Array | undefined {
  // The pattern keeps out what atob forgives: white space, missing padding.
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  return encodeBase64(bytes) === text ? bytes : undefined // Trailing bits that mean nothing are zero.
}
