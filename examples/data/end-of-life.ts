// How a window ends: taken apart, its pane and frame recycled, and a word too many after that.
import { destroyEvent, disassembleEvent, recycleEvent, repairEvent } from '@dpp/core'
import { addDays, addWorkdays } from './calendar.ts'
import { recovered } from './facts.ts'
import type { Life } from './lifecycle.ts'
import { moment, type Step } from './steps.ts'

/** The last steps of the three products; the one after the end must be refused, since their logs are closed. */
export function endOfLife(life: Life): readonly Step[] {
  const { window, pane, frame } = life.trio
  const day = addDays(life.day, 160)
  const apart = moment(day, life.random)
  const after = (days: number) => moment(addWorkdays(day, days), life.random)
  const children = [pane.digitalLink, frame.digitalLink]
  return [
    {
      name: 'taken apart',
      by: 'recycleco',
      ...apart,
      products: [window, pane, frame],
      subject: ({ parts }) => disassembleEvent(parts(window, children)),
    },
    {
      name: 'pane recycled',
      by: 'recycleco',
      ...after(3),
      products: [pane],
      subject: (facts) =>
        recycleEvent({
          ...facts,
          extensions: recovered('glass cullet', life.model.pane.massKg),
        }),
    },
    {
      name: 'frame recycled',
      by: 'recycleco',
      ...after(4),
      products: [frame],
      subject: (facts) =>
        recycleEvent({
          ...facts,
          extensions: recovered(life.model.frame.material, life.model.frame.massKg),
        }),
    },
    {
      name: 'window gone',
      by: 'recycleco',
      ...after(5),
      products: [window],
      subject: (facts) => destroyEvent(facts),
    },
    {
      name: 'repaired after its end',
      by: 'installco',
      ...after(6),
      products: [window],
      fate: { kind: 'refused', code: 'ERR_DPP_PRODUCT_CLOSED' },
      subject: (facts) => repairEvent(facts),
    },
  ]
}
