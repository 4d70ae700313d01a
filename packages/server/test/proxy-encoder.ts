// Headers of the PROXY protocol for tests, written as the protocol describes them and without the code under test.

import { fromLatin1 } from "@mailwire/wire";

/** An address of a family as its parts, so that text and bytes are both made from them. */
export type TestAddresses =
  | { readonly family: "IPv4" | "IPv6"; readonly hosts: readonly [Uint8Array, Uint8Array]; readonly ports: readonly [number, number] }
  | { readonly family: "Unix"; readonly paths: readonly [string, string] };

/** What version 2 may say in a byte, by name. */
const FAMILY = { unspecified: 0, IPv4: 1, IPv6: 2, Unix: 3 };
const TRANSPORT = { unspecified: 0, stream: 1, datagram: 2 };

export interface TestBlock {
  readonly command?: "LOCAL" | "PROXY";
  readonly addresses?: TestAddresses;
  readonly transport?: keyof typeof TRANSPORT;
  readonly tlvs?: readonly { readonly type: number; readonly value: Uint8Array }[];
}

const SIGNATURE = fromLatin1("\r\n\r\n\0\r\nQUIT\n");

const uint16 = (number: number): readonly number[] => [number >> 8, number & 255];

function addressBytes(addresses: TestAddresses): readonly number[] {
  if (addresses.family !== "Unix") return [...addresses.hosts.flatMap((host) => [...host]), ...addresses.ports.flatMap(uint16)];
  return addresses.paths.flatMap((path) => [...fromLatin1(path.padEnd(108, "\0"))]);
}

/** A header of version 2. */
export function encodeBlock({ command = "PROXY", addresses, transport = "stream", tlvs = [] }: TestBlock): Uint8Array {
  const payload = [
    ...(addresses === undefined ? [] : addressBytes(addresses)),
    ...tlvs.flatMap(({ type, value }) => [type, ...uint16(value.length), ...value]),
  ];
  const kind = (FAMILY[addresses?.family ?? "unspecified"] << 4) | TRANSPORT[addresses === undefined ? "unspecified" : transport];
  return new Uint8Array([...SIGNATURE, 0x20 | (command === "PROXY" ? 1 : 0), kind, ...uint16(payload.length), ...payload]);
}

/** Eight groups in full, as nobody shortens them. */
export function longIpv6(bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return (digits.match(/.{4}/g) ?? []).join(":");
}

/** A header of version 1. */
export function encodeLine(addresses: Exclude<TestAddresses, { readonly family: "Unix" }>): Uint8Array {
  const hosts = addresses.hosts.map((host) => (addresses.family === "IPv4" ? host.join(".") : longIpv6(host)));
  return fromLatin1(`PROXY TCP${addresses.family.slice(3)} ${hosts.join(" ")} ${addresses.ports.join(" ")}\r\n`);
}
