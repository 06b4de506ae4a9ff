// Lies about the log: swapped, cut, rolled back, rewritten, absent. Runs in Node and in the browser.
import { expect } from 'vitest'
import { appendEvents, at, createProduct } from './evidence.suite.ts'
import {
  editLine,
  file,
  logUrl,
  otherProduct,
  remove,
  rollBack,
  setNow,
  testLies,
  usePolicy,
  write,
} from './lies.suite.ts'

testLies('lies about the log', [
  { name: 'nothing', tell() {}, status: 'anchored' },

  {
    name: 'log absent',
    tell: (s) => remove(s, logUrl(s)),
    status: 'indeterminate',
    reason: 'log log.not-found',
  },
  {
    name: 'log unreachable',
    tell: (s) => s.unreachable.push(logUrl(s)),
    status: 'indeterminate',
    reason: 'log log.unreachable',
  },
  {
    name: 'log is an error page',
    tell: (s) => write(s, logUrl(s), '<html>502</html>'),
    status: 'indeterminate',
    reason: 'log log.unreadable',
  },
  {
    name: 'log empty',
    tell: (s) => write(s, logUrl(s), ''),
    status: 'indeterminate',
    reason: 'log log.unreadable',
  },
  {
    name: 'log cut inside a line',
    tell: (s) => write(s, logUrl(s), file(s, logUrl(s)).slice(0, -300)),
    status: 'indeterminate',
    reason: 'log log.unreadable',
  },
  {
    name: 'log too large',
    tell: (s) => write(s, logUrl(s), ' '.repeat(6_000_000)),
    status: 'indeterminate',
    reason: 'log log.too-large',
  },
  {
    name: 'log of another product',
    async tell(s) {
      s.world.files[logUrl(s)] = (await otherProduct(s)).lines.join('')
    },
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log with one letter changed in a document',
    tell: (s) => editLine(s, 1, (line) => line.replace('W1', 'W7')),
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log with a changed time',
    tell: (s) => editLine(s, 1, (line) => line.replace('T10:20', 'T10:21')),
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log with a changed signature',
    tell: (s) => editLine(s, 2, (line) => line.replace(/"proofValue":"z./, '"proofValue":"z2')),
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log with a duplicate name',
    tell: (s) => editLine(s, 2, (line) => line.replace('{', '{"versionId":"3-x",')),
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log without its second entry',
    tell: (s) => write(s, logUrl(s), [s.product.lines[0], s.product.lines[2]].join('')),
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log of an unknown method version',
    tell: (s) => editLine(s, 0, (line) => line.replace('did:webvh:1.0', 'did:webvh:9.0')),
    status: 'indeterminate',
    reason: 'log log.unsupported',
  },
  {
    name: 'log from the future',
    tell: (s) => setNow(s, at(60)),
    status: 'invalid',
    reason: 'log log.broken',
  },
  {
    name: 'log signed by a stranger',
    async tell(s) {
      const stranger = await createProduct(s.issuer.did, 'W1')
      await expect(appendEvents(stranger, 'W9', [], 30)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_DPP_LOG_/),
      })
    },
    status: 'anchored',
  },
  {
    name: 'log rolled back, proofs not',
    tell: (s) => write(s, logUrl(s), s.product.lines.slice(0, 2).join('')),
    status: 'indeterminate',
    reason: 'inclusion inclusion.log-behind',
  },
  { name: 'all files rolled back, unseen', tell: rollBack, status: 'anchored' },
  {
    name: 'all files rolled back, a newer version was seen',
    tell(s) {
      rollBack(s)
      s.policy = { ...s.policy, lastSeen: { [s.product.did]: s.product.head.versionId } }
    },
    status: 'indeterminate',
    reason: 'log log.behind-last-seen',
  },
  {
    name: 'all files rolled back, beyond the freshness limit',
    tell(s) {
      rollBack(s)
      s.policy = { ...s.policy, maxAgeSeconds: 3600 }
    },
    status: 'indeterminate',
    reason: 'anchor anchor.too-old',
  },
  {
    name: 'history rewritten',
    tell: (s) =>
      usePolicy(s, { ...s.policy, lastSeen: { [s.product.did]: `2-${s.product.scid}` } }),
    status: 'invalid',
    reason: 'log log.contradicts-last-seen',
  },
])
