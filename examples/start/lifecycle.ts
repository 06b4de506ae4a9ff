// What happens to the windows: manufacture, assembly, installation. Each event is signed by the organisation that acts.
import {
  assembleEvent,
  createEvent,
  installEvent,
  type JsonObject,
  locationLink,
  manufactureEvent,
  type SecuredEvent,
  signEvent,
} from '@dpp/core'
import type { Organisation } from './organisations.ts'
import { type Product, productsOf, type Window } from './windows.ts'

/** Panes, frames and windows are made, and each window is put together. */
export function manufactureAndAssemble(windows: readonly Window[]): Promise<SecuredEvent[]> {
  const made = productsOf(windows).map((product) =>
    sign(product.controller, manufactureEvent(about(product.controller, [product]))),
  )
  const assembled = windows.map(({ window, pane, frame }) =>
    sign(
      window.controller,
      assembleEvent({
        ...facts(window.controller, [window, pane, frame]),
        parent: window.digitalLink,
        children: [pane.digitalLink, frame.digitalLink],
      }),
    ),
  )
  return Promise.all([...made, ...assembled])
}

/** The windows are built in. */
export function install(
  windows: readonly Window[],
  installer: Organisation,
): Promise<SecuredEvent[]> {
  return Promise.all(
    windows.map(({ window }) => sign(installer, installEvent(about(installer, [window])))),
  )
}

function about(actor: Organisation, products: readonly Product[]) {
  return { ...facts(actor, products), items: products.map(({ digitalLink }) => digitalLink) }
}

function facts({ gln }: Organisation, products: readonly Product[]) {
  return {
    products: products.map(({ did }) => did),
    eventTime: new Date(),
    timeZoneOffset: '+01:00',
    readPoint: locationLink(gln),
  }
}

function sign({ did, name, signer }: Organisation, subject: JsonObject): Promise<SecuredEvent> {
  const event = createEvent({ issuer: { id: did, name }, subject, validFrom: new Date() })
  return signEvent(event, signer)
}
