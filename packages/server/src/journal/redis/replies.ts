// What scripts answer, as typed values.
import { invariant } from '@dpp/core'

export function parseList(reply: unknown): unknown[] {
  invariant(Array.isArray(reply), 'the script answers with a list')
  return reply
}

export function parseRows(reply: unknown): (readonly unknown[])[] {
  return parseList(reply).map(parseList)
}

export function textOf(value: unknown): string {
  invariant(typeof value === 'string', 'the script answers with text')
  return value
}

/** Whether an optional field of a record has a value. */
export function isGiven(text: unknown): text is string {
  return typeof text === 'string' && text !== ''
}

/** Names and values, one after the other, as an object. */
export function parseFields(reply: unknown): { readonly [name: string]: string } {
  const fields = parseList(reply).map(textOf)
  return Object.fromEntries(
    Array.from({ length: fields.length / 2 }, (_, i) => [fields[2 * i], fields[2 * i + 1]]),
  )
}

/** The items of pages of at most `size`, each page beginning after the last item of the one before. */
export async function* eachItem(
  page: (after: string) => Promise<unknown>,
  size: number,
): AsyncGenerator<string> {
  let after = ''
  for (;;) {
    const items = parseList(await page(after)).map(textOf)
    yield* items
    after = items.at(-1) ?? ''
    if (items.length < size) return
  }
}
