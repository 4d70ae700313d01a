import type { Unit } from "@mailwire/wire";
import { fromLatin1, ProtocolError, Secret, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry } from "./entry.ts";
import { Recorder } from "./recorder.ts";
import { readTranscript, writeTranscript } from "./transcript.ts";

function unit(from: Unit["from"], kind: Unit["kind"], ...parts: readonly (string | Secret)[]): Unit {
  return { from, kind, parts: parts.map((part) => (part instanceof Secret ? new Secret(utf8(String(part.reveal()))) : fromLatin1(part))) };
}

function record(units: readonly Unit[], options: ConstructorParameters<typeof Recorder>[0] = {}): Recorder {
  const recorder = new Recorder({ clock: () => 7, ...options });
  units.forEach(recorder.observe);
  recorder.finish();
  return recorder;
}

describe("lines", () => {
  test("keep who, when, text, line end and size", () => {
    const { entries, clientBytes, serverBytes } = record([unit("server", "line", "220 ready\r\n"), unit("client", "line", "helo me\n")]);
    expect(entries).toEqual([
      { at: 7, from: "server", kind: "line", text: "220 ready", lineEnd: "\r\n", bytes: 11 },
      { at: 7, from: "client", kind: "line", text: "helo me", lineEnd: "\n", bytes: 8 },
    ]);
    expect([clientBytes, serverBytes]).toEqual([8, 11]);
  });

  test("of a reply given as one unit are entries of their own", () => {
    const { entries } = record([unit("server", "line", "250-mx\r\n250 HELP\r\n")]);
    expect(entries.map(({ text }) => text)).toEqual(["250-mx", "250 HELP"]);
  });

  test("show stars for the part that is secret, and only for it", () => {
    const { entries, clientBytes } = record([
      unit("client", "line", "A001 login tester ", new Secret("geheim"), "\r\n"),
      unit("client", "line", "PASS ", new Secret("geheim\r\n")),
      unit("client", "sasl", new Secret("AGEAYg==")),
      unit("client", "literal", new Secret("gehe")),
      unit("client", "literal", new Secret("im")),
    ]);
    expect(writeTranscript(entries)).toBe("C: A001 login tester *****\nC: PASS *****\nC: *****\nC+ *****\n");
    expect(clientBytes).toBe(26 + 13 + 8 + 6);
    expect(entries.map(({ bytes }) => bytes)).toEqual([26, 13, 8, 6]);
  });
});

describe("bodies", () => {
  const RETR = [
    unit("server", "line", "+OK\r\n"),
    unit("server", "body", "Subject: x\r"),
    unit("server", "body", "\n\r\nlast"),
    unit("client", "literal", "abc"),
    unit("server", "tls"),
  ];

  test("are counted", () => {
    expect(writeTranscript(record(RETR).entries)).toBe(
      "S: +OK\n-- 18 bytes of body from the server --\n-- 3 bytes of literal from the client --\n-- tls --\n",
    );
  });

  test("or recorded as text, however they are cut", () => {
    expect(writeTranscript(record(RETR, { bodies: "text" }).entries)).toBe("S: +OK\nS: Subject: x\nS:\nS+ last\nC+ abc\n-- tls --\n");
  });

  test("are not among the entries while they flow", () => {
    const recorder = new Recorder();
    recorder.observe(unit("client", "body", "a"));
    expect(recorder.entries).toEqual([]);
    recorder.finish();
    recorder.finish();
    expect(recorder.entries).toHaveLength(1);
  });

  test("with long lines become several entries that join to the same bytes", () => {
    const { entries } = record([unit("client", "body", "x".repeat(6)), unit("client", "body", "y\r\n")], {
      bodies: "text",
      limits: { maxHeldBytes: 4 },
    });
    expect(writeTranscript(entries)).toBe("C+ xxxxxx\nC: y\n");
  });
});

test("a transcript with bodies as text reads back as the bytes that were said", () => {
  const part = fc.oneof(fc.uint8Array({ maxLength: 6 }), fc.constantFrom("\r\n", "\n", "\r", "C: x", " ", "\\x41").map(utf8));
  const units = fc.array(
    fc.record<Unit>({
      from: fc.constantFrom("client", "server"),
      kind: fc.constantFrom("line", "body", "literal"),
      parts: fc.array(part, { maxLength: 4 }),
    }),
  );
  fc.assert(
    fc.property(units, (said) => {
      const back = readTranscript(writeTranscript(record(said, { bodies: "text" }).entries));
      const bytes = (side: string): number[] => back.flatMap((line) => (line.from === side && "bytes" in line ? [...line.bytes] : []));
      for (const side of ["client", "server"])
        expect(bytes(side)).toEqual(said.flatMap((one) => (one.from === side ? one.parts.flatMap((p) => [...(p as Uint8Array)]) : [])));
    }),
  );
});

test("a secret never shows, whatever surrounds it", () => {
  const options = fc.constantFrom({ bodies: "text" as const }, { bodies: "counted" as const });
  const kinds = fc.constantFrom<Unit["kind"]>("line", "literal", "body", "sasl");
  fc.assert(
    fc.property(kinds, fc.array(fc.constantFrom("PASS ", "\r\n", "")), options, (kind, around, bodies) => {
      const { entries } = record([unit("client", kind, ...around, new Secret("geheim"), ...around)], bodies);
      expect(JSON.stringify(entries)).not.toContain("geheim");
      expect(JSON.stringify(entries)).toContain("*****");
    }),
  );
});

describe("a recorder", () => {
  test("forgets the oldest entries, and stays bounded", () => {
    const recorder = record(
      Array.from({ length: 100 }, (_, index) => unit("client", "line", `NOOP ${index}\r\n`)),
      { limits: { maxRecordedChars: 300 } },
    );
    expect(recorder.entries.map(({ text }) => text)).toEqual(["NOOP 96", "NOOP 97", "NOOP 98", "NOOP 99"]);
    expect(recorder.clientBytes).toBe(890);
  });

  test("keeps nothing of a line that is larger than all it may keep", () => {
    expect(record([unit("client", "line", `${"x".repeat(400)}\r\n`)], { limits: { maxRecordedChars: 300 } }).entries).toEqual([]);
  });

  test("refuses limits that are none", () => {
    expect(() => new Recorder({ limits: { maxRecordedChars: 0 } })).toThrow(ProtocolError);
  });

  test("tells its listeners each entry as it comes, until they leave", () => {
    const recorder = new Recorder();
    const heard: Entry[] = [];
    const leave = recorder.subscribe((entry) => heard.push(entry));
    recorder.observe(unit("client", "line", "a\r\n"));
    leave();
    recorder.observe(unit("client", "line", "b\r\n"));
    expect(heard.map(({ text }) => text)).toEqual(["a"]);
    expect(Math.abs((heard[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });
});

test("reading a transcript leaves out what is no wire line", () => {
  expect(readTranscript("a note\r\nS: hi\r\n\r\n-- 3 bytes of body from the client --\r\n  -- tls --\r\nC|x")).toEqual([
    { from: "server", bytes: utf8("hi\r\n") },
    { from: "tls" },
    { from: "client", bytes: utf8("x\n") },
  ]);
});
