// Who reads the events whose content is not for everybody. A service knows its audiences by name, and their readers by a token.
import { createHmac } from 'node:crypto'
import { sha256, toHex } from '@dpp/core'
import type { OrganisationId } from './organisations.ts'

/** The audiences of the data set, and the organisations in each. */
export const audiences = {
  complaints: ['windowco', 'installco'],
} as const satisfies { readonly [name: string]: readonly OrganisationId[] }

export type AudienceName = keyof typeof audiences

/** The token with which an organisation reads what an audience is given, at the service that has this master secret. */
export function readerToken(
  masterSecret: string,
  audience: AudienceName,
  reader: OrganisationId,
): string {
  return createHmac('sha256', Buffer.from(masterSecret, 'hex'))
    .update(`reader/${audience}/${reader}`)
    .digest('hex')
}

/** All audiences as the service takes them, in `DPP_AUDIENCES`: each reader's token by its hash. */
export function audienceSetting(masterSecret: string): string {
  return Object.entries(audiences)
    .flatMap(([name, readers]) =>
      readers.map((reader) => {
        const token = readerToken(masterSecret, name as AudienceName, reader)
        return `${name}=${toHex(sha256(token))}`
      }),
    )
    .join(',')
}
