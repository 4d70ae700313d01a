// Addresses as text.

/** `host:port`, with an IPv6 address in brackets; `undefined` where there is none. */
export function address(host: string | undefined, port: number | undefined): string | undefined {
  if (host === undefined || port === undefined) return undefined;
  // Joined, it is one text; made by a template it would keep its parts.
  return [host.includes(":") ? `[${host}]` : host, port].join(":");
}
