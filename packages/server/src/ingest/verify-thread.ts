// The program of a verifying thread: checks that lie one after the other in one buffer, answered by one byte each.
import { parentPort } from 'node:worker_threads'
import { verifyEd25519 } from '@dpp/core'
import { CHECK_BYTES } from './verify-checks.ts'

parentPort?.on('message', (checks: Uint8Array) => {
  const valid = new Uint8Array(checks.length / CHECK_BYTES)
  for (let i = 0; i < valid.length; i++) {
    const check = checks.subarray(i * CHECK_BYTES, (i + 1) * CHECK_BYTES)
    const [publicKey, message, signature] = [
      check.subarray(0, 32),
      check.subarray(32, 96),
      check.subarray(96),
    ]
    valid[i] = verifyEd25519(publicKey, message, signature) ? 1 : 0
  }
  parentPort?.postMessage(valid)
})
