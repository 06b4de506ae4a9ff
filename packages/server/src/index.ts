// @dpp/server: the batching service as a library. The command is `dpp-server`.
export { type Config, formatConfig, parseConfig } from './config.ts'
export { createUpdateKeys, type UpdateKeys } from './custody/update-keys.ts'
export type { ServerErrorCode } from './errors.ts'
export { closeOnSignals, type RunningServer, startServer } from './main.ts'
export { openStore, type StoreConfig } from './store/open-store.ts'
export { parseStorePlace, type StorePlace } from './store/store-place.ts'
