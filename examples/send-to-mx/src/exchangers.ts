// Which hosts take mail for a domain, in the order in which they are to be tried. RFC 5321 section 5.1, RFC 7505 (null MX).

/** What is asked of the DNS: `node:dns/promises`, one of its resolvers, or something like them. */
export interface Dns {
  resolveMx(domain: string): Promise<readonly { readonly exchange: string; readonly priority: number }[]>;
  resolve4(host: string): Promise<readonly string[]>;
  resolve6(host: string): Promise<readonly string[]>;
}

/** The domain takes no mail, or has no host that could: trying again would not help. */
export class NoMailError extends Error {
  override readonly name = "NoMailError";
}

/** The hosts, most preferred first, equally preferred ones in random order; the domain itself where it names none. */
export async function exchangersOf(domain: string, dns: Dns): Promise<readonly string[]> {
  if (domain.startsWith("[")) return [domain];
  const records = await found(dns.resolveMx(domain));
  if (records.length === 0) return [domain];
  // RFC 7505 section 3: one record, the name of which is the root.
  const named = records.filter(({ exchange }) => exchange !== "" && exchange !== ".");
  if (named.length === 0) throw new NoMailError(`${domain} takes no mail (null MX)`);
  return named
    .map((record) => ({ ...record, lot: Math.random() }))
    .sort((a, b) => a.priority - b.priority || a.lot - b.lot)
    .map(({ exchange }) => exchange.replace(/\.$/, ""));
}

/** The addresses of a host, or of an address literal. */
export async function addressesOf(host: string, dns: Dns): Promise<readonly string[]> {
  if (host.startsWith("[")) return [host.slice(1, -1).replace(/^IPv6:/i, "")];
  const addresses = (await Promise.all([found(dns.resolve6(host)), found(dns.resolve4(host))])).flat();
  if (addresses.length === 0) throw new NoMailError(`${host} has no address`);
  return addresses;
}

/** The answer; none where the DNS says for certain that there is none. Any other failure may pass. */
async function found<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOTFOUND" || error.code === "ENODATA")) return [];
    throw error;
  }
}
