import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Base64Decoder, Base64Encoder, decodeBase64, encodeBase64 } from "./base64.ts";
import { concat, fromLatin1, latin1 } from "./text.ts";

// RFC 4648 section 10.
const VECTORS = [
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
] as const;

const malformed = expect.objectContaining({ side: "remote", code: "bad-base64" }) as Error;

function decodePieces(pieces: readonly string[]): Uint8Array {
  const decoder = new Base64Decoder();
  const chunks = pieces.map((piece) => decoder.decode(fromLatin1(piece)));
  decoder.finish();
  return concat(chunks);
}

describe("whole", () => {
  test.each(VECTORS)("%j is %j", (plain, text) => {
    expect(encodeBase64(fromLatin1(plain))).toBe(text);
    expect(decodeBase64(text)).toEqual(fromLatin1(plain));
  });

  test("any bytes come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64(bytes);
        expect(text).toBe(btoa(String.fromCharCode(...bytes)));
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  test.each(["Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zm9v=", "Zm9v\r\n", " Zm9", "Zh==", "Zm9=", "Zm9-", "Zm9\u00e9", "*"])(
    "%j is malformed",
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
      expect(() => decodePieces([text])).toThrow(malformed);
    },
  );

  test("a character whose low byte is a digit is no digit", () => {
    expect(decodeBase64("Zm9\u0161")).toBeUndefined();
  });

  test("every text is either the one text of its bytes or malformed", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("A", "Z", "g", "/", "+", "=", "9", "-"), maxLength: 12 }), (text) => {
        const bytes = decodeBase64(text);
        expect(bytes === undefined ? text : encodeBase64(bytes)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("in pieces", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 10 }), { maxLength: 12 });

  test("cutting the bytes or the text anywhere changes nothing", () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(8), { maxLength: 20 }), (chunks, sizes) => {
        const bytes = concat([new Uint8Array(0), ...chunks]);
        const encoder = new Base64Encoder();
        const text = latin1(concat([...chunks.map((chunk) => encoder.encode(chunk)), encoder.finish()]));
        expect(text).toBe(encodeBase64(bytes));
        const cut: string[] = [];
        let at = 0;
        for (const size of [...sizes, text.length]) {
          cut.push(text.slice(at, at + size));
          at += size;
        }
        expect(decodePieces(cut)).toEqual(bytes);
      }),
    );
  });

  test("both are fresh again after the end", () => {
    const encoder = new Base64Encoder();
    encoder.encode(fromLatin1("f"));
    expect(latin1(encoder.finish())).toBe("Zg==");
    expect(latin1(encoder.finish())).toBe("");
    const decoder = new Base64Decoder();
    for (let count = 0; count < 2; count += 1) {
      expect(latin1(decoder.decode(fromLatin1("Zg==")))).toBe("f");
      decoder.finish();
    }
  });

  test.each([[["Zg==", "Zg=="]], [["Zg==", "Z"]], [["Zm", "9"]], [["Z", "g=", "x="]]])("%j is malformed", (texts) => {
    expect(() => decodePieces(texts)).toThrow(malformed);
  });
});
