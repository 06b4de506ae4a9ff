// The conformance runner: JSON requests on standard input, one a line; JSON answers on standard output, in order.
import { createInterface } from 'node:readline'
import { answerLine } from './answer.ts'

for await (const line of createInterface({
  input: process.stdin,
  crlfDelay: Number.POSITIVE_INFINITY,
})) {
  if (line.trim() === '') continue
  const isFlushed = process.stdout.write(`${await answerLine(line)}\n`)
  // A reader that is slower than we are must not make us hold all answers.
  if (!isFlushed) await new Promise((resolve) => process.stdout.once('drain', resolve))
}
