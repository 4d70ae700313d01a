import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, decodeUtf8, fromLatin1, latin1, portableLatin1, printable, utf8 } from "./text.ts";

describe("latin1", () => {
  test("both readings give one character per byte, and the bytes come back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = latin1(bytes);
        expect(text).toBe(String.fromCharCode(...bytes));
        expect(portableLatin1(bytes)).toBe(text);
        expect(fromLatin1(text)).toEqual(bytes);
      }),
    );
  });

  test("a part of long bytes", () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, at) => at % 256);
    const whole = String.fromCharCode(...bytes);
    expect(latin1(bytes, 255, 9000)).toBe(whole.slice(255, 9000));
    expect(portableLatin1(bytes, 255, 9000)).toBe(whole.slice(255, 9000));
    expect(latin1(bytes, 9990)).toBe(whole.slice(9990));
  });
});

describe("UTF-8", () => {
  test("text comes back, a byte order mark too", () => {
    expect(decodeUtf8(utf8("\u{feff}Grüße 🎉"))).toBe("\u{feff}Grüße 🎉");
  });

  test("bytes that are not UTF-8 are undefined", () => {
    expect(decodeUtf8(Uint8Array.of(0x61, 0xff))).toBeUndefined();
  });
});

describe("concat", () => {
  test("joins in order", () => {
    expect(concat([Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3));
    expect(concat([])).toHaveLength(0);
  });

  test("copies nothing when there is nothing to join", () => {
    const chunk = Uint8Array.of(1, 2);
    expect(concat([chunk])).toBe(chunk);
  });
});

test("what a peer said is shown with its control characters escaped", () => {
  expect(printable("\u001b[2Jhi\r\nthere\u2028\u0085é 漢")).toBe("\\x1b[2Jhi\\x0d\\x0athere\\x2028\\x85é 漢");
});
