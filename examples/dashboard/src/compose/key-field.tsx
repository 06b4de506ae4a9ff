// The field that takes the key: a file, and whose key it is where the file does not say.
import { type ReactNode, useState } from 'react'
import { refusalOf } from '../service-api.ts'
import { type LoadedKey, readKeyFile } from './loaded-key.ts'

const maxKeyBytes = 4_096

export function KeyField({
  loaded,
  load,
}: {
  readonly loaded: LoadedKey | undefined
  readonly load: (key: LoadedKey | undefined) => void
}): ReactNode {
  const [method, setMethod] = useState('')
  const [problem, setProblem] = useState('')
  const read = async (file: File | undefined): Promise<void> => {
    load(undefined)
    setProblem('')
    if (file === undefined) return
    if (file.size > maxKeyBytes) throw new Error('This is too large for a key file.')
    load(readKeyFile(await file.text(), method))
  }
  return (
    <fieldset>
      <legend>Key</legend>
      <label>
        Key file (private JWK, or PKCS#8 PEM)
        <input
          type="file"
          accept=".json,.jwk,.pem"
          onChange={({ target }) => {
            read(target.files?.[0]).catch((error: unknown) => setProblem(refusalOf(error)))
          }}
        />
      </label>
      <details className="disclosure">
        <summary>The file does not name its owner</summary>
        <label>
          Verification method
          <input
            type="text"
            value={method}
            placeholder="did:webvh:…:windowco.example#key-1"
            spellCheck={false}
            onChange={({ target }) => setMethod(target.value.trim())}
          />
        </label>
      </details>
      <p role="status" className={problem === '' ? 'note' : 'problem'}>
        {problem === '' && loaded !== undefined
          ? `Signs as ${loaded.name ?? 'an issuer without a name'}: ${loaded.signer.verificationMethod}`
          : problem}
      </p>
    </fieldset>
  )
}
