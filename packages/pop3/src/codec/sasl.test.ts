import fc from "fast-check";
import { expect, test } from "vitest";
import { latin1, utf8 } from "@mailwire/wire";
import { decodeChallenge, decodeSaslResponse, encodeChallenge, encodeSaslCancel, encodeSaslResponse } from "./sasl.ts";

test.each([
  ["+ ", ""],
  ["+", ""],
  ["+   ", ""],
  ["+ VXNlcm5hbWU6", "Username:"],
  ["+ VXNlcm5hbWU6 ", "Username:"],
])("challenge %j", (line, data) => {
  expect(decodeChallenge(utf8(line))).toEqual(utf8(data));
});

test.each(["+ not base64", "+ ====", "+ VXNlcm5hbWU", "+ Vß=="])("%j is malformed", (line) => {
  expect(decodeChallenge(utf8(line))).toBe("malformed");
});

test.each(["+OK", "+OK done", "-ERR no", "", "x"])("%j is no challenge", (line) => {
  expect(decodeChallenge(utf8(line))).toBeUndefined();
});

test.each([
  ["", new Uint8Array()],
  ["AHRpbQBwdw==", utf8("\0tim\0pw")],
  ["*", "cancel"],
  [" * ", "cancel"],
  ["**", "malformed"],
  ["AHRpbQBwdw", "malformed"],
])("response %j", (line, response) => {
  expect(decodeSaslResponse(utf8(line))).toEqual(response);
});

test("the lines of both sides", () => {
  expect(latin1(encodeChallenge(new Uint8Array()))).toBe("+ \r\n");
  expect(latin1(encodeSaslResponse(new Uint8Array()))).toBe("\r\n");
  expect(latin1(encodeSaslCancel())).toBe("*\r\n");
});

test("value, bytes, value, of any length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
      expect(decodeChallenge(encodeChallenge(data).subarray(0, -2))).toEqual(data);
      expect(decodeSaslResponse(encodeSaslResponse(data).subarray(0, -2))).toEqual(data);
    }),
  );
});

test("any bytes are something, never an error", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (line) => {
      decodeChallenge(line);
      expect(decodeSaslResponse(line)).toBeDefined();
    }),
  );
});
