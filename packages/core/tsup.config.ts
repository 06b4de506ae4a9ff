import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig(
  packageBuild(['index'], ['signature/backend.node', 'signature/backend.portable'], {
    external: ['#backend', /^node:/],
  }),
)
