// Identities of windows, panes and frames, and of the organisations that make and use them: see --help.
import {
  createCounter,
  parseCount,
  parseDay,
  runCommand,
  sharedHelp,
  sharedOptions,
  write,
} from './data/command-line.ts'
import { openDataSet } from './data/data-set.ts'
import { generateIdentities } from './data/generate.ts'
import { chooseProtection } from './data/key-protection.ts'
import { createServiceClient } from './data/service-client.ts'
import { serviceKeysFrom, serviceKeysFromSecret } from './data/service-keys.ts'

const help = `usage: generate-identities [options]

Makes key pairs, recovery keys and the first did.jsonl of windows, each with its pane and its frame, and of the six
organisations. The logs lie in FOLDER/files/.well-known/did/<SCID>/did.jsonl, the organisations' in FOLDER/sites/<host>,
the private keys in FOLDER/keys.json, encrypted (scrypt, AES-256-GCM). A run that was stopped is continued by the same
command; the same command again changes nothing.

  --count N                windows, each three DIDs (default: 1000)
  --seed TEXT              all keys and choices from TEXT, for a run that can be made again: whoever knows TEXT has the
                           keys (default: random, kept in the key file)
  --host HOST              public host of the product DIDs (default: dpp.windowco.example)
  --start DAY              first day of the simulated months (default: 2025-01-06)
  --service URL            commit to the keys of this running service (bearer token in SERVICE_TOKEN, if it wants one);
                           or set WITNESS_PRIVATE_KEY, the service's master secret in hex; without either, to the
                           keys of the service that seed-storage --local starts
${sharedHelp}`

await runCommand(
  'generate-identities',
  {
    help,
    options: {
      ...sharedOptions,
      seed: { type: 'string' },
      host: { type: 'string', default: 'dpp.windowco.example' },
      start: { type: 'string', default: '2025-01-06' },
      service: { type: 'string' },
    },
  },
  async (options) => {
    const count = parseCount(options.count) ?? 1000
    const started = performance.now()
    const counter = createCounter('windows')
    const { products, logBytes } = await generateIdentities(openDataSet(options.data), {
      count,
      seed: options.seed,
      host: options.host,
      start: parseDay(options.start),
      serviceKeys: serviceKeys(options.service),
      protection: chooseProtection(
        { passphraseFile: options['passphrase-file'], plainKeys: options['plain-keys'] },
        process.env,
      ),
      onProgress: (done) => counter(done, count),
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    write(
      `${products} product DIDs, no two SCIDs alike, logs of ${logBytes} bytes, in ${seconds} s\n`,
    )
    if (options.seed !== undefined)
      write('NOTICE: keys from --seed are worth nothing: whoever knows the text has them\n')
    if (options['plain-keys']) write('NOTICE: the private keys are not encrypted\n')
  },
)

function serviceKeys(url: string | undefined) {
  if (url !== undefined)
    return serviceKeysFrom(createServiceClient(url, process.env['SERVICE_TOKEN']))
  const secret = process.env['WITNESS_PRIVATE_KEY']
  return secret === undefined || secret === '' ? undefined : serviceKeysFromSecret(secret)
}
