// Real Redis servers for tests, from Debian's package: one server, a cluster of three, or a master with a replica and
// three sentinels; each on fresh ports, each write flushed to the disk before its answer.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './anvil.ts'
import { type ChildProgram, startChild, untilReady } from './child-program.ts'
import { debianProgram } from './debian-program.ts'

export type RedisServer = {
  readonly port: number
  readonly url: string
  /** Of the process that runs now. */
  readonly pid: number
  /** Ends the process; the data stays. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on its port and its data. */
  start(): Promise<void>
  pause(): void
  resume(): void
  /** Any command, through redis-cli. */
  call(...args: readonly string[]): Promise<string>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

const run = promisify(execFile)
const PROGRAM = '/usr/bin/redis-server'
const START_MS = 20_000
const durable = ['--appendonly', 'yes', '--appendfsync', 'always']

/** Whether this machine can run it; else a notice says what to install, and under CI=true it throws. */
export function hasRedis(): boolean {
  return debianProgram([PROGRAM], 'redis-server') !== undefined
}

/** Starts one server. `args` are further options. The caller stops it; it also dies with this process. */
export async function startRedis(
  args: readonly string[] = durable,
  { port = 0, access = [] as readonly string[] } = {},
): Promise<RedisServer> {
  const own = port === 0 ? await freePort() : port
  const folder = await mkdtemp(join(tmpdir(), 'dpp-redis-'))
  // The last port given wins: TLS servers get theirs through `args`.
  const base = ['--port', `${own}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  let child: ChildProgram | undefined
  const call = async (...command: readonly string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', ['-p', `${own}`, ...access, ...command])
    return stdout.trim()
  }
  async function start(): Promise<void> {
    child = startChild(PROGRAM, [...base, ...args])
    const isReady = async (): Promise<boolean> =>
      (await call('PING').catch(() => '')).startsWith('PONG')
    await untilReady(child, isReady, START_MS)
  }
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> =>
    await child?.stop(signal)
  await start()
  // As whatever looks after a server does. Killed while it writes its file anew, Redis cuts the torn end of the old file
  // off, ends, and starts with the next attempt.
  async function startAgain(): Promise<void> {
    await start().catch(start)
  }
  return {
    port: own,
    url: `redis://127.0.0.1:${own}`,
    get pid() {
      return child?.child.pid ?? 0
    },
    kill,
    start: startAgain,
    pause: () => void child?.child.kill('SIGSTOP'),
    resume: () => void child?.child.kill('SIGCONT'),
    call,
    stop: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type RedisGroup = {
  readonly url: string
  readonly servers: readonly RedisServer[]
  stop(): Promise<void>
}

/** Three masters that share the slots. */
export async function startRedisCluster(): Promise<RedisGroup> {
  const options = [...durable, '--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']
  const servers: RedisServer[] = []
  for (let i = 0; i < 3; i++) servers.push(await startRedis(options, { port: await clusterPort() }))
  const hosts = servers.map(({ port }) => `127.0.0.1:${port}`)
  await run('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes'])
  const isUp = async (): Promise<boolean> => {
    const infos = await Promise.all(servers.map((server) => server.call('CLUSTER', 'INFO')))
    return infos.every((info) => info.includes('cluster_state:ok'))
  }
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50))
  // No replicas: nothing to wait for.
  const url = `redis+cluster://${hosts.join(',')}?replicas=0`
  return { url, servers, stop: () => stopAll(servers) }
}

/** A master (`servers[0]`), two replicas, and three sentinels that put one of them in its place when it dies. */
export async function startRedisSentinel(): Promise<RedisGroup> {
  const master = await startRedis()
  const replicaOf = ['--replicaof', '127.0.0.1', `${master.port}`]
  const replicas = [
    await startRedis([...durable, ...replicaOf]),
    await startRedis([...durable, ...replicaOf]),
  ]
  const folder = await mkdtemp(join(tmpdir(), 'dpp-sentinel-'))
  const sentinels: { port: number; child: ChildProgram }[] = []
  for (let i = 0; i < 3; i++) {
    const port = await freePort()
    const file = join(folder, `${port}`, 'sentinel.conf')
    await mkdir(join(folder, `${port}`))
    await writeFile(
      file,
      `port ${port}
bind 127.0.0.1
dir ${join(folder, `${port}`)}
sentinel monitor main 127.0.0.1 ${master.port} 2
sentinel down-after-milliseconds main 1000
sentinel failover-timeout main 5000
`,
    )
    const child = startChild(PROGRAM, [file, '--sentinel'])
    sentinels.push({ port, child })
    await untilReady(child, () => listens(port), START_MS)
  }
  // A failover needs sentinels that know each other, and a replicas that have caught up.
  const isUp = async (): Promise<boolean> => {
    const state = await run('redis-cli', [
      ...['-p', `${sentinels[0]?.port}`],
      ...['SENTINEL', 'MASTER', 'main'],
    ])
    const isKnown =
      /num-other-sentinels\n2\n/.test(state.stdout) && /num-slaves\n2\n/.test(state.stdout)
    const infos = await Promise.all(replicas.map((each) => each.call('INFO', 'replication')))
    return isKnown && infos.every((info) => info.includes('master_link_status:up'))
  }
  while (!(await isUp())) await new Promise((resolve) => setTimeout(resolve, 100))
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`)
  return {
    url: `redis+sentinel://${hosts.join(',')}/main`,
    servers: [master, ...replicas],
    stop: async () => {
      await Promise.all(sentinels.map(({ child }) => child.stop('SIGKILL')))
      await stopAll([master, ...replicas])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One server that speaks TLS only and knows one user, with the rights that the documentation names. */
export async function startSecureRedis(): Promise<RedisGroup> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-redis-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ...['-keyout', key, '-out', cert],
  ])
  const port = await freePort()
  const tls = ['--tls-port', `${port}`, '--tls-cert-file', cert, '--tls-key-file', key]
  const acl = join(folder, 'users.acl')
  await writeFile(
    acl,
    `user default off
user dpp on >se:cret ~{dpp}:* resetchannels -@all +@read +@write +@connection +eval +evalsha +script|load +script|exists +bgrewriteaof +info +config|get +wait
user admin on >admin ~* &* +@all
`,
  )
  const options = [...durable, '--port', '0', ...tls, '--tls-auth-clients', 'no', '--aclfile', acl]
  const access = [
    '--tls',
    '--cacert',
    cert,
    '--user',
    'admin',
    '--pass',
    'admin',
    '--no-auth-warning',
  ]
  const server = await startRedis(options, { port, access })
  return {
    url: `rediss://dpp:se%3Acret@localhost:${port}?ca=${cert}`,
    servers: [server],
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function stopAll(servers: readonly RedisServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
}

// A cluster node also listens on its port and 10,000.
async function clusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort()
    if (port < 55_000 && !(await listens(port + 10_000))) return port
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket.destroy() !== undefined))
    socket.once('error', () => resolve(false))
  })
}
