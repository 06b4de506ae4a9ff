// Punycode decoding (RFC 3492 §6.2): what stands behind an `xn--` label.

/** The Unicode text of a label without its `xn--`, or `undefined` where it is no Punycode. Lower case only. */
export function decodePunycode(text: string): string | undefined {
  const dash = text.lastIndexOf('-')
  const output = dash > 0 ? [...text.slice(0, dash)] : []
  let [codePoint, index, bias] = [128, 0, 72]
  for (let at = dash + 1; at < text.length; ) {
    const before = index
    for (let weight = 1, k = 36; ; k += 36) {
      const digit = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(text.charAt(at) || '!')
      at += 1
      if (digit < 0) return undefined
      index += digit * weight
      const threshold = Math.min(Math.max(k - bias, 1), 26)
      if (index > 0x7fff_ffff) return undefined
      if (digit < threshold) break
      weight *= 36 - threshold
    }
    const length = output.length + 1
    bias = adapt(index - before, length, before === 0)
    codePoint += Math.floor(index / length)
    index %= length
    if (codePoint > 0x10_ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined
    output.splice(index, 0, String.fromCodePoint(codePoint))
    index += 1
  }
  return output.join('')
}

// RFC 3492 §6.1.
function adapt(delta: number, length: number, isFirst: boolean): number {
  let rest = Math.floor(delta / (isFirst ? 700 : 2))
  rest += Math.floor(rest / length)
  let k = 0
  for (; rest > 455; k += 36) rest = Math.floor(rest / 35)
  return k + Math.floor((36 * rest) / (rest + 38))
}
