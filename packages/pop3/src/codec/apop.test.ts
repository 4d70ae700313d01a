import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret, utf8 } from "@mailwire/wire";
import { apopDigest, findTimestamp } from "./apop.ts";
import { md5 } from "./md5.ts";

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

test.each([
  ["", "d41d8cd98f00b204e9800998ecf8427e"],
  ["a", "0cc175b9c0f1b6a831c399e269772661"],
  ["abc", "900150983cd24fb0d6963f7d28e17f72"],
  ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
  ["abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"],
  ["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "d174ab98d277d9f5a5611c2c9f419d9f"],
  ["1234567890".repeat(8), "57edf4a22be3c955ac49da2e2107b67a"],
])("MD5 of %j (RFC 1321 appendix A.5)", (message, digest) => {
  expect(hex(md5(utf8(message)))).toBe(digest);
});

test("MD5 agrees with the platform's", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (message) => hex(md5(message)) === createHash("md5").update(message).digest("hex")),
  );
});

test("the example of RFC 1939 section 7", () => {
  const timestamp = findTimestamp("POP3 server ready <1896.697170952@dbc.mtview.ca.us>") ?? "";
  expect(timestamp).toBe("<1896.697170952@dbc.mtview.ca.us>");
  expect(apopDigest(timestamp, "tanstaaf").reveal()).toBe("c4c9334bac560ecc979e58001b3e22fb");
  expect(apopDigest(timestamp, new Secret("tanstaaf")).reveal()).toBe("c4c9334bac560ecc979e58001b3e22fb");
});

test.each([
  ["ready <MDAEMON-F200705301641.AA4141984MD7002@pdssut.mail>", "<MDAEMON-F200705301641.AA4141984MD7002@pdssut.mail>"],
  ["<a@b> and <c@d>", "<a@b>"],
  ["4 messages <21077 octets>", undefined],
  ["<no-at-sign>", undefined],
  ["<two@at@signs>", undefined],
  ["<@b>", undefined],
  ["<a@>", undefined],
  ["<a b@c>", undefined],
  ["<a\u00e4@c>", undefined],
  ["no timestamp", undefined],
])("%j", (greeting, timestamp) => {
  expect(findTimestamp(greeting)).toBe(timestamp);
});
