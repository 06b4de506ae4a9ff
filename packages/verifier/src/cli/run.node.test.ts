// What dpp-verify refuses before it verifies anything, and how it says so. What it verifies: pack.node.test.ts.
import { encodeUtf8 } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../verdict/verdict.ts'
import { askChains, readEndpoint } from './endpoints.ts'
import { formatReport } from './report.ts'
import { run } from './run.ts'

const did =
  'did:webvh:QmNSSkxu1U1uyLkE7zR1AafFTQqYBoZ4p6mZ9xS1rW6Dhi:dpp.example:.well-known:did:QmNSSkxu1U1uyLkE7zR1AafFTQqYBoZ4p6mZ9xS1rW6Dhi'

/** Runs it on these files, without a network. */
async function cli(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const said = { out: '', err: '' }
  const code = await run(args, {
    fetch: () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } })),
    readFile: async (path) => {
      if (path === 'secret') throw Object.assign(new Error('EACCES: secret'), { syscall: 'open' })
      const text = files[path]
      return text === undefined ? undefined : encodeUtf8(text)
    },
    writeFile: () =>
      Promise.reject(Object.assign(new Error('ENOSPC: no space'), { syscall: 'write' })),
    findProducts: () => undefined,
    verifyMany: () => {
      throw new Error('not here')
    },
    color: false,
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { code, ...said }
}

describe('dpp-verify', () => {
  it.each([
    ['no RFC 3339 time', ['--as-of', '2026'], '--as-of is not an RFC 3339 time'],
    ['no day', ['--as-of', '2026-02-31T00:00:00Z'], '--as-of is not an RFC 3339 time'],
    ['another scheme', ['--rpc', 'ftp://rpc.example'], 'is not an http(s) URL'],
    ['a URL for a host', ['--resolve', 'https://dpp.example=http://127.0.0.1:1'], '--resolve'],
    ['an address without scheme', ['--resolve', 'dpp.example=127.0.0.1:8080'], '--resolve'],
    ['a receipt for a product', ['--receipt', 'r.json'], '--receipt is for an event'],
    ['a policy that nobody may read', ['--policy', 'secret'], 'EACCES'],
    ['a pack that cannot be written', ['--write-pack', 'x.pack'], 'ENOSPC'],
  ])('refuses %s', async (_what, args, message) => {
    const { code, out, err } = await cli([did, ...args], { 'r.json': '{}' })
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  it('writes packs of products only', async () => {
    const { code, err } = await cli(['e.json', '--write-pack', 'x'], { 'e.json': '{}' })
    expect([code, err]).toEqual([2, 'dpp-verify: --write-pack wants the DID of a product\n'])
  })

  it.each([
    ['null', 'p.json: policy is not an object'],
    ['{"chains":{}}', 'p.json: chains is not a list'],
    ['', 'p.json: not JSON'],
  ])('names the policy file that holds %j', async (policy, message) => {
    const { code, err } = await cli([did, '--policy', 'p.json'], { 'p.json': policy })
    expect([code, err]).toEqual([2, `dpp-verify: ${message}\n`])
  })

  it('takes a port and a folder in --resolve, and says why nothing answered', async () => {
    const { code, out } = await cli([did, '--resolve', 'dpp.example:8443=C:\\files'])
    expect(code).toBe(4)
    expect(out).toContain('network: no connection: ENOTFOUND')
  })

  it('does not let an endpoint choose its chain beside endpoints of another', async () => {
    const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
      const { id } = JSON.parse(String(init?.body))
      const result = new URL(String(input)).pathname.slice(1)
      return Response.json({ jsonrpc: '2.0', id, result })
    }
    const [sepolia, local] = ['https://a.example/0xaa36a7', 'https://b.example/0x7a69']
    const asked = async (...given: readonly string[]): Promise<unknown> =>
      await askChains(
        given.map((text) => readEndpoint(text) ?? { url: '' }),
        fetch as typeof globalThis.fetch,
      )
    expect(await asked(local)).toEqual([{ url: local, chain: 'eip155:31337' }])
    await expect(asked(sepolia, local)).rejects.toThrow(
      `--rpc eip155:11155111=${sepolia} --rpc eip155:31337=${local}`,
    )
    await expect(asked(`eip155:11155111=${sepolia}`, local)).rejects.toThrow('different chains')
    // Named, it is held to it: the reader compares.
    expect(await asked(`eip155:1=${sepolia}`, `eip155:31337=${local}`)).toEqual([
      { url: sepolia, chain: 'eip155:1' },
      { url: local, chain: 'eip155:31337' },
    ])
  })

  it('reports what is withheld, corrected or doubtful about an event', () => {
    const finding = { values: {}, text: '' }
    const event = { ...finding, digest: `z${'1'.repeat(46)}`, status: 'anchored', correctedBy: [] }
    const events = [
      { ...event, reason: 'event.not-disclosed', eventType: null, standing: null, warnings: [] },
      {
        ...{ ...event, reason: 'event.verified', eventType: 'installing', standing: 'listed' },
        correctedBy: [`z${'2'.repeat(46)}`],
        warnings: [{ ...finding, reason: 'warning.issuer-mirror' }],
      },
    ]
    const verdict = { did, status: 'anchored', checks: [], warnings: [], anchor: null, events }
    const counts = { anchoredThrough: null, eventCounts: { withheld: 1, thirdParty: 0 } }
    const report = formatReport({ ...verdict, ...counts } as unknown as Verdict, {
      language: 'en',
      color: false,
    })
    expect(report).toContain('✓ z1111111111111… The content is not disclosed')
    expect(report).toContain('installing, listed, correctedBy z2222222222222…\n      The issuer')
  })
})
