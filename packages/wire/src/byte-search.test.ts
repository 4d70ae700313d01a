import fc from "fast-check";
import { expect, test } from "vitest";
import { indexOfByte, indexOfBytes, portableIndexOfByte, portableIndexOfBytes } from "./byte-search.ts";

test("both searches find the first such byte at or after the start", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80, max: 12 }), fc.nat(12), fc.nat(90), (bytes, byte, from) => {
      const expected = bytes.findIndex((value, at) => at >= from && value === byte);
      expect(indexOfByte(bytes, byte, from)).toBe(expected);
      expect(portableIndexOfByte(bytes, byte, from)).toBe(expected);
    }),
  );
});

test("a search begins at the start unless told otherwise, and stays inside the view", () => {
  const view = Uint8Array.of(7, 1, 2, 7).subarray(1, 3);
  expect(indexOfByte(view, 1)).toBe(0);
  expect(portableIndexOfByte(view, 1)).toBe(0);
  expect(indexOfByte(view, 7)).toBe(-1);
});

test("both searches find where all the bytes are first", () => {
  const few = { max: 2 };
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40, ...few }),
      fc.uint8Array({ minLength: 1, maxLength: 4, ...few }),
      fc.nat(45),
      (bytes, wanted, from) => {
        const expected = bytes.findIndex((_, at) => at >= from && wanted.every((byte, index) => bytes[at + index] === byte));
        expect(indexOfBytes(bytes, wanted, from)).toBe(expected);
        expect(portableIndexOfBytes(bytes, wanted, from)).toBe(expected);
      },
    ),
  );
});
