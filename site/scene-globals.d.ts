// The names that a page leaves to its reader.

/** The DID of a product whose history is anchored. */
declare const did: string
/** The DID of another one, about which an event is to be signed. */
declare const product: string
/** The digest of an event. */
declare const digest: string
/** The DID of the organisation that signs. */
declare const issuer: string
/** The 32 bytes of its key. */
declare const seed: Uint8Array
