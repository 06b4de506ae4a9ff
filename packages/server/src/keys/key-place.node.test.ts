import { describe, expect, it } from 'vitest'
import { parseKeyPlace, parseMessageKeyPlace } from './key-place.ts'
import { formatWrappedSecret, parseWrappedSecret } from './wrapped-secret.ts'

describe('parseKeyPlace', () => {
  it.each([
    [
      'aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      {
        kind: 'aws-kms',
        keyId: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
        region: undefined,
        endpoint: undefined,
      },
    ],
    [
      'aws-kms:alias/relayer?region=eu-west-1&endpoint=http%3A%2F%2F127.0.0.1%3A1',
      {
        kind: 'aws-kms',
        keyId: 'alias/relayer',
        region: 'eu-west-1',
        endpoint: 'http://127.0.0.1:1',
      },
    ],
    [
      'azure-key-vault:https://dpp.vault.azure.net/keys/relayer/0123456789abcdef',
      {
        kind: 'azure-key-vault',
        vaultUrl: 'https://dpp.vault.azure.net',
        name: 'relayer',
        version: '0123456789abcdef',
      },
    ],
    [
      'pkcs11:token=My%20HSM;object=relayer;id=%0A%FF?module-path=/usr/lib/lib.so',
      {
        kind: 'pkcs11',
        modulePath: '/usr/lib/lib.so',
        token: 'My HSM',
        object: 'relayer',
        id: '0aff',
      },
    ],
    [
      'pkcs11:token=Sch%C3%BCtz;object=a?module-path=/l.so',
      { kind: 'pkcs11', modulePath: '/l.so', token: 'Schütz', object: 'a', id: undefined },
    ],
  ])('reads %s', (text, place) => {
    expect(parseKeyPlace(text)).toEqual(place)
  })

  it.each([
    'relayer',
    'aws-kms:',
    'aws-kms:alias/a?region=',
    'aws-kms:alias/a?profile=b',
    'aws-kms:alias/a?endpoint=http://user:secret@host',
    'azure-key-vault:http://dpp.vault.azure.net/keys/a',
    'azure-key-vault:https://dpp.vault.azure.net/secrets/a',
    'azure-key-vault:https://dpp.vault.azure.net/keys/a?sig=secret',
    'pkcs11:token=a;object=b',
    'pkcs11:object=b?module-path=/l.so',
    'pkcs11:token=a;object=b;serial=1?module-path=/l.so',
    'pkcs11:token=a;token=b;object=b?module-path=/l.so',
    'pkcs11:token=a;object=b?module-path=/l.so&pin-value=123456',
    'pkcs11:token=a;object=b?module-path=/l.so&pin-source=/etc/pin',
  ])('refuses %s, without repeating it', (text) => {
    const refusal = (): unknown => parseKeyPlace(text)
    expect(refusal).toThrow(/^must /)
    expect(refusal).not.toThrow(/secret|123456/)
  })
})

it('takes no place for a key of receipts that has no Ed25519', () => {
  const inAws = 'aws-kms:alias/receipts'
  expect(parseMessageKeyPlace(inAws)).toEqual(parseKeyPlace(inAws))
  const inAzure = (): unknown => parseMessageKeyPlace('azure-key-vault:https://v.example/keys/a')
  expect(inAzure).toThrow('Azure Key Vault has no Ed25519 keys')
})

describe('a wrapped secret', () => {
  const wrapped = {
    ...{ fingerprint: '0123abcd', algorithm: 'RSA-OAEP-256', version: 'v1' },
    ciphertext: Uint8Array.of(1, 2, 3),
  }

  it('is one word, and comes back as it was', () => {
    const word = formatWrappedSecret(wrapped)
    expect(word).toMatch(/^[\w-]+$/)
    expect(parseWrappedSecret(word)).toEqual(wrapped)
  })

  it.each([
    ['nothing', ''],
    ['hex', 'ab'.repeat(32)],
    ['a word that was cut', formatWrappedSecret(wrapped).slice(0, -4)],
    ['a word with something behind it', `${formatWrappedSecret(wrapped)}=`],
    ['other JSON', Buffer.from('{"type":"DppWrappedSecret","version":2}').toString('base64url')],
    ['JSON with more in it', Buffer.from('{"x":1}').toString('base64url')],
  ])('is not %s', (_, word) => {
    expect(() => parseWrappedSecret(word)).toThrow('must be what `dpp-server keys wrap` printed')
  })
})
