// Lies about the proof file: swapped, stale, renamed, re-pathed, absent. Runs in Node and in the browser.
import { at, BASE } from './evidence.suite.ts'
import {
  editProof,
  editWitness,
  file,
  otherProduct,
  remove,
  testLies,
  witnessUrl,
  write,
} from './lies.suite.ts'

testLies('lies about the proofs', [
  {
    name: 'proofs absent',
    tell: (s) => remove(s, witnessUrl(s)),
    status: 'pending',
    reason: 'inclusion inclusion.none-yet',
  },
  {
    name: 'proofs absent for days',
    tell(s) {
      remove(s, witnessUrl(s))
      s.now = at(3 * 24 * 60)
    },
    status: 'indeterminate',
    reason: 'inclusion inclusion.overdue',
  },
  {
    name: 'proofs unreachable',
    tell: (s) => s.unreachable.push(witnessUrl(s)),
    status: 'indeterminate',
    reason: 'inclusion inclusion.unreachable',
  },
  {
    name: 'proofs are an error page',
    tell: (s) => write(s, witnessUrl(s), '<html>'),
    status: 'indeterminate',
    reason: 'inclusion inclusion.unreadable',
  },
  {
    name: 'proofs cut',
    tell: (s) => write(s, witnessUrl(s), file(s, witnessUrl(s)).slice(0, 200)),
    status: 'indeterminate',
    reason: 'inclusion inclusion.unreadable',
  },
  {
    name: 'proofs too large',
    tell: (s) => write(s, witnessUrl(s), ' '.repeat(9_000_000)),
    status: 'indeterminate',
    reason: 'inclusion inclusion.too-large',
  },
  {
    name: 'proofs of an unknown version',
    tell: (s) => editWitness(s, (w) => ({ ...w, version: 2 })),
    status: 'indeterminate',
    reason: 'inclusion inclusion.unsupported',
  },
  {
    name: 'proofs of an unknown leaf',
    tell: (s) => editWitness(s, (w) => ({ ...w, leaf: 'other' })),
    status: 'indeterminate',
    reason: 'inclusion inclusion.unsupported',
  },
  {
    name: 'proofs of an unknown tree',
    tell: (s) => editWitness(s, (w) => ({ ...w, tree: 'other' })),
    status: 'indeterminate',
    reason: 'inclusion inclusion.unsupported',
  },
  {
    name: 'proofs that break the format',
    tell: (s) => editWitness(s, (w) => ({ ...w, proofs: {} })),
    status: 'invalid',
    reason: 'inclusion inclusion.broken',
  },
  {
    name: 'proofs of another product',
    async tell(s) {
      s.world.files[witnessUrl(s)] = file(s, `${BASE}${(await otherProduct(s)).scid}/witness.json`)
    },
    status: 'invalid',
    reason: 'inclusion inclusion.other-product',
  },
  {
    name: 'proofs of another product, renamed',
    async tell(s) {
      s.world.files[witnessUrl(s)] = file(
        s,
        `${BASE}${(await otherProduct(s)).scid}/witness.json`,
      ).replace(/"scid":"\w+"/, `"scid":"${s.product.scid}"`)
    },
    status: 'pending',
    reason: 'inclusion inclusion.newest-missing',
    warning: 'warning.foreign-proof',
  },
  {
    name: 'proofs empty',
    tell: (s) => editWitness(s, (w) => ({ ...w, proofs: [] })),
    status: 'pending',
    reason: 'inclusion inclusion.none-yet',
  },
  {
    name: 'proofs stale',
    tell: (s) => editWitness(s, (w) => ({ ...w, proofs: w.proofs.slice(0, 1) })),
    status: 'pending',
    reason: 'inclusion inclusion.newest-missing',
  },
  {
    name: 'proof with another path',
    tell: (s) => editProof(s, { path: (path) => path.toReversed() }),
    status: 'invalid',
    reason: 'inclusion inclusion.root-mismatch',
  },
  {
    name: 'proof with a longer path',
    tell: (s) => editProof(s, { path: (path) => [...path, path[0] ?? ''] }),
    status: 'invalid',
    reason: 'inclusion inclusion.root-mismatch',
  },
  {
    name: 'proof with another index',
    tell: (s) =>
      editWitness(s, (w) => ({
        ...w,
        proofs: w.proofs.map((p) => ({ ...p, leafIndex: (p.leafIndex + 1) % p.treeSize })),
      })),
    status: 'invalid',
    reason: 'inclusion inclusion.root-mismatch',
  },
  {
    name: 'proof with an index beyond the tree',
    tell: (s) =>
      editWitness(s, (w) => ({
        ...w,
        proofs: w.proofs.map((p) => ({ ...p, leafIndex: p.treeSize })),
      })),
    status: 'invalid',
    reason: 'inclusion inclusion.broken',
  },
  {
    name: 'proof with another root',
    tell: (s) =>
      editWitness(s, (w) => ({
        ...w,
        proofs: w.proofs.map((p) => ({ ...p, root: `0x${'1'.repeat(64)}` })),
      })),
    status: 'invalid',
    reason: 'inclusion inclusion.root-mismatch',
  },
  {
    name: 'proof that claims another entry',
    tell: (s) =>
      editWitness(s, (w) => ({
        ...w,
        proofs: w.proofs.map((p) => ({ ...p, versionId: s.product.head.versionId })),
      })),
    status: 'invalid',
    reason: 'inclusion inclusion.root-mismatch',
  },
  {
    name: 'proof for a version beyond the log',
    tell: (s) =>
      editWitness(s, (w) => ({
        ...w,
        proofs: [...w.proofs, { ...w.proofs[0], versionId: `9-${s.product.scid}` }],
      })),
    status: 'indeterminate',
    reason: 'inclusion inclusion.log-behind',
  },
  {
    name: 'proof for an unknown version within the log',
    tell: (s) =>
      editWitness(s, (w) => ({
        ...w,
        proofs: [...w.proofs, { ...w.proofs[0], versionId: `2-${s.product.scid}` }],
      })),
    status: 'anchored',
    warning: 'warning.foreign-proof',
  },
])
