// The organisations of the window example. Each has a did:webvh of its own and signs with a key that its log names.
import { createLocalSigner, generateSeed, type Signer } from '@dpp/core'
import { createLog } from '@dpp/webvh'
import type { IssuerSite } from './issuer-site.ts'

export type Organisation = {
  readonly name: string
  readonly did: string
  readonly gln: string
  readonly signer: Signer
  /** The signer's key pair, for the key file with which a visitor signs. */
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

/** Creates an organisation's DID and publishes its log on its own site. */
export async function createOrganisation(
  site: IssuerSite,
  { name, host, gln }: { readonly name: string; readonly host: string; readonly gln: string },
): Promise<Organisation> {
  const updateSigner = createLocalSigner(generateSeed())
  const seed = generateSeed()
  const { multikey, publicKey } = createLocalSigner(seed)
  const placeholder = `did:webvh:{SCID}:${host}`
  const { did, line } = await createLog({
    domain: host,
    document: {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      verificationMethod: [
        {
          id: `${placeholder}#key-1`,
          type: 'Multikey',
          controller: placeholder,
          publicKeyMultibase: multikey,
        },
      ],
      assertionMethod: [`${placeholder}#key-1`],
    },
    parameters: { updateKeys: [updateSigner.multikey], portable: true },
    signer: updateSigner,
    versionTime: new Date(),
  })
  site.publish(host, '/.well-known/did.jsonl', line)
  const signer = createLocalSigner(seed, { verificationMethod: `${did}#key-1` })
  return { name, did, gln, signer, seed, publicKey }
}
