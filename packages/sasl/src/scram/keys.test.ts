import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Secret, decodeBase64, utf8 } from "@mailwire/wire";
import { HASHES } from "./hash.ts";
import type { ScramVariant } from "./hash.ts";
import { DEFAULT_SCRAM_ITERATIONS, deriveScramKeys, formatScramKeys, parseScramKeys, verifyScramPassword } from "./keys.ts";

// Computed with Python's hashlib.pbkdf2_hmac and hmac from the formulas of RFC 5802 section 3.
const PENCIL =
  "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

const variants: ScramVariant[] = ["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"];

test("keys as text", async () => {
  const salt = decodeBase64("W22ZaJ0SNY7soEsUEjb6gQ==") ?? new Uint8Array();
  expect(formatScramKeys(await deriveScramKeys("SCRAM-SHA-256", "pencil", { salt, iterations: 4096 }))).toBe(PENCIL);
});

test("what is printed is read again", () => {
  const keys = fc.constantFrom(...variants).chain((variant) => {
    const key = fc.uint8Array({ minLength: HASHES[variant].bytes, maxLength: HASHES[variant].bytes });
    const salt = fc.uint8Array({ minLength: 1 });
    return fc.record({
      variant: fc.constant(variant),
      salt,
      iterations: fc.integer({ min: 1, max: 999_999_999 }),
      storedKey: key,
      serverKey: key,
    });
  });
  fc.assert(
    fc.property(keys, (value) => {
      expect(parseScramKeys(formatScramKeys(value))).toEqual(value);
    }),
  );
});

test.each([
  ["nothing", ""],
  ["another scheme", PENCIL.replace("256", "224")],
  ["a -PLUS scheme", PENCIL.replace("256", "256-PLUS")],
  ["a scheme in small letters", PENCIL.replace("SCRAM", "scram")],
  ["the name of a property of every object", PENCIL.replace("SCRAM-SHA-256", "constructor")],
  ["no iterations", PENCIL.replace("4096", "0")],
  ["iterations beyond a thousand millions", PENCIL.replace("4096", "1000000000")],
  ["a leading zero", PENCIL.replace("4096", "04096")],
  ["no salt", PENCIL.replace("W22ZaJ0SNY7soEsUEjb6gQ==", "")],
  ["a salt without padding", PENCIL.replace("gQ==", "gQ")],
  ["keys for another hash function", PENCIL.replace("256", "1")],
  ["a stored key that is too long", PENCIL.replace("$WG5d", "$QUJDWG5d")],
  ["a server key that is too long", PENCIL.replace(/:[^:]*$/, ":QUJD$&")],
  ["a space before", ` ${PENCIL}`],
  ["a line end behind", `${PENCIL}\n`],
  ["a third key", `${PENCIL}:QUJD`],
])("text with %s is no keys", (_, text) => {
  expect(parseScramKeys(text)).toBeUndefined();
});

test("any text is keys or not, never an error", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => parseScramKeys(text) === undefined));
});

describe.each(variants)("%s", (variant) => {
  test("the password is known again, others are not", async () => {
    const keys = await deriveScramKeys(variant, new Secret("I\u2168\u00adX"));
    expect(await verifyScramPassword(keys, "I\u2168\u00adX")).toBe(true);
    expect(await verifyScramPassword(keys, new Secret("IIXX"))).toBe(true);
    expect(await verifyScramPassword(keys, "IIxX")).toBe(false);
    expect(await verifyScramPassword(keys, "")).toBe(false);
    expect(await verifyScramPassword(keys, "\u{1f600}")).toBe(false);
    expect(await verifyScramPassword(keys, "IIXX\n")).toBe(false);
  });

  test("salts are random, iterations those of the default", async () => {
    const [one, other] = [await deriveScramKeys(variant, "p"), await deriveScramKeys(variant, "p")];
    expect(one).toMatchObject({ variant, iterations: DEFAULT_SCRAM_ITERATIONS });
    expect(one.salt).toHaveLength(16);
    expect(one.salt).not.toEqual(other.salt);
    expect(one.storedKey).not.toEqual(other.storedKey);
  });
});

test("for a user without keys the answer is no, after the same work", async () => {
  const derive = vi.spyOn(crypto.subtle, "deriveBits");
  expect(await verifyScramPassword(undefined, "pencil")).toBe(false);
  expect(derive).toHaveBeenCalledWith(expect.objectContaining({ iterations: DEFAULT_SCRAM_ITERATIONS }), expect.anything(), 256);
  derive.mockRestore();
});

test.each([
  ["no salt", { salt: new Uint8Array() }],
  ["too few iterations", { iterations: 4095 }],
  ["half an iteration", { iterations: 4096.5 }],
  ["iterations of ten digits", { iterations: 1_000_000_000 }],
  ["iterations without end", { iterations: Infinity }],
])("keys are not made with %s", async (_, options) => {
  await expect(deriveScramKeys("SCRAM-SHA-1", "p", options)).rejects.toMatchObject({ side: "local", code: "bad-scram-keys" });
});

test.each(["", "\u00ad", "a\tb", "\ue000", "\u{1f600}"])("keys are not made of the password %j", async (password) => {
  const misuse = deriveScramKeys("SCRAM-SHA-1", password, { salt: utf8("salt") });
  await expect(misuse).rejects.toMatchObject({ side: "local", code: "bad-credential" });
});
