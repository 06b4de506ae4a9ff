// Lets a child process of a test run the workspace's packages from their TypeScript sources (Node ≥ 22.18 strips types):
// `node --import ./test/from-source.mjs packages/server/src/cli.ts`. The same aliases as in vitest.config.ts.
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'

const packages = new URL('../packages/', import.meta.url)

registerHooks({
  resolve(specifier, context, next) {
    return next(sourceOf(specifier) ?? specifier, context)
  },
})

function sourceOf(specifier) {
  if (specifier === '#backend') return new URL('core/src/signature/backend.node.ts', packages).href
  const [, name, entry = 'index'] = /^@dpp\/(\w+)(?:\/(.+))?$/.exec(specifier) ?? []
  if (name === undefined) return undefined
  const files = [`${name}/src/${entry}.ts`, `${name}/src/${entry}/index.ts`]
  return files.map((file) => new URL(file, packages)).find((url) => existsSync(url))?.href
}
