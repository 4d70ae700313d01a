import { forwardPath, reversePath } from "@mailwire/smtp/codec";
import { decodeUtf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { traceFields, type Trace } from "./trace-fields.ts";

function fields(peer: Partial<Trace["peer"]>, envelope: Partial<Trace["envelope"]> = {}): string {
  return (
    decodeUtf8(
      traceFields({
        envelope: { from: reversePath("a@b.example"), mail: {}, parameters: [], recipients: [], ...envelope },
        peer: { info: { secure: false }, hello: { verb: "EHLO", domain: "client.example" }, identity: undefined, ...peer },
        hostname: "mx.example",
        now: 0,
      }),
    ) ?? ""
  );
}

describe("traceFields", () => {
  test("tell who sent, from where, how and when", () => {
    expect(fields({ info: { secure: false, remote: "192.0.2.1:4711" } })).toBe(
      "Return-Path: <a@b.example>\r\nReceived: from client.example ([192.0.2.1])\r\n\tby mx.example with ESMTP;\r\n\tThu, 01 Jan 1970 00:00:00 +0000\r\n",
    );
  });

  test.each([
    [{ hello: undefined }, "unknown\r\n\tby mx.example with SMTP;"],
    [{ hello: { verb: "HELO", domain: "x" }, info: { secure: true } } as const, "x\r\n\tby mx.example with SMTP;"],
    [{ info: { secure: true } }, "with ESMTPS;"],
    [{ identity: "ada" }, "with ESMTPA;"],
    [{ info: { secure: true }, identity: "ada" }, "with ESMTPSA;"],
    [{ info: { secure: false, remote: "[2001:db8::1]:25" } }, "client.example ([2001:db8::1])"],
    [{ info: { secure: false, remote: "x)\r\nEvil: 1:25" } }, "client.example ([xEvil:1])"],
    [{ hello: { verb: "EHLO", domain: "a\r\nEvil:" } } as const, "from unknown\r\n\tby"],
  ])("%j", (peer, expected) => expect(fields(peer)).toContain(expected));

  test("name the recipient only when there is one, in UTF-8 where it must be", () => {
    const [one, other] = [forwardPath("jörg@b.example"), forwardPath("c@d.example")].map((path) => ({ path, rcpt: {}, parameters: [] }));
    if (one === undefined || other === undefined) throw new Error("no recipients");
    const utf8Mail = { mail: { smtputf8: true as const } };
    expect(fields({}, { ...utf8Mail, recipients: [one] })).toContain("with UTF8SMTP\r\n\tfor <jörg@b.example>;");
    expect(fields({}, { recipients: [one, other] })).not.toContain("for <");
  });
});
