// Signed events over simulated months for the windows of a data set: see --help.
import {
  createCounter,
  parseCount,
  runCommand,
  sharedHelp,
  sharedOptions,
  write,
} from './data/command-line.ts'
import { openDataSet, requireManifest } from './data/data-set.ts'
import { chooseProtection } from './data/key-protection.ts'
import { simulateLifecycle } from './data/simulate.ts'

const help = `usage: simulate-lifecycle [options]

Signs what happens to each window: pane and frame are made, inspected, shipped and received, the window is made, assembled,
inspected, shipped, received and installed; some are repaired, get new fittings, or are recycled. Values are consistent:
U of the glass by EN 673, of the window by EN ISO 10077-1, masses by geometry. Nine of fifty windows have an odd case. What
a verifier must find out about each product is written down beside the events. Nothing is posted: see seed-storage.

The choices follow from the seed of generate-identities. A run that was stopped is continued by the same command.

  --count N                only the first N windows (default: all of the data set)
  --seed TEXT              refuse to go on if the data set was made from another seed
${sharedHelp}`

await runCommand(
  'simulate-lifecycle',
  { help, options: { ...sharedOptions, seed: { type: 'string' } } },
  async (options) => {
    const dataSet = openDataSet(options.data)
    const total = parseCount(options.count) ?? (await requireManifest(dataSet)).count
    const started = performance.now()
    const counter = createCounter('windows')
    const { events, perWave, restricted, refused } = await simulateLifecycle(dataSet, {
      count: total,
      seed: options.seed,
      protection: chooseProtection(
        { passphraseFile: options['passphrase-file'], plainKeys: options['plain-keys'] },
        process.env,
      ),
      now: new Date(),
      onProgress: (done) => counter(done, total),
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    write(
      `${events} signed events (${perWave.join(' + ')}), ${restricted} restricted, ${refused} to be refused, in ${seconds} s\n`,
    )
  },
)
