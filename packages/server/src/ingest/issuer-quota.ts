// How many new events an issuer may post in a day (UTC). What was accepted before a restart counts.
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from '../errors.ts'
import type { EventQueue } from '../journal/port.ts'

export type IssuerQuota = {
  /** Counts one event. @throws ERR_DPP_EVENT_QUOTA when the issuer has had its events of the day */
  take(issuer: string): Promise<void>
  /** Counts one less: the event was not stored after all. */
  giveBack(issuer: string): void
}

type Use = { readonly dayMs: number; used: number }

const DAY_MS = 86_400_000
const MAX_ISSUERS = 10_000

/** After which a quota is whole again. */
export function secondsLeftOfDay(now: Date): number {
  return Math.ceil((DAY_MS - (now.getTime() % DAY_MS)) / 1000)
}

/** Makes the quota of `perDay` events. 0: no limit. */
export function createIssuerQuota(queue: EventQueue, perDay: number, now: () => Date): IssuerQuota {
  const uses = new Map<string, Use>()
  const counting = new Map<string, Promise<Use>>()

  async function useOf(issuer: string): Promise<Use> {
    const dayMs = Math.floor(now().getTime() / DAY_MS) * DAY_MS
    const known = uses.get(issuer)
    if (known?.dayMs === dayMs) return known
    // Once for all events that ask at the same time: the journal looks at each event of the issuer.
    const count =
      counting.get(issuer) ?? countUse(issuer, dayMs).finally(() => counting.delete(issuer))
    counting.set(issuer, count)
    return await count
  }

  async function countUse(issuer: string, dayMs: number): Promise<Use> {
    const use = { dayMs, used: await queue.countSince(issuer, new Date(dayMs)) }
    uses.set(issuer, use)
    const [oldest] = uses.keys()
    if (uses.size > MAX_ISSUERS && oldest !== undefined) uses.delete(oldest)
    return use
  }

  return {
    take: async (issuer) => {
      if (perDay === 0) return
      const use = await useOf(issuer)
      if (use.used >= perDay) {
        throw new DppError<ServerErrorCode>(
          'ERR_DPP_EVENT_QUOTA',
          `the issuer has had its ${perDay} events of today (UTC)`,
        )
      }
      use.used += 1
    },
    giveBack: (issuer) => {
      const use = uses.get(issuer)
      if (use !== undefined && use.used > 0) use.used -= 1
    },
  }
}
