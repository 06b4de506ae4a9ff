import { describe, expect, it } from 'vitest'
import { parseQueuePlace } from './queue-place.ts'

describe('DPP_QUEUE', () => {
  it('is SQLite, a server, sentinels or a cluster', () => {
    expect(parseQueuePlace('sqlite')).toBeUndefined()
    expect(parseQueuePlace('redis://localhost')).toMatchObject({
      kind: 'single',
      hosts: [{ host: 'localhost', port: 6379 }],
      isTls: false,
      replicas: 0,
      queue: 'dpp',
    })
    const sentinels = parseQueuePlace('rediss+sentinel://u:p%40:s@a,b:7/main?replicas=2')
    expect(sentinels).toMatchObject({
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 7 },
      ],
      isTls: true,
      username: 'u',
      password: 'p@:s',
      master: 'main',
      replicas: 2,
    })
    const cluster = parseQueuePlace('redis+cluster://[::1]:1,b?queue=x')
    expect(cluster).toMatchObject({ kind: 'cluster', replicas: 1, queue: 'x' })
    expect(cluster?.hosts[0]).toEqual({ host: '::1', port: 1 })
  })

  it.each([
    'redis',
    'redis://',
    'http://localhost',
    'redis://a,b',
    'redis://a/0',
    'redis+sentinel://a',
    'redis+cluster://a/main',
    'redis://a:0',
    'redis://a:99999',
    'redis://a?unknown=1',
    'redis://a?queue=x&queue=y',
    'redis://a?queue=A{b}',
    'redis://secret%zz@a',
  ])('refuses %s without repeating it', (text) => {
    const parse = (): unknown => parseQueuePlace(text)
    expect(parse).toThrow(/^must /)
    expect(parse).not.toThrow('secret')
  })
})
