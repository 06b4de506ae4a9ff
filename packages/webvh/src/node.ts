// @dpp/webvh/node: a `fetch` for servers that resolve DIDs which strangers name. Needs undici.
export { createGuardedFetch, type GuardedFetchOptions } from './node/guarded-fetch.ts'
export { isPublicAddress } from './node/public-address.ts'
