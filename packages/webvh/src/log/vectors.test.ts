// The published scenarios of didwebvh-test-suite, from three implementations, held against the text of v1.0.
import { describe, expect, it } from 'vitest'
import { vectorFiles } from '../../../../test/vectors.ts'
import { resolveLog } from '../resolution/resolve-log.ts'

const files = vectorFiles('didwebvh')
const cases = Object.keys(files)
  .filter((path) => path.endsWith('/did.jsonl'))
  .map((path) => path.slice(0, -'/did.jsonl'.length))

// Where the published expectation contradicts the text, the text decides.
const refused: { readonly [name: string]: string } = {
  // Witness ids must be did:key DIDs; these are bare multikeys.
  'witness-threshold/rust': 'ERR_DPP_LOG_PARAMETER',
  'witness-update/rust': 'ERR_DPP_LOG_PARAMETER',
  // The entry that shrinks the list needs the old list's approval (2 of 2) and has one.
  'witness-update/ts': 'ERR_DPP_DID_WITNESS_THRESHOLD',
  'witness-update/python': 'ERR_DPP_DID_WITNESS_THRESHOLD',
  'negative-duplicate-witness-ids/ts': 'ERR_DPP_LOG_PARAMETER',
  'negative-path-traversal-did/ts': 'ERR_DPP_DID_INVALID',
  'negative-scid-mismatch-genesis/ts': 'ERR_DPP_LOG_DID',
  'negative-unknown-method-version/ts': 'ERR_DPP_LOG_METHOD',
  'negative-versiontime-future/ts': 'ERR_DPP_LOG_TIME',
  'negative-wrong-cryptosuite/ts': 'ERR_DPP_LOG_PROOF',
}

function askedDid(name: string, log: string): string {
  if (name.startsWith('negative-path-traversal')) {
    return 'did:webvh:Qm0000000000000000000000000000000000000000000000:example.com:..:..:admin'
  }
  const [first, last] = [log.split('\n')[0] ?? '', log.trim().split('\n').at(-1) ?? '']
  // The attacker's SCID is no SCID at all: asked for is the DID that the log would have.
  if (name.startsWith('negative-scid'))
    return `did:webvh:${JSON.parse(first).parameters.scid}:example.com`
  return String(JSON.parse(last).state.id)
}

describe.skipIf(cases.length === 0)(`didwebvh-test-suite (${cases.length} logs)`, () => {
  it.each(cases)('%s', (name) => {
    const log = files[`${name}/did.jsonl`] ?? ''
    const did = askedDid(name, log)
    const witnessFile = files[`${name}/did-witness.json`]
    const result = resolveLog(did, log, { witnessFile })
    if (refused[name] !== undefined) {
      expect(result.didDocument).toBeNull()
      expect(result.didResolutionMetadata.error).toBe('invalidDid')
      expect(result.didResolutionMetadata.problemDetails?.code).toBe(refused[name])
      return
    }
    expect(result.didResolutionMetadata.error).toBeUndefined()
    for (const [path, text] of Object.entries(files).filter(([path]) =>
      path.startsWith(`${name}/resolutionResult`),
    )) {
      const wanted = JSON.parse(text)
      const { versionId } = wanted.didDocumentMetadata
      // The scripts ask by number; one implementation's numbered results are those of the newest version.
      const found = /\.\d\.json$/.test(path)
        ? resolveLog(did, log, { witnessFile, versionId })
        : result
      expect(found.didDocumentMetadata.versionId).toBe(versionId)
      expect(found.didDocumentMetadata.deactivated).toBe(
        wanted.didDocumentMetadata.deactivated ?? false,
      )
      if (found.didDocumentMetadata.deactivated) {
        // "a resolver MUST NOT return the DIDDoc", which the three implementations nevertheless do.
        expect(found.didDocument).toBeNull()
        expect(found.didResolutionMetadata.deactivated).toBe(true)
        continue
      }
      // Implicit services are added by two of the three: everything else is equal.
      const { service: ours, ...document } = found.didDocument ?? {}
      const { service: theirs, ...expected } = wanted.didDocument
      expect(document).toEqual(expected)
      expect(theirs).toEqual(expect.arrayContaining([...((ours as unknown[] | undefined) ?? [])]))
    }
  })
})
