// A software HSM (Debian's softhsm2) with a key of each kind, and the native part of pkcs11js, which the normal install
// leaves out: not every machine has a compiler. It is compiled here when a test first asks for it (7 s).
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Handle, PKCS11, Template } from 'pkcs11js'
import { debianProgram } from './debian-program.ts'

export type SoftHsm = {
  readonly modulePath: string
  readonly token: string
  readonly pin: string
  /** For `SOFTHSM2_CONF` of another process; this one's is set. */
  readonly configFile: string
  /** Labels of the keys on the token. */
  readonly keys: { readonly Ed25519: string; readonly secp256k1: string; readonly aes: string }
  remove(): Promise<void>
}

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const PIN = '271828'
const keys = { Ed25519: 'issuer', secp256k1: 'relayer', aes: 'root' }

/** `undefined`, with a notice, where softhsm2 or a compiler is missing; under CI=true that throws. */
export async function createSoftHsm(): Promise<SoftHsm | undefined> {
  const utility = debianProgram(['/usr/bin/softhsm2-util'], 'softhsm2')
  const compiler = debianProgram(['/usr/bin/g++'], 'g++')
  if (utility === undefined || compiler === undefined) return undefined
  await compilePkcs11(compiler)

  const folder = await mkdtemp(join(tmpdir(), 'dpp-softhsm-'))
  const configFile = join(folder, 'softhsm2.conf')
  await mkdir(join(folder, 'tokens'))
  await writeFile(configFile, `directories.tokendir = ${join(folder, 'tokens')}\n`)
  process.env['SOFTHSM2_CONF'] = configFile
  const pins = ['--so-pin', '314159', '--pin', PIN]
  await run(utility, ['--init-token', '--free', '--label', 'dpp', ...pins])
  const modulePath = '/usr/lib/softhsm/libsofthsm2.so'
  generateKeys(modulePath)
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  return { modulePath, token: 'dpp', pin: PIN, configFile, keys, remove }
}

// Without node-gyp, which would fetch Node's headers from a host of its own. The addon speaks Node-API only.
async function compilePkcs11(compiler: string): Promise<void> {
  const folder = dirname(require.resolve('pkcs11js/package.json'))
  const target = join(folder, 'build/Release/pkcs11.node')
  if (existsSync(target)) return
  const { include_dir: headers } = require('node-api-headers') as { include_dir: string }
  await mkdir(dirname(target), { recursive: true })
  const partial = `${target}.${process.pid}` // Several test processes may compile at once.
  await run(compiler, [
    ...['-shared', '-fPIC', '-O1', '-std=c++17', '-DNAPI_DISABLE_CPP_EXCEPTIONS'],
    ...['-I', join(folder, 'includes'), '-I', headers],
    ...['dl', 'common', 'main'].map((name) => join(folder, `src/${name}.cpp`)),
    ...['-o', partial, '-ldl'],
  ])
  await rename(partial, target)
}

function generateKeys(modulePath: string): void {
  const pkcs11 = require('pkcs11js') as typeof import('pkcs11js')
  const library = new pkcs11.PKCS11()
  library.load(modulePath)
  library.C_Initialize()
  const [slot] = library.C_GetSlotList(true)
  if (slot === undefined) throw new Error('the token is not there')
  const session = library.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION)
  library.C_Login(session, pkcs11.CKU_USER, PIN)

  const named = (label: string): Template => [
    { type: pkcs11.CKA_TOKEN, value: true },
    { type: pkcs11.CKA_LABEL, value: label },
  ]
  const secret: Template = [
    { type: pkcs11.CKA_PRIVATE, value: true },
    { type: pkcs11.CKA_SENSITIVE, value: true },
    { type: pkcs11.CKA_EXTRACTABLE, value: false },
  ]
  const pair = (mechanism: number, curve: string, label: string): void => {
    library.C_GenerateKeyPair(
      session,
      { mechanism },
      [
        ...named(label),
        { type: pkcs11.CKA_VERIFY, value: true },
        { type: pkcs11.CKA_EC_PARAMS, value: Buffer.from(curve, 'hex') },
      ],
      [...named(label), ...secret, { type: pkcs11.CKA_SIGN, value: true }],
    )
  }
  const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055
  pair(CKM_EC_EDWARDS_KEY_PAIR_GEN, '130c656477617264733235353139', keys.Ed25519)
  pair(pkcs11.CKM_EC_KEY_PAIR_GEN, '06052b8104000a', keys.secp256k1)
  generateAes(pkcs11, library, session, [...named(keys.aes), ...secret])
  library.C_Finalize()
  library.close()
}

function generateAes(
  pkcs11: typeof import('pkcs11js'),
  library: PKCS11,
  session: Handle,
  template: Template,
): void {
  library.C_GenerateKey(session, { mechanism: pkcs11.CKM_AES_KEY_GEN }, [
    ...template,
    { type: pkcs11.CKA_ENCRYPT, value: true },
    { type: pkcs11.CKA_DECRYPT, value: true },
    { type: pkcs11.CKA_VALUE_LEN, value: 32 },
  ])
}
