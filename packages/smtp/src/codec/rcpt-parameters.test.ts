import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Command, decodeCommand, decodeRcptParameters, encodeCommand, encodeRcptParameters, forwardPath, NOTIFY_EVENTS, parameter, type RcptParameters,
} from "./index.ts"; // prettier-ignore

describe("RCPT parameters", () => {
  test.each<[string, string, RcptParameters]>([
    ["NOTIFY", "never", { notify: [] }],
    ["NOTIFY", "SUCCESS", { notify: ["SUCCESS"] }],
    ["NOTIFY", "failure,Delay,FAILURE", { notify: ["FAILURE", "DELAY"] }],
    ["ORCPT", "rfc822;Bob+40example.org", { orcpt: { addressType: "rfc822", address: "Bob@example.org" } }],
    ["ORCPT", "rfc822;a+2Bb@c", { orcpt: { addressType: "rfc822", address: "a+b@c" } }],
    ["ORCPT", "utf-8;gr\u00fcn@x.example", { orcpt: { addressType: "utf-8", address: "gr\u00fcn@x.example" } }],
    ["ORCPT", "X400;a;b", { orcpt: { addressType: "X400", address: "a;b" } }],
  ])("%s=%s is read", (keyword, value, known) => {
    expect(decodeRcptParameters([parameter(keyword, value)])).toEqual({ known, unknown: [], invalid: [] });
  });

  test.each([
    parameter("NOTIFY"),
    parameter("NOTIFY", "NEVER,SUCCESS"),
    parameter("NOTIFY", "SUCCESS,"),
    parameter("NOTIFY", "ALWAYS"),
    parameter("ORCPT"),
    parameter("ORCPT", "rfc822"),
    parameter("ORCPT", "rfc822;"),
    parameter("ORCPT", ";a@b"),
    parameter("ORCPT", "rfc822;a+"),
    parameter("ORCPT", "rfc822;a+0D+0Ab"),
    parameter("ORCPT", `rfc822;${"x".repeat(494)}`),
  ])("%j means nothing", (given) => {
    expect(decodeRcptParameters([given])).toEqual({ known: {}, unknown: [], invalid: [given] });
  });

  test("those of others are kept", () => {
    const given = [parameter("SIZE", "1"), parameter("NOTIFY", "NEVER")];
    expect(decodeRcptParameters(given)).toEqual({ known: { notify: [] }, unknown: [given[0]], invalid: [] });
  });

  test("are read as they were written, from the bytes of a command too", () => {
    const known: fc.Arbitrary<RcptParameters> = fc.record(
      {
        notify: fc.subarray([...NOTIFY_EVENTS]),
        orcpt: fc.record({
          addressType: fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/),
          address: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
        }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(known, (value) => {
        const parameters = encodeRcptParameters(value);
        expect(decodeRcptParameters(parameters)).toEqual({ known: value, unknown: [], invalid: [] });
        const command: Command = { verb: "RCPT", path: forwardPath("a@b"), parameters };
        expect(decodeCommand(encodeCommand(command))).toMatchObject({ command, deviations: [] });
      }),
    );
  });

  test.each<RcptParameters>([
    { orcpt: { addressType: "rfc822", address: "" } },
    { orcpt: { addressType: "", address: "a@b" } },
    { orcpt: { addressType: "rfc;822", address: "" } },
    { orcpt: { addressType: "rfc822", address: "a\r\nb" } },
    { orcpt: { addressType: "rfc822", address: "=".repeat(200) } },
  ])("%j cannot be said", (value) => {
    expect(() => encodeRcptParameters(value)).toThrow(expect.objectContaining({ side: "local", code: "bad-parameter" }));
  });
});
