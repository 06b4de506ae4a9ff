// Lies about events: withheld, swapped, foreign, forged. Runs in Node and in the browser.
import { createIssuer, createTestEvent, publishLog } from './evidence.suite.ts'
import {
  addEvent,
  addGiven,
  eventUrl,
  file,
  otherProduct,
  remove,
  testLies,
  write,
} from './lies.suite.ts'

testLies('lies about events', [
  { name: 'event withheld', tell: (s) => remove(s, eventUrl(s, 0)), status: 'anchored' },
  {
    name: 'event withheld, disclosure required',
    tell(s) {
      remove(s, eventUrl(s, 0))
      s.policy = { ...s.policy, requireDisclosure: true }
    },
    status: 'indeterminate',
    reason: 'events events.not-disclosed',
  },
  {
    name: 'event unreachable',
    tell: (s) => s.unreachable.push(eventUrl(s, 0)),
    status: 'indeterminate',
    reason: 'events event.unreachable',
  },
  {
    name: 'event is an error page',
    tell: (s) => write(s, eventUrl(s, 0), '<html>'),
    status: 'indeterminate',
    reason: 'events event.unreadable',
  },
  {
    name: 'event empty',
    tell: (s) => write(s, eventUrl(s, 0), ''),
    status: 'indeterminate',
    reason: 'events event.unreadable',
  },
  {
    name: 'event too large',
    tell: (s) => write(s, eventUrl(s, 0), ' '.repeat(1_100_000)),
    status: 'indeterminate',
    reason: 'events event.too-large',
  },
  {
    name: 'event swapped for another',
    tell: (s) => write(s, eventUrl(s, 0), file(s, eventUrl(s, 1))),
    status: 'invalid',
    reason: 'events event.other-digest',
  },
  {
    name: 'event with one letter changed',
    tell: (s) => write(s, eventUrl(s, 0), file(s, eventUrl(s, 0)).replace('active', 'Active')),
    status: 'invalid',
    reason: 'events event.other-digest',
  },
  {
    name: 'event that is JSON of something else',
    tell: (s) => write(s, eventUrl(s, 0), '{"a":1}'),
    status: 'invalid',
    reason: 'events event.other-digest',
  },
  {
    name: 'event written with other white space',
    tell: (s) =>
      write(s, eventUrl(s, 0), JSON.stringify(JSON.parse(file(s, eventUrl(s, 0))), null, 2)),
    status: 'anchored',
  },
  {
    name: 'event about another product',
    async tell(s) {
      const other = await otherProduct(s)
      const event = await createTestEvent({
        issuer: s.issuer.did,
        key: 'windowco 1',
        products: [other.did],
        minute: 72,
      })
      await addGiven(s, event, 90)
    },
    status: 'invalid',
    reason: 'events event.other-product',
  },
  {
    name: 'event signed by a key that was never published',
    tell: (s) => addEvent(s, 'stranger', 90),
    status: 'invalid',
    reason: 'events event.signature-invalid',
  },
  {
    name: 'event by a third party',
    async tell(s) {
      const third = await createIssuer('repair.example', 'repair')
      publishLog(s.world, third)
      await addGiven(
        s,
        await createTestEvent({
          issuer: third.did,
          key: 'repair',
          products: [s.product.did],
          minute: 72,
        }),
        90,
      )
    },
    status: 'anchored',
  },
  {
    name: 'event by a third party with a bad signature',
    async tell(s) {
      const third = await createIssuer('repair.example', 'repair')
      publishLog(s.world, third)
      await addGiven(
        s,
        await createTestEvent({
          issuer: third.did,
          key: 'stranger',
          products: [s.product.did],
          minute: 72,
        }),
        90,
      )
    },
    status: 'anchored',
  },
  {
    name: 'event by a listed issuer with a bad signature',
    async tell(s) {
      const third = await createIssuer('repair.example', 'repair')
      publishLog(s.world, third)
      s.policy = { ...s.policy, issuers: [third.did] }
      await addGiven(
        s,
        await createTestEvent({
          issuer: third.did,
          key: 'stranger',
          products: [s.product.did],
          minute: 72,
        }),
        90,
      )
    },
    status: 'invalid',
    reason: 'events event.signature-invalid',
  },
])
