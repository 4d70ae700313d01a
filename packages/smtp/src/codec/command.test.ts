import { concat, fromLatin1, latin1, Secret, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Command, CommandDecoder, decodeCommand, type Deviation, encodeCommand, forwardPath, parameter, type ReceivedCommand, reversePath,
} from "./index.ts"; // prettier-ignore

const decode = (line: string): ReceivedCommand => decodeCommand(utf8(line));

describe("decodeCommand reads", () => {
  test.each<[string, object, ...Deviation[]]>([
    ["HELO mx.example", { verb: "HELO", domain: "mx.example" }],
    ["EHLO [192.0.2.1]", { verb: "EHLO", domain: "[192.0.2.1]" }],
    ["ehlo [IPv6:2001:db8::1]\r\n", { verb: "EHLO", domain: "[IPv6:2001:db8::1]" }],
    ["helo my_pc", { verb: "HELO", domain: "my_pc" }, "odd-argument"],
    ["  NOOP", { verb: "NOOP" }, "extra-space"],
    ["NOOP is anyone there", { verb: "NOOP", text: "is anyone there" }],
    ["HELP", { verb: "HELP" }],
    ["help mail ", { verb: "HELP", text: "mail" }, "extra-space"],
    ["VRFY günter", { verb: "VRFY", text: "günter" }],
    ["DATA", { verb: "DATA" }],
    ["data ", { verb: "DATA" }, "extra-space"],
    ["QUIT\n", { verb: "QUIT" }, "bare-lf"],
    ["Rset\r\n", { verb: "RSET" }],
    ["STARTTLS", { verb: "STARTTLS" }],
    ["QUIT\tnow", { verb: "unknown", name: "QUIT\tnow", argument: "" }],
    ["qui", { verb: "unknown", name: "qui", argument: "" }],
    ["da\bta", { verb: "unknown", name: "da\bta", argument: "" }],
    ["XCLIENT NAME=x ADDR=y", { verb: "unknown", name: "XCLIENT", argument: "NAME=x ADDR=y" }],
    ["DATA\0", { verb: "unknown", name: "DATA\0", argument: "" }],
    ["", { verb: "unknown", name: "", argument: "" }],
  ])("%j", (line, command, ...deviations) => {
    expect(decode(line)).toMatchObject({ command, deviations });
    expect(latin1(decode(line).raw)).toBe(latin1(utf8(line)));
  });

  test.each<[string, string, ...Deviation[]]>([
    ["MAIL FROM:<>", ""],
    ["MAIL FROM:<a@b.example>", "a@b.example"],
    ["mail from: a@b.example", "a@b.example", "extra-space", "no-brackets"],
    ["mail from:a@b.example", "a@b.example", "no-brackets"],
    ["Mail  From : <a@b.example>", "a@b.example", "extra-space"],
    ["MAIL FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]"],
    ['MAIL FROM:<"a> X=1"@b.example>', '"a> X=1"@b.example'],
    ['MAIL FROM:<"a\\"b"@b.example>', '"a\\"b"@b.example'],
    ["MAIL FROM:<@x.example,@y.example:a@b.example>", "a@b.example", "source-route"],
    ["MAIL FROM:<a..b@c.example>", "a..b@c.example", "odd-local-part"],
    ["MAIL FROM:<a.@c.example>", "a.@c.example", "odd-local-part"],
    ["MAIL FROM:<a@under_score.example>", "a@under_score.example", "odd-domain"],
    ["MAIL FROM:<a@b.example.>", "a@b.example.", "odd-domain"],
    ["MAIL FROM:<a@-b-.example>", "a@-b-.example", "odd-domain"],
    ["MAIL FROM:<grün@bücher.example>", "grün@bücher.example"],
  ])("%j", (line, path, ...deviations) => {
    expect(decode(line)).toMatchObject({ command: { verb: "MAIL", path, parameters: [] }, deviations });
  });

  test("postmaster without a domain, as a recipient only", () => {
    expect(decode("RCPT TO:<PostMaster>").command).toMatchObject({ verb: "RCPT", path: "PostMaster" });
    expect(decode("rcpt to:postmaster").command).toMatchObject({ verb: "RCPT", path: "postmaster" });
    expect(decode("MAIL FROM:<postmaster>").command).toMatchObject({ verb: "invalid", problem: "bad-path" });
  });

  test("parameters in order, whatever they are", () => {
    expect(decode("MAIL FROM:<a@b> size=10 BODY=8BITMIME x-y  SMTPUTF8 ")).toMatchObject({
      command: {
        parameters: [
          { keyword: "SIZE", value: "10" },
          { keyword: "BODY", value: "8BITMIME" },
          { keyword: "X-Y", value: undefined },
          { keyword: "SMTPUTF8", value: undefined },
        ],
      },
      deviations: ["extra-space"],
    });
    expect(decode("rcpt to:a@b ORCPT=rfc822;x=y")).toMatchObject({
      command: { parameters: [{ keyword: "ORCPT", value: "rfc822;x=y" }] },
      deviations: ["no-brackets", "odd-parameter"],
    });
  });

  test("AUTH with its initial response, which does not print", () => {
    const received = decode("auth plain AGEAYg==");
    expect(received.command).toMatchObject({ verb: "AUTH", mechanism: "PLAIN" });
    expect(received.command.verb === "AUTH" && latin1(received.command.initialResponse?.reveal() ?? new Uint8Array())).toBe("\0a\0b");
    expect(JSON.stringify(received)).not.toContain("AGEAYg");
    expect(decode("AUTH EXTERNAL =").command).toMatchObject({ mechanism: "EXTERNAL", initialResponse: new Secret(new Uint8Array()) });
    expect(decode("AUTH LOGIN").command).toEqual({ verb: "AUTH", mechanism: "LOGIN" });
  });

  test.each([
    ["HELO", "argument-missing"],
    ["HELO ", "argument-missing"],
    ["EHLO a b", "bad-argument"],
    ["EHLO a\x01", "bad-argument"],
    ["VRFY", "argument-missing"],
    ["VRFY a\rb", "bad-argument"],
    ["NOOP \0", "bad-argument"],
    ["DATA now", "bad-argument"],
    ["AUTH", "argument-missing"],
    ["AUTH PLAIN a b", "bad-argument"],
    ["AUTH PL/IN", "bad-argument"],
    ["AUTH PLAIN ===", "bad-base64"],
    ["MAIL", "bad-path"],
    ["MAIL FROM", "bad-path"],
    ["MAIL TO:<a@b>", "bad-path"],
    ["MAIL FROM:", "bad-path"],
    ["MAIL FROM:<a@b", "bad-path"],
    ["MAIL FROM:<a>", "bad-path"],
    ["MAIL FROM:<a@>", "bad-path"],
    ["MAIL FROM:<@b>", "bad-path"],
    ["MAIL FROM:<@b:>", "bad-path"],
    ["MAIL FROM:<@b;@c:d@e>", "bad-path"],
    ["MAIL FROM:<a@b..c>", "bad-path"],
    ["MAIL FROM:<a@[]>", "bad-path"],
    ["MAIL FROM:<a@[x>", "bad-path"],
    ['MAIL FROM:<"a@b>', "bad-path"],
    ['MAIL FROM:<"a\\\x01"@b>', "bad-path"],
    ['MAIL FROM:<"a\x01"@b>', "bad-path"],
    ["MAIL FROM:<a@b\r>", "bad-path"],
    ["MAIL FROM:<a@b> ?", "bad-parameter"],
    ["MAIL FROM:<a@b>SIZE=1", "bad-parameter"],
    ["MAIL FROM:<a@b> SIZE=", "bad-parameter"],
    ["MAIL FROM:<a@b> SIZE=1\x01", "bad-parameter"],
    ["RCPT TO:<>", "bad-path"],
    ["RCPT TO:a b", "bad-path"],
    ["RCPT TO:<a@b> -X", "bad-parameter"],
  ])("%j as invalid", (line, problem) => {
    expect(decode(line).command).toEqual({ verb: "invalid", name: line.slice(0, 4).toUpperCase(), problem });
  });

  test("no path that is not UTF-8: it could not be sent on as it came", () => {
    expect(decodeCommand(fromLatin1("MAIL FROM:<\xe9@b.example>")).command).toMatchObject({ verb: "invalid", problem: "bad-path" });
  });
});

describe("encodeCommand", () => {
  test.each<[Command, string]>([
    [{ verb: "EHLO", domain: "[192.0.2.1]" }, "EHLO [192.0.2.1]"],
    [{ verb: "MAIL", path: reversePath(""), parameters: [] }, "MAIL FROM:<>"],
    [
      { verb: "MAIL", path: reversePath("a@b"), parameters: [parameter("size", "1"), parameter("SMTPUTF8")] },
      "MAIL FROM:<a@b> SIZE=1 SMTPUTF8",
    ],
    [{ verb: "RCPT", path: forwardPath("Postmaster"), parameters: [] }, "RCPT TO:<Postmaster>"],
    [{ verb: "NOOP" }, "NOOP"],
    [{ verb: "HELP", text: "MAIL" }, "HELP MAIL"],
    [{ verb: "VRFY", text: "a b" }, "VRFY a b"],
    [{ verb: "STARTTLS" }, "STARTTLS"],
    [{ verb: "AUTH", mechanism: "PLAIN" }, "AUTH PLAIN"],
    [{ verb: "AUTH", mechanism: "PLAIN", initialResponse: new Secret(utf8("\0a\0b")) }, "AUTH PLAIN AGEAYg=="],
    [{ verb: "AUTH", mechanism: "EXTERNAL", initialResponse: new Secret(new Uint8Array()) }, "AUTH EXTERNAL ="],
    [{ verb: "unknown", name: "ETRN", argument: "example.org" }, "ETRN example.org"],
    [{ verb: "unknown", name: "XFOO", argument: "" }, "XFOO"],
  ])("%j", (command, line) => {
    expect(latin1(encodeCommand(command))).toBe(`${line}\r\n`);
  });

  test.each<[Command, string]>([
    [{ verb: "EHLO", domain: "a b" }, "bad-command"],
    [{ verb: "HELO", domain: "" }, "bad-command"],
    [{ verb: "EHLO", domain: "a\r\nQUIT" }, "bad-command"],
    [{ verb: "NOOP", text: "a\r\nQUIT" }, "line-break"],
    [{ verb: "VRFY", text: "a\0" }, "line-break"],
    [{ verb: "AUTH", mechanism: "PLAIN X" }, "bad-command"],
    [{ verb: "unknown", name: "XFOO", argument: "a\nb" }, "line-break"],
    [{ verb: "unknown", name: "starttls", argument: "" }, "bad-command"],
    [{ verb: "MAIL", path: reversePath("a@b"), parameters: [{ keyword: "X Y", value: undefined }] }, "bad-parameter"],
    [{ verb: "MAIL", path: reversePath("a@b"), parameters: [{ keyword: "X", value: "y z" }] }, "bad-parameter"],
  ])("refuses %j", (command, code) => {
    expect(() => encodeCommand(command)).toThrow(expect.objectContaining({ side: "local", code }));
  });
});

const domain = fc.domain();
const local = fc.oneof(
  fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(\.[a-z0-9]{1,5})?$/),
  fc.constant('"a> b\\" X=1"'),
  fc.constant("grün"),
);
const mailbox = fc.tuple(local, domain).map(([before, after]) => `${before}@${after}`);
const parameters = fc.array(
  fc
    .tuple(fc.stringMatching(/^[A-Z0-9][A-Z0-9-]{0,8}$/), fc.option(fc.stringMatching(/^[!-<>-~]{1,10}$/), { nil: undefined }))
    .map(([k, v]) => parameter(k, v)),
  { maxLength: 4 },
);
const text = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const bytes = fc.uint8Array({ maxLength: 40 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ verb: fc.constantFrom("HELO" as const, "EHLO" as const), domain }),
  fc.record({ verb: fc.constant("MAIL" as const), path: fc.oneof(mailbox, fc.constant("")).map(reversePath), parameters }),
  fc.record({ verb: fc.constant("RCPT" as const), path: fc.oneof(mailbox, fc.constant("postmaster")).map(forwardPath), parameters }),
  fc.record({ verb: fc.constantFrom("DATA" as const, "RSET" as const, "QUIT" as const, "STARTTLS" as const) }),
  fc.record({ verb: fc.constantFrom("NOOP" as const, "HELP" as const), text }, { requiredKeys: ["verb"] }),
  fc.record({ verb: fc.constant("VRFY" as const), text }),
  fc.record(
    {
      verb: fc.constant("AUTH" as const),
      mechanism: fc.stringMatching(/^[A-Z0-9_-]{1,20}$/),
      initialResponse: bytes.map((b) => new Secret(b)),
    },
    { requiredKeys: ["verb", "mechanism"] },
  ),
  fc.record({ verb: fc.constant("unknown" as const), name: fc.stringMatching(/^X[A-Z0-9]{1,6}$/), argument: text }),
);

/** Secrets by their bytes, so that they compare. */
function revealed(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) => (member instanceof Secret ? latin1(member.reveal() as Uint8Array) : member)),
  );
}

function decodeAll(chunks: readonly Uint8Array[], limits?: { maxCommandLineBytes: number; maxAuthLineBytes: number }): ReceivedCommand[] {
  const decoder = new CommandDecoder(limits);
  const all: ReceivedCommand[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let next = decoder.next(); next !== undefined; next = decoder.next()) all.push(next);
    if (limits !== undefined) expect(decoder.heldBytes).toBeLessThanOrEqual(limits.maxAuthLineBytes + 1);
  }
  return all;
}

function cut(whole: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(whole.subarray(at, at + size));
    at += size;
  }
  return [...pieces, whole.subarray(at)];
}

describe("CommandDecoder", () => {
  test("what is encoded is read as it was, without deviations", () => {
    fc.assert(
      fc.property(command, (value) => {
        const [received] = decodeAll([encodeCommand(value)]);
        expect(revealed(received?.command)).toEqual(revealed(value));
        expect(received?.deviations).toEqual([]);
      }),
    );
  });

  const line = fc.oneof(
    command.map((value) => latin1(encodeCommand(value))),
    fc.string({ unit: "binary-ascii", maxLength: 30 }).map((text) => `${text}\n`),
    fc.constantFrom("mail from:a@b\n", "rcpt to: x@y\r\n", "\r\n", "\n", "MAIL FROM:<a@b\r\n"),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  const lines = fc.array(line, { maxLength: 8 }).map((all) => concat([...all.map((one) => fromLatin1(one)), new Uint8Array()]));

  test("any bytes, cut anywhere, give the same commands, nothing thrown, little held", () => {
    const limits = { maxCommandLineBytes: 25, maxAuthLineBytes: 40 };
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 9 })), (input, sizes) => {
        const whole = decodeAll([input], limits);
        const pieces = decodeAll(cut(input, sizes), limits);
        expect(revealed(pieces)).toEqual(revealed(whole));
        expect(pieces.map(({ raw }) => latin1(raw))).toEqual(whole.map(({ raw }) => latin1(raw)));
      }),
      { numRuns: 500 },
    );
  });

  test("a line that is too long is cut short and the next one is read; AUTH may be longer", () => {
    const limits = { maxCommandLineBytes: 20, maxAuthLineBytes: 40 };
    const said = [`NOOP ${"x".repeat(13)}`, `NOOP ${"x".repeat(14)}`, "AUTH PLAIN AAAAAAAAAAAAAAAAAAAA", `NOOP ${"x".repeat(99)}`, "QUIT"];
    const verbs = decodeAll([utf8(`${said.join("\r\n")}\r\n`)], limits).map(({ command }) =>
      "problem" in command ? command.problem : command.verb,
    );
    expect(verbs).toEqual(["NOOP", "line-too-long", "AUTH", "line-too-long", "QUIT"]);
  });

  test("gives bytes and positions between lines, and forgets when told", () => {
    const decoder = new CommandDecoder();
    decoder.push(utf8("DATA\r\nbo"));
    decoder.push(utf8("dy\r\nNOOP\r"));
    expect(decoder.next()?.command).toEqual({ verb: "DATA" });
    expect(latin1(decoder.peekBytes())).toBe("bo");
    decoder.skipBytes(2);
    expect(latin1(decoder.peekBytes())).toBe("dy\r\nNOOP\r");
    decoder.skipBytes(4);
    expect(decoder.position).toBe(12);
    expect(decoder.next()).toBeUndefined();
    expect(decoder.pending).toBe(5);
    decoder.push(utf8("\nQUIT\r\n"));
    expect(decoder.next()?.command).toEqual({ verb: "NOOP" });
    decoder.clear();
    expect(decoder.pending).toBe(0);
    expect(decoder.peekBytes()).toHaveLength(0);
    decoder.push(utf8("QUIT\r\n"));
    expect(decoder.next()?.command).toEqual({ verb: "QUIT" });
  });

  test("unread bytes count as pending", () => {
    const decoder = new CommandDecoder();
    decoder.push(utf8("a"));
    decoder.push(utf8("bc"));
    expect(decoder.pending).toBe(3);
    expect(decoder.nextLine()).toBeUndefined();
    decoder.push(utf8("\r\n"));
    expect(decoder.nextLine()).toEqual({ text: "abc", tooLong: false });
    expect(decoder.pending).toBe(0);
  });
});
