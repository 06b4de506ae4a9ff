// Keys in AWS KMS, by the official client. Credentials come from where that client looks for them.
import {
  DecryptCommand,
  EncryptCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms'
import { keyError } from '../errors.ts'
import { askService } from './ask-service.ts'
import {
  type KeyAlgorithm,
  type ServiceKey,
  type SigningKey,
  WRAPPING_PURPOSE,
  type WrappingKey,
} from './key-service.ts'
import { ecdsaSignatureOfDer, publicKeyOfSpki } from './public-key.ts'

export type AwsKmsKeyOptions = {
  /** Key id, ARN, `alias/NAME` or the alias' ARN. */
  readonly keyId: string
  /** Default: that of the ARN, or the client's own, from `AWS_REGION` or the profile. */
  readonly region?: string
  /** Default: AWS. */
  readonly endpoint?: string
  /** Default: the client's own chain (environment, profile, container, instance). */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  /** For one operation with its repetitions. Default 10 s. */
  readonly timeoutMs?: number
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html: `Message` has at most 4096 bytes. */
const MAX_MESSAGE_BYTES = 4096
const ATTEMPTS = 4

const specs = {
  Ed25519: { keySpec: 'ECC_NIST_EDWARDS25519', algorithm: 'ED25519_SHA_512', messageType: 'RAW' },
  secp256k1: { keySpec: 'ECC_SECG_P256K1', algorithm: 'ECDSA_SHA_256', messageType: 'DIGEST' },
} as const

/**
 * Names a key in AWS KMS. It needs the rights `kms:GetPublicKey` and `kms:Sign` for signing, `kms:Encrypt` and `kms:Decrypt`
 * for wrapping, for which it must be symmetric.
 *
 * The client repeats what was throttled or failed, three times at most.
 */
export function createAwsKmsKey(options: AwsKmsKeyOptions): ServiceKey {
  const { keyId: KeyId, endpoint, credentials, timeoutMs } = options
  const region = options.region ?? /^arn:[\w-]+:kms:([\w-]+):/.exec(KeyId)?.[1]
  const client = new KMSClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: ATTEMPTS,
  })

  function ask<Answer>(send: (options: SendOptions) => Promise<Answer>): Promise<Answer> {
    return askService({ service: 'AWS KMS', timeoutMs }, send, translate)
  }

  async function openSigning(algorithm: KeyAlgorithm): Promise<SigningKey> {
    const spec = specs[algorithm]
    const found = await ask((to) => client.send(new GetPublicKeyCommand({ KeyId }), to))
    if (found.KeySpec !== spec.keySpec || found.KeyUsage !== 'SIGN_VERIFY') {
      const isA = `${found.KeySpec ?? 'of no spec'} for ${found.KeyUsage ?? 'nothing'}`
      throw unsuitable(`the key is ${isA}: ${algorithm} needs ${spec.keySpec} for SIGN_VERIFY`)
    }
    // An alias may be led to another key at any time: what was opened stays the key that signs.
    const signWith = found.KeyId ?? KeyId
    async function sign(bytes: Uint8Array): Promise<Uint8Array> {
      if (bytes.length > MAX_MESSAGE_BYTES) {
        throw unsuitable(`AWS KMS signs at most ${MAX_MESSAGE_BYTES} bytes`)
      }
      const command = new SignCommand({
        KeyId: signWith,
        Message: bytes,
        MessageType: spec.messageType,
        SigningAlgorithm: spec.algorithm,
      })
      const { Signature = new Uint8Array() } = await ask((to) => client.send(command, to))
      return algorithm === 'secp256k1' ? ecdsaSignatureOfDer(Signature) : Signature
    }
    const publicKey = publicKeyOfSpki(found.PublicKey ?? new Uint8Array(), algorithm)
    return { algorithm, publicKey, sign }
  }

  const context = { EncryptionContext: { purpose: WRAPPING_PURPOSE } }
  const wrapping: WrappingKey = {
    async wrap(Plaintext) {
      const command = new EncryptCommand({ KeyId, Plaintext, ...context })
      const { CiphertextBlob = new Uint8Array() } = await ask((to) => client.send(command, to))
      return { algorithm: 'AWS-KMS', ciphertext: CiphertextBlob }
    },
    async unwrap({ algorithm, ciphertext: CiphertextBlob }) {
      if (algorithm !== 'AWS-KMS')
        throw notWrapped(`it was wrapped by ${algorithm}, not by AWS KMS`)
      const command = new DecryptCommand({ KeyId, CiphertextBlob, ...context })
      const { Plaintext = new Uint8Array() } = await ask((to) => client.send(command, to))
      return Plaintext
    },
  }

  return {
    openSigning,
    openWrapping: async () => wrapping,
    close: async () => client.destroy(),
  }
}

type SendOptions = { readonly abortSignal: AbortSignal }

// https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html and the operations' own pages.
const unsuitableNames = ['InvalidKeyUsageException', 'UnsupportedOperationException']
const wrappedNames = ['InvalidCiphertextException', 'IncorrectKeyException']
const transientNames = ['KeyUnavailableException', 'RequestTimeTooSkewed', 'RequestExpired']

function translate(error: unknown): Error {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
  const said = `AWS KMS: ${name}: ${message}`
  const status = $metadata?.httpStatusCode ?? 0
  if (unsuitableNames.includes(name)) return unsuitable(said)
  if (wrappedNames.includes(name)) return notWrapped(said)
  const isClients = status >= 400 && status < 500 && !/Throttl|LimitExceeded/.test(name)
  const isRefused = isClients || name === 'CredentialsProviderError'
  return isRefused && !transientNames.includes(name)
    ? keyError('ERR_DPP_KEY_REFUSED', said, { cause: error })
    : keyError('ERR_DPP_KEY_UNAVAILABLE', said, { cause: error })
}

function unsuitable(message: string): Error {
  return keyError('ERR_DPP_KEY_UNSUITABLE', message)
}

function notWrapped(message: string): Error {
  return keyError('ERR_DPP_KEY_WRAPPED', message)
}
