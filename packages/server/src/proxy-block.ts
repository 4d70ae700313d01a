// A header of version 2 of the PROXY protocol, section 2.2: a complete block of bytes as a value.

import { latin1 } from "@mailwire/wire";
import { badHeader, ipv4Text, ipv6Text, type ProxiedAddresses, type ProxyHeader, type ProxyTlv } from "./proxy-header.ts";

/** What the block begins with: bytes that no protocol of lines takes for its own. */
export const V2_SIGNATURE: Uint8Array = new Uint8Array([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);
/** The signature, version and command, family and transport, and the length of what follows in two bytes. */
export const V2_FIXED_BYTES = 16;

/** The checksum of the block with zeroes in its place. */
const TLV_CRC32C = 3;

/** Reads a block that is as long as it says; throws a remote `ProtocolError` (`bad-proxy-header`) for what the protocol does not allow. */
export function decodeProxyBlock(block: Uint8Array): ProxyHeader {
  const [versionAndCommand = 0, familyAndTransport = 0] = block.subarray(V2_SIGNATURE.length);
  const command = COMMANDS[versionAndCommand & 15];
  const family = FAMILIES[familyAndTransport >> 4];
  const transport = TRANSPORTS[familyAndTransport & 15];
  if (versionAndCommand >> 4 !== 2 || command === undefined) throw badHeader("version or command is unknown");
  // Of what LOCAL brings along only the length counts.
  if (command === "LOCAL") return { version: 2, command, addresses: undefined, tlvs: [] };
  if (family === undefined || transport === undefined) throw badHeader("address family or transport is unknown");
  if (family === "unspecified" || transport === "unspecified") return { version: 2, command, addresses: undefined, tlvs: [] };
  const [addresses, end] = readAddresses(block, family, transport);
  const tlvs = readTlvs(block, end);
  return { version: 2, command, addresses, tlvs };
}

const COMMANDS = ["LOCAL", "PROXY"] as const;
const FAMILIES = ["unspecified", "IPv4", "IPv6", "Unix"] as const;
const TRANSPORTS = ["unspecified", "stream", "datagram"] as const;

/** Bytes of one address of each family. */
const ADDRESS_BYTES = { IPv4: 4, IPv6: 16, Unix: 108 } as const;

/** Both addresses, then both ports where there are any; and where that ends. */
function readAddresses(
  block: Uint8Array,
  family: ProxiedAddresses["family"],
  transport: ProxiedAddresses["transport"],
): [ProxiedAddresses, number] {
  const size = ADDRESS_BYTES[family];
  const ports = V2_FIXED_BYTES + 2 * size;
  const end = family === "Unix" ? ports : ports + 4;
  if (end > block.length) throw badHeader("the addresses are cut short");
  const place = (start: number, port: number): string => {
    const address = block.subarray(start, start + size);
    if (family === "Unix") return unixPath(address);
    const host = family === "IPv4" ? ipv4Text(address) : `[${ipv6Text(address)}]`;
    return `${host}:${uint16(block, port)}`;
  };
  const source = place(V2_FIXED_BYTES, ports);
  const destination = place(V2_FIXED_BYTES + size, ports + 2);
  return [{ family, transport, source, destination }, end];
}

/** A path ends at its first NUL; one that begins with a NUL has a name that is in no file system, written with `@` as Linux tools do. */
function unixPath(bytes: Uint8Array): string {
  const text = latin1(bytes);
  const path = text.startsWith("\0") ? text.replace(/\0+$/, "").replace("\0", "@") : text.replace(/\0[^]*$/, "");
  if (/\p{Cc}/u.test(path)) throw badHeader("a path has control characters");
  return path;
}

/** pp2_tlv = type, length in two bytes, value; until the end of the block. */
function readTlvs(block: Uint8Array, start: number): readonly ProxyTlv[] {
  const tlvs: ProxyTlv[] = [];
  for (let at = start; at < block.length;) {
    const [type = 0] = block.subarray(at);
    const length = uint16(block, at + 1);
    const value = block.subarray(at + 3, at + 3 + length);
    if (at + 3 > block.length || value.length < length) throw badHeader("a TLV is cut short");
    if (type === TLV_CRC32C) checkCrc32c(block, value, at + 3);
    tlvs.push({ type, value });
    at += 3 + value.length;
  }
  return tlvs;
}

function checkCrc32c(block: Uint8Array, value: Uint8Array, at: number): void {
  const blanked = block.slice().fill(0, at, at + value.length);
  const stated = uint16(value, 0) * 65_536 + uint16(value, 2);
  if (value.length !== 4 || crc32c(blanked) !== stated) throw badHeader("the checksum is wrong");
}

/** RFC 9260 appendix A (Castagnoli), bit by bit: a block has a few hundred bytes. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return ~crc >>> 0;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
