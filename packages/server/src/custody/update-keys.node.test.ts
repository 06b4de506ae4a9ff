import { createHmac } from 'node:crypto'
import { createLocalSigner, encodeUtf8 } from '@dpp/core'
import { hashKey } from '@dpp/webvh'
import { describe, expect, it } from 'vitest'
import { createUpdateKeys } from './update-keys.ts'

const secret = new Uint8Array(32).map((_, index) => index)
const item = 'https://id.gs1.org/01/09521234500018/21/W26-000001'

// RFC 5869 written out with HMAC alone: extract, then the one block that 32 bytes need.
function hkdfByHand(salt: string, info: Uint8Array): Uint8Array {
  const prk = createHmac('sha256', encodeUtf8(salt)).update(secret).digest()
  return createHmac('sha256', prk).update(info).update(Uint8Array.of(1)).digest()
}

describe('update keys', () => {
  it('follow the documented rule to the byte', () => {
    const info = new Uint8Array([...encodeUtf8(item), 0, 0, 0, 2])
    const expected = createLocalSigner(hkdfByHand('dpp:update-key:v1', info))
    const keys = createUpdateKeys(secret)
    expect(keys.signerFor(item, 2).multikey).toBe(expected.multikey)
    expect(keys.hashFor(item, 2)).toBe(hashKey(expected.multikey))
  })

  it('never change: a log begun with them can be continued by them alone', () => {
    const keys = createUpdateKeys(secret)
    expect([2, 3, 256].map((entry) => keys.signerFor(item, entry).multikey)).toMatchInlineSnapshot(`
      [
        "z6MkhbA8MCN6AZSBoNG1G5UiUFpEzt5jGpua3rbPSgqpXn3z",
        "z6MktCk57QCYrXXXFt5Y2daC6ysRmb2a5nHTKsCzZZCeQTva",
        "z6Mkg64k7BrvcEadRg8DGjJxdMCL755wJiJfLcjAzppoh52W",
      ]
    `)
  })

  it('differ by entry and by item', () => {
    const keys = createUpdateKeys(secret)
    const all = [2, 3, 4].flatMap((n) => [item, `${item}1`].map((i) => keys.hashFor(i, n)))
    expect(new Set(all).size).toBe(6)
  })

  it('are none for the genesis, which the owner signs', () => {
    expect(() => createUpdateKeys(secret).signerFor(item, 1)).toThrow('the owner signs entry 1')
  })
})
