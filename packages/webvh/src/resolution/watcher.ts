// A client of did:webvh watchers (the published watcher OpenAPI, version 1.0.0).
import type { JsonObject } from '@dpp/core'
import { type FetchedFile, type FetchOptions, request } from './fetch-file.ts'

/** A watcher, and how to reach it. */
export type WatcherOptions = FetchOptions & {
  /** The URL from the log's `watchers`. */
  readonly watcher: string
}

/**
 * The log that a watcher keeps for a SCID. It proves nothing by itself: verify it like any other.
 * @throws ERR_DPP_FETCH_… (NOT_FOUND for an unknown SCID)
 */
export async function fetchWatchedLog(scid: string, options: WatcherOptions): Promise<Uint8Array> {
  return (await get('/log', { scid }, options)).body
}

/** The `did-witness.json` that a watcher keeps for a SCID. @throws ERR_DPP_FETCH_… */
export async function fetchWatchedWitnessFile(
  scid: string,
  options: WatcherOptions,
): Promise<Uint8Array> {
  return (await get('/witness', { scid }, options)).body
}

/** A resource that a watcher keeps for a SCID. @throws ERR_DPP_FETCH_… */
export function fetchWatchedResource(
  scid: string,
  path: string,
  options: WatcherOptions,
): Promise<FetchedFile> {
  return get('/resource', { scid, path }, options)
}

/** Tells a watcher that a DID has a new log entry. @throws ERR_DPP_FETCH_… */
export function notifyWatcher(did: string, options: WatcherOptions): Promise<void> {
  // By DID and not by SCID, so that the watcher learns of a move.
  return post('/log', { did }, undefined, options)
}

/** Tells a watcher that a resource is new or changed. @throws ERR_DPP_FETCH_… */
export function notifyWatcherOfResource(
  scid: string,
  path: string,
  proof: JsonObject,
  options: WatcherOptions,
): Promise<void> {
  return post('/resource', { scid, path }, proof, options)
}

/** Asks a watcher to drop a log; whether it does is its own affair. @throws ERR_DPP_FETCH_… */
export function requestLogDeletion(
  scid: string,
  proof: JsonObject,
  options: WatcherOptions,
): Promise<void> {
  return post('/log/delete', { scid }, proof, options)
}

/** Asks a watcher to drop a resource. @throws ERR_DPP_FETCH_… */
export function requestResourceDeletion(
  scid: string,
  path: string,
  proof: JsonObject,
  options: WatcherOptions,
): Promise<void> {
  return post('/resource/delete', { scid, path }, proof, options)
}

function get(path: string, query: Query, options: WatcherOptions): Promise<FetchedFile> {
  return request(watcherUrl(path, query, options), { method: 'GET', accepted: [200] }, options)
}

async function post(
  path: string,
  query: Query,
  body: JsonObject | undefined,
  options: WatcherOptions,
): Promise<void> {
  await request(
    watcherUrl(path, query, options),
    { method: 'POST', accepted: [200, 202], body },
    options,
  )
}

type Query = { readonly [name: string]: string }

function watcherUrl(path: string, query: Query, { watcher }: WatcherOptions): string {
  return `${watcher.replace(/\/+$/, '')}${path}?${new URLSearchParams(query)}`
}
