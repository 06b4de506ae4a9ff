import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig(
  packageBuild(
    ['index', 'pack', 'proofs', 'de', 'element', 'node'],
    ['cli', 'node/verify-thread', 'cli/thread-options'],
  ),
)
