import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { expect, it } from 'vitest'
import * as core from './index.ts'

type ServiceDocument = {
  readonly assertionMethod: readonly string[]
  readonly verificationMethod: readonly [
    { readonly id: string; readonly publicKeyMultibase: string },
  ]
}
type Shown = { event: core.SecuredEvent; result: core.ProofResult }

it('the README’s examples run', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string)
  expect(blocks).toHaveLength(2)
  const code = blocks
    .join('\n')
    .replace(/^import \{([^}]*)\} from '@dpp\/core'$/gm, 'const {$1} = core')
  const body = stripTypeScriptTypes(`async (core) => {${code}; return { event, result } }`)
  // biome-ignore lint/security/noGlobalEval: the code is this package's README.
  const run = eval(body) as (api: typeof core) => Promise<Shown>
  const { event, result } = await run(core)
  expect(result).toEqual({ verified: true })
  expect(core.parseEvent(event).type).toBe('commissioning')
})

it('the examples of the specification pages are real', () => {
  const page = (name: string): string =>
    readFileSync(new URL(`../../../docs/spec/${name}.md`, import.meta.url), 'utf8')
  const examples = (text: string): core.Json[] =>
    [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => core.parseStrict(json ?? ''))
  const keyOf = (method: string): Uint8Array =>
    core.publicKeyOfDidKey(method) ?? expect.fail(`no did:key: ${method}`)

  const parsed = core.parseEvent(examples(page('event'))[0])
  expect(page('event')).toContain(`\n${parsed.digest}\n`)
  expect(core.verifyEvent(parsed, keyOf(parsed.verificationMethod))).toEqual({ verified: true })

  const [first, document] = examples(page('receipt')) as [core.Json, ServiceDocument]
  const receipt = core.parseReceipt(first)
  expect(receipt.events).toEqual([{ digest: parsed.digest, products: parsed.products }])
  const [method] = document.verificationMethod
  expect(document.assertionMethod).toEqual([method.id])
  expect(receipt.proof.verificationMethod).toBe(method.id)
  const publicKey = core.decodeMultikey(method.publicKeyMultibase)
  expect(core.verifyReceipt(receipt, publicKey)).toEqual({ verified: true })
})
