// Whether a certificate is the server's that was asked for (RFC 9525 section 6). Node's own check also takes the common name, takes wildcards in
// a part of a label, and refuses them below a top-level domain.

import { isIP, isIPv4 } from "node:net";
import { certificateNames } from "./certificate-names.ts";

/**
 * Undefined when `certificate` (DER) names the server; else the error that says what it names. `serverName` is a host name in A-labels, without a
 * final dot, or an IP address: an address is only found among the addresses, a name only among the DNS names. A wildcard is the whole left-most label, and stands
 * for one label.
 */
export function serverIdentityError(serverName: string, certificate: Uint8Array | undefined): Error | undefined {
  const { dnsNames, addresses } = certificateNames(certificate ?? new Uint8Array());
  const isNamed = isIP(serverName) === 0 ? dnsNames.some((name) => covers(name, serverName)) : addresses.some(isAddress(serverName));
  if (isNamed) return undefined;
  const named = [...dnsNames, ...addresses.map((address) => `0x${address}`)];
  const error = new Error(`the certificate is not for ${serverName}, but for ${named.length === 0 ? "nobody" : named.join(", ")}`);
  // What Node says of the same.
  return Object.assign(error, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

function covers(presented: string, serverName: string): boolean {
  const [pattern, name] = [presented.toLowerCase().replace(/\.$/, ""), serverName.toLowerCase()];
  if (!pattern.includes("*")) return pattern === name;
  const [label = "", ...parents] = name.split(".");
  return pattern === ["*", ...parents].join(".") && parents.length > 0 && label !== "";
}

/** IPv6 addresses have many spellings, of which URLs have one. */
function isAddress(serverName: string): (octets: string) => boolean {
  if (isIPv4(serverName))
    return (octets) => octets.length === 8 && octets.replace(/../g, (octet) => `${Number.parseInt(octet, 16)}.`) === `${serverName}.`;
  const [address = ""] = serverName.split("%");
  return (octets) => octets.length === 32 && spelled(octets.replace(/.{4}(?=.)/g, "$&:")) === spelled(address);
}

function spelled(address: string): string {
  return new URL(`http://[${address}]/`).hostname;
}
