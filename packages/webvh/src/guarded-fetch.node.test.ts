import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { makeLog } from './log/test-logs.ts'
import { createGuardedFetch, type GuardedFetchOptions, isPublicAddress } from './node.ts'
import { resolve } from './resolution/resolve.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A name server whose answer is fixed. */
const answering = (...addresses: readonly string[]) =>
  ((_: string, __: object, done: (error: null, found: object[]) => void) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }) as unknown as NonNullable<GuardedFetchOptions['lookup']>

const codeOf = async (url: string, options: GuardedFetchOptions = {}): Promise<string> =>
  createGuardedFetch(options)(url, {}).then(
    ({ status }) => String(status),
    (error) => error.code,
  )

describe('createGuardedFetch', () => {
  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://8.8.8.8/',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/',
    'https://a.localhost./',
    'https://user:secret@example.com/',
  ])('refuses %s before any lookup', async (url) => {
    const lookup = (() => {
      throw new Error('looked up')
    }) as unknown as NonNullable<GuardedFetchOptions['lookup']>
    expect(await codeOf(url, { lookup })).toBe('ERR_DPP_FETCH_REFUSED')
  })

  it.each([
    [['127.0.0.1']],
    [['10.1.2.3']],
    [['93.184.216.34', '192.168.0.1']],
    [['::1']],
    [['fd00::1']],
    [['::ffff:127.0.0.1']],
    [['64:ff9b::7f00:1']],
    [[]],
  ])('refuses a name that leads to %j', async (addresses) => {
    expect(await codeOf('https://rebind.example/', { lookup: answering(...addresses) })).toBe(
      'ERR_DPP_FETCH_REFUSED',
    )
  })

  it('dials the address it checked', async () => {
    // TEST-NET is not public; a public address that nothing answers on fails as a connection, not as a refusal.
    const lookup = answering('2606:4700:4700::1111')
    expect(await codeOf('https://pinned.example:1/', { lookup, timeoutMs: 300 })).toMatch(
      /FAILED|TIMEOUT/,
    )
  })

  it('reads an allowed origin, and follows no redirect', async () => {
    const origin = await listen((request, answer) => {
      if (request.url === '/from') answer.writeHead(302, { location: 'http://127.0.0.1/to' }).end()
      else answer.end('body')
    })
    const options = { allowOrigins: [origin] }
    expect(await (await createGuardedFetch(options)(`${origin}/`, {})).text()).toBe('body')
    expect(await codeOf(`${origin}/from`, options)).toBe('302')
    expect(await codeOf(`${origin}/`)).toBe('ERR_DPP_FETCH_REFUSED')
  })

  it('unpacks nothing and asks for nothing packed', async () => {
    let asked: string | undefined
    const origin = await listen((request, answer) => {
      asked = String(request.headers['accept-encoding'])
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000)))
    })
    expect(await codeOf(origin, { allowOrigins: [origin] })).toBe('ERR_DPP_FETCH_REFUSED')
    expect(asked).toBe('identity')
  })

  it('stops at the size and the time limit', async () => {
    const origin = await listen((request, answer) => {
      if (request.url === '/declared')
        answer.writeHead(200, { 'content-length': '1000' }).write('x')
      else if (request.url === '/endless')
        setInterval(() => answer.write('x'.repeat(50)), 1).unref()
      else if (request.url === '/slow') setInterval(() => answer.write('x'), 20).unref()
    })
    const options = { allowOrigins: [origin], maxBytes: 200, timeoutMs: 300 }
    expect(await codeOf(`${origin}/declared`, options)).toBe('ERR_DPP_FETCH_LIMIT')
    expect(await codeOf(`${origin}/endless`, options)).toBe('ERR_DPP_FETCH_LIMIT')
    expect(await codeOf(`${origin}/slow`, options)).toBe('ERR_DPP_FETCH_TIMEOUT')
    expect(await codeOf(`${origin}/silent`, options)).toBe('ERR_DPP_FETCH_TIMEOUT')
  })

  it('resolves a DID through mapped origins', async () => {
    const { did, lines } = await makeLog(2)
    const origin = await listen((_, answer) => answer.end(lines.join('')))
    const fetch = createGuardedFetch({ allowOrigins: [origin] })
    const result = await resolve(did, { fetch, origins: { 'example.com': origin } })
    expect(result.didDocument).toMatchObject({ id: did })
    expect(
      (await resolve(did, { fetch: createGuardedFetch(), origins: { 'example.com': origin } }))
        .didResolutionMetadata.error,
    ).toBe('internalError')
  })
})

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '93.184.216.34', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450::1'])(
    '%s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.2',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fec0::1',
    '',
    'example.com',
    '127.1',
  ])('not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })
})
