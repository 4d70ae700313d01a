import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret, concat, latin1, utf8 } from "@mailwire/wire";
import { redactCommand, redactSasl } from "./redact.ts";

function shown(parts: readonly (Uint8Array | Secret<Uint8Array>)[]): string {
  return parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("");
}

test.each([
  ["PASS admin\r\n", "PASS *****\r\n"],
  ["  pass\tadmin\n", "  pass\t*****\n"],
  ["PASS  two words ", "PASS *****"],
  ["APOP mrose c4c9\r\n", "APOP mrose *****\r\n"],
  ["apop Mary Rose c4c9\r\n", "apop Mary *****\r\n"],
  ["AUTH PLAIN AHRpbQBwdw==\r\n", "AUTH PLAIN *****\r\n"],
  ["AUTH PLAIN\r\n", "AUTH PLAIN\r\n"],
  ["PASS\r\n", "PASS\r\n"],
  ["USER mrose\r\n", "USER mrose\r\n"],
  ["PASSAGE 1\r\n", "PASSAGE 1\r\n"],
  ["\r\n", "\r\n"],
])("%j is shown as %j", (line, redacted) => {
  expect(shown(redactCommand(utf8(line)))).toBe(redacted);
});

test.each([
  ["+ VXNlcm5hbWU6\r\n", "+ *****\r\n"],
  ["AHRpbQBwdw==\r\n", "*****\r\n"],
  ["+ \r\n", "+ *****\r\n"],
  ["*\r\n", "*****\r\n"],
])("%j of an exchange is shown as %j", (line, redacted) => {
  expect(shown(redactSasl(utf8(line)))).toBe(redacted);
});

test("the parts together are the line", () => {
  const line = fc
    .tuple(fc.constantFrom("PASS ", "APOP a ", "AUTH X ", "", "+ ", "pass"), fc.string({ unit: "binary-ascii" }))
    .map((words) => utf8(words.join("")));
  fc.assert(
    fc.property(line, (bytes) => {
      for (const parts of [redactCommand(bytes), redactSasl(bytes)]) {
        expect(concat(parts.map((part) => (part instanceof Secret ? part.reveal() : part)))).toEqual(bytes);
      }
    }),
  );
});
