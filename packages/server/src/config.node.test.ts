import { describe, expect, it } from 'vitest'
import { formatConfig, parseConfig } from './config.ts'

const message = (environment: Record<string, string>): string => {
  try {
    parseConfig(environment)
    return ''
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_DPP_CONFIG_INVALID' })
    return String(error)
  }
}

describe('parseConfig', () => {
  it('starts with nothing set', () => {
    const config = parseConfig({ PATH: '/bin', HOME: '/root' })
    expect(config).toMatchObject({ host: '127.0.0.1', port: 8080, finality: 'finalized' })
  })

  it('reads every form of value', () => {
    const config = parseConfig({
      DPP_DOMAIN: 'dpp.windowco.example:8443',
      DPP_FINALITY: '12',
      DPP_ORIGINS: 'a.example=http://127.0.0.1:1, b.example:8443=http://127.0.0.1:2',
      DPP_REGISTRY: `0x${'Ab'.repeat(20)}`,
      DPP_RPC_URLS: 'http://127.0.0.1:8545,https://rpc.example/key',
      WITNESS_PRIVATE_KEY: `0x${'0A'.repeat(32)}`,
    })
    expect(config.finality).toEqual({ depth: 12 })
    expect(config.origins['b.example:8443']).toBe('http://127.0.0.1:2')
    expect(config.registry).toBe(`0x${'ab'.repeat(20)}`)
    expect(config.rpcUrls).toHaveLength(2)
    expect(config.witnessPrivateKey).toEqual(new Uint8Array(32).fill(10))
  })

  it('lists every fault at once, and refuses unknown names', () => {
    const text = message({ DPP_PORT: '70000', DPP_DOMAIN: '127.0.0.1', DPP_PROT: '80' })
    expect(text).toContain('DPP_PORT')
    expect(text).toContain('DPP_DOMAIN')
    expect(text).toContain('DPP_PROT is not a known name')
  })

  it.each([
    ['DPP_PORT', '080'],
    ['DPP_DOMAIN', 'Windowco.example'],
    ['DPP_DOMAIN', '10.0.0.1'],
    ['DPP_DOMAIN', 'a.example/..'],
    ['DPP_FINALITY', 'latest'],
    ['DPP_ORIGINS', 'a.example'],
    ['DPP_ORIGINS', 'a.example=file:///etc/passwd'],
    ['DPP_RPC_URLS', 'localhost:8545'],
    ['DPP_REGISTRY', '0x12'],
    ['DPP_ALLOW_DID_KEY', 'yes'],
    ['DPP_CRASH_AT', 'K99'],
    ['DPP_CRASH_AT', 'K1@0'],
    ['DPP_ADMIN_TOKENS_SHA256', 'secret'],
    ['DPP_LOG_LEVEL', 'trace'],
    ['RELAYER_PRIVATE_KEY', 'abcd'],
  ])('refuses %s=%s', (name, value) => {
    const text = message({ [name]: value })
    expect(text).toContain(name)
    expect(text).not.toContain(value) // It could be a secret.
  })

  it('wants a token where the service can be reached from elsewhere', () => {
    expect(message({ DPP_HOST: '0.0.0.0' })).toContain('DPP_ADMIN_TOKENS_SHA256')
    const hash = 'ab'.repeat(32)
    expect(parseConfig({ DPP_HOST: '0.0.0.0', DPP_ADMIN_TOKENS_SHA256: hash })).toBeDefined()
  })
})

describe('formatConfig', () => {
  it('names every variable and shows no secret', () => {
    const secret = 'c0ffee'.padEnd(64, '1')
    const url = 'https://name:c0ffee@collector.example/c0ffee'
    const text = formatConfig(
      parseConfig({
        RELAYER_PRIVATE_KEY: secret,
        DPP_RPC_URLS: url,
        DPP_INVALIDATION_URL: url,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
        DPP_ORIGINS: `a.example=${url}`,
      }),
    )
    expect(text).not.toContain('c0ffee')
    const values = JSON.parse(text) as Record<string, unknown>
    const origin = 'https://collector.example'
    expect(values['DPP_RPC_URLS']).toEqual([origin])
    expect(values['DPP_ORIGINS']).toEqual({ 'a.example': origin })
    expect(values['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(origin)
    expect(values['RELAYER_PRIVATE_KEY']).toBe('(set, not shown)')
    expect(values['WITNESS_PRIVATE_KEY']).toBeNull()
    expect(values['WITNESS_PREVIOUS_KEYS']).toBeNull()
    expect(values['DPP_DOMAIN']).toBe('dpp.localhost:8080')
    expect(values['DPP_PORT']).toBe(8080)
  })
})
