// The PROXY protocol of HAProxy, versions 1 and 2: who really is at the other end of a connection, said by a proxy before anything else.
// https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt. Bytes in, one header out; whatever is not exactly a header is an error.

import { latin1, ProtocolError, ReceiveBuffer, withLimits } from "@mailwire/wire";
import { badHeader, canonicalIpv6, type ProxiedAddresses, type ProxyHeader } from "./proxy-header.ts";
import { decodeProxyBlock, V2_FIXED_BYTES, V2_SIGNATURE } from "./proxy-block.ts";

/** Limits of a {@link ProxyHeaderDecoder}. */
export interface ProxyHeaderLimits {
  /** Bytes of a header of version 2, all told; those of version 1 are never longer than 107. */
  readonly maxHeaderBytes: number;
}

/** The defaults of {@link ProxyHeaderLimits}. */
export const DEFAULT_PROXY_HEADER_LIMITS: ProxyHeaderLimits = {
  maxHeaderBytes: 16 + 216 + 4096, // the fixed part, the longest addresses, and more TLVs than any proxy sends: a certificate's names, an id
};

/** A header that is complete. */
export interface DecodedProxyHeader {
  /** What it says. */
  readonly header: ProxyHeader;
  /** The bytes behind it, out of the chunk that completed it. */
  readonly rest: Uint8Array;
}

const V1_PREFIX = new Uint8Array([0x50, 0x52, 0x4f, 0x58, 0x59, 0x20]); // "PROXY "
/** Section 2.1: the longest line, its end included. */
const V1_MAX_BYTES = 107;

/** Reads one header from bytes cut anywhere. */
export class ProxyHeaderDecoder {
  readonly #limits: ProxyHeaderLimits;
  readonly #buffer = new ReceiveBuffer();

  constructor(limits?: Partial<ProxyHeaderLimits>) {
    this.#limits = withLimits(DEFAULT_PROXY_HEADER_LIMITS, limits);
  }

  /**
   * Takes bytes as they come; `undefined` while some are missing. Throws a remote `ProtocolError` as soon as it is certain that they are no header
   * (`bad-proxy-header`) or a longer one than is allowed (`proxy-header-too-long`).
   */
  decode(chunk: Uint8Array): DecodedProxyHeader | undefined {
    const buffer = this.#buffer;
    buffer.push(chunk);
    const header = this.#begins(V2_SIGNATURE) ? this.#block() : this.#begins(V1_PREFIX) ? this.#line() : "neither";
    if (header === "neither") throw badHeader("what came first is no header of a proxy");
    return header && { header, rest: buffer.take(buffer.length) };
  }

  /** True when what waits begins with `prefix`, or may do so yet. */
  #begins(prefix: Uint8Array): boolean {
    const { length } = this.#buffer;
    return prefix.every((byte, at) => at >= length || this.#buffer.peek(at) === byte);
  }

  #line(): ProxyHeader | undefined {
    const end = this.#buffer.indexOfLf();
    if (end >= V1_MAX_BYTES || (end === -1 && this.#buffer.length >= V1_MAX_BYTES)) {
      throw new ProtocolError("remote", "proxy-header-too-long", `the header has more than ${V1_MAX_BYTES} bytes`);
    }
    return end === -1 ? undefined : decodeProxyLine(latin1(this.#buffer.take(end + 1)));
  }

  #block(): ProxyHeader | undefined {
    const buffer = this.#buffer;
    if (buffer.length < V2_FIXED_BYTES) return undefined;
    const length = V2_FIXED_BYTES + buffer.peek(14) * 256 + buffer.peek(15);
    const { maxHeaderBytes } = this.#limits;
    if (length > maxHeaderBytes) {
      throw new ProtocolError("remote", "proxy-header-too-long", `the header has ${length} bytes, more than ${maxHeaderBytes}`);
    }
    return buffer.length < length ? undefined : decodeProxyBlock(buffer.take(length));
  }
}

/**
 * Version 1, section 2.1.
 *
 *     header  = "PROXY" SP ( ( "TCP4" / "TCP6" ) SP source SP destination SP source-port SP destination-port / "UNKNOWN" *any ) CRLF
 */
function decodeProxyLine(line: string): ProxyHeader {
  const known = /^PROXY (TCP[46]) ([\da-fA-F.:]+) ([\da-fA-F.:]+) (\d{1,5}) (\d{1,5})\r\n$/.exec(line);
  if (known === null && !/^PROXY UNKNOWN(?: [ -~]*)?\r\n$/.test(line)) throw badHeader("no line of the PROXY protocol");
  return { version: 1, command: "PROXY", addresses: known === null ? undefined : addressesOf(known.slice(1)), tlvs: [] };
}

function addressesOf([
  protocol,
  source = "",
  destination = "",
  sourcePort = "",
  destinationPort = "",
]: readonly string[]): ProxiedAddresses {
  const place = protocol === "TCP4" ? ipv4Place : ipv6Place;
  return {
    family: protocol === "TCP4" ? "IPv4" : "IPv6",
    transport: "stream",
    source: place(source, sourcePort),
    destination: place(destination, destinationPort),
  };
}

function ipv4Place(host: string, port: string): string {
  const numbers = host.split(".");
  if (numbers.length !== 4 || !numbers.every((number) => isNumber(number, 255))) throw badHeader("no IPv4 address");
  return `${host}:${checkedPort(port)}`;
}

function ipv6Place(host: string, port: string): string {
  const address = canonicalIpv6(host);
  if (address === undefined) throw badHeader("no IPv6 address");
  return `[${address}]:${checkedPort(port)}`;
}

function checkedPort(port: string): string {
  if (!isNumber(port, 65_535)) throw badHeader("no port");
  return port;
}

/** Zeroes in front are not allowed: somebody might take them for octal. */
function isNumber(text: string, max: number): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= max;
}
