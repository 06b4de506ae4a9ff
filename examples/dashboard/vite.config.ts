// The page is built from the workspace's sources, with the signature backend that browsers use: what it checks with is
// the code beside it, never a stale build.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const packages = (path: string): string =>
  fileURLToPath(new URL(`../../packages/${path}`, import.meta.url))

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: {
    alias: [
      { find: /^#backend$/, replacement: packages('core/src/signature/backend.portable.ts') },
      { find: /^@dpp\/(\w+)$/, replacement: packages('$1/src/index.ts') },
      { find: /^@dpp\/(\w+)\/(.+)$/, replacement: packages('$1/src/$2.ts') },
    ],
  },
  oxc: { jsx: { runtime: 'automatic' } },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // A data: URL would need a hole in the content security policy.
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
