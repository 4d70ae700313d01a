import { latin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { decodeEhloAnswer, ehloReply, encodeReply, Extensions, NO_EXTENSIONS, reply } from "./index.ts";

describe("the answer to EHLO", () => {
  test("says who the server is and what it offers", () => {
    const lines = [
      "mx.example at your service",
      "pipelining",
      "SIZE 1000",
      "AUTH PLAIN login",
      "AUTH=LOGIN X-OLD",
      "X-FOO a  b",
      "STARTTLS",
      "!?",
      "",
    ];
    const { domain, extensions } = decodeEhloAnswer(reply(250, lines));
    expect(domain).toBe("mx.example");
    expect([...extensions].map(({ keyword }) => keyword)).toEqual(["PIPELINING", "SIZE", "AUTH", "AUTH", "X-FOO", "STARTTLS"]);
    expect(extensions.has("PIPELINING")).toBe(true);
    expect(extensions.has("8BITMIME")).toBe(false);
    expect(extensions.maxMessageBytes).toBe(1000);
    expect(extensions.authMechanisms).toEqual(["PLAIN", "LOGIN", "X-OLD"]);
    expect(extensions.parameters("X-FOO")).toEqual(["a", "b"]);
    expect(JSON.parse(JSON.stringify(new Extensions([{ keyword: "DSN", parameters: [] }])))).toEqual([{ keyword: "DSN", parameters: [] }]);
  });

  test.each(["SIZE", "SIZE 0", "SIZE many", "DSN"])("%j names no largest message", (line) => {
    expect(decodeEhloAnswer(reply(250, ["mx", line])).extensions.maxMessageBytes).toBeUndefined();
  });

  test("names limits, RFC 9422", () => {
    const { extensions } = decodeEhloAnswer(reply(250, ["mx", "LIMITS rcptmax=100 MAILMAX=5 RCPTDOMAINMAX=x X=0 Y __PROTO__=1"]));
    expect(extensions.limits).toEqual({ RCPTMAX: 100, MAILMAX: 5, ["__PROTO__"]: 1 });
    expect(NO_EXTENSIONS.limits).toEqual({});
  });

  test.each([
    ["DELIVERBY 240", 240],
    ["DELIVERBY", undefined],
    ["DELIVERBY soon", undefined],
    ["DSN", undefined],
  ])("%j names the least seconds of DELIVERBY: %s", (line, seconds) => {
    expect(decodeEhloAnswer(reply(250, ["mx", line])).extensions.minDeliverBySeconds).toBe(seconds);
  });

  test.each([
    ["FUTURERELEASE 86400 2026-12-31T00:00:00Z", { maxSeconds: 86_400, maxDateTime: "2026-12-31T00:00:00Z" }],
    ["FUTURERELEASE 86400", { maxSeconds: 86_400, maxDateTime: "" }],
    ["FUTURERELEASE", undefined],
    ["FUTURERELEASE x", undefined],
  ])("%j says how long a message may be held back", (line, expected) => {
    expect(decodeEhloAnswer(reply(250, ["mx", line])).extensions.futureRelease).toEqual(expected);
  });

  test("may be empty", () => {
    expect(decodeEhloAnswer({ code: 250, enhancedCode: undefined, lines: [] })).toEqual({ domain: "", extensions: new Extensions([]) });
    expect(NO_EXTENSIONS.authMechanisms).toEqual([]);
  });

  test("is written line by line", () => {
    const written = encodeReply(
      ehloReply("mx.example", "hello", [
        { keyword: "SIZE", parameters: ["10"] },
        { keyword: "DSN", parameters: [] },
      ]),
    );
    expect(latin1(written)).toBe("250-mx.example hello\r\n250-SIZE 10\r\n250 DSN\r\n");
  });

  test.each([
    { keyword: "A B", parameters: [] },
    { keyword: "size", parameters: [] },
    { keyword: "SIZE", parameters: ["1 2"] },
    { keyword: "SIZE", parameters: ["1\r\n"] },
  ])("never offers %j", (extension) => {
    expect(() => ehloReply("mx", "hello", [extension])).toThrow(expect.objectContaining({ side: "local", code: "bad-extension" }));
  });
});
