// `node examples/scaling/main.ts`: prints the tables of docs/scaling.md.
import { formatPieces, formatScales } from './tables.ts'

process.stdout.write(`${formatPieces()}\n\n${formatScales()}\n`)
