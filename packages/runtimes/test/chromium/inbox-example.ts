import { openInbox, readSubjects } from "example-web-imap";
import { expect, inject, test } from "vitest";
import "../peers.ts";

const { ports, user } = inject("peers");
const inbox = { gateway: `ws://127.0.0.1:${ports.gateway}/imap`, user: user.name, password: user.password };

function message(subject: string): Uint8Array {
  return new TextEncoder().encode(`From: bob@mail.example\r\nSubject: ${subject}\r\n\r\nHello.\r\n`);
}

test("the example reads an inbox through the gateway, the newest first", async () => {
  expect(await readSubjects(inbox)).toEqual([]);
  const client = await openInbox(inbox);
  for (const subject of ["one", "two"]) await client.append("INBOX", message(subject));
  await client.logout();
  expect(await readSubjects(inbox)).toEqual(["two", "one"]);
});

test("a message of 2 MiB goes through the gateway and back", async () => {
  const client = await openInbox(inbox);
  const large = new Uint8Array(2 * 1024 * 1024).fill(0x61);
  await client.append("Drafts", large);
  await client.examine("Drafts");
  let length = 0;
  for await (const { data } of client.fetch("*", "BODY.PEEK[]"))
    for (const { data: piece } of data) length += (piece instanceof Uint8Array ? piece : await piece?.bytes())?.length ?? 0;
  expect(length).toBe(large.length);
  await client.logout();
});

test("the example tells what is wrong", async () => {
  await expect(readSubjects({ ...inbox, password: "wrong" })).rejects.toThrow(/auth/i);
  await expect(readSubjects({ ...inbox, gateway: `ws://127.0.0.1:${ports.gateway}/elsewhere` })).rejects.toThrow("no WebSocket");
});
