// @dpp/webvh/node: a `fetch` for servers that resolve DIDs which strangers name. Needs undici: 8, or 7 on Node below 22.19.
export { createGuardedFetch, type GuardedFetchOptions } from './node/guarded-fetch.ts'
export { isPublicAddress } from './node/public-address.ts'
