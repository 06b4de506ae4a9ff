// The JSON-RPC client against servers that misbehave in every way, in each runtime.
import { describe, expect, it } from 'vitest'
import { createJsonRpc, type JsonRpcOptions } from './json-rpc.ts'

const url = 'https://user:secret@rpc.example/v3/secret'

describe('JSON-RPC client', () => {
  it('posts a request and returns the result of its own id', async () => {
    const seen: unknown[] = []
    const rpc = open(async (_, init) => {
      seen.push(JSON.parse(String(init?.body)))
      return Response.json({ jsonrpc: '2.0', id: seen.length, result: ['0x1', null] })
    })
    expect(await rpc.request('eth_foo', ['a', { b: 1 }])).toEqual(['0x1', null])
    expect(await rpc.request('eth_bar', [])).toEqual(['0x1', null])
    expect(seen).toEqual([
      { jsonrpc: '2.0', id: 1, method: 'eth_foo', params: ['a', { b: 1 }] },
      { jsonrpc: '2.0', id: 2, method: 'eth_bar', params: [] },
    ])
  })

  it('keeps answers apart when several requests run at once', async () => {
    const rpc = open(async (_, init) => {
      const { id, params } = JSON.parse(String(init?.body))
      await new Promise((resolve) => setTimeout(resolve, 20 - 5 * id))
      return Response.json({ jsonrpc: '2.0', id, result: params[0] })
    })
    const answers = await Promise.all(['a', 'b', 'c'].map((p) => rpc.request('eth_foo', [p])))
    expect(answers).toEqual(['a', 'b', 'c'])
  })

  it.each<[string, () => Response, string]>([
    ['HTML with 200', () => new Response('<html>'), 'RESPONSE'],
    ['HTML with 502', () => new Response('<html>', { status: 502 }), 'UNREACHABLE'],
    ['429', () => new Response('', { status: 429 }), 'UNREACHABLE'],
    ['429 as JSON-RPC', () => refusal(429), 'UNREACHABLE'],
    ['a refusal', () => refusal(200), 'REJECTED'],
    ['a refusal with 400', () => refusal(400), 'REJECTED'],
    ['a result with 500', () => reply({ result: '0x1' }, 500), 'UNREACHABLE'],
    ['another id', () => reply({ id: 7, result: '0x1' }), 'RESPONSE'],
    ['no id', () => Response.json({ result: '0x1' }), 'RESPONSE'],
    ['no result', () => reply({}), 'RESPONSE'],
    ['a batch', () => Response.json([{ id: 1, result: '0x1' }]), 'RESPONSE'],
    ['null', () => Response.json(null), 'RESPONSE'],
    ['two results', () => new Response('{"id":1,"result":1,"result":2}'), 'RESPONSE'],
    ['depth', () => new Response('['.repeat(100_000)), 'RESPONSE'],
    ['bytes that are no text', () => new Response(Uint8Array.of(0xff, 0xfe)), 'RESPONSE'],
    ['too much', () => new Response(new Uint8Array(2_000_000)), 'RESPONSE'],
    ['nothing', () => new Response(null, { status: 204 }), 'UNREACHABLE'],
  ])('names %s for what it is', async (_, answer, code) => {
    const rpc = open(async () => answer(), { maxBytes: 1_000_000 })
    const error = await rpc.request('eth_foo', []).catch((e: unknown) => e)
    expect(error).toMatchObject({ code: `ERR_DPP_CHAIN_${code}` })
    expect(String(error)).toContain('rpc.example: eth_foo')
    expect(String(error)).not.toContain('secret')
  })

  it('stops reading an endless body at its limit, and a slow one at its time', async () => {
    const chunk = new Uint8Array(10_000)
    const endless = open(async () => stream((controller) => controller.enqueue(chunk)))
    await expect(endless.request('eth_foo', [])).rejects.toMatchObject({
      code: 'ERR_DPP_CHAIN_RESPONSE',
    })
    const stalled = open(async () => stream(() => new Promise(() => {})), { timeoutMs: 60 })
    await expect(stalled.request('eth_foo', [])).rejects.toMatchObject({
      code: 'ERR_DPP_CHAIN_UNREACHABLE',
    })
  })

  it('stops at its time even if fetch does not, and with the reason of its caller', async () => {
    const deaf = open(() => new Promise(() => {}), { timeoutMs: 60 })
    await expect(deaf.request('eth_foo', [])).rejects.toMatchObject({
      code: 'ERR_DPP_CHAIN_UNREACHABLE',
    })
    const stop = new AbortController()
    const patient = open(() => new Promise(() => {}), { timeoutMs: 60_000 })
    const request = patient.request('eth_foo', [], stop.signal)
    stop.abort(new Error('enough'))
    await expect(request).rejects.toThrow('enough')
    await expect(patient.request('eth_foo', [], stop.signal)).rejects.toThrow('enough')
  })

  it('sends the name and password of a URL as a header, and never in the URL', async () => {
    let seen: Parameters<typeof fetch> | undefined
    const rpc = open(async (...request) => {
      seen = request
      return reply({ result: null })
    })
    expect(await rpc.request('eth_foo', [])).toBeNull()
    expect(seen?.[0]).toBe('https://rpc.example/v3/secret')
    expect(seen?.[1]?.headers).toMatchObject({ authorization: `Basic ${btoa('user:secret')}` })
  })

  it('refuses what is no URL without repeating it', () => {
    expect(() => createJsonRpc('secret')).toThrow(
      expect.objectContaining({
        code: 'ERR_DPP_CHAIN_QUERY',
        message: expect.not.stringContaining('secret'),
      }),
    )
  })
})

function open(fetch: typeof globalThis.fetch, options: JsonRpcOptions = {}) {
  return createJsonRpc(url, { timeoutMs: 5_000, ...options, fetch })
}

function reply(answer: object, status = 200): Response {
  return Response.json({ jsonrpc: '2.0', id: 1, ...answer }, { status })
}

function refusal(status: number): Response {
  return reply({ error: { code: -32000, message: 'nonce too low' } }, status)
}

function stream(
  pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>,
): Response {
  return new Response(new ReadableStream({ pull }))
}
