// A logged-in session on a PKCS#11 token: one operation at a time, opened when it is first needed, and again when the token
// has dropped it.
import pkcs11 from 'pkcs11js'
import { keyError } from '../errors.ts'

export type Pkcs11SessionOptions = {
  readonly modulePath: string
  readonly token: string
  readonly pin: string
}

export type Pkcs11Session = {
  /** Does `work` after all that was given before it; once more in a new session when the token has dropped the old one. */
  use<Result>(work: (token: Token) => Result | Promise<Result>): Promise<Result>
  /** Safe to call twice. */
  close(): Promise<void>
}

/** What can be done within a session. Handles hold only there. */
export type Token = {
  /** At most two objects. */
  find(template: pkcs11.Template): readonly pkcs11.Handle[]
  read(object: pkcs11.Handle, attribute: number): Uint8Array
  sign(mechanism: pkcs11.Mechanism, key: pkcs11.Handle, bytes: Uint8Array): Promise<Uint8Array>
  encrypt(mechanism: pkcs11.Mechanism, key: pkcs11.Handle, bytes: Uint8Array): Promise<Uint8Array>
  decrypt(mechanism: pkcs11.Mechanism, key: pkcs11.Handle, bytes: Uint8Array): Promise<Uint8Array>
}

const OUTPUT_BYTES = 512 // More than any signature or wrapped secret has here.
const droppedCodes = [
  pkcs11.CKR_SESSION_HANDLE_INVALID,
  pkcs11.CKR_SESSION_CLOSED,
  pkcs11.CKR_USER_NOT_LOGGED_IN,
  pkcs11.CKR_DEVICE_ERROR,
  pkcs11.CKR_DEVICE_REMOVED,
  pkcs11.CKR_TOKEN_NOT_PRESENT,
]

export function createPkcs11Session(options: Pkcs11SessionOptions): Pkcs11Session {
  let open: { readonly token: Token; readonly close: () => void } | undefined
  let tail: Promise<unknown> = Promise.resolve()

  function end(): void {
    open?.close()
    open = undefined
  }
  async function attempt<Result>(
    work: (token: Token) => Result | Promise<Result>,
  ): Promise<Result> {
    open ??= openSession(options)
    return await work(open.token)
  }
  function use<Result>(work: (token: Token) => Result | Promise<Result>): Promise<Result> {
    const turn = tail
      .then(() => attempt(work))
      .catch((error: unknown) => {
        if (!isDropped(error)) throw error
        end()
        return attempt(work)
      })
    tail = turn.catch(() => undefined)
    return turn
  }
  function close(): Promise<void> {
    const closed = tail.then(end)
    tail = closed
    return closed
  }
  return { use, close }
}

function openSession({ modulePath, token: label, pin }: Pkcs11SessionOptions): {
  readonly token: Token
  readonly close: () => void
} {
  const library = takeLibrary(modulePath)
  try {
    const slot = library
      .C_GetSlotList(true)
      .find((each) => library.C_GetTokenInfo(each).label.trim() === label)
    if (slot === undefined) {
      throw keyError('ERR_DPP_KEY_UNAVAILABLE', `no token "${label}" is present`)
    }
    const session = library.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
    try {
      logIn(library, session, pin)
    } catch (error) {
      closeQuietly(library, session)
      throw error
    }
    function close(): void {
      closeQuietly(library, session)
      giveBackLibrary(modulePath)
    }
    return { token: tokenOf(library, session), close }
  } catch (error) {
    giveBackLibrary(modulePath)
    throw error
  }
}

function tokenOf(library: pkcs11.PKCS11, session: pkcs11.Handle): Token {
  const output = (): Buffer => Buffer.alloc(OUTPUT_BYTES)
  return {
    find(template) {
      library.C_FindObjectsInit(session, template)
      const found = library.C_FindObjects(session, 2)
      library.C_FindObjectsFinal(session)
      return found
    },
    read(object, attribute) {
      const [found] = library.C_GetAttributeValue(session, object, [{ type: attribute }])
      return Uint8Array.from(found?.value as Buffer)
    },
    async sign(mechanism, key, bytes) {
      library.C_SignInit(session, mechanism, key)
      return Uint8Array.from(await library.C_SignAsync(session, Buffer.from(bytes), output()))
    },
    async encrypt(mechanism, key, bytes) {
      library.C_EncryptInit(session, mechanism, key)
      return Uint8Array.from(await library.C_EncryptAsync(session, Buffer.from(bytes), output()))
    },
    async decrypt(mechanism, key, bytes) {
      library.C_DecryptInit(session, mechanism, key)
      return Uint8Array.from(await library.C_DecryptAsync(session, Buffer.from(bytes), output()))
    },
  }
}

// The login belongs to the process, not to the session (PKCS#11 v2.40 §2.6.7): an earlier session may have made it.
function logIn(library: pkcs11.PKCS11, session: pkcs11.Handle, pin: string): void {
  try {
    library.C_Login(session, pkcs11.CKU_USER, pin)
  } catch (error) {
    if (codeOf(error) !== pkcs11.CKR_USER_ALREADY_LOGGED_IN) throw error
  }
}

function closeQuietly(library: pkcs11.PKCS11, session: pkcs11.Handle): void {
  try {
    library.C_CloseSession(session)
  } catch {
    // The token has closed it.
  }
}

// A library is initialised once in a process (§2.6.2), however many keys use it: one entry for each path that is configured.
const libraries = new Map<string, Library>()
type Library = { readonly library: pkcs11.PKCS11; readonly isOurs: boolean; users: number }

function takeLibrary(path: string): pkcs11.PKCS11 {
  const loaded = libraries.get(path) ?? { ...loadLibrary(path), users: 0 }
  loaded.users += 1
  libraries.set(path, loaded)
  return loaded.library
}

function giveBackLibrary(path: string): void {
  const loaded = libraries.get(path)
  if (loaded === undefined || --loaded.users > 0) return
  libraries.delete(path)
  if (loaded.isOurs) loaded.library.C_Finalize()
  loaded.library.close()
}

function loadLibrary(path: string): Pick<Library, 'library' | 'isOurs'> {
  const library = new pkcs11.PKCS11()
  try {
    library.load(path)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw keyError('ERR_DPP_KEY_REFUSED', `the PKCS#11 library ${path} cannot be loaded: ${said}`)
  }
  try {
    library.C_Initialize({ flags: pkcs11.CKF_OS_LOCKING_OK })
    return { library, isOurs: true }
  } catch (error) {
    if (codeOf(error) !== pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED) throw error
    return { library, isOurs: false } // Something else in this process uses it, and ends it.
  }
}

function isDropped(error: unknown): boolean {
  const code = codeOf(error)
  return code !== undefined && droppedCodes.includes(code)
}

function codeOf(error: unknown): number | undefined {
  return error instanceof pkcs11.Pkcs11Error ? error.code : undefined
}
