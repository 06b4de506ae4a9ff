// Lies about the chain: another chain, registry, anchorer, number; reorged, frozen, out. Runs in Node and in the browser.
import { at, CHAIN, REGISTRY, RELAYER } from './evidence.suite.ts'
import {
  batchUrls,
  dropBatches,
  editAnchors,
  editWitness,
  file,
  moveAnchors,
  setChain,
  stripAnchors,
  testLies,
  usePolicy,
} from './lies.suite.ts'

testLies('lies about the anchor', [
  {
    name: 'no proof for the newest entry yet, and the chain out: an outage is not "all that exists checks out"',
    tell(s) {
      editWitness(s, (witness) => ({ ...witness, proofs: witness.proofs.slice(0, 1) }))
      setChain(s, 'unreachable', true)
    },
    status: 'indeterminate',
    reason: 'anchor anchor.unreadable',
  },
  {
    name: 'no proof for the newest entry yet, and the chain read',
    tell: (s) => editWitness(s, (witness) => ({ ...witness, proofs: witness.proofs.slice(0, 1) })),
    status: 'pending',
    reason: 'inclusion inclusion.newest-missing',
  },
  {
    name: 'no proof at all, and the chain out: there is nothing to ask',
    tell(s) {
      editWitness(s, (witness) => ({ ...witness, proofs: [] }))
      setChain(s, 'unreachable', true)
    },
    status: 'pending',
    reason: 'inclusion inclusion.none-yet',
  },
  {
    name: 'another chain',
    tell: (s) => moveAnchors(s, { chain: 'eip155:1' }),
    status: 'indeterminate',
    reason: 'anchor anchor.not-accepted',
  },
  {
    name: 'another registry',
    tell: (s) => moveAnchors(s, { registry: `0x${'2'.repeat(40)}` }),
    status: 'indeterminate',
    reason: 'anchor anchor.not-accepted',
  },
  {
    name: 'another registry that the policy also accepts',
    tell(s) {
      moveAnchors(s, { registry: `0x${'2'.repeat(40)}` })
      s.policy = {
        chains: [
          { id: CHAIN, registry: REGISTRY },
          { id: CHAIN, registry: `0x${'2'.repeat(40)}` },
        ],
      }
    },
    status: 'indeterminate',
    reason: 'anchor anchor.unreadable',
  },
  {
    name: 'another chain in the proofs, the right one in the batch file',
    tell: (s) => editAnchors(s, { chain: 'eip155:1' }),
    status: 'anchored',
  },
  {
    name: 'another anchorer',
    tell: (s) => editAnchors(s, { anchorer: `0x${'3'.repeat(40)}` }),
    status: 'invalid',
    reason: 'anchor anchor.other-anchorer',
  },
  {
    name: 'an anchorer that the policy does not list',
    tell: (s) =>
      usePolicy(s, {
        chains: [{ id: CHAIN, registry: REGISTRY, anchorers: [`0x${'3'.repeat(40)}`] }],
      }),
    status: 'indeterminate',
    reason: 'anchor anchor.not-accepted',
  },
  {
    name: 'an anchorer outside its window',
    tell: (s) =>
      usePolicy(s, {
        chains: [
          {
            id: CHAIN,
            registry: REGISTRY,
            anchorers: [{ address: RELAYER, until: '2026-11-02T11:00:00Z' }],
          },
        ],
      }),
    status: 'indeterminate',
    reason: 'anchor anchor.not-accepted',
  },
  {
    name: 'a stranger who claims to be the listed anchorer',
    tell(s) {
      for (const id of Object.keys(s.world.chain.roots))
        s.world.chain.roots[id] = {
          ...(s.world.chain.roots[id] as never as object),
          anchorer: `0x${'3'.repeat(40)}`,
        } as never
      s.policy = { chains: [{ id: CHAIN, registry: REGISTRY, anchorers: [RELAYER] }] }
    },
    status: 'invalid',
    reason: 'anchor anchor.other-anchorer',
  },
  {
    name: 'another batchId',
    tell: (s) => editAnchors(s, { batchId: '77' }),
    status: 'anchored',
    warning: 'warning.batch-id',
  },
  {
    name: 'a root that the chain does not hold',
    tell: (s) => setChain(s, 'roots', {}),
    status: 'invalid',
    reason: 'anchor anchor.absent',
  },
  {
    name: 'the newest root reorged away',
    tell: (s) =>
      setChain(s, 'roots', Object.fromEntries(Object.entries(s.world.chain.roots).slice(0, 1))),
    status: 'invalid',
    reason: 'anchor anchor.absent',
  },
  {
    name: 'an older root reorged away',
    tell: (s) =>
      setChain(s, 'roots', Object.fromEntries(Object.entries(s.world.chain.roots).slice(1))),
    status: 'invalid',
    reason: 'anchor anchor.absent',
  },
  {
    name: 'a chain that stands before the anchors',
    tell(s) {
      s.world.chain.finalized = 50
      s.world.chain.roots = {}
    },
    status: 'indeterminate',
    reason: 'anchor anchor.unreadable',
  },
  {
    name: 'a chain where nothing is final',
    tell: (s) => setChain(s, 'finalized', 50),
    status: 'pending',
    reason: 'anchor anchor.not-final',
  },
  {
    name: 'a chain where nothing is final for days',
    tell(s) {
      s.world.chain.finalized = 50
      s.now = at(3 * 24 * 60)
    },
    status: 'indeterminate',
    reason: 'anchor anchor.overdue',
  },
  {
    name: 'an unreachable chain',
    tell: (s) => setChain(s, 'unreachable', true),
    status: 'indeterminate',
    reason: 'anchor anchor.unreadable',
  },
  { name: 'no anchors in the proofs', tell: (s) => stripAnchors(s, []), status: 'anchored' },
  {
    name: 'anchors of an unknown type',
    tell: (s) => stripAnchors(s, [{ type: 'moon' }]),
    status: 'anchored',
  },
  {
    name: 'no anchors anywhere',
    tell(s) {
      stripAnchors(s, [])
      dropBatches(s)
    },
    status: 'pending',
    reason: 'anchor anchor.none-yet',
  },
  {
    name: 'no anchors, batch files unreachable',
    tell(s) {
      stripAnchors(s, [])
      s.unreachable.push(...batchUrls(s))
    },
    status: 'indeterminate',
    reason: 'anchor anchor.batch-unreachable',
  },
  {
    name: 'no anchors, batch files are error pages',
    tell(s) {
      stripAnchors(s, [])
      for (const url of batchUrls(s)) s.world.files[url] = '<html>'
    },
    status: 'indeterminate',
    reason: 'anchor anchor.batch-unreadable',
  },
  {
    name: 'no anchors, batch files swapped',
    tell(s) {
      stripAnchors(s, [])
      const [a = '', b = ''] = batchUrls(s)
      ;[s.world.files[a], s.world.files[b]] = [file(s, b), file(s, a)]
    },
    status: 'invalid',
    reason: 'anchor anchor.batch-broken',
  },
  {
    name: 'an entry later than its block',
    tell(s) {
      for (const [id, root] of Object.entries(s.world.chain.roots))
        s.world.chain.roots[id] = { ...root, time: root.time - 3600 }
    },
    status: 'invalid',
    reason: 'anchor anchor.time-contradicts',
  },
  {
    name: 'an entry a little later than its block',
    tell(s) {
      for (const [id, root] of Object.entries(s.world.chain.roots))
        s.world.chain.roots[id] = { ...root, time: root.time - 840 }
    },
    status: 'anchored',
    warning: 'warning.block',
  },
  {
    name: 'a chain where nothing is final, batch files unreachable',
    tell(s) {
      setChain(s, 'finalized', 50)
      s.unreachable.push(...batchUrls(s))
    },
    status: 'pending',
    reason: 'anchor anchor.not-final',
  },
])
