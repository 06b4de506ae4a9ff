// What the documentation's examples run against: the real service, a real chain that calls itself Sepolia, an issuer's web
// site, one product with an anchored event, and one that examples write to. Public names lead here, so that the pages read as they would in life.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deployRegistry } from '@dpp/anchor/ethereum'
import { eventDigest } from '@dpp/core'
import { privateKeyToAccount } from 'viem/accounts'
import { startAnvil } from '../test/anvil.ts'
import {
  createOrganisation,
  getJson,
  postJson,
  registerProduct,
  signManufacture,
  startFileHost,
} from '../test/server-client.ts'
import { type ServerProcess, startServerProcess } from '../test/server-process.ts'

/** Everything that an example may name. */
export type Scene = {
  /** Public URL → where it answers here. */
  readonly routes: Readonly<Record<string, string>>
  /** The variables of shell examples: `DID`, `DIGEST`, `RPC`, … */
  readonly variables: Readonly<Record<string, string>>
  /** What lies in the folder where a shell example runs, by name. */
  readonly files: Readonly<Record<string, string>>
  /** A folder of programs that lead public names here: `dpp-verify`, `dpp-server`, `npx`, `curl`. */
  readonly programs: string
  stop(): Promise<void>
}

const sepolia = 11_155_111
const host = 'dpp.windowco.example'

export async function startScene(): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'dpp-docs-'))
  const chain = await startAnvil({ chainId: sepolia, blockTimeSeconds: 1, slotsInAnEpoch: 1 })
  const site = await startFileHost()
  let service: ServerProcess | undefined
  async function stop(): Promise<void> {
    await service?.stop()
    await Promise.all([chain.stop(), site.close()])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const [relayerKey = '0x', deployerKey = '0x'] = chain.privateKeys
    const { address } = await deployRegistry({
      rpcUrl: chain.url,
      chainId: sepolia,
      account: privateKeyToAccount(deployerKey),
      pollMs: 100,
    })
    const token = 'reader-token'
    const tokenHash = createHash('sha256').update(token).digest('hex')
    service = await startServerProcess({
      DPP_DATA_DIR: join(folder, 'service'),
      DPP_DOMAIN: host,
      DPP_RPC_URLS: chain.url,
      DPP_CHAIN_ID: String(sepolia),
      DPP_REGISTRY: address,
      DPP_INTERVAL_SECONDS: '2',
      DPP_POLL_MS: '200',
      DPP_AUDIENCES: `recyclers=${tokenHash}`,
      DPP_ORIGINS: `windowco.example=${site.url}`,
      RELAYER_PRIVATE_KEY: relayerKey,
    })
    const maker = await createOrganisation(site, 'windowco.example')
    const product = await registerProduct(service.url, host, maker, 'W26-000001')
    const event = await signManufacture(maker, [product])
    const { body } = await postJson(`${service.url}/events`, event)
    const digest = (body as { events: readonly { digest: string }[] }).events[0]?.digest ?? ''
    await untilPublished(service.url, digest)
    const other = await registerProduct(service.url, host, maker, 'W26-000002')
    const restricted = await signManufacture(maker, [other])
    const routes = {
      [`https://${host}`]: service.url,
      'https://windowco.example': site.url,
      'https://rpc.example': chain.url,
      'https://rpc2.example': chain.url,
    }
    const variables = {
      ...{ DID: product.did, PRODUCT: other.did, SCID: product.scid, DIGEST: digest, TOKEN: token },
      ...{ RESTRICTED_DIGEST: eventDigest(restricted), ISSUER: maker.did },
      SEED: Buffer.from(maker.seed).toString('hex'),
    }
    const files = {
      'event.json': JSON.stringify(event),
      'restricted-event.json': JSON.stringify(restricted),
    }
    return { routes, variables, files, programs: writePrograms(join(folder, 'bin'), routes), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilPublished(url: string, digest: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const { body } = await getJson(`${url}/events/${digest}`)
    if ((body as { stage: string }).stage === 'published') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the scene’s first event was not published within 30 s')
}

/** Small programs that stand before the real ones and put the local address where a page names a public one. */
function writePrograms(folder: string, routes: Readonly<Record<string, string>>): string {
  mkdirSync(folder)
  const cli = (name: string): string =>
    `${process.execPath} ${fileURLToPath(new URL('cli.js', import.meta.resolve(name)))}`
  const resolved = Object.entries(routes)
    .filter(([from]) => !from.includes('rpc'))
    .map(([from, to]) => `--resolve ${from.replace('https://', '')}=${to}`)
  const programs = {
    curl: `PATH=\${PATH#*:} curl "\${local[@]}"`,
    'dpp-verify': `${cli('@dpp/verifier')} "\${local[@]}" ${resolved.join(' ')}`,
    'dpp-server': `${cli('@dpp/server')} "\${local[@]}"`,
    npx: '"$@"',
  }
  const swap = Object.entries(routes).map(([from, to]) => `-e 's|${from}|${to}|g'`)
  const read = `local=()
for each in "$@"; do local+=("$(printf '%s' "$each" | sed ${swap.join(' ')})"); done`
  for (const [name, run] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\n${read}\n${run}\n`, { mode: 0o755 })
  }
  return folder
}
