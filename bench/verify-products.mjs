// The program that `bench -- verifier` runs on one core and on two: verifies the products of a job's file, on all that it may use.
import { readFileSync } from 'node:fs'
import { verifyProducts } from '@dpp/verifier/node'

/** @type {import('./verifier.bench.ts').ProductsJob} */
const { dids, ...data } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const setup = new URL('verify-folder.mjs', import.meta.url)
for await (const { did, status } of verifyProducts(dids, { setup, data })) {
  if (status !== 'anchored') throw new Error(`honest evidence of ${did} is ${status}`)
}
