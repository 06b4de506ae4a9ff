// Origins: where the files of a host really lie, for demonstrations, tests and mirrors.

/** Host (with `:port` where the DID has one) → base URL, such as `http://127.0.0.1:8080`. */
export type Origins = { readonly [host: string]: string }

/**
 * The URL to fetch instead of `url`: the base of its host, with the URL's path and query appended.
 *
 * A URL whose host is not listed is returned as it is. Only the caller's own configuration may decide this: a base
 * may be plain HTTP or a private address.
 */
export function mapOrigin(url: string, origins: Origins | undefined): string {
  const [, host = '', rest = ''] = /^https:\/\/([^/?#]+)(.*)$/s.exec(url) ?? []
  if (origins === undefined || !Object.hasOwn(origins, host)) return url
  return `${String(origins[host]).replace(/\/+$/, '')}${rest}`
}
