import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Keys, readKeyFile, sealKeys, unsealKeys, writeKeyFile } from './key-file.ts'
import { chooseProtection, passphraseOf } from './key-protection.ts'

const secret = 'ab'.repeat(32)
const keys: Keys = {
  masterSeed: secret,
  localService: secret,
  organisations: { 'windowco/update-1': secret },
  products: {
    'https://id.gs1.org/01/09521234501008/21/W25-000001': { genesis: secret, recovery: secret },
  },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dpp-keys-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('key file', () => {
  it('opens with its passphrase and holds no key in plain', async () => {
    const text = await sealKeys(keys, 'correct horse')
    expect(text).not.toContain(secret)
    expect(text).not.toContain('W25-000001')
    expect(await unsealKeys(text, 'correct horse')).toEqual(keys)
  })

  it('opens with nothing else', async () => {
    const text = await sealKeys(keys, 'correct horse')
    await expect(unsealKeys(text, 'correct horse ')).rejects.toThrow('passphrase is wrong')
    await expect(unsealKeys(text, undefined)).rejects.toThrow('a passphrase is needed')
    await expect(sealKeys(keys, '')).rejects.toThrow('protects nothing')
  })

  it('never passes for encrypted when it is not', async () => {
    const text = await sealKeys(keys, undefined)
    expect(await unsealKeys(text, undefined)).toEqual(keys)
    await expect(unsealKeys(text, 'correct horse')).rejects.toThrow('not encrypted')
  })

  it('is refused with any part of it changed', async () => {
    const file = JSON.parse(await sealKeys(keys, 'correct horse'))
    const changed = [
      { ...file, sealed: `${file.sealed.startsWith('A') ? 'B' : 'A'}${file.sealed.slice(1)}` },
      { ...file, tag: file.tag.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0')) },
      { ...file, tag: file.tag.slice(0, 8) }, // A short tag is guessed sooner.
      { ...file, nonce: 'ff'.repeat(12) },
      { ...file, scrypt: { ...file.scrypt, salt: 'ff'.repeat(16) } },
      { ...file, scrypt: { ...file.scrypt, N: 2 } },
      { ...file, scrypt: { ...file.scrypt, N: 2 ** 30 } },
      { ...file, note: 'not part of what was sealed' },
    ]
    for (const each of changed)
      await expect(unsealKeys(JSON.stringify(each), 'correct horse')).rejects.toThrow()
  })

  it('never has the same salt or nonce twice', async () => {
    const files = await Promise.all([1, 2, 3].map(() => sealKeys(keys, 'correct horse')))
    const nonces = files.map((text) => JSON.parse(text).nonce)
    const salts = files.map((text) => JSON.parse(text).scrypt.salt)
    expect(new Set([...nonces, ...salts]).size).toBe(6)
  })

  it('is on disk for its owner alone, whole or not at all', async () => {
    const path = join(folder, 'keys.json')
    expect(await readKeyFile(path, 'correct horse')).toBeUndefined()
    await writeKeyFile(path, keys, 'correct horse')
    await writeKeyFile(path, keys, 'correct horse')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['keys.json'])
    expect(await readKeyFile(path, 'correct horse')).toEqual(keys)
    await writeFile(path, (await readFile(path)).subarray(0, 100))
    await expect(readKeyFile(path, 'correct horse')).rejects.toThrow()
  })
})

describe('protection', () => {
  it('is a passphrase, unless plain keys are asked for in so many words', async () => {
    expect(() => chooseProtection({}, {})).toThrow('need a passphrase')
    expect(() => chooseProtection({}, { KEYS_PASSPHRASE: '' })).toThrow('need a passphrase')
    expect(await passphraseOf(chooseProtection({}, { KEYS_PASSPHRASE: 'x' }))).toBe('x')
    expect(await passphraseOf(chooseProtection({ plainKeys: true }, {}))).toBeUndefined()
    const passphraseFile = join(folder, 'passphrase')
    await writeFile(passphraseFile, ' two words \n')
    expect(await passphraseOf(chooseProtection({ passphraseFile }, {}))).toBe(' two words ')
  })
})
