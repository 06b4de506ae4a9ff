// The commands by which a person repeats the check without this page.
import type { Verdict } from '@dpp/verifier'
import { didToUrl, mapOrigin, parseDid } from '@dpp/webvh'
import type { DashboardConfig } from '../config.ts'

export type Command = { readonly title: string; readonly about: string; readonly text: string }

export const policyFile = 'policy.json'

/** Commands for one product; none where its DID is not one. */
export function commandsFor(verdict: Verdict, config: DashboardConfig): Command[] {
  const { did, product, anchor } = verdict
  if (product === null) return []
  const chain = config.chains.find(({ id }) => id === anchor?.chain) ?? config.chains[0]
  const rpc = chain?.rpcUrls[0] ?? 'https://your-own-node.example'
  const hosts = Object.entries(config.origins)
    .filter(([host, base]) => base !== `https://${host}`)
    .map(([host, base]) => ` \\\n  --resolve ${quote(`${host}=${base}`)}`)
  const logUrl = mapOrigin(didToUrl(parseDid(did)), config.origins)
  const folder = logUrl.slice(0, logUrl.lastIndexOf('/'))
  const [event] = verdict.events.filter(({ disclosed }) => disclosed)
  return [
    {
      title: 'The whole check',
      about: 'With the same library, on your machine, against a node that you choose.',
      text: `npx -p @dpp/verifier dpp-verify ${quote(did)} \\\n  --rpc ${quote(rpc)} --policy ${policyFile}${hosts.join('')}`,
    },
    {
      title: 'The evidence',
      about: 'Plain files: the log, the Merkle proofs, an event.',
      text: [
        `curl -s ${quote(logUrl)}`,
        `curl -s ${quote(`${folder}/witness.json`)}`,
        ...(event === undefined
          ? []
          : [
              `curl -s ${quote(`${folder.slice(0, folder.lastIndexOf('/'))}/events/${event.digest}.json`)} | sha256sum`,
            ]),
      ].join('\n'),
    },
    ...(anchor === null
      ? []
      : [
          {
            title: 'The anchor',
            about: 'Ask any node of the chain which root the registry holds.',
            text: `cast call ${quote(anchor.registry)} 'roots(uint256)(bytes32)' ${quote(anchor.batchId)} --rpc-url ${quote(rpc)}\n# ${anchor.root}`,
          },
        ]),
  ]
}

// Everything here passed a strict parser, and yet: a shell never gets a word that is not quoted.
function quote(word: string): string {
  return /^[\w./:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
