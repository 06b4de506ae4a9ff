import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createLocalSigner, parsePkcs8, parsePrivateJwk, toHex } from '../index.ts'

it('imports what node:crypto exports, and shows no secret when inspected', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const seed = parsePkcs8(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string)
  expect(parsePrivateJwk(privateKey.export({ format: 'jwk' }))).toEqual(seed)
  const signer = createLocalSigner(seed)
  const der = publicKey.export({ format: 'der', type: 'spki' })
  expect(toHex(signer.publicKey)).toBe(der.subarray(-32).toString('hex'))

  const shown = inspect(signer, {
    depth: 20,
    showHidden: true,
    showProxy: true,
    maxArrayLength: null,
  })
  for (const secret of [toHex(seed), [...seed].join(', '), Buffer.from(seed).toString('base64')]) {
    expect(shown).not.toContain(secret)
  }
  // Printed byte arrays take several lines: compare without them.
  expect(shown.replace(/\s+/g, ' ')).not.toContain([...seed].slice(0, 12).join(', '))
})
