// What a batch takes from the queue, on SQLite, and whose it is. A batch may hold 100,000 deliveries: here it goes a page at
// a time, and between two pages everybody else has a turn.
import { setImmediate } from 'node:timers/promises'
import { invariant } from '@dpp/core'
import type { Batch, BatchBook, ClaimedKey, ProductClaim } from './batch-port.ts'
import type { Database, Row } from './database.ts'
import { findBatch } from './sqlite-batch-reader.ts'
import { findProduct } from './sqlite-products.ts'
import type { Write } from './turns.ts'

type Claims = Pick<
  BatchBook,
  'claim' | 'claimedKeys' | 'refuseKey' | 'claimedProducts' | 'digests' | 'issuers'
>

type Claim = { readonly event: number; readonly scid: string; readonly isOfKey: boolean }

const PAGE = 500

/** The part of the batch book that claims and reads claims; `fenced` writes for the holder of the lease. */
export function createSqliteClaims(database: Database, fenced: Write): Claims {
  // Each page is a commit: a claim that ends in the middle leaves a batch of what it has, and the next one takes the rest.
  async function claim(limit: number, now: Date): Promise<Batch | undefined> {
    const opened = await fenced(() => openBatch(limit, now))
    if (opened === undefined) return undefined
    const { id, last, claimed } = opened
    await untilShort(Number.POSITIVE_INFINITY, (most) => fenced(() => claimEntries(id, most)))
    const events = eventsOf(id) // One event may have deliveries in two pages.
    await untilShort(limit - claimed, (most) =>
      fenced(() => {
        const rows = claimDeliveries(id, last, most)
        for (const { event } of rows) events.add(event)
        database.run('UPDATE batches SET events = ? WHERE id = ?', events.size, id)
        return rows.length
      }),
    )
    return findBatch(database, id)
  }

  // With its first page, so that no batch is ever empty; entries before deliveries, so that with a delivery it has every entry
  // that the product had when the event came.
  function openBatch(
    limit: number,
    now: Date,
  ): { readonly id: number; readonly last: number; readonly claimed: number } | undefined {
    // A log entry in no batch is a genesis, or an owner's entry that was adopted.
    const waits = database.get(`SELECT 1 WHERE EXISTS (SELECT 1 FROM entries WHERE batch IS NULL)
      OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending'
        AND (SELECT suspended FROM products WHERE products.scid = deliveries.scid) IS NULL)`)
    if (waits === undefined) return undefined
    const id = database.insert(
      "INSERT INTO batches (state, created_at) VALUES ('claimed', ?)",
      now.getTime(),
    )
    database.run("UPDATE deliveries SET batch = ? WHERE state = 'sealed' AND batch IS NULL", id)
    const last = lastPending()
    const isShort = claimEntries(id, PAGE) < PAGE
    const claimed = isShort ? claimDeliveries(id, last, Math.min(limit, PAGE)).length : 0
    database.run(
      'UPDATE batches SET events = (SELECT count(DISTINCT event) FROM deliveries WHERE batch = ?1) WHERE id = ?1',
      id,
    )
    return { id, last, claimed }
  }

  function eventsOf(id: number): Set<unknown> {
    const rows = database.all('SELECT DISTINCT event FROM deliveries WHERE batch = ?', id)
    return new Set(rows.map(({ event }) => event))
  }

  function claimEntries(id: number, most: number): number {
    return database.run(
      'UPDATE entries SET batch = ? WHERE rowid IN (SELECT rowid FROM entries WHERE batch IS NULL LIMIT ?)',
      id,
      most,
    )
  }

  // What arrives from now on is for the next batch: under load a claim would never end otherwise.
  function lastPending(): number {
    const row = database.get("SELECT max(event) AS last FROM deliveries WHERE state = 'pending'")
    return Number(row?.['last'])
  }

  function claimDeliveries(id: number, last: number, most: number): readonly Row[] {
    return database.all(
      `UPDATE deliveries SET state = 'claimed', batch = ? WHERE (event, scid) IN (
         SELECT event, scid FROM deliveries WHERE state = 'pending' AND event <= ?
           AND (SELECT suspended FROM products WHERE products.scid = deliveries.scid) IS NULL
         ORDER BY event LIMIT ?) RETURNING event`,
      id,
      last,
      most,
    )
  }

  // Who signed the batch's events that are in a state, and by which keys.
  async function keysOf(id: number, state: 'claimed' | 'sealed'): Promise<readonly ClaimedKey[]> {
    const keys = new Map<string, ClaimedKey>()
    for (let after = 0; ; await setImmediate()) {
      const rows = database.all(
        `SELECT max(event) AS last, issuer, verification_method, key FROM (
           SELECT DISTINCT event FROM deliveries
           WHERE batch = ? AND state = ? AND event > ? ORDER BY event LIMIT ?)
         JOIN events ON seq = event GROUP BY issuer, verification_method, key`,
        id,
        state,
        after,
        PAGE,
      )
      if (rows.length === 0) return [...keys.values()]
      for (const row of rows) {
        const key = {
          issuer: String(row['issuer']),
          verificationMethod: String(row['verification_method']),
          key: String(row['key']),
        }
        keys.set(JSON.stringify(key), key)
        after = Math.max(after, Number(row['last']))
      }
    }
  }

  // Looks at a page of claims after the other, whoever signed them, and writes when it has found a page of the key's. One that
  // ends in the middle is begun again: the key still has claims.
  async function refuseKey(id: number, key: ClaimedKey, reason: string): Promise<void> {
    let last: Claim = { event: 0, scid: '', isOfKey: false }
    let found: Claim[] = []
    await untilShort(Number.POSITIVE_INFINITY, async (size) => {
      const page = claimsAfter(id, last, key, size)
      last = page.at(-1) ?? last
      found.push(...page.filter(({ isOfKey }) => isOfKey))
      if (found.length >= PAGE || page.length < size) {
        const claims = found
        found = []
        await fenced(() => buryClaims(id, claims, reason))
      }
      return page.length
    })
  }

  function claimsAfter(id: number, last: Claim, key: ClaimedKey, most: number): readonly Claim[] {
    const rows = database.all(
      `SELECT event, scid, issuer = ? AND verification_method = ? AND key = ? AS is_of_key FROM (
         SELECT event, scid FROM deliveries INDEXED BY deliveries_in_order
         WHERE batch = ? AND state = 'claimed' AND (event, scid) > (?, ?) ORDER BY event, scid LIMIT ?)
       JOIN events ON seq = event ORDER BY event, scid`,
      key.issuer,
      key.verificationMethod,
      key.key,
      id,
      last.event,
      last.scid,
      most,
    )
    return rows.map((row) => ({
      event: Number(row['event']),
      scid: String(row['scid']),
      isOfKey: row['is_of_key'] === 1,
    }))
  }

  function buryClaims(id: number, claims: readonly Claim[], reason: string): void {
    for (const { event, scid } of claims) {
      database.run(
        `UPDATE deliveries SET state = 'dead', batch = NULL, reason = ?
         WHERE event = ? AND scid = ? AND batch = ? AND state = 'claimed'`,
        reason,
        event,
        scid,
        id,
      )
    }
  }

  // One product at a time, by a seek each: all of them at once would mean to look at every claim of the batch.
  function claimAfter(id: number, after: string, most: number): ProductClaim | undefined {
    const next = database.get(
      `SELECT scid FROM deliveries INDEXED BY deliveries_claimed
       WHERE batch = ? AND state = 'claimed' AND scid > ? ORDER BY scid LIMIT 1`,
      id,
      after,
    )
    if (next === undefined) return undefined
    const product = findProduct(database, String(next['scid']))
    invariant(product !== undefined, 'a delivery is claimed for a hosted product only')
    const digests = database.all(
      `SELECT digest FROM deliveries INDEXED BY deliveries_of_product JOIN events ON seq = event
       WHERE batch = ? AND state = 'claimed' AND scid = ? ORDER BY event LIMIT ?`,
      id,
      product.scid,
      most,
    )
    return { product, digests: digests.map(({ digest }) => String(digest)) }
  }

  return {
    claim,
    claimedKeys: (id) => keysOf(id, 'claimed'),
    refuseKey,
    claimedProducts: async (id, page) => {
      const claims: ProductClaim[] = []
      let digests = 0
      while (claims.length < page.products && digests < page.digests) {
        const claim = claimAfter(id, claims.at(-1)?.product.scid ?? '', page.perProduct)
        if (claim === undefined) break
        claims.push(claim)
        digests += claim.digests.length
      }
      return claims
    },
    // By arrival: the events of a batch lie close together, and no page sorts them all.
    digests: async (id, limit, after) =>
      database
        .all(
          `SELECT digest FROM (
             SELECT DISTINCT event FROM deliveries WHERE batch = ?1 AND state = 'sealed'
               AND event > ifnull((SELECT seq FROM events WHERE digest = ?2), 0)
             ORDER BY event LIMIT ?3)
           JOIN events ON seq = event ORDER BY event`,
          id,
          after ?? null,
          limit,
        )
        .map(({ digest }) => String(digest)),
    issuers: async (id) => [...new Set((await keysOf(id, 'sealed')).map(({ issuer }) => issuer))],
  }
}

/** Asks for page after page, `most` in all, until one is short. */
export async function untilShort(
  most: number,
  takePage: (size: number) => Promise<number>,
): Promise<void> {
  for (let left = most; left > 0; await setImmediate()) {
    const size = Math.min(PAGE, left)
    const taken = await takePage(size)
    if (taken < size) return
    left -= taken
  }
}
