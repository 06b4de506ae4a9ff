// `npm run api`: writes the public API reports again, after a change of the public interface that is meant.
import { rmSync } from 'node:fs'
import { reportFolder, writeReports } from './api-report.ts'

rmSync(reportFolder, { recursive: true, force: true })
const reports = writeReports(reportFolder)
process.stdout.write(
  `${reports.length} reports in release/api. Commit them with the change, and add a changeset (npm run -s changeset).\n`,
)
