import { describe, expect, it } from 'vitest'
import { CHAIN, REGISTRY, RELAYER } from './lies/evidence.suite.ts'
import { parsePolicy } from './policy.ts'

const did = `did:webvh:Qm${'a'.repeat(44)}:windowco.example`
const registry = { id: CHAIN, registry: REGISTRY }

describe('parsePolicy', () => {
  it('fills in the defaults, with the published registries', () => {
    const policy = parsePolicy({})
    expect(policy.chains.length).toBeGreaterThan(0)
    expect(policy.chains.every(({ anchorers }) => anchorers === undefined)).toBe(true)
    expect(policy).toMatchObject({
      issuers: [],
      allowDidKey: false,
      maxPendingAgeSeconds: 86_400,
      requireDisclosure: false,
    })
  })

  it('reads a whole policy file', () => {
    const policy = parsePolicy(
      JSON.stringify({
        type: 'DppTrustPolicy',
        version: 1,
        chains: [
          {
            ...registry,
            codeHash: `0x${'0'.repeat(64)}`,
            anchorers: [RELAYER, { address: RELAYER, from: '2026-01-01T00:00:00Z' }],
            finality: { depth: 5 },
            trustedBlocks: [{ number: '7', hash: `0x${'1'.repeat(64)}` }],
          },
        ],
        issuers: [did, { did, types: ['inspecting'] }],
        allowDidKey: true,
        maxPendingAgeSeconds: 1,
        maxAgeSeconds: 2,
        requireDisclosure: true,
        lastSeen: { [did]: `3-Qm${'b'.repeat(44)}` },
      }),
    )
    expect(policy.chains[0]?.anchorers?.[1]?.from).toEqual(new Date('2026-01-01T00:00:00Z'))
    expect(policy.chains[0]?.finality).toEqual({ depth: 5 })
    expect(policy.issuers[1]).toEqual({ did, types: ['inspecting'] })
    expect(policy.lastSeen.get(`Qm${'a'.repeat(44)}`)).toBe(`3-Qm${'b'.repeat(44)}`)
  })

  it.each<[string, unknown, RegExp]>([
    ['no object', [], /^policy is not an object/],
    ['text that is not JSON', '{', /not strict JSON/],
    [
      'a misspelt restriction',
      { chains: [{ ...registry, anchorer: [RELAYER] }] },
      /chains\[0\] has a member.*anchorer/,
    ],
    ['a misspelt member', { maxAge: 5 }, /maxAge/],
    [
      'a day that does not exist',
      {
        chains: [{ ...registry, anchorers: [{ address: RELAYER, from: '2026-02-31T00:00:00Z' }] }],
      },
      /anchorers\[0\]\.from is not a time/,
    ],
    ['another type', { type: 'Other' }, /^type /],
    ['another version', { version: 2 }, /^version /],
    [
      'an upper-case address',
      { chains: [{ ...registry, registry: REGISTRY.toUpperCase() }] },
      /chains\[0\]\.registry/,
    ],
    ['a chain that is no CAIP-2', { chains: [{ ...registry, id: '1' }] }, /chains\[0\]\.id/],
    ['chains that are no list', { chains: {} }, /^chains /],
    [
      'an anchorer without address',
      { chains: [{ ...registry, anchorers: [{}] }] },
      /anchorers\[0\]\.address/,
    ],
    [
      'a window that is no time',
      { chains: [{ ...registry, anchorers: [{ address: RELAYER, until: '2026' }] }] },
      /until/,
    ],
    [
      'a day that does not exist',
      {
        chains: [{ ...registry, anchorers: [{ address: RELAYER, until: '2026-13-01T00:00:00Z' }] }],
      },
      /until/,
    ],
    ['an unknown finality', { chains: [{ ...registry, finality: 'latest' }] }, /finality/],
    ['a negative depth', { chains: [{ ...registry, finality: { depth: -1 } }] }, /finality/],
    ['an issuer that is no DID', { issuers: ['windowco'] }, /issuers\[0\]\.did/],
    ['seconds with a fraction', { maxAgeSeconds: 1.5 }, /maxAgeSeconds/],
    ['a flag that is a text', { allowDidKey: 'yes' }, /allowDidKey/],
    ['a last seen DID that is none', { lastSeen: { x: `1-Qm${'b'.repeat(44)}` } }, /lastSeen/],
    ['a last seen version that is none', { lastSeen: { [did]: '1' } }, /lastSeen/],
  ])('refuses %s and says where', (_, value, message) => {
    expect(() => parsePolicy(value)).toThrowError(
      expect.objectContaining({
        code: 'ERR_DPP_POLICY_INVALID',
        message: expect.stringMatching(message),
      }),
    )
  })
})
