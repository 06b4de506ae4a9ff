// The HTTP store behind nginx (the contract) and behind a server that misbehaves.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { debianProgram } from '../../../../test/debian-program.ts'
import { describeStore, expectCode, type StoreUnderTest, testMeta } from './contract.suite.ts'
import { createFileStore } from './file.ts'
import { createHttpStore } from './http.ts'

const nginx = debianProgram(['/usr/sbin/nginx'], 'nginx-light')

if (nginx !== undefined) describeStore('http', () => openBehindNginx(nginx))

describe('http store: a server that misbehaves', () => {
  let server: Server
  let answer: RequestListener = () => {}
  let baseUrl = ''
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response))
    baseUrl = `http://127.0.0.1:${await listen(server)}/base`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const read = (key = 'k') =>
    createHttpStore({ baseUrl, fetch, timeoutMs: 300, maxBytes: 1000 }).read(key)

  it.each([404, 410])('says absent for %i', async (status) => {
    answer = (_, response) => response.writeHead(status).end('gone')
    expect(await read()).toBeUndefined()
  })

  it.each([401, 403])('says refused for %i', async (status) => {
    answer = (_, response) => response.writeHead(status).end()
    await expectCode(read(), 'ERR_DPP_STORE_REFUSED')
  })

  it.each([204, 206, 429, 500, 502, 503])('says unavailable for %i', async (status) => {
    answer = (_, response) => response.writeHead(status).end()
    await expectCode(read(), 'ERR_DPP_STORE_UNAVAILABLE')
  })

  it.each<[string, RequestListener]>([
    ['a redirect', (_, response) => response.writeHead(302, { location: '/other' }).end()],
    ['silence', () => {}],
    [
      'a body that never ends',
      (_, response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write('x'), 20)
        response.on('close', () => clearInterval(drip))
      },
    ],
    ['a body that is too long', (_, response) => response.writeHead(200).end('x'.repeat(1001))],
    [
      'a body cut short',
      (_, response) =>
        response.writeHead(200, { 'content-length': 10 }).write('x', () => response.destroy()),
    ],
    [
      'a chunked body cut short',
      (_, response) => response.writeHead(200).write('x', () => response.destroy()),
    ],
    [
      'a compressed body that nobody asked for',
      (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x')),
    ],
    ['a closed connection', (request) => request.socket.destroy()],
  ])('says unavailable for %s', async (_, listener) => {
    answer = listener
    await expectCode(read(), 'ERR_DPP_STORE_UNAVAILABLE')
  })

  it('asks below its base for exactly the key, and for no compression', async () => {
    let seen = ''
    answer = (request, response) => {
      seen = `${request.url} ${request.headers['accept-encoding']}`
      response.end('x')
    }
    expect((await read('.well-known/did/a_B-1.json'))?.body).toEqual(Uint8Array.of(120))
    expect(seen).toBe('/base/.well-known/did/a_B-1.json identity')
  })

  it('writes nothing', async () => {
    const store = createHttpStore({ baseUrl, fetch })
    await expectCode(store.create('k', new Uint8Array(1), testMeta), 'ERR_DPP_STORE_READ_ONLY')
    await expectCode(
      store.replace('k', new Uint8Array(1), 't', testMeta),
      'ERR_DPP_STORE_READ_ONLY',
    )
  })
})

async function openBehindNginx(binary: string): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-http-store-'))
  await chmod(folder, 0o755) // Nginx's workers run as another user when its master is root.
  const port = await freePort()
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr; events {}
     http { access_log off; client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2;
       fastcgi_temp_path ${folder}/t3; uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
       server { listen 127.0.0.1:${port}; location / { root ${folder}/files; autoindex off; } } }`,
  )
  const process = spawn(binary, ['-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: 'ignore',
  })
  await untilAnswers(`http://127.0.0.1:${port}/`)
  return {
    store: createHttpStore({ baseUrl: `http://127.0.0.1:${port}`, fetch }),
    writer: createFileStore(join(folder, 'files')),
    close: async () => {
      await stop(process)
      await rm(folder, { recursive: true })
    },
  }
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(url).catch(() => undefined)
    await response?.body?.cancel()
    if (response !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing answers at ${url}`)
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exited
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
