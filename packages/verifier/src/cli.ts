#!/usr/bin/env -S node --v8-pool-size=0
// dpp-verify: the process around `run`.
import { writeFile } from 'node:fs/promises'
import { readFileIfAny } from './cli/files.ts'
import { findProducts } from './cli/find-products.ts'
import { run } from './cli/run.ts'
import { threadSetup } from './cli/thread-options.ts'
import { verifyProducts } from './node/verify-products.ts'

// Whoever reads the report may stop before its end: the exit code is still the verdict's.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  process.stderr.write(`dpp-verify: ${error.message}\n`)
  process.exit(2)
})

process.exitCode = await run(process.argv.slice(2), {
  fetch: globalThis.fetch,
  readFile: async (path) => readFileIfAny(path),
  writeFile: (path, bytes) => writeFile(path, bytes),
  findProducts,
  verifyMany: (dids, settings, threads) =>
    verifyProducts(dids, {
      setup: threadSetup,
      data: settings,
      ...(threads === undefined ? {} : { threads }),
    }),
  color: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}).catch((error: unknown) => {
  process.stderr.write(`dpp-verify: ${error instanceof Error ? error.stack : error}\n`)
  return 4 // Our own fault: Node's 1 would say that the product is invalid.
})
