// What the person in front of the terminal sees: numbered steps with their time, then tables.

export type Progress = {
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>
  readonly note: (text: string) => void
}

export function createProgress(write: (text: string) => void, now: () => number): Progress {
  let number = 0
  return {
    step: async (title, work) => {
      number += 1
      const started = now()
      write(`${String(number).padStart(2)}  ${title} …\n`)
      const result = await work()
      write(`    done in ${((now() - started) / 1000).toFixed(1)} s\n`)
      return result
    },
    note: (text) => write(`    ${text}\n`),
  }
}

/** Lines with columns padded to the widest cell; the first row is the heading. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? '')))) ?? []
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('   ')
      .trimEnd()
  const [heading = [], ...body] = rows
  return [
    line(heading),
    line(heading.map((cell) => '─'.repeat(width(cell)))),
    ...body.map(line),
  ].join('\n')
}

/** Columns that a terminal needs: the status signs are two wide. */
function width(text: string): number {
  return [...text].reduce((sum, sign) => sum + (/\p{Emoji_Presentation}|❔/u.test(sign) ? 2 : 1), 0)
}
