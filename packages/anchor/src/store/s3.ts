// Public files in a bucket of S3 or of a service that speaks its protocol (Ceph, MinIO, R2), by the official client.
// For servers. The service must honour `If-None-Match: *` and `If-Match` on PUT; some ignore them silently, and two
// writers would then overwrite each other: the contract suite shows it.
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import type { StreamedBody } from './body-chunks.ts'
import { type ConditionalStoreOptions, createConditionalStore } from './conditional-store.ts'
import { type FailureKind, type ObjectService, requireTag } from './object-service.ts'
import type { Store } from './store.ts'

export type S3StoreOptions = ConditionalStoreOptions & {
  readonly bucket: string
  /** Default: the client's own, from `AWS_REGION` or the profile. Services without regions take `us-east-1`. */
  readonly region?: string
  /** Default: AWS. */
  readonly endpoint?: string
  /** `endpoint/bucket/key` rather than `bucket.endpoint/key`; false unless told. */
  readonly pathStyle?: boolean
  /** Sends `If-Match` without the quotes that RFC 9110 wants: Ceph up to 16 matches nothing else. */
  readonly unquotedEtags?: boolean
  /** Default: the client's own chain (environment, profile, container, instance). */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/**
 * Opens a store in a bucket. Nothing is sent before the first use.
 *
 * The rights it needs are to get, put and list objects: without the right to list, S3 answers 403 for what is absent.
 * An object's version is its entity tag, which S3 makes from the bytes: content that returns is the same version.
 */
export function createS3Store(options: S3StoreOptions): Store {
  return createConditionalStore(s3Service(options), options)
}

// Statuses and codes after which asking again is no use. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const refusingStatuses = [301, 401, 403]
const refusingCodes = [
  'AuthorizationHeaderMalformed',
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidBucketName',
  'InvalidToken',
  'NoSuchBucket',
]
const transientCodes = ['RequestTimeTooSkewed'] // A 403 after which the client has corrected its clock.

function s3Service(options: S3StoreOptions): ObjectService {
  const { bucket: Bucket, unquotedEtags = false } = options
  const client = new S3Client(clientConfig(options))
  return {
    async get(Key, abortSignal) {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal })
      return {
        status: answer.$metadata.httpStatusCode,
        tag: answer.ETag,
        length: answer.ContentLength,
        body: answer.Body as StreamedBody | undefined,
      }
    },
    async head(Key, abortSignal) {
      const asked = client.send(new HeadObjectCommand({ Bucket, Key }), { abortSignal })
      const answer = await asked.catch((error: unknown) => {
        if (error instanceof NotFound) return undefined // A HEAD has no body, so its 404 has no code.
        throw error
      })
      if (answer === undefined) return undefined
      return { token: requireTag(answer.ETag), writeId: answer.Metadata?.['dpp-write'] }
    },
    async put({ path, body, meta, token, writeId }, abortSignal) {
      const ifMatch = unquotedEtags ? token?.slice(1, -1) : token
      const command = new PutObjectCommand({
        Bucket,
        Key: path,
        Body: body,
        ContentType: meta.contentType,
        CacheControl: meta.cacheControl,
        Metadata: { 'dpp-write': writeId },
        ...(ifMatch === undefined ? { IfNoneMatch: '*' } : { IfMatch: ifMatch }),
      })
      return requireTag((await client.send(command, { abortSignal })).ETag)
    },
    remove: (Key, abortSignal) =>
      client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal }),
    async list(Prefix, ContinuationToken, abortSignal) {
      const command = new ListObjectsV2Command({
        Bucket,
        Prefix,
        EncodingType: 'url', // XML cannot hold every character that someone else's key may have.
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      })
      const answer = await client.send(command, { abortSignal })
      const { IsTruncated, NextContinuationToken: next, Contents = [] } = answer
      // Anything else than a listing, for example a page of HTML, must not look like an empty one.
      if (IsTruncated === undefined || (IsTruncated && next === undefined)) {
        throw new Error('the answer is no listing')
      }
      const paths = Contents.map(({ Key = '' }) => decodePath(Key))
      return { paths, next: IsTruncated ? next : undefined }
    },
    classify,
    ...(unquotedEtags ? {} : { hint: 'some services match unquoted entity tags only' }),
  }
}

function clientConfig(options: S3StoreOptions): S3ClientConfig {
  const { region, endpoint, credentials, pathStyle = false } = options
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
    forcePathStyle: pathStyle,
    maxAttempts: 1, // A repetition without a look in between would hide the outcome of the first.
    requestChecksumCalculation: 'WHEN_REQUIRED', // Not every service knows the newer checksums.
    responseChecksumValidation: 'WHEN_REQUIRED',
  }
}

// Absent only where S3 says so: a proxy's 404 is an outage.
function classify(error: unknown): FailureKind {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode ?? 0
  if (name === 'NoSuchKey') return 'absent'
  if (name !== undefined && transientCodes.includes(name)) return 'unknown'
  if (name !== undefined && refusingCodes.includes(name)) return 'refused'
  return refusingStatuses.includes(status) ? 'refused' : 'unknown'
}

function decodePath(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return '' // Not UTF-8: no key of ours.
  }
}
