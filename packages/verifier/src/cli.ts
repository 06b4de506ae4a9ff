#!/usr/bin/env node
// dpp-verify: the process around `run`.
import { readFile, writeFile } from 'node:fs/promises'
import { run } from './cli/run.ts'

process.exitCode = await run(process.argv.slice(2), {
  fetch: globalThis.fetch,
  readFile: async (path) => {
    try {
      return await readFile(path)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      // A folder, or a path through a file, holds no such file either.
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
      throw error
    }
  },
  writeFile: (path, bytes) => writeFile(path, bytes),
  color: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
})
