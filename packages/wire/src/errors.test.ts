import { describe, expect, test } from "vitest";
import { ConnectionError } from "./connection-error.ts";
import { ProtocolError } from "./protocol-error.ts";

const cause = new Error("ECONNRESET");

describe("ProtocolError", () => {
  test("says who broke what, where, and what a server may answer", () => {
    const reply = Uint8Array.of(1);
    const error = new ProtocolError("remote", "bad-reply", "no such reply", { offset: 7, reply, cause });
    expect(error).toMatchObject({
      name: "ProtocolError",
      side: "remote",
      code: "bad-reply",
      message: "no such reply",
      offset: 7,
      reply,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
  });

  test("has nothing that was not given", () => {
    const error = new ProtocolError("local", "illegal-now", "not now");
    expect([error.offset, error.reply, "cause" in error]).toEqual([undefined, undefined, false]);
  });
});

describe("ConnectionError", () => {
  test("says why the connection ended and what was waited for", () => {
    expect(new ConnectionError("timeout", "too slow", { phase: "greeting", cause })).toMatchObject({
      name: "ConnectionError",
      code: "timeout",
      message: "too slow",
      phase: "greeting",
      cause,
    });
  });

  test("has nothing that was not given", () => {
    const error = new ConnectionError("eof", "the peer has gone");
    expect([error.phase, "cause" in error]).toEqual([undefined, false]);
  });
});
