// The members of an event (docs/spec/event.md), as they stand in the file.
import type { JsonObject } from '../json/json.ts'
import type { DataIntegrityProof } from '../proof/proof.ts'

/** An event before it is signed. */
export type UnsignedEvent = {
  readonly '@context': readonly (string | JsonObject)[]
  readonly id: string
  readonly type: readonly string[]
  readonly issuer: { readonly type: readonly string[]; readonly id: string; readonly name?: string }
  readonly validFrom: string
  readonly credentialSubject: JsonObject
}

/** A signed event: immutable, named by its digest. */
export type SecuredEvent = UnsignedEvent & { readonly proof: DataIntegrityProof }
