import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig(
  packageBuild(['index'], ['main', 'cli', 'journal/event-writer-thread', 'ingest/verify-thread'], {
    platform: 'node',
  }),
)
