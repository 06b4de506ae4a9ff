// Where a key lies, as one line of the configuration: `aws-kms:KEY?…`, `azure-key-vault:https://VAULT/keys/NAME/VERSION`, or a
// PKCS#11 URI (RFC 7512). PINs and credentials never stand in it.
import { parseParameters, split } from '../place-parameters.ts'

export type KeyPlace =
  | {
      readonly kind: 'aws-kms'
      readonly keyId: string
      readonly region: string | undefined
      readonly endpoint: string | undefined
    }
  | {
      readonly kind: 'azure-key-vault'
      readonly vaultUrl: string
      readonly name: string
      readonly version: string | undefined
    }
  | {
      readonly kind: 'pkcs11'
      readonly modulePath: string
      readonly token: string
      readonly object: string
      readonly id: string | undefined
    }

const FORMS =
  'must be aws-kms:KEY?region=NAME&endpoint=URL, azure-key-vault:https://VAULT/keys/NAME/VERSION or pkcs11:token=NAME;object=LABEL;id=%HH?module-path=FILE (region, endpoint, VERSION and id optional)'

/** Reads a place. Throws an Error whose message completes "VARIABLE …" and repeats nothing: it could be a secret. */
export function parseKeyPlace(text: string): KeyPlace {
  const [scheme, rest] = split(text, ':')
  if (scheme === 'aws-kms') return parseAwsKms(rest)
  if (scheme === 'azure-key-vault') return parseAzureKeyVault(rest)
  if (scheme === 'pkcs11') return parsePkcs11(rest)
  throw new Error(FORMS)
}

/** Reads the place of an Ed25519 key. Throws as `parseKeyPlace`, and for Azure Key Vault, which has no such keys. */
export function parseMessageKeyPlace(text: string): KeyPlace {
  const place = parseKeyPlace(text)
  if (place.kind !== 'azure-key-vault') return place
  throw new Error('must be in AWS KMS or on a PKCS#11 token: Azure Key Vault has no Ed25519 keys')
}

// Key id, ARN, alias or the alias' ARN. https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id
function parseAwsKms(rest: string): KeyPlace {
  const [keyId, query] = split(rest, '?')
  if (!/^[A-Za-z0-9:/_-]{1,2048}$/.test(keyId)) throw new Error(FORMS)
  const parameters = parseParameters(query)
  const [region, endpoint] = [parameters.text('region'), parameters.url('endpoint')]
  if (parameters.hasMore() || region === '') throw new Error(FORMS)
  return { kind: 'aws-kms', keyId, region, endpoint }
}

function parseAzureKeyVault(rest: string): KeyPlace {
  const url = URL.canParse(rest) ? new URL(rest) : undefined
  const [, name, version] =
    /^\/keys\/([A-Za-z0-9-]{1,127})(?:\/([A-Za-z0-9]{1,64}))?$/.exec(url?.pathname ?? '') ?? []
  const isPlain = url?.username === '' && url.password === '' && url.search + url.hash === ''
  if (url?.protocol !== 'https:' || !isPlain || name === undefined) throw new Error(FORMS)
  return { kind: 'azure-key-vault', vaultUrl: url.origin, name, version }
}

// RFC 7512 §2.3; only the attributes that name one key are taken.
function parsePkcs11(rest: string): KeyPlace {
  const [path, query] = split(rest, '?')
  const attributes = parseAttributes([
    ...path.split(';'),
    ...(query === '' ? [] : query.split('&')),
  ])
  if (attributes.has('pin-value') || attributes.has('pin-source')) {
    throw new Error('must not name a PIN: that is DPP_PKCS11_PIN')
  }
  const [token, object] = [attributes.get('token'), attributes.get('object')]
  const [id, modulePath] = [attributes.get('id'), attributes.get('module-path')]
  const known = [token, object, id, modulePath].filter((value) => value !== undefined).length
  if (!token || !object || !modulePath || attributes.size > known) throw new Error(FORMS)
  return {
    kind: 'pkcs11',
    modulePath: modulePath.toString(),
    token: token.toString(),
    object: object.toString(),
    id: id?.toString('hex'),
  }
}

function parseAttributes(pairs: readonly string[]): ReadonlyMap<string, Buffer> {
  const attributes = new Map<string, Buffer>()
  for (const pair of pairs) {
    const [name, value] = split(pair, '=')
    if (value === '' || attributes.has(name)) throw new Error(FORMS)
    attributes.set(name, decode(value))
  }
  return attributes
}

// An id is any bytes, so that decodeURIComponent, which wants UTF-8, does not serve.
function decode(text: string): Buffer {
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(bytes, 'latin1')
}
