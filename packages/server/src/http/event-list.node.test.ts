import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../../test/code-of.ts'
import { eventList } from './event-list.ts'

function listOf(text: string): readonly string[] | undefined {
  return eventList(Buffer.from(text))?.map((bytes) => Buffer.from(bytes).toString())
}

describe('a list of events', () => {
  it('is cut into what a parser of the whole would give, whatever stands in it', () => {
    const values = fc.array(fc.jsonValue(), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(values, fc.constantFrom(0, 1, '\t', '  '), (events, indent) => {
        const parts = listOf(JSON.stringify({ events }, null, indent))
        expect(parts?.map((part) => JSON.parse(part))).toEqual(
          JSON.parse(JSON.stringify(events)), // −0 is 0 in JSON.
        )
      }),
      { numRuns: 300 },
    )
  })

  it('loses the blanks around its elements', () => {
    expect(listOf(' {"events" : [ {"a" : 1} ,\n2\t, "x]}" ] } \r\n')).toEqual([
      '{"a" : 1}',
      '2',
      '"x]}"',
    ])
  })

  it('is not cut at what stands in a string', () => {
    const events = [String.raw`"\"]},{["`, String.raw`{"a":"\\"}`, String.raw`"\\\""`]
    expect(listOf(`{"events":[${events.join(',')}]}`)).toEqual(events)
  })

  it('leaves what is wrong in an element to whoever parses it', () => {
    expect(listOf('{"events":[{"a":1},{"a":},nul]}')).toEqual(['{"a":1}', '{"a":}', 'nul'])
    expect(listOf('{"events":[{]}]}')).toEqual(['{]}'])
  })

  it('is told apart from one event', () => {
    for (const text of ['{}', '{"event":[1]}', '[1]', '', '{"a":1,"events":[1]}', '5']) {
      expect(listOf(text)).toBeUndefined()
    }
  })

  it('is refused with the reason', () => {
    const faults = {
      ERR_DPP_HTTP_SCHEMA: [
        '{"events":[]}',
        '{"events":[1],"more":1}',
        '{"events":{"a":1}}',
        `{"events":[${'1,'.repeat(1000)}1]}`,
        `{"events":[${'1,'.repeat(200_000)}`, // Not read to its end, which is none.
      ],
      ERR_DPP_JSON_DUPLICATE: ['{"events":[1],"events":[2]}'],
      ERR_DPP_JSON_SYNTAX: [
        '{"events":[1,]}',
        '{"events":[,1]}',
        '{"events":[1}',
        '{"events":[1]',
        '{"events":[1]}}',
        '{"events":["]}',
        '{"events":["a\\',
        '{"events":[{]}',
        '{"events":',
        '{"events"',
      ],
    }
    for (const [code, texts] of Object.entries(faults)) {
      for (const text of texts) expect([text, codeOf(() => listOf(text))]).toEqual([text, code])
    }
  })
})
