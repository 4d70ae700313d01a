// What a server makes of maildrops that are not as they should be.

import { expect, test } from "vitest";
import { utf8 } from "@mailwire/wire";
import { NotedMaildrop, peerPair, serving } from "../../test/fixture.ts";
import type { Peer } from "../../test/fixture.ts";
import { err } from "../codec/reply.ts";
import { servePop3 } from "../server.ts";
import type { Maildrop, Pop3ServerOptions } from "../server.ts";

async function serve(open: Pop3ServerOptions["open"], errors: unknown[] = []): Promise<Peer> {
  const [transport, peer] = peerPair();
  servePop3(transport, { ...serving(new NotedMaildrop()), open, onError: (error) => errors.push(error) });
  await peer.hear();
  await peer.ask("USER u");
  return peer;
}

test.each<[string, Maildrop["messages"]]>([
  ["no unique-id", [{ size: 1, uid: "" }]],
  ["a blank in one", [{ size: 1, uid: "a b" }]],
  ["one of 71 characters", [{ size: 1, uid: "x".repeat(71) }]],
  ["one beyond ASCII", [{ size: 1, uid: "\u00e4" }]],
  ["half a size", [{ size: 0.5, uid: "a" }]],
])("%s: the maildrop is not opened, and let go of", async (_, messages) => {
  const errors: unknown[] = [];
  const maildrop = Object.assign(new NotedMaildrop(), { messages });
  const peer = await serve(() => Promise.resolve(maildrop), errors);
  expect(await peer.ask("PASS hush")).toMatch(/^-ERR \[SYS\/TEMP\]/);
  expect(errors).toMatchObject([{ side: "local", code: "bad-listing" }]);
  expect(maildrop.notes).toEqual(["release"]);
});

test("unique-ids of 1 to 70 characters from ! to ~ are told, the same one twice if need be", async () => {
  const uids = ["!", "~".repeat(70), "same", "same"];
  const maildrop = Object.assign(new NotedMaildrop(), { messages: uids.map((uid) => ({ size: 1, uid })) });
  const peer = await serve(() => Promise.resolve(maildrop));
  await peer.ask("PASS hush");
  await peer.say("UIDL\r\n");
  expect(await peer.hear("\r\n.\r\n")).toBe(`+OK unique-ids follow\r\n1 !\r\n2 ${"~".repeat(70)}\r\n3 same\r\n4 same\r\n.\r\n`);
});

test("a maildrop may be refused for any reason", async () => {
  const peer = await serve(() => Promise.resolve(err("the account is closed", "SYS/PERM")));
  expect(await peer.ask("PASS hush")).toBe("-ERR [SYS/PERM] the account is closed\r\n");
  expect(await peer.ask("STAT")).toMatch(/^-ERR/);
});

test("a message that vanished is refused, the others keep their numbers", async () => {
  const maildrop = new NotedMaildrop("one\r\n", "two\r\n", "three\r\n");
  const read = (index: number): Iterable<Uint8Array> | undefined => (index === 1 ? undefined : [utf8(`message ${index}\r\n`)]);
  const peer = await serve(() => Promise.resolve(Object.assign(maildrop, { read })));
  await peer.ask("PASS hush");
  expect(await peer.ask("RETR 2")).toBe("-ERR [SYS/PERM] message 2 is not there any more\r\n");
  expect(await peer.ask("TOP 2 0")).toBe("-ERR [SYS/PERM] message 2 is not there any more\r\n");
  await peer.say("RETR 3\r\n");
  expect(await peer.hear("\r\n.\r\n")).toContain("message 2\r\n");
  expect(await peer.ask("STAT")).toBe("+OK 3 17\r\n");
  expect(await peer.ask("DELE 2")).toMatch(/^\+OK/);
});

test("a long list leaves in parts, as fast as it is taken", async () => {
  const messages = Array.from({ length: 20_000 }, (_, index) => ({ size: index, uid: `u${index}` }));
  const peer = await serve(() => Promise.resolve(Object.assign(new NotedMaildrop(), { messages })));
  await peer.ask("PASS hush");
  await peer.say("LIST\r\n");
  const lines = (await peer.hear("\r\n.\r\n")).split("\r\n");
  expect(lines).toHaveLength(1 + messages.length + 2);
  expect(lines[20_000]).toBe("20000 19999");
});
