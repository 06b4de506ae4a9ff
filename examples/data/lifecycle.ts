// The regular life of a window: thirteen steps from the making of its pane and frame to its place in a wall.
import {
  assembleEvent,
  inspectEvent,
  installEvent,
  locationLink,
  manufactureEvent,
  receiveEvent,
  shipEvent,
} from '@dpp/core'
import { addWorkdays } from './calendar.ts'
import { frameMasterData, measured, paneMasterData, windowMasterData } from './facts.ts'
import type { OrganisationId } from './organisations.ts'
import type { Product } from './products.ts'
import type { Random } from './random.ts'
import { glnOf, moment, type Step, sites, type Trio } from './steps.ts'
import type { WindowModel } from './window-model.ts'

export type Life = {
  readonly trio: Trio
  readonly model: WindowModel
  /** The day on which the window is put together; everything else is counted from it. */
  readonly day: Date
  readonly random: Random
}

export function regularSteps(life: Life): readonly Step[] {
  const { trio, model, day, random } = life
  const { window, pane, frame } = trio
  const on = (days: number) => moment(addWorkdays(day, days), random)
  const assembly = moment(day, random)
  return [
    {
      name: 'frame made',
      by: 'frameco',
      ...on(-14),
      products: [frame],
      subject: (facts) => manufactureEvent({ ...facts, extensions: frameMasterData(model) }),
    },
    {
      name: 'pane made',
      by: 'glassco',
      ...on(-12),
      products: [pane],
      subject: (facts) => manufactureEvent({ ...facts, extensions: paneMasterData(model) }),
    },
    {
      name: 'pane inspected',
      by: 'glassco',
      ...on(-11),
      products: [pane],
      subject: (facts) => {
        const fill = `0.${random.integer(90, 96)}` // EN 1279-3: 90 % is what Ug was computed for.
        const extensions = measured('gas concentration', fill, 'EN 1279-3:2018')
        return inspectEvent({ ...facts, conformant: true, extensions })
      },
    },
    ...delivery('frame', frame, 'frameco', 'windowco', { left: on(-8), arrived: on(-6) }),
    ...delivery('pane', pane, 'glassco', 'windowco', { left: on(-5), arrived: on(-3) }),
    {
      name: 'window made',
      by: 'windowco',
      happened: new Date(assembly.happened.getTime() - 3_600_000),
      signed: new Date(assembly.happened.getTime() - 3_540_000),
      products: [window],
      subject: (facts) => manufactureEvent({ ...facts, extensions: windowMasterData(model) }),
    },
    {
      name: 'assembled',
      by: 'windowco',
      ...assembly,
      products: [window, pane, frame],
      subject: ({ parts }) => assembleEvent(parts(window, [pane.digitalLink, frame.digitalLink])),
    },
    {
      name: 'window inspected',
      by: 'windowco',
      ...on(1),
      products: [window],
      subject: (facts) =>
        inspectEvent({
          ...facts,
          conformant: true,
          extensions: measured('air permeability class', '4', 'EN 12207:2016'),
        }),
    },
    ...delivery('window', window, 'windowco', 'installco', { left: on(6), arrived: on(8) }),
    {
      name: 'installed',
      by: 'installco',
      ...on(random.integer(12, 20)),
      products: [window],
      subject: (facts) => installEvent({ ...facts, bizLocation: locationLink(sites.buildingSite) }),
    },
  ]
}

type Moment = Pick<Step, 'happened' | 'signed'>

function delivery(
  what: string,
  product: Product,
  from: OrganisationId,
  to: OrganisationId,
  when: { readonly left: Moment; readonly arrived: Moment },
): readonly Step[] {
  const parties = { from: locationLink(glnOf(from)), to: locationLink(glnOf(to)) }
  return [
    {
      name: `${what} shipped`,
      by: from,
      ...when.left,
      products: [product],
      subject: (facts) => shipEvent({ ...facts, ...parties }),
    },
    {
      name: `${what} received`,
      by: to,
      ...when.arrived,
      products: [product],
      subject: (facts) => receiveEvent({ ...facts, ...parties }),
    },
  ]
}
