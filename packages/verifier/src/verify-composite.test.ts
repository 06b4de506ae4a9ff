import {
  assembleEvent,
  createEvent,
  createLocalSigner,
  digitalLink,
  type SecuredEvent,
  sha256,
  signEvent,
} from '@dpp/core'
import { describe, expect, it } from 'vitest'
import { createMemoryReader } from './chain/memory-reader.ts'
import {
  anchorBatch,
  appendEvents,
  at,
  CHAIN,
  createIssuer,
  createProduct,
  createWorld,
  publishEvent,
  publishLog,
  REGISTRY,
  type TestLog,
  type World,
} from './lies/evidence.suite.ts'
import { parsePolicy } from './policy.ts'
import { createMemorySource } from './sources/memory-source.ts'
import {
  type CompositeOptions,
  type CompositeVerdict,
  verifyComposite,
} from './verify-composite.ts'

const link = (serial: string): string => digitalLink({ gtin: '09521234500018', serial })

async function assemble(
  issuer: TestLog,
  parent: string,
  children: string[],
  products: TestLog[],
  minute: number,
): Promise<SecuredEvent> {
  const subject = assembleEvent({
    products: products.map(({ did }) => did),
    eventTime: at(minute),
    timeZoneOffset: '+01:00',
    parent: link(parent),
    children: children.map(link),
  })
  const signer = createLocalSigner(sha256('test key windowco 1'), {
    verificationMethod: `${issuer.did}#key-1`,
  })
  const event = createEvent({ issuer: { id: issuer.did }, subject, validFrom: at(minute) })
  return signEvent(event, signer, { created: at(minute) })
}

/** A window, a pane and a frame; `join` says which logs carry the assembly. */
async function createWindow(join: readonly string[], cycle = false) {
  const world: World = createWorld()
  const issuer = await createIssuer('windowco.example', 'windowco 1')
  const [window, pane, frame] = [
    await createProduct(issuer.did, 'W1'),
    await createProduct(issuer.did, 'P1'),
    await createProduct(issuer.did, 'F1'),
  ]
  const events = [await assemble(issuer, 'W1', ['P1', 'F1'], [window, pane, frame], 10)]
  if (cycle) events.push(await assemble(issuer, 'P1', ['W1'], [pane, window], 11))
  for (const event of events) publishEvent(world, event)
  for (const [serial, product] of [
    ['W1', window],
    ['P1', pane],
    ['F1', frame],
  ] as const) {
    if (join.includes(serial))
      await appendEvents(
        product,
        serial,
        events.filter((event) => namesProduct(event, product)),
        20,
      )
    publishLog(world, product)
  }
  publishLog(world, issuer)
  anchorBatch(world, { minute: 30, products: [window, pane, frame] })
  return { world, window }
}

function namesProduct(event: SecuredEvent, { did }: TestLog): boolean {
  return JSON.stringify(event.credentialSubject).includes(did)
}

function verify(
  { world, window }: Awaited<ReturnType<typeof createWindow>>,
  more: Partial<CompositeOptions> = {},
): Promise<CompositeVerdict> {
  return verifyComposite(window.did, {
    policy: parsePolicy({ chains: [{ id: CHAIN, registry: REGISTRY }] }),
    sources: [createMemorySource(world.files)],
    readers: [createMemoryReader(world.chain)],
    now: at(60),
    ...more,
  })
}

describe('verifyComposite', () => {
  it('finds a window anchored with its pane and frame', async () => {
    const verdict = await verify(await createWindow(['W1', 'P1', 'F1']))
    expect(verdict.status).toBe('anchored')
    expect(verdict.parts.map(({ link, status }) => [link, status])).toEqual([
      ['two-sided', 'anchored'],
      ['two-sided', 'anchored'],
    ])
  })

  it('claims nothing about a part whose log does not carry the event', async () => {
    const verdict = await verify(await createWindow(['W1', 'P1']))
    expect(verdict.own.status).toBe('anchored')
    expect(verdict.status).toBe('indeterminate')
    expect(verdict.parts[1]).toMatchObject({ link: 'one-sided', status: 'indeterminate' })
  })

  it('is as bad as its worst part', async () => {
    const scene = await createWindow(['W1', 'P1', 'F1'])
    const urls = Object.keys(scene.world.files).filter(
      (url) => url.endsWith('did.jsonl') && !url.includes(scene.window.scid),
    )
    const [frame = ''] = urls.filter((url) => scene.world.files[url]?.includes('F1'))
    scene.world.files[frame] = scene.world.files[frame]?.replace('F1', 'F2') ?? ''
    const verdict = await verify(scene)
    expect([verdict.status, verdict.own.status]).toEqual(['invalid', 'anchored'])
  })

  it('tells a part that cannot be read from one that does not know the whole', async () => {
    const scene = await createWindow(['W1', 'P1', 'F1'])
    const logs = Object.keys(scene.world.files).filter((url) => url.endsWith('did.jsonl'))
    const [pane = ''] = logs.filter((url) => scene.world.files[url]?.includes('P1'))
    delete scene.world.files[pane]
    const verdict = await verify(scene)
    expect(verdict.parts[0]).toMatchObject({ link: 'unknown', status: 'indeterminate' })
    expect(verdict.complete).toBe(false)
  })

  it('says that a withheld event may join parts that nobody sees', async () => {
    const scene = await createWindow(['W1', 'P1', 'F1'])
    expect((await verify(scene)).complete).toBe(true)
    const [event = ''] = Object.keys(scene.world.files).filter((url) => url.includes('/events/'))
    delete scene.world.files[event]
    const verdict = await verify(scene)
    expect([verdict.status, verdict.parts, verdict.complete]).toEqual(['anchored', [], false])
    const strict = parsePolicy({
      chains: [{ id: CHAIN, registry: REGISTRY }],
      requireDisclosure: true,
    })
    expect((await verify(scene, { policy: strict })).status).toBe('indeterminate')
  })

  it('says of which product each step is', async () => {
    const steps: string[] = []
    const scene = await createWindow(['W1', 'P1', 'F1'])
    const { own, parts } = await verify(scene, {
      onStep: ({ check, state }, did) => {
        if (state === 'done' && check === 'log') steps.push(did)
      },
    })
    expect(steps).toEqual([own.did, ...parts.map(({ did }) => did)])
  })

  it('ends at cycles and limits', async () => {
    const cyclic = await verify(await createWindow(['W1', 'P1', 'F1'], true))
    expect(cyclic.parts[0]?.composite?.parts[0]).toMatchObject({ link: 'cycle', composite: null })
    const flat = await verify(await createWindow(['W1', 'P1', 'F1']), { maxDepth: 0 })
    expect(flat.parts.map(({ link }) => link)).toEqual(['limit', 'limit'])
    const few = await verify(await createWindow(['W1', 'P1', 'F1']), { maxProducts: 2 })
    expect(few.parts.map(({ link }) => link)).toEqual(['two-sided', 'limit'])
    expect(few.status).toBe('indeterminate')
  })
})
