// Logs, trees and verdicts: what webvh, anchor and the verifier must do alike in each runtime.
import { entryLeafHash, formatHash } from '@dpp/anchor'
import { sha256, toHex } from '@dpp/core'
import {
  createMemoryReader,
  createMemorySource,
  parsePolicy,
  summarize,
  verifyEvent,
  verifyProduct,
} from '@dpp/verifier'
import { german } from '@dpp/verifier/de'
import { didToUrl, resolveLog, verifyLog } from '@dpp/webvh'

/** Judges every case of the fixture; the verdicts come back as one hash of their JSON. */
export async function smokeVerifier({ did, now, policy, chain, event, cases }) {
  const checks = []
  const check = (name, holds) => {
    if (!holds) throw new Error(`wrong: ${name}`)
    checks.push(name)
  }
  const optionsFor = (files) => ({
    policy: parsePolicy(policy),
    sources: [createMemorySource(files)],
    readers: [createMemoryReader(chain)],
    now: new Date(now),
  })
  const verdicts = {}
  for (const [name, files] of Object.entries(cases)) {
    verdicts[name] = await verifyProduct(did, optionsFor(files))
  }
  verdicts.event = await verifyEvent(event, optionsFor(cases.honest))
  check('honest', verdicts.honest.status === 'anchored')
  check('event', verdicts.event.status === 'anchored')
  check('pending', verdicts['without proofs'].status === 'pending')
  check('unknown', verdicts['without a log'].status === 'indeterminate')
  check('changed', verdicts['a changed log'].status === 'invalid')
  check('German', summarize(verdicts.honest, german).title === '✅ Verankert')

  const log = cases.honest[didToUrl(did)]
  const { versions } = verifyLog(log, { did, now: new Date(now) })
  check('log', versions.length === 3)
  const leaves = versions.map(({ entry }) => formatHash(entryLeafHash(entry)))
  const resolution = resolveLog(did, log, { now: new Date(now) })
  const all = JSON.stringify({ verdicts, leaves, resolution })
  return { checks, verdicts: toHex(sha256(all)) }
}
