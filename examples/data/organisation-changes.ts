// What organisations change about themselves between two waves, in their own published logs: a key rotates, a DID moves. The
// entry is dated when it is published: a removal that is dated back would take the worth from what was signed before it.
import { decodeUtf8 } from '@dpp/core'
import { formatDid, type LogHead, nextVersionTime, parseDid, verifyLog } from '@dpp/webvh'
import type { DataSet, Manifest } from './data-set.ts'
import type { Keys } from './key-file.ts'
import { move, moveDid, type OrganisationId, rotateKey, rotation } from './organisations.ts'
import { openSites, publishSiteLog, siteKey } from './sites.ts'

/** Publishes what changes after this wave. Says what it did; undefined where nothing changes. Safe to repeat. */
export async function changeOrganisations(
  dataSet: DataSet,
  manifest: Manifest,
  keys: Keys,
  afterWave: number,
  now: Date,
): Promise<string | undefined> {
  if (afterWave === rotation.afterWave) {
    const id = rotation.organisation
    await grow(dataSet, manifest, id, [], now, (head, time) => rotateKey(keys, id, head, time))
    return `${id} rotates its signing key`
  }
  if (afterWave === move.afterWave) {
    const id = move.organisation
    const moved = formatDid({ ...parseDid(manifest.organisations[id]), domain: move.to })
    // The place that the DID had before goes on serving the log: redirects are not followed.
    await grow(dataSet, manifest, id, [moved], now, (head, time) =>
      moveDid(keys, id, head, move.to, time),
    )
    return `${id} moves its DID to ${move.to}`
  }
  return undefined
}

type Append = (head: LogHead, versionTime: Date) => Promise<string>

async function grow(
  dataSet: DataSet,
  { organisations }: Manifest,
  id: OrganisationId,
  furtherPlaces: readonly string[],
  now: Date,
  append: Append,
): Promise<void> {
  const did = organisations[id]
  const published = await openSites(dataSet).read(siteKey(did))
  const { head, error } = verifyLog(published?.body ?? '', { did, now })
  if (published === undefined || head === undefined || error !== undefined)
    throw new Error(`the log of ${id} is ${error?.message ?? 'missing'}`)
  const log = decodeUtf8(published.body)
  // Each organisation changes once: a second entry is this change, made before a restart.
  const grown =
    head.versionNumber > 1 ? log : log + (await append(head, nextVersionTime(head, now)))
  for (const place of [did, ...furtherPlaces]) await publishSiteLog(dataSet, place, grown)
}
