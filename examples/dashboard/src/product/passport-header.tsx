// The passport's header, by the names of EN 18223 (table 1), with where each value comes from.
import { isJsonObject, type JsonObject } from '@dpp/core'
import type { ReactNode } from 'react'
import { CopyButton } from '../copy-button.tsx'
import type { VerifyResult } from '../verify-messages.ts'
import { formatWhen } from '../words.ts'

type Origin = 'log' | 'event' | 'passport' | 'none'

type Row = { readonly name: string; readonly value: string; readonly origin: Origin }

const origins: Readonly<Record<Origin, string>> = {
  log: 'from the checked log',
  event: 'from a signed event',
  passport: 'from the passport file, which no check covers',
  none: 'not stated',
}

/** The header's values. What the checked log says outranks what the passport file says. */
export function passportHeader({ verdict, contents, passport }: VerifyResult): Row[] {
  const { product } = verdict
  const stated = (name: string): Row => {
    const value = passport?.[name]
    const text = Array.isArray(value) ? value.map(String).join(', ') : value
    return typeof text === 'string' || typeof text === 'number'
      ? { name, value: String(text), origin: 'passport' }
      : { name, value: '–', origin: 'none' }
  }
  const logged = (name: string, value: string | undefined): Row =>
    value === undefined || value === '' ? stated(name) : { name, value, origin: 'log' }
  const item = product?.alsoKnownAs[0]
  const facility = facilityOf([...contents.values()])
  return [
    logged('digitalProductPassportId', verdict.did),
    logged('uniqueProductIdentifier', item),
    logged('granularity', item === undefined ? undefined : granularityOf(item)),
    stated('dppSchemaVersion'),
    logged('dppStatus', product?.deactivated === true ? 'inactive' : undefined),
    logged('lastUpdated', product === null ? undefined : formatWhen(product.versionTime)),
    logged('economicOperatorId', product?.controller.join(', ')),
    facility === undefined
      ? stated('facilityId')
      : { name: 'facilityId', value: facility, origin: 'event' },
    stated('contentSpecificationIds'),
  ]
}

function granularityOf(item: string): string {
  if (item.includes('/21/')) return 'item'
  return item.includes('/10/') ? 'batch' : 'model'
}

// Where the product was made, as its maker signed.
function facilityOf(contents: readonly JsonObject[]): string | undefined {
  for (const { credentialSubject } of contents) {
    if (!isJsonObject(credentialSubject)) continue
    const { bizStep, readPoint } = credentialSubject
    if (bizStep !== 'commissioning' || !isJsonObject(readPoint)) continue
    return typeof readPoint['id'] === 'string' ? readPoint['id'] : undefined
  }
  return undefined
}

export function PassportHeader({ result }: { readonly result: VerifyResult }): ReactNode {
  return (
    <section className="card" aria-labelledby="passport-title">
      <h2 id="passport-title">Passport</h2>
      <dl className="passport">
        {passportHeader(result).map(({ name, value, origin }) => (
          <div key={name} data-origin={origin}>
            <dt>{name}</dt>
            <dd>
              <span className="passport-value">{value}</span>
              {value.length > 40 ? <CopyButton text={value} what={name} /> : null}
              <span className="origin">{origins[origin]}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
