// JSON Schemas (2020-12) of what the HTTP interface takes and gives, under the names of the OpenAPI document. They describe;
// bodies are checked by the parsers of their formats, which are stricter than any schema can say.

type Schema = { readonly [keyword: string]: unknown }

const digest: Schema = { type: 'string', pattern: '^zQm[1-9A-HJ-NP-Za-km-z]{44}$' }
const scid: Schema = { type: 'string', pattern: '^Q[1-9A-HJ-NP-Za-km-z]{45}$' }
const did: Schema = { type: 'string', pattern: '^did:' }
const versionId: Schema = { type: 'string', pattern: '^[1-9][0-9]*-' }
const time: Schema = { type: 'string', format: 'date-time' }
const root: Schema = { type: 'string', pattern: '^0x[0-9a-f]{64}$' }
const text: Schema = { type: 'string' }
const count: Schema = { type: 'integer', minimum: 0 }
const control: Schema = { enum: ['delegated', 'self', 'closed'] }
const stage: Schema = {
  enum: [
    'failed',
    'awaiting-controller',
    'accepted',
    'sealed',
    'submitted',
    'mined',
    'final',
    'published',
    'not-hosted',
  ],
}

/** An object of these members; those in `optional` may be absent, and no others are there. */
function object(
  description: string,
  required: { readonly [name: string]: Schema },
  optional: { readonly [name: string]: Schema } = {},
): Schema {
  return {
    type: 'object',
    description,
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  }
}

function listOf(items: Schema, limits: Schema = {}): Schema {
  return { type: 'array', items, ...limits }
}

function ref(name: string): Schema {
  return { $ref: `${name}#` }
}

const batchMembers = {
  id: { type: 'integer', minimum: 1 },
  state: { enum: ['claimed', 'signed', 'published', 'rooted', 'final', 'settled'] },
  createdAt: time,
  events: count,
}
const batchOptional = {
  publishedAt: time,
  settledAt: time,
  root,
  treeSize: count,
  problem: text,
}
const refusedMembers = { status: { type: 'integer' }, code: text, detail: text }

/** Schemas by name. */
export const bodySchemas: { readonly [name: string]: Schema } = {
  Problem: object(
    'RFC 9457. `code` is stable and what a program tests; `detail` is for people; `requestId` finds the request in the log.',
    {
      type: { const: 'about:blank' },
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: { type: 'string', pattern: '^ERR_DPP_' },
    },
    { requestId: text },
  ),
  Event: {
    type: 'object',
    description: 'One secured event, as docs/spec/event.md says: a Verifiable Credential 2.0.',
    required: ['@context', 'type', 'issuer', 'credentialSubject', 'proof'],
  },
  EventList: object('Several events; each is taken or refused by itself.', {
    events: listOf(ref('Event'), { minItems: 1 }),
  }),
  PostedEvents: { oneOf: [ref('Event'), ref('EventList')] },
  EventAnswer: { oneOf: [ref('Receipt'), ref('EventResults')] },
  Receipt: object('The signed promise, as docs/spec/receipt.md says.', {
    type: { const: 'DppReceipt' },
    version: { const: 1 },
    events: listOf(object('One event.', { digest, products: listOf(did) })),
    received: time,
    anchorBy: time,
    proof: { type: 'object' },
  }),
  EventResults: object('One result per event, in order; `receipt` is an index into `receipts`.', {
    results: listOf({
      oneOf: [
        object('Taken.', { digest, receipt: count }),
        object('Refused.', refusedMembers, { digest }),
      ],
    }),
    receipts: listOf(ref('Receipt')),
  }),
  EventStatus: object('How far an event has come; `stage` is the least advanced of its products.', {
    digest,
    stage,
    content: { enum: ['public', 'restricted', 'erased'] },
    deliveries: listOf(
      object(
        'One product.',
        { scid, stage },
        {
          versionId,
          batch: count,
          root,
          reason: text,
        },
      ),
    ),
  }),
  Erased: object('What is left: `removed` is false where the store cannot remove files.', {
    digest,
    content: { const: 'erased' },
    file: text,
    removed: { type: 'boolean' },
  }),
  EventPage: object(
    'Accepted events, newest first.',
    { events: listOf(object('One event.', { digest, issuer: did, receivedAt: time })) },
    { next: text },
  ),
  KeysRequest: object('The Digital Links of items that are to be registered.', {
    alsoKnownAs: listOf(text, { minItems: 1 }),
  }),
  Keys: object('For each item the hash of the key that signs entry 2 of its log.', {
    keys: listOf(object('One item.', { alsoKnownAs: text, nextKeyHash: text })),
  }),
  Registration: object(
    'A genesis log that its owner signed.',
    { log: text },
    {
      control: { enum: ['delegated', 'self'] },
    },
  ),
  Registered: object('A product that is hosted here.', { did, scid, versionId, control }),
  PostedEntries: object('Entries that follow `head`, signed by the owner, one per line.', {
    head: versionId,
    log: text,
  }),
  Appended: object('The log after the new entries.', { scid, versionId, control }),
  Product: object(
    'How a product stands; `waiting` are the digests that are in no entry yet.',
    {
      did,
      scid,
      control,
      controller: did,
      versionId,
      versionTime: time,
      waiting: listOf(digest),
    },
    { suspended: text, closing: { const: true } },
  ),
  ProductPage: object(
    'Products in order of SCID.',
    { dids: listOf(object('One product.', { scid, did })) },
    { next: text },
  ),
  Passport: {
    type: 'object',
    description: "The passport document with a Data Integrity proof by the controller's key.",
    required: ['proof'],
  },
  PublishedPassport: object('Where the passport lies.', { scid, url: text }),
  CloseRequest: {
    type: 'object',
    description: "Signed by the controller's key.",
    required: ['type', 'version', 'product', 'proof'],
    properties: { type: { const: 'DppCloseRequest' }, version: { const: 1 }, product: did },
  },
  Closing: object('The log is closed with the next batches.', { scid, closing: { const: true } }),
  TransferRequest: {
    type: 'object',
    description: "Signed by the owner's recovery key, as a did:key.",
    required: ['type', 'version', 'product', 'controller', 'recoveryHash', 'proof'],
    properties: {
      type: { const: 'DppTransferRequest' },
      version: { const: 1 },
      product: did,
      controller: did,
      recoveryHash: text,
    },
  },
  Batch: object('A batch of log entries.', batchMembers, {
    ...batchOptional,
    anchor: { type: 'object', description: 'The anchoring transaction.' },
  }),
  BatchPage: object('Batches, newest first.', { batches: listOf(ref('Batch')) }, { next: text }),
  Service: {
    type: 'object',
    description: 'What the service is and what it allows.',
    required: ['domain', 'did', 'receiptVerificationMethod', 'anchoring', 'limits', 'issuers'],
  },
  Status: object('Health.', { status: text }),
}
