import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createLocalSigner, fromHex, parsePkcs8, parsePrivateJwk, toHex } from '../index.ts'
import { createSigningKey } from './backend.node.ts'

it.each(['native', 'node:crypto'] as const)(
  '%s signs as RFC 8032 has it, 7.1 test 3',
  (backend) => {
    const seed = fromHex('c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7')
    const key = createSigningKey(seed, backend)
    expect(toHex(key.publicKey)).toBe(
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    )
    seed.fill(0) // The key is a copy.
    expect(toHex(key.sign(fromHex('af82')))).toBe(
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    )
  },
)

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
