import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig(
  packageBuild([
    'index',
    'pack',
    'proofs',
    'de',
    'element',
    'cli',
    'node',
    'node/verify-thread',
    'cli/thread-options',
  ]),
)
