// What does not go by the book. Of each fifty windows nine have an odd case, and the first ten windows have them all: so a
// small data set shows everything that a large one does.
import { declareError, inspectEvent, repairEvent, replaceEvent } from '@dpp/core'
import { addDays, addWorkdays, at } from './calendar.ts'
import { endOfLife } from './end-of-life.ts'
import { measured, note } from './facts.ts'
import { demoItem } from './gs1-keys.ts'
import { type Life, regularSteps } from './lifecycle.ts'
import { moment, type Step } from './steps.ts'

export const oddCases = [
  'late',
  'corrected',
  'third-party',
  'restricted',
  'stolen-key',
  'moved-issuer',
  'recycled',
  'repaired',
  'replaced',
] as const

export type OddCase = (typeof oddCases)[number]

const PERIOD = 50

/** The odd case of the window with this number, if it has one. */
export function oddCaseOf(window: number): OddCase | undefined {
  return oddCases[(window % PERIOD) - 1]
}

/** Everything that happens to a window, odd or not, in the order in which it is signed. */
export function stepsOf(life: Life, oddCase: OddCase | undefined): readonly Step[] {
  const regular = regularSteps(life)
  const all = oddCase === undefined ? regular : changes[oddCase](life, regular)
  return [...all].sort((a, b) => a.signed.getTime() - b.signed.getTime())
}

type Change = (life: Life, regular: readonly Step[]) => readonly Step[]

const changes: Readonly<Record<OddCase, Change>> = {
  // Written down three months after it happened. Both times are shown; the anchor proves neither.
  late: (_, regular) =>
    regular.map((step) =>
      step.name === 'installed' ? { ...step, signed: addDays(step.signed, 91) } : step,
    ),

  // A wrong value, the declaration that it was wrong, and the right one. Nothing is taken back; the first is marked.
  corrected: ({ trio: { window }, day, random }, regular) => {
    const about = { by: 'windowco', products: [window] } as const
    const slip = moment(addWorkdays(day, 2), random)
    return [
      ...regular,
      {
        ...about,
        name: 'water test',
        ...slip,
        subject: (facts) => waterTest(facts, '9B'),
      },
      {
        ...about,
        name: 'water test repeated',
        happened: slip.happened,
        signed: addDays(slip.signed, 7),
        corrects: 'water test',
        subject: (facts) => ({
          ...waterTest(facts, '9A'),
          ...(facts.corrected === undefined ? {} : { 'dpp:corrects': facts.corrected.digest }),
        }),
      },
      {
        ...about,
        name: 'water test declared wrong',
        happened: slip.happened,
        signed: addDays(slip.signed, 7.01),
        corrects: 'water test',
        subject: ({ corrected }) => {
          if (corrected === undefined) throw new Error('nothing to correct')
          return declareError(corrected.subject, {
            corrects: corrected.digest,
            declarationTime: addDays(slip.signed, 7),
            reason: 'incorrect_data',
          })
        },
      },
    ]
  },

  // The operator takes its word; a verifier whose policy does not list it shows a third party's claim.
  'third-party': (life, regular) => [
    ...regular,
    {
      name: 'energy audit',
      by: 'testlab',
      ...moment(addDays(life.day, 60), life.random),
      products: [life.trio.window],
      subject: (facts) => {
        const { uw } = life.model.window
        const extensions = measured('thermal transmittance', uw, 'EN ISO 12567-1:2010')
        return inspectEvent({ ...facts, conformant: true, extensions })
      },
    },
  ],

  // The outcome of a complaint: the parties read it, everybody else sees its digest.
  restricted: (life, regular) => [
    ...regular,
    {
      name: 'complaint examined',
      by: 'windowco',
      ...moment(addDays(life.day, 70), life.random),
      products: [life.trio.window],
      fate: { kind: 'restricted', audience: 'complaints' },
      subject: (facts) =>
        inspectEvent({
          ...facts,
          conformant: false,
          extensions: note('condensation in the edge seal'),
        }),
    },
  ],

  // A thief has GlassCo's first key, which GlassCo has removed since: dated back, and refused.
  'stolen-key': (life, regular) => [
    ...regular,
    {
      name: 'forged inspection',
      by: 'glassco',
      happened: addDays(at(life.day, 8, 0), -10),
      signed: addDays(at(life.day, 8, 5), -10),
      products: [life.trio.pane],
      keyNumber: 1,
      fate: { kind: 'refused', code: 'ERR_DPP_EVENT_KEY_UNKNOWN' },
      subject: (facts) =>
        inspectEvent({
          ...facts,
          conformant: true,
          extensions: measured('gas concentration', '0.99', 'EN 1279-3:2018'),
        }),
    },
  ],

  // FrameCo's DID has moved to another host by now: the same SCID, so the same controller.
  'moved-issuer': (life, regular) => [
    ...regular,
    {
      name: 'surface inspected',
      by: 'frameco',
      ...moment(addDays(life.day, 150), life.random),
      products: [life.trio.frame],
      subject: (facts) =>
        inspectEvent({
          ...facts,
          conformant: true,
          extensions: measured('coating thickness in micrometres', '128', 'EN ISO 2808:2019'),
        }),
    },
  ],

  // All three come to their end, and their owners close the logs: what is said about them later is refused.
  recycled: (life, regular) => [...regular, ...endOfLife(life)],

  repaired: (life, regular) => [
    ...regular,
    {
      name: 'hinge repaired',
      by: 'installco',
      ...moment(addDays(life.day, 95), life.random),
      products: [life.trio.window],
      subject: (facts) => repairEvent({ ...facts, extensions: note('lower hinge adjusted') }),
    },
  ],

  // The fittings have serial numbers, but no passport of their own.
  replaced: (life, regular) => {
    const { window, frame } = life.trio
    return [
      ...regular,
      {
        name: 'fittings replaced',
        by: 'installco',
        ...moment(addDays(life.day, 100), life.random),
        products: [window],
        subject: ({ parts }) =>
          replaceEvent({
            ...parts(window, [demoItem(50_401, 'H', 2 * frame.window + 2)]),
            replaced: [demoItem(50_401, 'H', 2 * frame.window + 1)],
          }),
      },
    ]
  },
}

function waterTest(facts: Parameters<Step['subject']>[0], waterClass: string) {
  const extensions = measured('water tightness class', waterClass, 'EN 12208:1999')
  return inspectEvent({ ...facts, conformant: true, extensions })
}
