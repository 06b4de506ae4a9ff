// The version of this package, for build info and traces.
import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version
