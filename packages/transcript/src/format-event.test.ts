import { ProtocolError, Secret, utf8 } from "@mailwire/wire";
import { expect, test } from "vitest";
import { formatEvent } from "./format-event.ts";

test.each([
  [{ type: "greeting" }, "greeting"],
  [{ type: "reply", code: 250, text: ["a", "b"] }, 'reply {"code":250,"text":["a","b"]}'],
  [{ type: "line", b: 1, a: undefined, raw: utf8("x"), nested: { raw: 1, at: () => 1 } }, 'line {"b":1,"nested":{}}'],
  [{ type: "chunk", data: Uint8Array.of(0x61, 0xff) }, 'chunk {"data":"aÿ"}'],
  [{ type: "chunk", data: Buffer.from("a"), all: [Buffer.from("b")] }, 'chunk {"data":"a","all":["b"]}'],
  [{ type: "pass", password: new Secret("geheim") }, 'pass {"password":"*****"}'],
  [{ type: "status", uids: new Set([1]), items: new Map([["UIDNEXT", 2n]]) }, 'status {"uids":[1],"items":[["UIDNEXT",2]]}'],
  [{ type: "invalid", error: new ProtocolError("remote", "bad", "odd") }, 'invalid {"error":"bad: odd"}'],
  [{ type: "failed", error: new TypeError("no") }, 'failed {"error":"TypeError: no"}'],
])("%# is written on one line", (event, line) => {
  expect(formatEvent(event)).toBe(line);
});
