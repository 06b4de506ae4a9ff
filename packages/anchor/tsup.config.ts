import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig(
  packageBuild([
    'index',
    'ethereum/index',
    'evidence',
    'interop',
    'keys',
    'keys/aws-kms',
    'keys/azure-key-vault',
    'keys/pkcs11',
    'store/memory',
    'store/file',
    'store/http',
    'store/s3',
    'store/azure',
  ]),
)
