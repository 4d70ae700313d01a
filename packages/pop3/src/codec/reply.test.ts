import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromLatin1, latin1, utf8 } from "@mailwire/wire";
import { decodeReply, encodeReply, err, hasCode, ok } from "./reply.ts";
import type { Reply } from "./reply.ts";

test.each<[string, Reply | undefined]>([
  ["+OK", { status: "+OK", text: "" }],
  ["+OK ", { status: "+OK", text: "" }],
  ["+ok ready", { status: "+OK", text: "ready" }],
  ["+OK\tready", { status: "+OK", text: "ready" }],
  ["-ERR", { status: "-ERR", text: "" }],
  ["-err no such message", { status: "-ERR", text: "no such message" }],
  [
    "-ERR [IN-USE] Do you have another POP session running?",
    { status: "-ERR", code: "IN-USE", text: "Do you have another POP session running?" },
  ],
  ["-ERR [sys/temp] later", { status: "-ERR", code: "SYS/TEMP", text: "later" }],
  ["-ERR [AUTH]", { status: "-ERR", code: "AUTH", text: "" }],
  ["-ERR[LOGIN-DELAY]wait", { status: "-ERR", code: "LOGIN-DELAY", text: "wait" }],
  ["-ERR [] text", { status: "-ERR", text: "[] text" }],
  ["-ERR [A/] text", { status: "-ERR", text: "[A/] text" }],
  ["-ERR [not a code] text", { status: "-ERR", text: "[not a code] text" }],
  ["-ERR [open", { status: "-ERR", text: "[open" }],
  ["+OK <1896.697170952@dbc.mtview.ca.us>", { status: "+OK", text: "<1896.697170952@dbc.mtview.ca.us>" }],
  ["+OK, then", { status: "+OK", text: ", then" }],
  ["+OKAY", undefined],
  ["-ERROR", undefined],
  [" +OK", undefined],
  ["+ ", undefined],
  ["220 mail ESMTP", undefined],
  ["", undefined],
])("%j", (line, reply) => {
  expect(decodeReply(utf8(line))).toEqual(reply);
});

test("text is UTF-8 where it can be, else one character per byte", () => {
  expect(decodeReply(utf8("-ERR Почта занята"))?.text).toBe("Почта занята");
  expect(decodeReply(fromLatin1("-ERR zur\xfcck"))?.text).toBe("zur\xfcck");
});

describe("encoding", () => {
  test("writes status, code and text", () => {
    expect(latin1(encodeReply(ok("")))).toBe("+OK\r\n");
    expect(latin1(encodeReply(ok("2 320")))).toBe("+OK 2 320\r\n");
    expect(latin1(encodeReply(err("no")))).toBe("-ERR no\r\n");
    expect(latin1(encodeReply(err("busy", "IN-USE")))).toBe("-ERR [IN-USE] busy\r\n");
  });

  test.each([
    ["bad-line", ok("a\r\n+OK b")],
    ["bad-line", err("a\0")],
    ["bad-response-code", err("a", "")],
    ["bad-response-code", err("a", "A]\r\n")],
    ["bad-response-code", err("a", "A//B")],
    ["line-too-long", ok("x".repeat(507))],
  ])("%s", (code, reply) => {
    expect(() => encodeReply(reply)).toThrow(expect.objectContaining({ side: "local", code }));
  });

  test("exactly 512 bytes are allowed", () => {
    expect(encodeReply(ok("x".repeat(506)))).toHaveLength(512);
  });
});

test("value, bytes, value", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 }).filter((words) => !/[\r\n\0]|^[ \t[]/.test(words));
  const reply = fc.record(
    { status: fc.constantFrom("+OK" as const, "-ERR" as const), code: fc.constantFrom("IN-USE", "SYS/PERM", "UTF8"), text },
    { requiredKeys: ["status", "text"] },
  );
  fc.assert(
    fc.property(reply, (value) => {
      expect(decodeReply(encodeReply(value).subarray(0, -2))).toEqual(value);
    }),
  );
});

test("any bytes give a reply or none, never an error", () => {
  fc.assert(fc.property(fc.uint8Array(), (line) => ["+OK", "-ERR", undefined].includes(decodeReply(line)?.status)));
});

test.each([
  ["SYS/TEMP", "SYS/TEMP", true],
  ["SYS/TEMP/DISK", "SYS/TEMP", true],
  ["SYS/TEMP", "SYS", true],
  ["SYS/TEMPORARY", "SYS/TEMP", false],
  ["SYS", "SYS/TEMP", false],
])("%s is %s or more of it: %s", (said, code, same) => {
  expect(hasCode(err("no", said), code)).toBe(same);
  expect(hasCode(err("no"), code)).toBe(false);
});
