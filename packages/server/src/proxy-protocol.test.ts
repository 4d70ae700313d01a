import { concat, fromLatin1, latin1, ProtocolError, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { isIPv6 } from "node:net";
import { describe, expect, test } from "vitest";
import { encodeBlock, encodeLine, longIpv6, type TestAddresses, type TestBlock } from "../test/proxy-encoder.ts";
import { type ProxyHeader, ProxyHeaderDecoder, type ProxyHeaderLimits } from "./index.ts";

type Outcome = { header: ProxyHeader; rest: string } | { error: string } | undefined;

/** What comes of chunks: the header and what is behind it (chunks that were not needed too), or the error's code. */
function decode(chunks: readonly Uint8Array[], limits?: Partial<ProxyHeaderLimits>): Outcome {
  const decoder = new ProxyHeaderDecoder(limits);
  try {
    for (const [at, chunk] of chunks.entries()) {
      const decoded = decoder.decode(chunk);
      if (decoded !== undefined) return { header: decoded.header, rest: latin1(concat([decoded.rest, ...chunks.slice(at + 1)])) };
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "remote") throw error;
    return { error: error.code };
  }
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const ends = [...new Set(at.map((end) => end % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.slice(start, ends[index] ?? bytes.length));
}

/** `bytes` with other ones at some places. */
function changed(bytes: Uint8Array, ...changes: readonly (readonly [at: number, byte: number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, byte] of changes) copy[at % copy.length] = byte;
  return copy;
}

const line = (text: string): Outcome => decode([fromLatin1(`${text}\r\n`)]);
const BAD = { error: "bad-proxy-header" };
const TOO_LONG = { error: "proxy-header-too-long" };
const IPV4: TestAddresses = {
  family: "IPv4",
  hosts: [new Uint8Array([192, 0, 2, 7]), new Uint8Array([198, 51, 100, 1])],
  ports: [4711, 25],
};

describe("version 1", () => {
  test("tells both ends over IPv4, and gives back what follows", () => {
    expect(decode([utf8("PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\nEHLO x\r\n")])).toEqual({
      header: {
        version: 1,
        command: "PROXY",
        addresses: { family: "IPv4", transport: "stream", source: "192.0.2.7:4711", destination: "198.51.100.1:25" },
        tlvs: [],
      },
      rest: "EHLO x\r\n",
    });
  });

  test.each([
    ["2001:DB8:0:0:0:0:0:1", "[2001:db8::1]:1"],
    ["::", "[::]:1"],
    ["::ffff:192.0.2.7", "[::ffff:192.0.2.7]:1"],
    ["0:0:0:0:0:ffff:c000:0207", "[::ffff:192.0.2.7]:1"],
  ])("writes the IPv6 address %s as %s", (address, source) => {
    expect(line(`PROXY TCP6 ${address} ::1 1 2`)).toMatchObject({
      header: { addresses: { family: "IPv6", source, destination: "[::1]:2" } },
    });
  });

  test.each(["PROXY UNKNOWN", "PROXY UNKNOWN ffff:f...f:ffff 1.2.3.4 x 65536"])("knows no address from %j", (text) => {
    expect(line(text)).toEqual({ header: { version: 1, command: "PROXY", addresses: undefined, tlvs: [] }, rest: "" });
  });

  test.each([
    "PROXY",
    "PROXY ",
    "PROXY  TCP4 1.2.3.4 5.6.7.8 1 2",
    "proxy TCP4 1.2.3.4 5.6.7.8 1 2",
    "PROXY tcp4 1.2.3.4 5.6.7.8 1 2",
    "PROXY TCP5 1.2.3.4 5.6.7.8 1 2",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 ",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3",
    "PROXY TCP4 1.2.3 5.6.7.8 1 2",
    "PROXY TCP4 1.2.3.4.5 5.6.7.8 1 2",
    "PROXY TCP4 1.2.3.256 5.6.7.8 1 2",
    "PROXY TCP4 01.2.3.4 5.6.7.8 1 2",
    "PROXY TCP4 1.2.3.4 5.6.7.8 01 2",
    "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536",
    "PROXY TCP4 ::1 ::2 1 2",
    "PROXY TCP6 1.2.3.4 5.6.7.8 1 2",
    "PROXY TCP6 1::2::3 ::1 1 2",
    "PROXY TCP6 12345::1 ::1 1 2",
    "PROXY TCP6 ::ffff:1.2.3.256 ::1 1 2",
    "PROXY UNKNOWNS",
    "PROXY UNKNOWN \0",
    "EHLO client.example",
  ])("takes %j for no header", (text) => {
    expect(line(text)).toEqual(BAD);
  });

  test("needs CRLF at the end of its line", () => {
    expect(decode([utf8("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n")])).toEqual(BAD);
    expect(decode([utf8("PROXY UNKNOWN\rx\n")])).toEqual(BAD);
  });

  test("ends within 107 bytes", () => {
    const longest = `PROXY UNKNOWN ${"x".repeat(91)}`;
    expect(line(longest)).toMatchObject({ rest: "" });
    expect(line(`${longest}x`)).toEqual(TOO_LONG);
    expect(decode([utf8(`${longest}xx`)])).toEqual(TOO_LONG);
    expect(decode([utf8(`${longest}\r`)])).toBeUndefined();
  });
});

describe("version 2", () => {
  test("tells both ends, what they were spoken over, and what else there is to say", () => {
    const tlvs = [{ type: 2, value: utf8("mail.example") }];
    const bytes = concat([encodeBlock({ addresses: IPV4, tlvs, transport: "datagram" }), utf8("EHLO")]);
    expect(decode([bytes])).toEqual({
      header: {
        version: 2,
        command: "PROXY",
        addresses: { family: "IPv4", transport: "datagram", source: "192.0.2.7:4711", destination: "198.51.100.1:25" },
        tlvs,
      },
      rest: "EHLO",
    });
  });

  test.each([
    ["/run/a", "/run/a"],
    ["\0abstract", "@abstract"],
    ["", ""],
    ["x".repeat(108), "x".repeat(108)],
  ])("reads the Unix path %j as %j", (path, source) => {
    const bytes = encodeBlock({ addresses: { family: "Unix", paths: [path, "/run/b"] } });
    expect(decode([bytes])).toMatchObject({ header: { addresses: { family: "Unix", source, destination: "/run/b" } } });
  });

  test("takes no path with control characters", () => {
    expect(decode([encodeBlock({ addresses: { family: "Unix", paths: ["/a\r\nb", "/b"] } })])).toEqual(BAD);
  });

  test.each<[string, Uint8Array]>([
    ["LOCAL", encodeBlock({ command: "LOCAL" })],
    ["LOCAL with addresses", encodeBlock({ command: "LOCAL", addresses: IPV4 })],
    ["LOCAL with garbage of the length announced", concat([changed(encodeBlock({ command: "LOCAL" }), [13, 0xff], [15, 2]), utf8("??")])],
    ["an unspecified family", encodeBlock({})],
    ["an unspecified transport", encodeBlock({ addresses: IPV4, transport: "unspecified" })],
  ])("knows no address from %s", (_what, bytes) => {
    expect(decode([bytes])).toMatchObject({ header: { version: 2, addresses: undefined, tlvs: [] }, rest: "" });
  });

  const whole = encodeBlock({ addresses: IPV4 });
  test.each<[string, Uint8Array]>([
    ["another version", changed(whole, [12, 0x11])],
    ["an unknown command", changed(whole, [12, 0x22])],
    ["an unknown family", changed(whole, [13, 0x41])],
    ["an unknown transport", changed(whole, [13, 0x13])],
    ["addresses cut short", changed(whole.slice(0, 27), [15, 11])],
    ["a TLV without a length", changed(concat([whole, new Uint8Array([1, 0])]), [15, 14])],
    ["a TLV longer than the header", changed(concat([whole, new Uint8Array([1, 0, 2, 0])]), [15, 16])],
    ["a signature with a wrong end", changed(whole, [11, 0x0d])],
  ])("takes %s for no header", (_what, bytes) => {
    expect(decode([bytes])).toEqual(BAD);
  });

  test("checks the checksum where there is one", () => {
    const good = encodeBlock({ addresses: IPV4, tlvs: [{ type: 3, value: CHECKSUM }] });
    expect(decode([good])).toMatchObject({ rest: "" });
    expect(decode([changed(good, [17, 1])])).toEqual(BAD);
    expect(decode([encodeBlock({ addresses: IPV4, tlvs: [{ type: 3, value: new Uint8Array(3) }] })])).toEqual(BAD);
  });

  test("is bounded, and an announcement costs nothing", () => {
    const announced = changed(whole.slice(0, 16), [14, 0xff], [15, 0xff]);
    expect(decode([announced])).toEqual(TOO_LONG);
    const tlvs = [{ type: 4, value: new Uint8Array(100) }];
    const long = encodeBlock({ addresses: IPV4, tlvs });
    expect(decode([long], { maxHeaderBytes: long.length })).toMatchObject({ rest: "" });
    expect(decode([long], { maxHeaderBytes: long.length - 1 })).toEqual(TOO_LONG);
  });
});

/** Of the header below with zeroes in its place, by another implementation, which gives 0xe3069283 for "123456789". */
const CHECKSUM = new Uint8Array([0x35, 0x8a, 0x29, 0xe7]);

test("what cannot become a header is refused at its first wrong byte", () => {
  for (const text of ["E", "PX", "PROXX", "\r\nx", "\r\n\r\n\0\r\nQUIT\r"]) expect(decode([fromLatin1(text)])).toEqual(BAD);
  for (const text of ["", "P", "PROXY", "PROXY ", "\r", "\r\n\r\n\0\r\nQUIT\n"]) expect(decode([fromLatin1(text)])).toBeUndefined();
});

describe("properties", () => {
  const port = fc.nat(65_535);
  const ip = (family: "IPv4" | "IPv6", size: number): fc.Arbitrary<Exclude<TestAddresses, { family: "Unix" }>> => {
    const host = fc.uint8Array({ minLength: size, maxLength: size });
    const mapped = host.map((bytes) =>
      size === 16 ? new Uint8Array([...Array<number>(10).fill(0), 255, 255, ...bytes.slice(12)]) : bytes,
    );
    return fc.record({ family: fc.constant(family), hosts: fc.tuple(fc.oneof(host, mapped), host), ports: fc.tuple(port, port) });
  };
  const inet = fc.oneof(ip("IPv4", 4), ip("IPv6", 16));
  const path = fc.string({ unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)), maxLength: 108 });
  const unix: fc.Arbitrary<TestAddresses> = fc.record({ family: fc.constant("Unix" as const), paths: fc.tuple(path, path) });
  const tlv = fc.record({ type: fc.constantFrom(1, 2, 4, 5, 0x20, 0x30, 0xee), value: fc.uint8Array({ maxLength: 40 }) });
  const block = fc.record({
    addresses: fc.oneof(inet, unix),
    transport: fc.constantFrom("stream" as const, "datagram" as const),
    tlvs: fc.array(tlv, { maxLength: 4 }),
  });

  /** The source, worked out by Node rather than by the code under test. */
  const expected = (addresses: TestAddresses, end: 0 | 1): string => {
    if (addresses.family === "Unix") return addresses.paths[end];
    const host = addresses.hosts[end];
    return addresses.family === "IPv4" ? `${host.join(".")}:${addresses.ports[end]}` : `${longIpv6(host)} ${addresses.ports[end]}`;
  };
  /** IPv6 addresses compared in full length. */
  const inFull = (place: string): string => {
    const [, host = "", hostPort = ""] = /^\[(.*)\]:(\d+)$/.exec(place) ?? [];
    if (host === "") return place;
    expect(isIPv6(host)).toBe(true);
    const plain = host.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...numbers: string[]) =>
      [0, 2]
        .map((at) =>
          numbers
            .slice(at, at + 2)
            .map((number) => Number(number).toString(16).padStart(2, "0"))
            .join(""),
        )
        .join(":"),
    );
    const [head = "", tail] = plain.split("::");
    const groups = (text = ""): string[] => (text === "" ? [] : text.split(":").map((group) => group.padStart(4, "0")));
    const [first, last] = [groups(head), groups(tail)];
    return `${[...first, ...Array<string>(8 - first.length - last.length).fill("0000"), ...last].join(":")} ${hostPort}`;
  };

  test("what was written in version 2 is read", () => {
    fc.assert(
      fc.property(block, fc.uint8Array(), (value: TestBlock & { addresses: TestAddresses }, rest) => {
        const outcome = decode([concat([encodeBlock(value), rest])]);
        if (outcome === undefined || "error" in outcome || outcome.header.addresses === undefined) throw new Error(JSON.stringify(outcome));
        const { addresses, tlvs } = outcome.header;
        expect({ ...addresses, source: inFull(addresses.source), destination: inFull(addresses.destination) }).toEqual({
          family: value.addresses.family,
          transport: value.transport,
          source: expected(value.addresses, 0),
          destination: expected(value.addresses, 1),
        });
        expect(tlvs).toEqual(value.tlvs);
        expect(outcome.rest).toBe(latin1(rest));
      }),
    );
  });

  test("what was written in version 1 is read as in version 2", () => {
    fc.assert(
      fc.property(inet, (addresses) => {
        const [one, two] = [decode([encodeLine(addresses)]), decode([encodeBlock({ addresses })])];
        if (two === undefined || "error" in two) throw new Error(JSON.stringify(two));
        expect(one).toEqual({ header: { ...two.header, version: 1 }, rest: "" });
      }),
    );
  });

  const damaged = fc
    .tuple(fc.oneof(block.map(encodeBlock), inet.map(encodeLine)), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
    .map(([bytes, changes]) => changed(bytes, ...changes));
  const anything = fc.oneof(
    fc.uint8Array(),
    damaged,
    damaged.chain((bytes) => fc.uint8Array().map((rest) => concat([bytes, rest]))),
  );

  test("any bytes give a header or a ProtocolError, however they are cut", () => {
    fc.assert(
      fc.property(anything, fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        expect(decode(cut(bytes, cuts))).toEqual(decode([bytes]));
        expect(decode(cut(bytes, [...bytes.keys()]))).toEqual(decode([bytes]));
      }),
      { numRuns: 500 },
    );
  });
});
