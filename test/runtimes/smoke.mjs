// What each runtime must do with the packed packages, in plain JavaScript; `smoke` throws on the first wrong answer and returns
// the number of checks and the verdicts. Other packages join by a function of their own here and a row in run.ts.
import * as core from '@dpp/core'
import { smokeVerifier } from './smoke-verifier.mjs'

export async function smoke({ ed25519, evidence }) {
  const checks = await smokeCore(ed25519)
  const more = await smokeVerifier(evidence)
  return `${checks.length + more.checks.length} checks verdicts ${more.verdicts}`
}

async function smokeCore(ed25519) {
  const checks = []
  const check = (name, holds) => {
    if (!holds) throw new Error(`wrong: ${name}`)
    checks.push(name)
  }
  for (const backend of core.ed25519Backends()) {
    for (const [i, one] of ed25519.entries()) {
      const [publicKey, message, signature] = [one.publicKey, one.message, one.signature].map(
        core.fromHex,
      )
      check(
        `${backend} ${i}`,
        core.verifyEd25519(publicKey, message, signature, { backend }) === one.valid,
      )
    }
  }
  const signer = core.createLocalSigner(core.generateSeed())
  const subject = core.manufactureEvent({
    items: [core.digitalLink({ gtin: '09521234500018', serial: 'W26-000001' })],
    products: ['did:webvh:QmNSSk:dpp.windowco.example'],
    eventTime: new Date(),
    timeZoneOffset: '+01:00',
  })
  const issuer = { id: core.encodeDidKey(signer.publicKey) }
  const event = await core.signEvent(
    core.createEvent({ issuer, subject, validFrom: new Date() }),
    signer,
  )
  const parsed = core.parseEvent(core.encodeUtf8(JSON.stringify(event)))
  check('event', core.verifyEvent(parsed, signer.publicKey, { now: new Date() }).verified)
  const many = Array.from({ length: 200 }, () => ({ event: parsed, publicKey: signer.publicKey }))
  check(
    'many events',
    (await core.verifyEvents(many)).every(({ verified }) => verified),
  )
  const other = { ...event, validFrom: '2020-01-01T00:00:00Z' }
  check('changed event', !core.verifyEvent(core.parseEvent(other), signer.publicKey).verified)
  check('sha256', core.toHex(core.sha256('abc')).startsWith('ba7816bf'))
  check('canonicalize', core.canonicalize({ b: [1e30, -0], a: 'é' }) === '{"a":"é","b":[1e+30,0]}')
  return checks
}
