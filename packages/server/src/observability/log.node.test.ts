// The names of log lines against their table and the source; secrets against every way that they were ever seen to leak.
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalSigner, generateSeed, toHex } from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { getJson, registerProduct } from '../../../../test/server-client.ts'
import { startServerProcess } from '../../../../test/server-process.ts'
import { parseConfig } from '../config.ts'
import { createLog } from './create-log.ts'
import { logEvents } from './log-events.ts'
import { createRedaction } from './redaction.ts'

const folder = new URL('../', import.meta.url)

describe('names of log lines', () => {
  const calls = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => callsIn(readFileSync(new URL(name, folder), 'utf8')))
  const rows = [
    ...readFileSync(new URL('../../../docs/logs.md', folder), 'utf8').matchAll(
      /^\| `([a-z_.]+)` \| (\w+) \|/gm,
    ),
  ].map(([, event = '', level = '']) => ({ event, level }))

  it('are those of docs/logs.md', () => {
    expect(rows.map(({ event }) => event)).toEqual([...logEvents])
  })

  it('stand in every call, at the level that the table says', () => {
    const framework = { event: 'http.framework', level: 'any' } // What Fastify says by itself.
    const distinct = new Map([...calls, framework].map((call) => [call.event, call]))
    expect([...distinct.keys()].toSorted()).toEqual([...logEvents].toSorted())
    for (const row of rows) {
      const levels = new Set(calls.filter(({ event }) => event === row.event).map((c) => c.level))
      expect([...levels], row.event).toEqual(row.level === 'any' ? [] : [row.level])
    }
  })
})

// Each log call, with its name: in the call itself, or in the line of `fields` above it.
function callsIn(text: string): readonly { event: string; level: string }[] {
  return [...text.matchAll(/\blog\.(debug|info|warn|error|fatal)\(/g)].map((match) => {
    const [, level = ''] = match
    const behind = text.slice(match.index, match.index + 200)
    const before = text.slice(Math.max(0, match.index - 200), match.index)
    const inline = /^[^(]*\(\s*\{\s*event: '([a-z_.]+)'/.exec(behind)
    const above = /fields = \{\s*event: '([a-z_.]+)'[^\n]*\n\s*(?:\w+\.)*$/.exec(before)
    const event = (inline ?? above)?.[1]
    if (event === undefined) throw new Error(`a log call without a name: ${behind.slice(0, 80)}`)
    return { event, level }
  })
}

describe('secrets', () => {
  const key = (n: number): string => toHex(new Uint8Array(32).map((_, i) => (i * 7 + n) % 256))
  const rpcUrl =
    'https://rpc:pa%2Fssw0rd@mainnet.example/v3/0123456789abcdef0123?apikey=QueryKey-42'
  const config = parseConfig({
    WITNESS_PRIVATE_KEY: key(1),
    WITNESS_PREVIOUS_KEYS: key(2),
    RELAYER_PRIVATE_KEY: `0x${key(3)}`,
    DPP_RPC_URLS: rpcUrl,
    DPP_QUEUE: 'rediss://dpp:re%3Adis-secret@redis.example?sentinelPassword=',
    AZURE_STORAGE_ACCOUNT: 'windowco',
    AZURE_STORAGE_KEY: 'YXp1cmUtc3RvcmFnZS1rZXk+/w==',
    AZURE_STORAGE_SAS_TOKEN: 'sv=2024-11-04&sig=s4s-signature%2B%3D',
  })
  const made = new Uint8Array(32).fill(9).map((byte, i) => byte + i)
  const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
  const rawTransaction = `0x02f8b1${'a1'.repeat(180)}`

  // What must never be seen, by what it is.
  const secrets = {
    'update-key root': key(1),
    'the root in capitals': key(1).toUpperCase(),
    'the root in Base64': Buffer.from(bytesOf(key(1))).toString('base64'),
    'the root as numbers': [...bytesOf(key(1))].join(','),
    'the root as an object': JSON.stringify(bytesOf(key(1))).slice(1, -1),
    'an earlier root': key(2),
    'the relayer key': `0x${key(3)}`,
    'a key made at the start': toHex(made),
    'the RPC URL': rpcUrl,
    'the RPC path': '/v3/0123456789abcdef0123',
    'the RPC key': '0123456789abcdef0123',
    'the RPC query': 'QueryKey-42',
    'the RPC password': 'pa/ssw0rd',
    'the Redis password': 're:dis-secret',
    'the Redis password in a URL': 're%3Adis-secret',
    'the Azure key': 'YXp1cmUtc3RvcmFnZS1rZXk+/w==',
    'the SAS': 'sig=s4s-signature%2B%3D',
    'the SAS decoded': 's4s-signature+=',
    "a client's token": 'Bearer tok-1234567890abcdef',
    'basic authorization': 'Basic dXNlcjpwYXNz',
    'a header': 'authorization: token-of-a-client',
    "somebody's password in a URL": 'https://me:hunter22@host.example/',
    'a presigned URL': 'https://b.example/k?X-Amz-Signature=abcdef0123456789',
    'a raw transaction': rawTransaction,
    'a private key in PEM':
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ\n-----END PRIVATE KEY-----',
  }
  const tellNumbers = secrets['the root as numbers']

  // The part of each that gives it away.
  const tells: { readonly [name: string]: string } = {
    "a client's token": 'tok-1234567890abcdef',
    'basic authorization': 'dXNlcjpwYXNz',
    'a header': 'token-of-a-client',
    "somebody's password in a URL": 'hunter22',
    'a presigned URL': 'abcdef0123456789',
    'a private key in PEM': 'MC4CAQAwBQYDK2VwBCIEIJ',
  }

  function written(write: (log: ReturnType<typeof createLog>) => void): string {
    const redaction = createRedaction(config)
    redaction.add(made)
    let text = ''
    write(
      createLog('debug', redaction, {
        write: (line) => {
          text += line
        },
      }),
    )
    expect(() =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).not.toThrow()
    return text
  }

  it.each(Object.entries(secrets))('%s is not in any line', (name, secret) => {
    const error = Object.assign(new Error(`request failed: ${secret} (was tried)`), {
      config: { headers: { authorization: secret } },
      cause: new Error(secret),
    })
    const text = written((log) => {
      log.error({ event: 'batch.held_up', error: `Error: ${secret}` }, 'as text')
      log.error({ event: 'batch.held_up', err: error }, 'as an error')
      log.error(error)
      log
        .child({ reqId: 'abc' })
        .warn({ deep: { headers: { Authorization: secret } } }, 'in a field')
      log.warn(`in the message: ${secret}`)
    })
    expect(text.toLowerCase()).not.toContain((tells[name] ?? secret).toLowerCase())
    expect(text).toContain(secret === tellNumbers ? 'Error: 0' : 'redacted')
    expect(text.split('\n').filter((line) => line !== '')).toHaveLength(5)
  })

  it('as raw bytes in a field neither', () => {
    const text = written((log) => log.warn({ seed: bytesOf(key(1)), list: [...made] }, 'bytes'))
    expect(text).not.toContain([...bytesOf(key(1))].slice(0, 4).join(','))
    expect(text).not.toContain('"0":1,"1":8,"2":15')
    expect(text).not.toContain([...made].slice(0, 4).join(','))
  })

  it('leaves what an operator needs', () => {
    const useful =
      'https://windowco.example/.well-known/did.jsonl 0x' +
      `${'ab'.repeat(32)} did:webvh:QmUntb:windowco.example#key-1 ERR_DPP_CHAIN_UNREACHABLE: mainnet.example: eth_call`
    expect(written((log) => log.info({ url: useful }, useful))).toContain(useful)
  })

  it('of a running service whose chain fails are neither in its log nor in its answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dpp-log-'))
    const secret = '0123456789abcdef0123456789abcdef'
    const server = await startServerProcess({
      DPP_DATA_DIR: folder,
      DPP_DOMAIN: 'dpp.windowco.example',
      DPP_REGISTRY: `0x${'12'.repeat(20)}`,
      DPP_RPC_URLS: `http://user:pass-${secret}@127.0.0.1:1/v3/path-${secret}?apikey=query-${secret}`,
      DPP_ALLOW_DID_KEY: 'true',
      DPP_POLL_MS: '50',
      DPP_LOG_LEVEL: 'debug',
    })
    const { url } = server
    let text = ''
    server.process.stdout?.on('data', (chunk) => {
      text += chunk
    })
    const seed = generateSeed()
    const controller = createLocalSigner(seed)
    const did = controller.verificationMethod.replace(/#.*/, '')
    const owner = { did, signer: controller, seed }
    await registerProduct(url, 'dpp.windowco.example', owner, 'LOG-1')
    await fetch(`${url}/batches`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
    })
    let problem: unknown
    while (typeof problem !== 'string') {
      const { body } = await getJson(`${url}/batches`)
      problem = (body as { batches: { problem?: string }[] }).batches[0]?.problem
    }
    expect(problem).toContain('ERR_DPP_CHAIN_UNREACHABLE')
    await server.stop()
    await rm(folder, { recursive: true, force: true })
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event?: string })
    for (const { event } of lines) expect(logEvents).toContain(event)
    expect(lines.map(({ event }) => event)).toContain('batch.held_up')
    expect(`${text}${problem}`).not.toContain(secret)
  })

  it('is quick with long hostile text', () => {
    const redaction = createRedaction(config)
    const hostile = ['Bearer ', '://', '-----BEGIN ', 'authorization:', '0x'].map((piece) =>
      piece.repeat(40_000),
    )
    const started = performance.now()
    for (const text of hostile) redaction.apply(text)
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
