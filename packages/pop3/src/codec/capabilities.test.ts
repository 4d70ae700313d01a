import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  Capabilities,
  decodeCapability,
  encodeCapability,
  expireCapability,
  loginDelayCapability,
  utf8Capability,
} from "./capabilities.ts";
import type { Capability } from "./capabilities.ts";

function told(...lines: readonly string[]): Capabilities {
  return new Capabilities(lines.flatMap((line) => decodeCapability(line) ?? []));
}

test("the example of RFC 2449 section 5", () => {
  const capabilities = told(
    "TOP",
    "USER",
    "SASL CRAM-MD5 KERBEROS_V4",
    "RESP-CODES",
    "LOGIN-DELAY 900",
    "PIPELINING",
    "EXPIRE 60",
    "UIDL",
    "IMPLEMENTATION Shlemazle-Plotz-v302",
  );
  expect([...capabilities.keys()]).toEqual("TOP USER SASL RESP-CODES LOGIN-DELAY PIPELINING EXPIRE UIDL IMPLEMENTATION".split(" "));
  expect(capabilities.has("PIPELINING")).toBe(true);
  expect(capabilities.saslMechanisms).toEqual(["CRAM-MD5", "KERBEROS_V4"]);
  expect(capabilities.loginDelay).toEqual({ seconds: 900, scope: "everybody" });
  expect(capabilities.expire).toEqual({ days: 60, scope: "everybody" });
  expect(capabilities.implementation).toBe("Shlemazle-Plotz-v302");
  expect(capabilities.utf8).toBeUndefined();
});

test.each([
  ["EXPIRE 5 USER", { days: 5, scope: "per-user" }],
  ["EXPIRE 30", { days: 30, scope: "everybody" }],
  ["expire never", { days: "never", scope: "everybody" }],
  ["EXPIRE 0", { days: 0, scope: "everybody" }],
  ["EXPIRE", undefined],
  ["EXPIRE soon", undefined],
])("%s", (line, expire) => {
  expect(told(line).expire).toEqual(expire);
});

test.each([
  ["LOGIN-DELAY 120 user", { seconds: 120, scope: "per-user" }],
  ["LOGIN-DELAY -1", undefined],
  ["LOGIN-DELAY", undefined],
])("%s", (line, loginDelay) => {
  expect(told(line).loginDelay).toEqual(loginDelay);
});

describe("UTF8", () => {
  test.each([
    ["UTF8", { user: false }],
    ["utf8 user", { user: true }],
    ["UTF8 LATER", { user: false }],
  ])("%s", (line, utf8) => {
    expect(told(line).utf8).toEqual(utf8);
  });
});

test("what is not there is undefined", () => {
  const nothing = told();
  expect([nothing.saslMechanisms, nothing.loginDelay, nothing.expire, nothing.implementation, nothing.utf8]).toEqual(
    Array(5).fill(undefined),
  );
  expect(told("SASL").saslMechanisms).toEqual([]);
});

test("values, lines, values", () => {
  const scope = fc.constantFrom("everybody" as const, "per-user" as const);
  const values = fc.record({
    loginDelay: fc.record({ seconds: fc.nat(), scope }),
    expire: fc.record({ days: fc.oneof(fc.nat(), fc.constant("never" as const)), scope }),
    utf8: fc.record({ user: fc.boolean() }),
  });
  fc.assert(
    fc.property(values, (value) => {
      const said: Capability[] = [loginDelayCapability(value.loginDelay), expireCapability(value.expire), utf8Capability(value.utf8)];
      const { loginDelay, expire, utf8 } = told(...said.map((capability) => encodeCapability(capability)));
      expect({ loginDelay, expire, utf8 }).toEqual(value);
    }),
  );
});
