// Test support: what a store over a real object service must do when answers get lost, come late or lie, and under
// many writes at once. Run against each service behind a proxy that injects the faults.
import { encodeUtf8 } from '@dpp/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ConditionalStoreOptions } from '../packages/anchor/src/store/conditional-store.ts'
import { expectCode, testMeta } from '../packages/anchor/src/store/contract.suite.ts'
import { publishObject } from '../packages/anchor/src/store/publish.ts'
import type { Store } from '../packages/anchor/src/store/store.ts'
import { type Exchange, type FaultProxy, passOn, startFaultProxy } from './fault-proxy.ts'

export const foreignNames: readonly string[] = [
  'own/a b', 'own/a+b', 'own/a%b', 'own/é', 'own/a//b', 'own/x/', 'own-not/c',
] // biome-ignore format: one list

export type ServiceUnderTest = {
  readonly endpoint: string
  open(endpoint: string, options?: ConditionalStoreOptions): Store
  /** A store in a bucket or container that is not there. */
  openMissing(): Store
  /** Names that are no keys, or lie beside the prefix `own/`. */
  readonly foreignNames: readonly string[]
  putForeign(name: string): Promise<void>
}

const TIMEOUT_MS = 500
const SEED = 3000

type Fault = (exchange: Exchange) => Promise<void>

/** What can become of one write. After each, the client knows nothing until it looks. */
export const faults: readonly (readonly [string, Fault])[] = [
  ...[400, 404, 408, 409, 412, 429, 500, 502, 503].flatMap((status) => [
    [`a ${status} instead of the write`, instead(({ answer }) => answer({ status }))] as const,
    [`a ${status} after the write`, after(({ answer }) => answer({ status }))] as const,
  ]),
  ['a cut connection instead of the write', instead(({ response }) => response.destroy())],
  ['a cut connection after the write', after(({ response }) => response.destroy())],
  ['silence instead of the write', instead(() => {})],
  ['silence after the write', after(() => {})],
  [
    'an answer without a version after the write',
    after(({ answer }) => answer({ status: 200, body: '' })),
  ],
  [
    'a write that arrives after the time-out',
    async ({ forward }) => {
      await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + 100))
      await forward()
    },
  ],
]

/** Declares the tests for one service. */
export function describeStoreFaults(name: string, open: () => Promise<ServiceUnderTest>): void {
  describe(`${name} store: answers that get lost, come late or lie`, () => {
    let service: ServiceUnderTest
    let proxy: FaultProxy
    let direct: Store
    let store: Store
    beforeAll(async () => {
      service = await open()
      proxy = await startFaultProxy(service.endpoint)
      direct = service.open(service.endpoint)
      store = service.open(proxy.endpoint, { timeoutMs: TIMEOUT_MS, prefix: 'faults' })
    })
    afterEach(() => {
      proxy.handle = passOn
    })
    afterAll(() => proxy.close())

    let made = 0
    const freshKey = (): string => `${made++}/object.json`
    const [one, two, other] = ['one', 'two', 'other'].map((text) => encodeUtf8(text)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    /** What really lies there, asked without the proxy. */
    const lies = async (key: string) => await direct.read(`faults/${key}`)

    it.each(faults)('creates and replaces once, whatever becomes of it: %s', async (_, fault) => {
      const key = freshKey()
      proxy.handle = firstWrite(fault)
      const created = await store.create(key, one, testMeta)
      expect(await lies(key)).toEqual({ body: one, ...created })
      proxy.handle = firstWrite(fault)
      const replaced = await store.replace(key, two, created.token, testMeta)
      expect(await lies(key)).toEqual({ body: two, ...replaced })
    })

    it.each(faults.filter(([name]) => name.includes('instead')))(
      'lets a write that came in between win: %s',
      async (_, fault) => {
        const key = freshKey()
        const full = `faults/${key}`
        proxy.handle = firstWrite(async (exchange) => {
          await direct.create(full, one, testMeta)
          await fault(exchange)
        })
        await expectCode(store.create(key, one, testMeta), 'ERR_DPP_STORE_EXISTS') // Not ours, though the same bytes.
        const { token } = (await lies(key)) ?? { token: '' }
        proxy.handle = firstWrite(async (exchange) => {
          await direct.replace(full, other, token, testMeta)
          await fault(exchange)
        })
        await expectCode(store.replace(key, two, token, testMeta), 'ERR_DPP_STORE_CONFLICT')
        expect((await lies(key))?.body).toEqual(other)
      },
    )

    it('gives up after some attempts, and does not say that nothing happened', async () => {
      const key = freshKey()
      let attempts = 0
      proxy.handle = async ({ answer }) => {
        attempts++
        answer({ status: 503 })
      }
      await expectCode(store.create(key, one, testMeta), 'ERR_DPP_STORE_UNAVAILABLE')
      await expectCode(store.read(key), 'ERR_DPP_STORE_UNAVAILABLE')
      expect(attempts).toBe(4 * 2 + 4) // Each write is looked at.
      proxy.handle = async ({ forward, response }) => {
        await forward()
        response.destroy()
      }
      await expectCode(store.create(key, one, testMeta), 'ERR_DPP_STORE_UNAVAILABLE')
      expect((await lies(key))?.body).toEqual(one)
    })

    it('removes whatever becomes of the first request', async () => {
      for (const [, fault] of faults) {
        const key = freshKey()
        await store.create(key, one, testMeta)
        proxy.handle = firstOf('DELETE', fault)
        await store.remove?.(key)
        expect(await lies(key)).toBeUndefined()
      }
    })

    it.each([401, 403])('is refused by %i at once, unless a write is in doubt', async (status) => {
      const key = freshKey()
      proxy.handle = async ({ answer }) => answer({ status })
      await expectCode(store.read(key), 'ERR_DPP_STORE_REFUSED')
      await expectCode(store.create(key, one, testMeta), 'ERR_DPP_STORE_REFUSED')
      let writes = 0
      proxy.handle = async ({ method, forward, answer }) => {
        if (method === 'PUT' && writes++ === 0) await forward()
        answer({ status: writes === 1 ? 500 : status })
      }
      await expectCode(store.create(key, one, testMeta), 'ERR_DPP_STORE_UNAVAILABLE')
      expect((await lies(key))?.body).toEqual(one)
    })

    it('is refused where there is no such bucket, and does not call its objects absent', async () => {
      const missing = service.openMissing()
      await expectCode(missing.read('k'), 'ERR_DPP_STORE_REFUSED')
      await expectCode(missing.create('k', one, testMeta), 'ERR_DPP_STORE_REFUSED')
      await expectCode(missing.replace('k', one, '"0"', testMeta), 'ERR_DPP_STORE_REFUSED')
    })

    it('never takes a token for more than one version', async () => {
      const key = freshKey()
      await store.create(key, one, testMeta)
      for (const token of ['*', '"*"', '', '""', 'W/"1"', '"a", "b"', '"a"\r\nX: y', '"é"']) {
        await expectCode(store.replace(key, two, token, testMeta), 'ERR_DPP_STORE_CONFLICT')
      }
      expect((await lies(key))?.body).toEqual(one)
    })

    it('reads on after single failures', async () => {
      const key = freshKey()
      await store.create(key, one, testMeta)
      for (const [, fault] of faults.filter(([name]) => name.includes('instead'))) {
        proxy.handle = firstOf('GET', fault)
        expect((await store.read(key))?.body).toEqual(one)
      }
    })

    it.each<readonly [string, Fault]>([
      [
        'a 404 that is not the service’s own',
        async ({ answer }) => answer({ status: 404, body: '<html>' }),
      ],
      ['an empty 404', async ({ answer }) => answer({ status: 404 })],
      ['a 204', async ({ answer }) => answer({ status: 204 })],
      ['a page of HTML', async ({ answer }) => answer({ status: 200, body: '<html>' })],
      [
        'a part of the file',
        async ({ forward, answer }) => {
          const { headers, body = '' } = await forward()
          const part = body.slice(0, 1000)
          answer({
            status: 206,
            headers: { ...headers, 'content-length': '1000', 'content-range': 'bytes 0-999/50000' },
            body: part,
          })
        },
      ],
      ['a body cut short', cutShort(({ response }) => void response.destroy())],
      ['a body that falls silent', cutShort(() => {})],
    ])('calls %s an outage, not an absence, not a file', async (_, fault) => {
      const key = freshKey()
      await store.create(key, new Uint8Array(50_000), testMeta)
      proxy.handle = fault
      await expectCode(store.read(key), 'ERR_DPP_STORE_UNAVAILABLE')
    })

    it('does not read more than it was allowed', async () => {
      const key = freshKey()
      await store.create(key, new Uint8Array(1001), testMeta)
      const small = service.open(service.endpoint, { prefix: 'faults', maxBytes: 1000 })
      await expectCode(small.read(key), 'ERR_DPP_STORE_UNAVAILABLE')
    })

    it('stores content type and caching for whoever serves the file', async () => {
      const key = freshKey()
      const seen: unknown[] = []
      proxy.handle = async ({ forward, answer }) => {
        const answered = await forward()
        seen.push([answered.headers?.['content-type'], answered.headers?.['cache-control']])
        answer(answered)
      }
      const { token } = await store.create(key, one, testMeta)
      await store.read(key)
      const meta = { contentType: 'text/jsonl', cacheControl: 'public, max-age=1, immutable' }
      await store.replace(key, two, token, meta)
      await store.read(key)
      expect(seen[1]).toEqual([testMeta.contentType, testMeta.cacheControl])
      expect(seen[3]).toEqual([meta.contentType, meta.cacheControl])
    })

    it('lists its own keys only, among objects of any name and beside its prefix', async () => {
      for (const name of service.foreignNames) await service.putForeign(name)
      const own = service.open(service.endpoint, { prefix: 'own/' })
      await own.create('a/1.json', one, testMeta)
      const keys: string[] = []
      for await (const key of own.list?.('') ?? []) keys.push(key)
      expect(keys).toEqual(['a/1.json'])
    })

    it.each<readonly [string, Fault]>([
      ['nothing', async ({ answer }) => answer({ status: 200 })],
      ['a page of HTML', async ({ answer }) => answer({ status: 200, body: '<html></html>' })],
      ['a 404', async ({ answer }) => answer({ status: 404 })],
    ])('does not take %s for an empty listing', async (_, fault) => {
      proxy.handle = fault
      const listing = async () => {
        for await (const key of store.list?.('') ?? []) throw new Error(key)
      }
      await expectCode(listing(), 'ERR_DPP_STORE_UNAVAILABLE')
    })

    it(`writes ${SEED} objects at once, each once, while answers fail`, async () => {
      const prefix = `seed-${made++}`
      const seeding = service.open(proxy.endpoint, { timeoutMs: 30_000, prefix })
      let [inFlight, most, count] = [0, 0, 0]
      proxy.handle = async (exchange) => {
        inFlight++
        most = Math.max(most, inFlight)
        const fault = faults[count++ % 500] // One in five hundred for each, silence left out.
        await (fault !== undefined && isQuick(fault) ? fault[1] : passOn)(exchange)
        inFlight--
      }
      const keys = Array.from({ length: SEED }, (_, i) => `${i % 100}/${i}.json`)
      const started = performance.now()
      await Promise.all(keys.map((key) => seeding.create(key, encodeUtf8(key), testMeta)))
      const seconds = (performance.now() - started) / 1000
      process.stderr.write(`${name}: ${SEED} conditional writes in ${seconds.toFixed(1)} s\n`)
      expect(most).toBeLessThanOrEqual(32)
      const listed: string[] = []
      for await (const key of seeding.list?.('') ?? []) listed.push(key)
      expect(listed.sort()).toEqual([...keys].sort())
      const again = await Promise.allSettled(
        keys.slice(0, 500).map((key) => publishObject(seeding, key, encodeUtf8(key), testMeta)),
      )
      expect(again.filter(({ status }) => status === 'rejected')).toEqual([])
    }, 600_000)
  })
}

/** Whether a fault is over before a time-out. */
export function isQuick([name]: (typeof faults)[number]): boolean {
  return !/silence|time-out/.test(name)
}

function instead(answer: (exchange: Exchange) => unknown): Fault {
  return async (exchange) => void answer(exchange)
}

function after(answer: (exchange: Exchange) => unknown): Fault {
  return async (exchange) => {
    await exchange.forward()
    answer(exchange)
  }
}

/** The fault for the first request of this method, every other one passes. */
function firstOf(method: string, fault: Fault): Fault {
  let done = false
  return async (exchange) => {
    const isFirst = exchange.method === method && !done
    if (isFirst) done = true
    await (isFirst ? fault : passOn)(exchange)
  }
}

function firstWrite(fault: Fault): Fault {
  return firstOf('PUT', fault)
}

function cutShort(end: (exchange: Exchange) => void): Fault {
  return async (exchange) => {
    const { status, headers, body = '' } = await exchange.forward()
    exchange.response.writeHead(status, headers).write(body.slice(0, 1000), () => end(exchange))
  }
}
