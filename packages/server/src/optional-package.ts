// Clients of clouds and HSMs are optional and large: only the one that the configuration names is loaded.
import { DppError } from '@dpp/core'
import type { ServerErrorCode } from './errors.ts'

/** Waits for `loading`, which imports `name`. @throws ERR_DPP_CONFIG_INVALID where that is not installed, or not whole */
export async function loadOptional<Module>(
  variable: string,
  name: string,
  loading: Promise<Module>,
): Promise<Module> {
  try {
    return await loading
  } catch (error) {
    const { code } = error as { readonly code?: string }
    if (code === 'ERR_MODULE_NOT_FOUND') {
      throw invalid(`${variable} needs the package ${name}: install it beside @dpp/server`)
    }
    if (code !== 'MODULE_NOT_FOUND') throw error
    throw invalid(
      `${variable} needs the package ${name}, which is installed without its native part: allow its build script and install it again where Python, make and a C++ compiler are`,
    )
  }
}

function invalid(message: string): DppError<ServerErrorCode> {
  return new DppError('ERR_DPP_CONFIG_INVALID', message)
}
