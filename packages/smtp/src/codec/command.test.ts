import { fromLatin1, latin1, Secret, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import {
  type Command,
  decodeCommand,
  type Deviation,
  encodeCommand,
  forwardPath,
  parameter,
  type ReceivedCommand,
  reversePath,
} from "./index.ts";

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
    ["XFOO NAME=x ADDR=y", { verb: "unknown", name: "XFOO", argument: "NAME=x ADDR=y" }],
    ["LHLO mx.example", { verb: "LHLO", domain: "mx.example" }],
    ["expn staff", { verb: "EXPN", text: "staff" }],
    ["ETRN @example.org", { verb: "ETRN", text: "@example.org" }],
    ["ETRN #queue", { verb: "ETRN", text: "#queue" }],
    ["BDAT 0", { verb: "BDAT", sizeBytes: 0, position: "more" }],
    ["bdat 000123 last", { verb: "BDAT", sizeBytes: 123, position: "last" }],
    ["BDAT  5  LAST ", { verb: "BDAT", sizeBytes: 5, position: "last" }, "extra-space"],
    ["BDAT 9007199254740991", { verb: "BDAT", sizeBytes: 9007199254740991, position: "more" }],
    ["BDAT 00000000000000000005", { verb: "BDAT", sizeBytes: 5, position: "more" }],
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

  test.each(["XCLIENT", "XFORWARD"] as const)("%s with its attributes decoded, unknown ones as such", (verb) => {
    expect(
      decode(`${verb} name=mx.example  Addr=IPV6:::1 LOGIN=a+2Bb+C3+BC HELO=[UNAVAILABLE] PORT=[tempunavail] X-y_z=[1]`),
    ).toMatchObject({
      command: {
        verb,
        attributes: [
          { name: "NAME", value: "mx.example" },
          { name: "ADDR", value: "IPV6:::1" },
          { name: "LOGIN", value: "a+b\u00fc" },
          { name: "HELO", value: undefined },
          { name: "PORT", value: undefined },
          { name: "X-Y_Z", value: "[1]" },
        ],
      },
    });
  });

  test.each([
    ["XCLIENT", "argument-missing"],
    ["XCLIENT ", "argument-missing"],
    ["XCLIENT NAME", "bad-argument"],
    ["XCLIENT NAME=", "bad-argument"],
    ["XCLIENT =x", "bad-argument"],
    ["XCLIENT 1=x", "bad-argument"],
    ["XCLIENT NAME=a=b", "bad-argument"],
    ["XCLIENT NAME=+GG", "bad-argument"],
    ["XCLIENT NAME=x+0D+0AADDR=y", "bad-argument"],
    ["XCLIENT NAME=x ADDR=+00", "bad-argument"],
  ])("%j as invalid", (line, problem) => {
    expect(decode(line).command).toEqual({ verb: "invalid", name: "XCLIENT", problem });
    expect(decode(line.replace("XCLIENT", "XFORWARD")).command).toEqual({ verb: "invalid", name: "XFORWARD", problem });
  });

  test.each([
    ["HELO", "argument-missing"],
    ["LHLO", "argument-missing"],
    ["EXPN", "argument-missing"],
    ["ETRN ", "argument-missing"],
    ["EXPN a\x7f", "bad-argument"],
    ["BDAT", "bad-chunk-size"],
    ["BDAT ", "bad-chunk-size"],
    ["BDAT -1", "bad-chunk-size"],
    ["BDAT 1.0", "bad-chunk-size"],
    ["BDAT 0x1", "bad-chunk-size"],
    ["BDAT \u0661", "bad-chunk-size"],
    ["BDAT 1\tLAST", "bad-chunk-size"],
    ["BDAT 1 FIRST", "bad-chunk-size"],
    ["BDAT LAST 1", "bad-chunk-size"],
    ["BDAT 9007199254740992", "bad-chunk-size"],
    ["BDAT 000000000000000000005", "bad-chunk-size"],
    [`BDAT ${"9".repeat(400)}`, "bad-chunk-size"],
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
    [{ verb: "LHLO", domain: "x" }, "LHLO x"],
    [{ verb: "EXPN", text: "staff" }, "EXPN staff"],
    [{ verb: "ETRN", text: "@example.org" }, "ETRN @example.org"],
    [{ verb: "BDAT", sizeBytes: 10, position: "more" }, "BDAT 10"],
    [{ verb: "BDAT", sizeBytes: 0, position: "last" }, "BDAT 0 LAST"],
    [
      {
        verb: "XCLIENT",
        attributes: [
          { name: "name", value: "a b" },
          { name: "ADDR", value: undefined },
          { name: "HELO", value: "[UNAVAILABLE]" },
        ],
      },
      "XCLIENT NAME=a+20b ADDR=[UNAVAILABLE] HELO=+5BUNAVAILABLE]",
    ],
    [{ verb: "XFORWARD", attributes: [{ name: "PROTO", value: "ESMTP" }] }, "XFORWARD PROTO=ESMTP"],
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
    [{ verb: "EXPN", text: "a\nb" }, "line-break"],
    [{ verb: "ETRN", text: "a\rb" }, "line-break"],
    [{ verb: "LHLO", domain: "a b" }, "bad-command"],
    [{ verb: "BDAT", sizeBytes: -1, position: "more" }, "bad-command"],
    [{ verb: "BDAT", sizeBytes: 1.5, position: "more" }, "bad-command"],
    [{ verb: "BDAT", sizeBytes: 2 ** 53, position: "last" }, "bad-command"],
    [{ verb: "BDAT", sizeBytes: Number.NaN, position: "last" }, "bad-command"],
    [{ verb: "XCLIENT", attributes: [] }, "bad-command"],
    [{ verb: "XCLIENT", attributes: [{ name: "A B", value: "x" }] }, "bad-command"],
    [{ verb: "XCLIENT", attributes: [{ name: "", value: "x" }] }, "bad-command"],
    [{ verb: "XFORWARD", attributes: [{ name: "A", value: "" }] }, "bad-command"],
    [{ verb: "XFORWARD", attributes: [{ name: "A", value: "x\r\ny" }] }, "bad-command"],
    [{ verb: "unknown", name: "bdat", argument: "5" }, "bad-command"],
    [{ verb: "unknown", name: "LHLO", argument: "x" }, "bad-command"],
    [{ verb: "unknown", name: "XFOO", argument: "a\nb" }, "line-break"],
    [{ verb: "unknown", name: "starttls", argument: "" }, "bad-command"],
    [{ verb: "MAIL", path: reversePath("a@b"), parameters: [{ keyword: "X Y", value: undefined }] }, "bad-parameter"],
    [{ verb: "MAIL", path: reversePath("a@b"), parameters: [{ keyword: "X", value: "y z" }] }, "bad-parameter"],
  ])("refuses %j", (command, code) => {
    expect(() => encodeCommand(command)).toThrow(expect.objectContaining({ side: "local", code }));
  });
});
