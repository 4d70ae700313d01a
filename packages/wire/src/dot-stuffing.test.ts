import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DotDecoder } from "./dot-decoder.ts";
import { DotEncoder } from "./dot-encoder.ts";
import type { LineEndPolicy } from "./line-scanner.ts";
import { ProtocolError } from "./protocol-error.ts";
import { concat, fromLatin1, latin1 } from "./text.ts";

const POLICIES = ["reject", "normalize", "keep"] as const;

function encode(policy: LineEndPolicy, chunks: readonly Uint8Array[]): string {
  const encoder = new DotEncoder(policy);
  const views: Uint8Array[] = [];
  const emit = (view: Uint8Array): unknown => views.push(view);
  for (const chunk of chunks) encoder.encode(chunk, emit);
  encoder.finish(emit);
  return latin1(concat(views));
}

interface Decoded {
  readonly body: string;
  /** Bytes that belonged to the body; `undefined` while its end has not come. */
  readonly used: number | undefined;
}

function decode(policy: LineEndPolicy, chunks: readonly Uint8Array[]): Decoded {
  const decoder = new DotDecoder(policy);
  const views: Uint8Array[] = [];
  let used = 0;
  for (const chunk of chunks) used += decoder.decode(chunk, (view) => views.push(view));
  return { body: latin1(concat(views)), used: decoder.done ? used : undefined };
}

/** What `run` gives, or why and where it was refused. */
function outcome<T>(run: () => T): T | { readonly refused: string; readonly offset: number | undefined } {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { refused: error.code, offset: error.offset };
  }
}

/** The text in pieces of every kind: whole, cut once at each place, and byte by byte. */
function cuts(text: string): Uint8Array[][] {
  const bytes = fromLatin1(text);
  const cutOnce = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
  return [[bytes], ...cutOnce, Array.from(bytes, (byte) => Uint8Array.of(byte))];
}

/** The plain rule, made the slow way: what a body is once bare CR and LF are CRLF and its last line has an end. */
function complete(policy: LineEndPolicy, body: string): string {
  const text = policy === "normalize" ? body.replaceAll(/\r\n|\r|\n/g, "\r\n") : body;
  return text === "" || text.endsWith("\r\n") ? text : `${text}\r\n`;
}

function stuffed(policy: LineEndPolicy, body: string): string {
  return `${complete(policy, body).replaceAll(/(^|\r\n)\./g, "$1..")}.\r\n`;
}

/** Bodies full of dots and line ends of all kinds, with runs short and long between them. */
const bodies = fc
  .array(fc.constantFrom("\r\n", "\r", "\n", ".", "a", "\0", "\r\n.", "b".repeat(40), "c".repeat(600), `${"d".repeat(76)}\r\n`), {
    maxLength: 30,
  })
  .map((texts) => texts.join(""));
const cutPlaces = fc.array(fc.nat(), { maxLength: 10 });

function cutAt(text: string, places: readonly number[]): Uint8Array[] {
  const bytes = fromLatin1(text);
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
}

describe("encoding", () => {
  test.each([
    ["", ".\r\n"],
    ["a\r\n", "a\r\n.\r\n"],
    ["a", "a\r\n.\r\n"],
    [".", "..\r\n.\r\n"],
    [".a\r\n..\r\nb.c", "..a\r\n...\r\nb.c\r\n.\r\n"],
    ["\r\n", "\r\n.\r\n"],
  ])("%j under every policy", (body, wire) => {
    for (const policy of POLICIES) for (const chunks of cuts(body)) expect(encode(policy, chunks)).toBe(wire);
  });

  test.each([
    ["a\nb", "a\r\nb\r\n.\r\n", "a\nb\r\n.\r\n", "bare-lf", 1],
    ["a\rb", "a\r\nb\r\n.\r\n", "a\rb\r\n.\r\n", "bare-cr", 1],
    ["\n.b", "\r\n..b\r\n.\r\n", "\n.b\r\n.\r\n", "bare-lf", 0],
    ["\r.b", "\r\n..b\r\n.\r\n", "\r.b\r\n.\r\n", "bare-cr", 0],
    ["a\r\r\n.", "a\r\n\r\n..\r\n.\r\n", "a\r\r\n..\r\n.\r\n", "bare-cr", 1],
    ["a\r", "a\r\n.\r\n", "a\r\r\n.\r\n", "bare-cr", 1],
    ["a\n", "a\r\n.\r\n", "a\n\r\n.\r\n", "bare-lf", 1],
    [`${"x".repeat(100)}\ny`, `${"x".repeat(100)}\r\ny\r\n.\r\n`, `${"x".repeat(100)}\ny\r\n.\r\n`, "bare-lf", 100],
    [`${"x".repeat(100)}\ry`, `${"x".repeat(100)}\r\ny\r\n.\r\n`, `${"x".repeat(100)}\ry\r\n.\r\n`, "bare-cr", 100],
  ])("%j with bare line ends", (body, normalized, kept, code, offset) => {
    for (const chunks of cuts(body)) {
      expect(encode("normalize", chunks)).toBe(normalized);
      expect(encode("keep", chunks)).toBe(kept);
      expect(() => encode("reject", chunks)).toThrow(expect.objectContaining({ side: "local", code, offset }));
    }
  });

  test("rejects by default", () => {
    const encoder = new DotEncoder();
    expect(() => encoder.encode(fromLatin1("\n"), () => undefined)).toThrow(expect.objectContaining({ code: "bare-lf" }));
  });

  test("a chunk without dots leaves as the very same view, and long runs around a dot as views", () => {
    const line = `${"x".repeat(998)}\r\n`;
    const clean = fromLatin1(line.repeat(3));
    const dotted = fromLatin1(`${line}.${line}`);
    const views: Uint8Array[] = [];
    const encoder = new DotEncoder();
    encoder.encode(clean, (view) => views.push(view));
    encoder.encode(dotted, (view) => views.push(view));
    expect(views[0]).toBe(clean);
    expect(views.filter((view) => view.buffer === dotted.buffer).map((view) => view.length)).toEqual([1000, 1000]);
  });

  test("many dots leave in few pieces", () => {
    const views: Uint8Array[] = [];
    new DotEncoder().encode(fromLatin1(".\r\n".repeat(4000)), (view) => views.push(view));
    expect(latin1(concat(views))).toBe("..\r\n".repeat(4000));
    expect(views.length).toBeLessThan(8);
  });
});

// Each of these was somewhere taken for the end of data; what follows them would then run as commands.
const NOT_THE_END = [
  ["\n.\n", "\r\n.\r\n", "bare-lf"],
  ["\r\n.\n", "\r\n\r\n", "bare-lf"],
  ["\n.\r\n", "\r\n.\r\n", "bare-lf"],
  ["\r.\r", "\r\n.\r\n", "bare-cr"],
  ["\r.\r\n", "\r\n.\r\n", "bare-cr"],
  ["\r\n.\r", "\r\n\r\n", "bare-cr"],
  ["\r.\n", "\r\n.\r\n", "bare-cr"],
  ["\n.\r", "\r\n.\r\n", "bare-lf"],
  ["\r\n\0.\r\n", "\r\n\0.\r\n", undefined],
  ["\r\n.\r\r\n", "\r\n\r\n\r\n", "bare-cr"],
  ["\n..\r\n", "\r\n..\r\n", "bare-lf"],
  ["\r\n.\r.\r\n", "\r\n\r\n.\r\n", "bare-cr"],
  ["\r\n. \r\n", "\r\n \r\n", undefined],
] as const;

describe("smuggling", () => {
  const after = "MAIL FROM:<evil@example.com>\r\n.\r\n";

  test.each(NOT_THE_END)("%j does not end data", (odd, normalized, code) => {
    const wire = `ok${odd}${after}`;
    const body = "MAIL FROM:<evil@example.com>\r\n";
    for (const chunks of cuts(wire)) {
      expect(decode("normalize", chunks)).toEqual({ body: `ok${normalized}${body}`, used: wire.length });
      const kept = odd.startsWith("\r\n.") ? odd.replace(".", "") : odd;
      expect(decode("keep", chunks)).toEqual({ body: `ok${kept}${body}`, used: wire.length });
      const strict = outcome(() => decode("reject", chunks));
      expect(strict).toMatchObject(code === undefined ? { body: `ok${normalized}${body}`, used: wire.length } : { refused: code });
    }
  });

  test("after a bare CR, CRLF.CRLF ends data as ever", () => {
    const wire = "ok\r\r\n.\r\nQUIT\r\n";
    for (const chunks of cuts(wire)) {
      expect(decode("normalize", chunks)).toEqual({ body: "ok\r\n\r\n", used: 8 });
      expect(decode("keep", chunks)).toEqual({ body: "ok\r\r\n", used: 8 });
      expect(() => decode("reject", chunks)).toThrow(expect.objectContaining({ side: "remote", code: "bare-cr", offset: 2 }));
    }
  });

  test("the offset of what was refused counts from the beginning of the data", () => {
    const wire = `${"x".repeat(200)}\r\n.\r${after}`;
    for (const chunks of cuts(wire)) {
      expect(() => decode("reject", chunks)).toThrow(expect.objectContaining({ code: "bare-cr", offset: 203 }));
    }
  });

  test("data that came normalized is stuffed again on its way out, so the next server sees one message too", () => {
    for (const [odd] of NOT_THE_END) {
      const { body } = decode("normalize", [fromLatin1(`ok${odd}${after}`)]);
      const wire = encode("reject", [fromLatin1(body)]);
      expect(wire.indexOf("\r\n.\r\n")).toBe(wire.length - 5);
    }
  });
});

describe("decoding", () => {
  test.each([
    [".\r\nQUIT", "", 3],
    ["a\r\n.\r\n", "a\r\n", 6],
    ["..\r\n...\r\n.a\r\n.\r\n.\r\n", ".\r\n..\r\na\r\n", 16],
    [`${"x".repeat(80)}\r\n..${"y".repeat(80)}\r\n.\r\nNOOP`, `${"x".repeat(80)}\r\n.${"y".repeat(80)}\r\n`, 169],
  ])("%j under every policy", (wire, body, used) => {
    for (const policy of POLICIES) for (const chunks of cuts(wire)) expect(decode(policy, chunks)).toEqual({ body, used });
  });

  test("rejects by default", () => {
    const decoder = new DotDecoder();
    expect(() => decoder.decode(fromLatin1("a\nb"), () => undefined)).toThrow(expect.objectContaining({ code: "bare-lf", offset: 1 }));
  });

  test("bytes behind the end are left alone, now and later", () => {
    const decoder = new DotDecoder();
    const views: Uint8Array[] = [];
    expect(decoder.decode(fromLatin1("a\r\n.\r\nb"), (view) => views.push(view))).toBe(6);
    expect(decoder.decode(fromLatin1("b"), (view) => views.push(view))).toBe(0);
    expect(latin1(concat(views))).toBe("a\r\n");
  });

  test("a chunk without dots leaves as the very same view", () => {
    const chunk = fromLatin1(`${"x".repeat(98)}\r\n`.repeat(3));
    const views: Uint8Array[] = [];
    new DotDecoder().decode(chunk, (view) => views.push(view));
    expect(views).toHaveLength(1);
    expect(views[0]).toBe(chunk);
  });
});

describe("properties", () => {
  test("where in a long run something stands makes no difference", () => {
    for (const odd of ["\r", "\n", "\r\n.", "\r\r\n", "\n\r", "\r."]) {
      for (let at = 0; at < 60; at += 1) {
        const body = `${"x".repeat(at)}${odd}${"y".repeat(90)}`;
        for (const policy of ["normalize", "keep"] as const) {
          const wire = encode(policy, [fromLatin1(body)]);
          expect(wire).toBe(stuffed(policy, body));
          expect(decode(policy, [fromLatin1(wire)]).body).toBe(complete(policy, body));
        }
      }
    }
  });

  test("what is encoded is what the plain rule says, and decodes to the body, however both are cut", () => {
    fc.assert(
      fc.property(bodies, cutPlaces, fc.constantFrom("normalize" as const, "keep" as const), (body, places, policy) => {
        const wire = encode(policy, cutAt(body, places));
        expect(wire).toBe(stuffed(policy, body));
        expect(decode(policy, cutAt(`${wire}QUIT`, places))).toEqual({ body: complete(policy, body), used: wire.length });
      }),
      { numRuns: 500 },
    );
  });

  test("reject passes exactly what needs no change, both ways", () => {
    fc.assert(
      fc.property(bodies, cutPlaces, (body, places) => {
        const bare = /\r(?!\n)|(?<!\r)\n/.exec(body);
        const refused = bare?.[0] === "\r" ? "bare-cr" : "bare-lf";
        const wire = stuffed("keep", body);
        const encoded = outcome(() => encode("reject", cutAt(body, places)));
        expect(encoded).toEqual(bare === null ? wire : { refused, offset: bare.index });
        const decoded = outcome(() => decode("reject", cutAt(wire, places)));
        expect(decoded).toMatchObject(bare === null ? { body: complete("keep", body), used: wire.length } : { refused });
      }),
      { numRuns: 500 },
    );
  });

  test("any bytes, cut anywhere, decode to the same or are refused at the same place", () => {
    fc.assert(
      fc.property(bodies, cutPlaces, fc.constantFrom(...POLICIES), (wire, places, policy) => {
        const whole = outcome(() => decode(policy, [fromLatin1(wire)]));
        expect(outcome(() => decode(policy, cutAt(wire, places)))).toEqual(whole);
        expect(
          outcome(() =>
            decode(
              policy,
              Array.from(fromLatin1(wire), (byte) => Uint8Array.of(byte)),
            ),
          ),
        ).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test("only CRLF.CRLF ends data, and what normalize gives holds CR and LF only as CRLF", () => {
    fc.assert(
      fc.property(bodies, cutPlaces, (wire, places) => {
        const { body, used } = decode("normalize", cutAt(wire, places));
        const end = `\r\n${wire}`.indexOf("\r\n.\r\n");
        expect(used).toBe(end === -1 ? undefined : end + 3);
        // While the end has not come, a CR may still wait for its LF.
        expect(used === undefined ? body.replace(/\r$/, "") : body).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
      }),
      { numRuns: 500 },
    );
  });
});
