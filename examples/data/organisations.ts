// The organisations of the data set: each with a did:webvh of its own under pre-rotation, a GLN, and a part to play.
import {
  createLocalSigner,
  fromHex,
  type JsonObject,
  type LocalSigner,
  type Signer,
  toHex,
} from '@dpp/core'
import { appendEntry, createLog, hashKey, type LogHead, moveDocument } from '@dpp/webvh'
import { demoGln } from './gs1-keys.ts'
import type { Keys } from './key-file.ts'
import { deriveBytes } from './random.ts'

export type OrganisationId =
  | 'windowco'
  | 'glassco'
  | 'frameco'
  | 'installco'
  | 'recycleco'
  | 'testlab'

type Description = {
  readonly id: OrganisationId
  readonly name: string
  readonly gln: string
  /** Types of event that the operator of the service lets it post about products it does not control. */
  readonly maySpeak: readonly string[]
  /** Whether verifiers list it too; a claim by one they do not know is shown as a third party's. */
  readonly trusted: boolean
}

export const organisations: readonly Description[] = [
  describe('windowco', 'WindowCo AG', 3, ['receiving', 'assembling', 'replacing']),
  describe('glassco', 'GlassCo GmbH', 4, []),
  describe('frameco', 'FrameCo SA', 5, []),
  describe('installco', 'InstallCo Srl', 6, ['receiving', 'installing', 'repairing', 'replacing']),
  describe('recycleco', 'RecycleCo BV', 7, ['disassembling', 'destroying', 'dpp:recycling']),
  { ...describe('testlab', 'TestLab Institute', 8, ['inspecting']), trusted: false },
]

/** What an organisation publishes about itself after the first wave of events, and after the second. */
export const rotation = { afterWave: 1, organisation: 'glassco' } as const
export const move = { afterWave: 2, organisation: 'frameco', to: 'frames.example' } as const

export function hostOf(id: OrganisationId): string {
  return `${id}.example`
}

const KEYS_EACH = 3

/** The seeds of every organisation's keys, for the key file. */
export function organisationKeys(masterSeed: Uint8Array): Keys['organisations'] {
  return Object.fromEntries(
    organisations.flatMap(({ id }) =>
      ['update', 'signing'].flatMap((purpose) =>
        Array.from({ length: KEYS_EACH }, (_, index) => {
          const name = `${id}/${purpose}-${index + 1}`
          return [name, toHex(deriveBytes(masterSeed, name))]
        }),
      ),
    ),
  )
}

/** The organisation's signer for events, under the DID that it has at the time. */
export function signerOf(keys: Keys, id: OrganisationId, number: number, did: string): Signer {
  return keyOf(keys, id, 'signing', number, `${did}#key-${number}`)
}

/** Creates the organisation's DID: key 1 signs events, update key 1 the log, and update key 2 is committed to. */
export function createOrganisationLog(
  keys: Keys,
  id: OrganisationId,
  versionTime: Date,
): Promise<{ readonly did: string; readonly line: string; readonly head: LogHead }> {
  const placeholder = `did:webvh:{SCID}:${hostOf(id)}`
  return createLog({
    domain: hostOf(id),
    document: {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
      id: placeholder,
      ...signingKey(keys, id, 1, placeholder),
    },
    parameters: { ...updateKeys(keys, id, 1), portable: true, ttl: 60 },
    signer: keyOf(keys, id, 'update', 1),
    versionTime,
  })
}

/** The entry in which key 2 takes the place of key 1: what key 1 signs from then on counts no more. */
export async function rotateKey(
  keys: Keys,
  id: OrganisationId,
  head: LogHead,
  versionTime: Date,
): Promise<string> {
  const document = { ...head.document, ...signingKey(keys, id, 2, head.did) }
  return await append(keys, id, head, document, versionTime)
}

/** The entry in which the DID moves to another host; its SCID, and so everything that was said of it, stays. */
export async function moveDid(
  keys: Keys,
  id: OrganisationId,
  head: LogHead,
  to: string,
  versionTime: Date,
): Promise<string> {
  return await append(keys, id, head, moveDocument(head, { domain: to }), versionTime)
}

async function append(
  keys: Keys,
  id: OrganisationId,
  head: LogHead,
  document: JsonObject,
  versionTime: Date,
): Promise<string> {
  const number = head.versionNumber + 1
  const { line } = await appendEntry(head, {
    document,
    parameters: updateKeys(keys, id, number),
    signer: keyOf(keys, id, 'update', number),
    versionTime,
  })
  return line
}

function updateKeys(keys: Keys, id: OrganisationId, number: number): JsonObject {
  return {
    updateKeys: [keyOf(keys, id, 'update', number).multikey],
    nextKeyHashes: [hashKey(keyOf(keys, id, 'update', number + 1).multikey)],
  }
}

function signingKey(keys: Keys, id: OrganisationId, number: number, did: string): JsonObject {
  const method = `${did}#key-${number}`
  const publicKeyMultibase = keyOf(keys, id, 'signing', number).multikey
  return {
    verificationMethod: [{ id: method, type: 'Multikey', controller: did, publicKeyMultibase }],
    assertionMethod: [method],
  }
}

function keyOf(
  keys: Keys,
  id: OrganisationId,
  purpose: 'update' | 'signing',
  number: number,
  verificationMethod?: string,
): LocalSigner {
  const seed = keys.organisations[`${id}/${purpose}-${number}`]
  if (seed === undefined) throw new Error(`the key file has no ${purpose} key ${number} of ${id}`)
  return createLocalSigner(
    fromHex(seed),
    verificationMethod === undefined ? {} : { verificationMethod },
  )
}

function describe(
  id: OrganisationId,
  name: string,
  place: number,
  maySpeak: readonly string[],
): Description {
  return { id, name, gln: demoGln(place), maySpeak, trusted: true }
}
