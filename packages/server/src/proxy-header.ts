// What the header of a proxy says, and how its addresses become text.

import { ProtocolError, type TransportInfo } from "@mailwire/wire";

/** A header of the PROXY protocol. */
export interface ProxyHeader {
  /** 1: a line of text; 2: binary. */
  readonly version: 1 | 2;
  /** `LOCAL`: the proxy speaks for itself, to see whether the server is alive. */
  readonly command: "PROXY" | "LOCAL";
  /** Whose connection it is; `undefined` where the proxy does not know or does not say: then the connection's own addresses hold. */
  readonly addresses: ProxiedAddresses | undefined;
  /** What else version 2 says of a connection, in order. */
  readonly tlvs: readonly ProxyTlv[];
}

/** Both ends of the connection that the proxy took, as text like that of `TransportInfo`: `192.0.2.1:25`, `[2001:db8::1]:25`, a path. */
export interface ProxiedAddresses {
  /** What kind of addresses they are. */
  readonly family: "IPv4" | "IPv6" | "Unix";
  /** What they were spoken over. */
  readonly transport: "stream" | "datagram";
  /** The client. */
  readonly source: string;
  /** Where the client believes to be. */
  readonly destination: string;
}

/** One thing more that a proxy says; types are listed in section 2.2 of the PROXY protocol. */
export interface ProxyTlv {
  /** One byte. */
  readonly type: number;
  /** What it means is up to the type. */
  readonly value: Uint8Array;
}

/** What the header says about a connection; nothing where its own addresses hold. */
export function infoOf({ addresses }: ProxyHeader): Pick<TransportInfo, "remote" | "local"> {
  return addresses === undefined ? {} : { remote: addresses.source, local: addresses.destination };
}

/** Four bytes as an IPv4 address. */
export function ipv4Text(bytes: Uint8Array): string {
  return bytes.join(".");
}

/** Sixteen bytes as an IPv6 address, as {@link canonicalIpv6} writes it. */
export function ipv6Text(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return shortest(digits.replace(/.{4}(?=.)/g, "$&:"));
}

/** An IPv6 address in any of its forms as RFC 5952 and Node write it: shortest, mapped IPv4 addresses with dots; `undefined` when it is none. */
export function canonicalIpv6(text: string): string | undefined {
  return /^[\da-f:.]{2,45}$/i.test(text) && URL.canParse(urlOf(text)) ? shortest(text) : undefined;
}

function shortest(address: string): string {
  const short = new URL(urlOf(address)).hostname.slice(1, -1);
  return short.replace(/^::ffff:([\da-f]+):([\da-f]+)$/, (_all, ...groups: [string, string]) => {
    const [high, low] = [parseInt(groups[0], 16), parseInt(groups[1], 16)];
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  });
}

function urlOf(ipv6: string): string {
  return `http://[${ipv6}]/`;
}

/** What came is not exactly a header. */
export function badHeader(what: string): ProtocolError {
  return new ProtocolError("remote", "bad-proxy-header", what);
}
