/** Pages that may connect besides the gateway's own: a list of origins, or anybody's. */
export type AllowedOrigins = readonly string[] | '*';

/**
 * Whether a request may connect, judged by its `Origin` header: none (not a browser's page) or the request's own host always may; others
 * only when listed (compared as URL origins) or with `'*'`. The opaque origin `null` only with `'*'`.
 */
export function isOriginAllowed(headers: { readonly origin?: string | undefined; readonly host?: string | undefined }, allowed: AllowedOrigins): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowed === '*') return true;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  // Pages come over http(s): `ws://` and `ftp://` have hosts as well, and no page.
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.origin !== origin.toLowerCase()) return false;
  if (host !== undefined && parsed.host === host.toLowerCase()) return true;
  return allowed.some((entry) => URL.canParse(entry) && new URL(entry).origin === parsed.origin);
}
