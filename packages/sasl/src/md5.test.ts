import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8 } from "@mailwire/wire";
import { hmacMd5, md5 } from "./md5.ts";

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

test("HMAC-MD5 agrees with the platform's, with short and long keys", () => {
  const key = fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ minLength: 60, maxLength: 200 }));
  fc.assert(
    fc.property(
      key,
      fc.uint8Array(),
      (bytes, message) => hex(hmacMd5(bytes, message)) === createHmac("md5", bytes).update(message).digest("hex"),
    ),
  );
});
