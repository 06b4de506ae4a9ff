// A real S3 server for tests: Ceph's gateway over one monitor and one object daemon that keeps everything in memory.
// It answers about 12 s after the start.
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './anvil.ts'
import { answers, type ChildProgram, startChild, untilReady } from './child-program.ts'
import { debianProgram } from './debian-program.ts'

export type Radosgw = {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Ends all of it and removes its folder. */
  stop(): Promise<void>
}

const run = promisify(execFile)
const START_MS = 90_000
const programs = [
  ['/usr/bin/radosgw', 'radosgw'],
  ['/usr/bin/ceph-mon', 'ceph-mon'],
  ['/usr/bin/ceph-osd', 'ceph-osd'],
  ['/usr/bin/ceph', 'ceph-common'],
] as const

/** Whether this machine can run it; else a notice says what to install, and under CI=true it throws. */
export function hasRadosgw(): boolean {
  return programs.every(([path, name]) => debianProgram([path], name) !== undefined)
}

/** Starts it with one user. The caller stops it; it also dies with this process. */
export async function startRadosgw(): Promise<Radosgw> {
  const folder = await mkdtemp(join(tmpdir(), 'dpp-radosgw-'))
  const started: ChildProgram[] = []
  const start = (name: string, ...args: readonly string[]): ChildProgram => {
    const child = startChild(`/usr/bin/${name}`, ['-c', join(folder, 'ceph.conf'), '-f', ...args])
    started.push(child)
    return child
  }
  const stop = async (): Promise<void> => {
    // SIGKILL: a daemon's orderly end takes seconds, and there is nothing to keep.
    await Promise.all(started.map((child) => child.stop('SIGKILL')))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await layOut(folder)
    start('ceph-mon', '-i', 'a')
    await makeObjectDaemon(folder)
    start('ceph-osd', '-i', '0')
    const endpoint = `http://127.0.0.1:${await freePort()}`
    const frontend = `beast endpoint=${new URL(endpoint).host}`
    const gateway = start('radosgw', '-n', 'client.admin', '--rgw-frontends', frontend)
    await untilReady(gateway, () => answers(endpoint), START_MS)
    return { endpoint, ...(await makeUser(folder)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

// Folders, configuration, one key for each daemon, and the monitor's map of itself.
async function layOut(folder: string): Promise<void> {
  const [cluster, monitor] = [randomUUID(), `v2:127.0.0.1:${await freePort()}`]
  await Promise.all(['mon', 'osd'].map((name) => mkdir(join(folder, name))))
  await writeFile(join(folder, 'ceph.conf'), configuration(folder, cluster, monitor))
  const keyring = join(folder, 'keyring')
  const rights = ['mon', 'osd', 'mgr'].flatMap((daemon) => ['--cap', daemon, 'allow *'])
  for (const [index, name] of ['mon.', 'client.admin', 'osd.0'].entries()) {
    const create = index === 0 ? ['--create-keyring'] : []
    await run('ceph-authtool', [...create, keyring, '--gen-key', '-n', name, ...rights])
  }
  const map = join(folder, 'monmap')
  await run('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', `[${monitor}]`, map])
  const files = ['--monmap', map, '--keyring', keyring]
  await run('ceph-mon', [...inCluster(folder), '--mkfs', '-i', 'a', ...files])
}

function configuration(folder: string, cluster: string, monitor: string): string {
  return `[global]
fsid = ${cluster}
mon host = [${monitor}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
keyring = ${folder}/keyring
run dir = ${folder}
log file = ${folder}/$name.log
admin socket = ${folder}/$name.$pid.asok
pid file =
mon data = ${folder}/mon
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = ${2 ** 31}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
rgw data = ${folder}
`
}

async function makeObjectDaemon(folder: string): Promise<void> {
  const id = randomUUID()
  await run('ceph', [...inCluster(folder), 'osd', 'new', id, '0'], { timeout: START_MS })
  await run('ceph-osd', [...inCluster(folder), '-i', '0', '--mkfs', '--osd-uuid', id])
}

async function makeUser(folder: string): Promise<Pick<Radosgw, 'accessKeyId' | 'secretAccessKey'>> {
  const [accessKeyId, secretAccessKey] = [randomUUID(), randomUUID()]
  const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey]
  const user = ['user', 'create', '--uid', 'test', '--display-name', 'test', ...keys]
  await run('radosgw-admin', [...inCluster(folder), ...user], { timeout: START_MS })
  return { accessKeyId, secretAccessKey }
}

function inCluster(folder: string): readonly string[] {
  return ['-c', join(folder, 'ceph.conf')]
}
