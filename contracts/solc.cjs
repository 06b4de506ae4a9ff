#!/usr/bin/env node
// What Forge takes for the solc program: npm solc behind the two calls that Forge makes (`--version`,
// `--standard-json`).
const { readFileSync, writeSync } = require('node:fs')
const solc = require('solc')

if (process.argv.includes('--version')) {
  writeSync(1, `solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`)
} else {
  const output = Buffer.from(solc.compile(readFileSync(0, 'utf8')))
  for (let written = 0; written < output.length; ) written += writeSync(1, output, written) // A pipe takes what it takes.
}
