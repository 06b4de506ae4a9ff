// The file of private keys: encrypted under a passphrase with scrypt (RFC 7914) and AES-256-GCM (NIST SP 800-38D).
// Whoever opens it holds the organisations' signing keys and the recovery key of every product.
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { decodeUtf8, fromHex, isJsonObject, type JsonObject, parseStrict, toHex } from '@dpp/core'

/** The private keys of a data set: 32-byte Ed25519 seeds in hex, by what they are for. */
export type Keys = {
  /** Every other key and every choice follows from it. */
  readonly masterSeed: string
  /** The master secret of the service that `seed-storage --local` starts. */
  readonly localService: string
  /** By organisation and purpose, such as `glassco/signing-2`. */
  readonly organisations: { readonly [name: string]: string }
  /** By Digital Link: what signed the genesis, and what takes the log back (the hash of it stands in every entry). */
  readonly products: {
    readonly [digitalLink: string]: { readonly genesis: string; readonly recovery: string }
  }
}

// 64 MB and about 0.2 s for each guess: OWASP's second choice of scrypt parameters (N = 2^16, r = 8, p = 2).
const COST = { N: 2 ** 16, r: 8, p: 2 } as const
const MAX_MEMORY = 128 * 2 ** 20
const OWNER_ONLY = 0o600
const MAX_JSON = { maxBytes: 256 * 2 ** 20, maxMembers: 4_000_000 }

/** Encrypts keys into the text of a key file. A passphrase of `undefined` leaves them plain: only on explicit demand. */
export async function sealKeys(keys: Keys, passphrase: string | undefined): Promise<string> {
  if (passphrase === undefined) return `${JSON.stringify({ ...header('plain'), keys })}\n`
  const salt = randomBytes(16)
  const nonce = randomBytes(12) // Fresh key (salt) each time, so that no nonce meets its key again.
  const about = {
    ...header('scrypt-aes-256-gcm'),
    scrypt: { ...COST, salt: toHex(salt) },
    nonce: toHex(nonce),
  }
  const cipher = createCipheriv('aes-256-gcm', await stretch(passphrase, salt), nonce)
  cipher.setAAD(Buffer.from(JSON.stringify(about))) // What the file says about itself is part of what is proven.
  const sealed = Buffer.concat([cipher.update(JSON.stringify(keys), 'utf8'), cipher.final()])
  const tag = cipher.getAuthTag()
  return `${JSON.stringify({ ...about, sealed: sealed.toString('base64'), tag: toHex(tag) })}\n`
}

/** Reads the text of a key file. Throws for a wrong passphrase, a changed file, and other scrypt parameters than ours. */
export async function unsealKeys(text: string, passphrase: string | undefined): Promise<Keys> {
  const file = parseStrict(text, MAX_JSON)
  if (!isJsonObject(file) || file['type'] !== 'DppExampleKeys' || file['version'] !== 1)
    throw new Error('not a key file of this example')
  if (file['protection'] === 'plain') {
    if (passphrase === undefined) return file['keys'] as unknown as Keys
    throw new Error('the key file is not encrypted: say --plain-keys if you know that')
  }
  if (passphrase === undefined) throw new Error('the key file is encrypted: a passphrase is needed')
  const { sealed, tag, ...about } = file
  const { N, r, p, salt } = about['scrypt'] as JsonObject
  // Parameters from the file are not obeyed: a forged one could make this take for ever, or no time at all.
  if (N !== COST.N || r !== COST.r || p !== COST.p) throw new Error('unknown scrypt parameters')
  const key = await stretch(passphrase, fromHex(String(salt)))
  const decipher = createDecipheriv('aes-256-gcm', key, fromHex(String(about['nonce'])), {
    authTagLength: 16,
  })
  decipher.setAAD(Buffer.from(JSON.stringify(about)))
  decipher.setAuthTag(fromHex(String(tag)))
  try {
    const plain = Buffer.concat([
      decipher.update(Buffer.from(String(sealed), 'base64')),
      decipher.final(),
    ])
    return parseStrict(decodeUtf8(plain), MAX_JSON) as unknown as Keys
  } catch {
    throw new Error('the passphrase is wrong, or the key file was changed')
  }
}

/** The keys in `path`; undefined when there is no such file. */
export async function readKeyFile(
  path: string,
  passphrase: string | undefined,
): Promise<Keys | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return await unsealKeys(text, passphrase)
}

/** Writes a key file for its owner alone; whole and on disk, or not at all. */
export async function writeKeyFile(
  path: string,
  keys: Keys,
  passphrase: string | undefined,
): Promise<void> {
  const temporary = `${path}~${randomBytes(8).toString('hex')}`
  await mkdir(dirname(path), { recursive: true })
  let file: FileHandle | undefined
  try {
    file = await open(temporary, 'wx', OWNER_ONLY)
    await file.writeFile(await sealKeys(keys, passphrase))
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file?.close().catch(() => {}) // The first error says more.
    await rm(temporary, { force: true })
    throw error
  }
}

function header(protection: string) {
  return { type: 'DppExampleKeys', version: 1, protection } as const
}

function stretch(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  if (passphrase === '') throw new Error('an empty passphrase protects nothing')
  return new Promise((resolve, reject) => {
    scrypt(
      passphrase.normalize('NFKC'),
      salt,
      32,
      { ...COST, maxmem: 2 * MAX_MEMORY },
      (error, key) => {
        if (error === null) resolve(key)
        else reject(error)
      },
    )
  })
}
