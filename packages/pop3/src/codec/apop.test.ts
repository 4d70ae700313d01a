import { expect, test } from "vitest";
import { Secret } from "@mailwire/wire";
import { apopDigest, findTimestamp } from "./apop.ts";

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
