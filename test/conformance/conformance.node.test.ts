// The runner as others see it: a process, lines in, lines out. What the operations compute is tested in their packages.
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { operations } from './operations.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

async function run(lines: readonly string[]): Promise<Record<string, unknown>[]> {
  const args = ['--import', './test/from-source.mjs', 'test/conformance/run.ts']
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(lines.map((line) => `${line}\n`).join(''))
  const output = await text(child.stdout)
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const seed = '01'.repeat(32)
const now = '2026-01-01T00:00:00Z'
const leaf = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d' // RFC 9162 §2.1.1: H(0x00)

it('answers every operation, in order, and echoes the id', async () => {
  const [created] = await run([
    JSON.stringify({ op: 'webvh.create', domain: 'example.com', path: ['a'], keySeed: seed, now }),
  ])
  const { did, log } = created as { did: string; log: string }
  const later = '2026-01-01T00:00:01Z'
  const requests: Record<string, unknown>[] = [
    { op: 'ed25519.verify', publicKey: '', message: '', signature: '' },
    { op: 'json.canonicalize', text: Buffer.from('{"b":1,"a":[1e3]}').toString('hex') },
    { op: 'multibase.decode', text: 'zZ' },
    { op: 'multikey.decode', text: 'z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG' },
    { op: 'dataintegrity.verify', document: {} },
    { op: 'event.digest', event: { a: 1 } },
    { op: 'merkle.root', leaves: [''] },
    { op: 'merkle.prove', leaves: ['00', '01'], index: 1 },
    { op: 'merkle.inclusion', leafData: '', index: 0, size: 1, path: [], root: leaf },
    { op: 'merkle.consistency', size1: 1, size2: 1, root1: leaf, root2: leaf, path: [] },
    { op: 'webvh.url', did },
    { op: 'webvh.resolve', did, log, now: later },
    { op: 'webvh.create', domain: 'example.com', keySeed: seed, now },
    { op: 'webvh.append', log, keySeed: seed, now: later },
    {
      op: 'verify',
      did,
      files: { 'https://example.com/a/did.jsonl': log },
      chain: { id: 'eip155:1', registry: `0x${'1'.repeat(40)}`, finalized: 1, roots: {} },
      now: later,
    },
  ]
  expect(new Set(requests.map(({ op }) => op))).toEqual(new Set(operations.keys()))
  const answers = await run(requests.map((request, id) => JSON.stringify({ ...request, id })))
  expect(answers.map(({ id }) => id)).toEqual(requests.map((_, id) => id))
  const [
    ed25519,
    json,
    multibase,
    multikey,
    proof,
    digest,
    treeRoot,
    prove,
    inclusion,
    consistency,
  ] = answers
  expect(ed25519).toEqual({ id: 0, valid: false })
  expect(json?.['canonical']).toBe(Buffer.from('{"a":[1000],"b":1}').toString('hex'))
  expect(multibase?.['bytes']).toBe('20')
  expect(multikey?.['bytes']).toMatch(/^[0-9a-f]{64}$/)
  expect(proof).toMatchObject({ valid: false, reason: 'ERR_DPP_PROOF_MISSING' })
  expect(digest?.['digest']).toMatch(/^zQm/)
  expect(treeRoot?.['root']).toBe(leaf)
  expect(prove?.['path']).toHaveLength(1)
  expect([inclusion, consistency].map((answer) => answer?.['valid'])).toEqual([true, true])
  expect(answers[10]?.['url']).toBe('https://example.com/a/did.jsonl')
  expect(answers[11]).toMatchObject({ didDocument: { id: did } })
  expect(answers[13]?.['log']).toMatch(/\n.*\n$/)
  expect(answers[14]).toMatchObject({
    status: 'pending',
    checks: [{ check: 'log', status: 'passed' }, {}, {}, {}],
  })
})

it('survives every line', async () => {
  const lines = [
    '',
    'junk',
    '[]',
    'null',
    '"a"',
    '{"op":"toString"}',
    '{"op":"__proto__"}',
    '{"op":{}}',
    '{"op":"verify"}',
    '{"op":"verify","did":{},"files":null,"chain":{},"now":5}',
    '{"op":"merkle.prove","leaves":["00"],"index":1e99}',
    '{"op":"dataintegrity.verify","document":{"proof":{"__proto__":[]},"toJSON":1}}',
    `{"op":"event.digest","event":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    '{"op":"json.canonicalize","text":"zz"}',
    '{"op":"webvh.url","did":"did:webvh:{SCID}:example.com"}',
  ]
  const answers = await run([...lines, '{"op":"nothing","id":"last"}'])
  expect(answers.length).toBe(lines.length) // The empty line is no request; the last one is.
  expect(answers.at(-1)).toEqual({ id: 'last', error: 'ERR_DPP_UNSUPPORTED' })
  for (const answer of answers) {
    const isAnswer = 'error' in answer || 'valid' in answer || 'status' in answer
    expect(isAnswer, JSON.stringify(answer)).toBe(true)
  }
})
