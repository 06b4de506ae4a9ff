// Lies about issuers and their keys: out, forged, rotated, back-dated. Runs in Node and in the browser.
import {
  anchorBatch,
  appendEvents,
  BASE,
  createTestEvent,
  publishEvent,
  publishLog,
} from './evidence.suite.ts'
import { addEvent, file, issuerUrl, remove, rotate, testLies, write } from './lies.suite.ts'

testLies('lies about issuers', [
  {
    name: 'issuer unreachable, mirror there',
    tell: (s) => s.unreachable.push(issuerUrl(s)),
    status: 'anchored',
  },
  {
    name: 'issuer and mirror unreachable',
    tell: (s) => s.unreachable.push(issuerUrl(s), `${BASE}issuers/${s.issuer.scid}/did.jsonl`),
    status: 'indeterminate',
    reason: 'events event.issuer-unreachable',
  },
  {
    name: 'issuer and mirror absent',
    tell(s) {
      remove(s, issuerUrl(s))
      remove(s, `${BASE}issuers/${s.issuer.scid}/did.jsonl`)
    },
    status: 'indeterminate',
    reason: 'events event.issuer-unreachable',
  },
  {
    name: 'issuer log tampered',
    tell: (s) => write(s, issuerUrl(s), file(s, issuerUrl(s)).replace('key-1', 'key-2')),
    status: 'invalid',
    reason: 'events event.issuer-broken',
  },
  { name: 'key rotated after both anchors', tell: (s) => rotate(s, 100, 105), status: 'anchored' },
  {
    name: 'key rotated after the anchors, rotation not anchored',
    tell: (s) => rotate(s, 100),
    status: 'anchored',
  },
  {
    name: 'back-dated: signed by a removed key, anchored later',
    async tell(s) {
      await rotate(s, 91, 92)
      await addEvent(s, 'windowco 1', 95)
    },
    status: 'invalid',
    reason: 'events event.key-removed',
  },
  {
    name: 'back-dated, rotation not anchored',
    async tell(s) {
      await rotate(s, 91)
      await addEvent(s, 'windowco 1', 95)
    },
    status: 'invalid',
    reason: 'events event.key-removed',
  },
  {
    name: 'back-dated, proofs of the rotation unreachable',
    async tell(s) {
      await rotate(s, 91, 92)
      await addEvent(s, 'windowco 1', 95)
      s.unreachable.push(`${BASE}issuers/${s.issuer.scid}/witness.json`)
    },
    status: 'indeterminate',
    reason: 'events event.key-removed-undated',
  },
  {
    name: 'back-dated, event not anchored yet',
    async tell(s) {
      await rotate(s, 91, 92)
      await addEvent(s, 'windowco 1', 95, false)
    },
    status: 'pending',
    reason: 'events event.key-removed-pending',
  },
  {
    name: 'key rotated in the same batch as the event',
    async tell(s) {
      const event = await createTestEvent({
        issuer: s.issuer.did,
        key: 'windowco 1',
        products: [s.product.did],
        minute: 71,
      })
      publishEvent(s.world, event)
      await appendEvents(s.product, 'W1', [event], 95)
      await rotate(s, 96)
      publishLog(s.world, s.product)
      anchorBatch(s.world, { minute: 100, products: [s.product], issuers: [s.issuer] })
    },
    status: 'anchored',
  },
  {
    name: 'key rotated, only the batch file shows the anchor of the rotation',
    async tell(s) {
      const event = await createTestEvent({
        issuer: s.issuer.did,
        key: 'windowco 1',
        products: [s.product.did],
        minute: 71,
      })
      publishEvent(s.world, event)
      await appendEvents(s.product, 'W1', [event], 95)
      await rotate(s, 96)
      publishLog(s.world, s.product)
      anchorBatch(s.world, { minute: 100, products: [s.product], issuers: [s.issuer] })
      remove(s, `${BASE}issuers/${s.issuer.scid}/witness.json`)
    },
    status: 'anchored',
  },
  {
    name: 'signed with the new key after a rotation',
    async tell(s) {
      await rotate(s, 91, 92)
      await addEvent(s, 'windowco 2', 95)
    },
    status: 'anchored',
  },
  {
    name: 'signed with a new key while the issuer is served from a stale cache, the mirror is newer',
    async tell(s) {
      const stale = file(s, issuerUrl(s))
      await rotate(s, 91, 92)
      await addEvent(s, 'windowco 2', 95)
      write(s, issuerUrl(s), stale)
    },
    status: 'anchored',
  },
  {
    name: 'the issuer and its mirror have two histories',
    async tell(s) {
      const honest = s.issuer.head
      const lines = [...s.issuer.lines]
      await rotate(s, 91, 92)
      const own = file(s, issuerUrl(s))
      s.issuer.head = honest
      s.issuer.lines = lines
      await rotate(s, 93)
      await addEvent(s, 'stranger', 95)
      write(s, issuerUrl(s), own)
    },
    status: 'invalid',
    reason: 'events event.issuer-broken',
  },
])
