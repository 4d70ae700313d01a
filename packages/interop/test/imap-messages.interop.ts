// Messages by the IMAP client: appended to, fetched from, searched and changed in Dovecot, which is asked afterwards what it holds.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ImapClient, type ImapClientOptions } from "@mailwire/imap/client";
import { plainClient } from "@mailwire/sasl";
import { connect } from "@mailwire/tls";
import { latin1, Secret, type Unit, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dovecot, startDovecot } from "../src/dovecot.ts";
import { collect, LARGE_BYTES, large, message, NESTED, NESTED_STRUCTURE, texts } from "../src/messages.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let dovecot: Dovecot;

beforeAll(async () => {
  scratch = await makeScratch();
  dovecot = await startDovecot(scratch);
});

afterAll(async () => {
  await dovecot.stop();
  await removeScratch(scratch);
});

const upgraded = (): ImapClientOptions => ({ serverName: "localhost", tlsOptions: { ca: dovecot.certificate.cert } });

async function open(options: ImapClientOptions = upgraded(), port = dovecot.imap): Promise<ImapClient> {
  return ImapClient.open(await connect({ host: "127.0.0.1", port }), options);
}

/** A connection of alice. */
async function alice(options?: ImapClientOptions): Promise<ImapClient> {
  const client = await open(options);
  await client.login("alice", "secret1");
  return client;
}

test("messages are appended with flags and date, small and streamed", async () => {
  const client = await alice();
  await client.create("appended");
  await client.append("appended", message("small"), { flags: ["\\Seen", "$Work"], date: new Date("1996-07-17T09:44:25Z") });
  await client.append("appended", large(), { size: LARGE_BYTES });
  await client.append("appended", message("empty", ""));
  expect(await dovecot.stored("appended", "uid flags date.received.unixtime size.virtual hdr.subject")).toEqual([
    `uid=1 flags=\\Seen $Work date.received.unixtime=837596665 size.virtual=${message("small").length} hdr.subject=small`,
    expect.stringMatching(new RegExp(`^uid=2 flags= date.* size\\.virtual=${LARGE_BYTES} hdr.subject=large$`)),
    expect.stringMatching(/^uid=3 .* hdr.subject=empty$/),
  ]);
  await expect(client.append("nowhere", message("lost"))).rejects.toMatchObject({ code: { type: "TRYCREATE" } });
  await expect(client.append("nowhere", large(), { size: LARGE_BYTES })).rejects.toMatchObject({ code: { type: "TRYCREATE" } });
  await client.noop();
  await client.logout();
});

test("a huge message comes while another one goes, which the server does not read before all of the first is gone", async () => {
  const client = await alice();
  await client.create("huge");
  const huge = message("huge", "x".repeat(76).concat("\r\n").repeat(400_000));
  await client.append("huge", huge);
  await client.select("huge");
  const fetching = (async () => {
    const lengths: number[] = [];
    for await (const fetched of client.fetch(1, "BODY.PEEK[]")) lengths.push(...(await texts(fetched)).map((text) => text?.length ?? 0));
    return lengths;
  })();
  await client.append("huge", huge);
  expect(await fetching).toEqual([huge.length]);
  expect(client.mailbox).toMatchObject({ exists: 2 });
  await client.logout();
});

test("messages are appended, and logins made, in the slow way where a server has no extensions", async () => {
  const directory = join(scratch, "old");
  await mkdir(directory);
  const old = await startDovecot(directory, "imap_capability = IMAP4rev1\n");
  try {
    const lines: string[] = [];
    const observe = ({ from, kind, parts }: Unit): void => {
      if (from === "client" && kind === "line") lines.push(parts.map((part) => (part instanceof Secret ? "*" : latin1(part))).join(""));
    };
    const client = await open({ allowPlaintext: true, observe }, old.imap);
    await client.authenticate(plainClient({ user: "alice", password: "secret1" }));
    const appended = [client.append("INBOX", message("small")), client.append("INBOX", large(), { size: LARGE_BYTES }), client.noop()];
    await Promise.all(appended);
    await expect(client.append("nowhere", large(), { size: LARGE_BYTES })).rejects.toMatchObject({ code: { type: "TRYCREATE" } });
    await client.create("Grüße");
    expect((await client.select("INBOX")).exists).toBe(2);
    expect(await client.search([{ type: "SUBJECT", text: "ä" }])).toEqual([]);
    await client.logout();
    expect(lines.join("")).toContain(" AUTHENTICATE PLAIN\r\n");
    expect(lines.filter((line) => line.endsWith("}\r\n")).map((line) => line.replace(/^\w+ /, ""))).toEqual([
      `APPEND INBOX {${message("small").length}}\r\n`,
      `APPEND INBOX {${LARGE_BYTES}}\r\n`,
      `APPEND nowhere {${LARGE_BYTES}}\r\n`,
      "SEARCH CHARSET UTF-8 SUBJECT {2}\r\n",
    ]);
    expect(await old.doveadm("fetch", "-u", "alice", "size.virtual", "mailbox", "INBOX")).toContain(`size.virtual: ${LARGE_BYTES}\n`);
  } finally {
    await old.stop();
  }
});

test("messages are fetched: what FULL tells, the structure of nested parts, sections and pieces of them", async () => {
  const client = await alice();
  await client.create("nested");
  await client.append("nested", utf8(NESTED), { flags: ["\\Flagged"] });
  await client.examine("nested");
  const [full] = await collect(client.fetch(1, "FULL"));
  expect(full).toMatchObject({
    flags: expect.arrayContaining(["\\Flagged"]) as string[],
    size: NESTED.length,
    envelope: {
      subject: "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
      from: [{ name: 'Bob "B" Bobson', mailbox: "bob", host: "example.test" }],
      cc: [{ mailbox: "friends", host: null }, { mailbox: "ann", host: "example.test" }, { mailbox: null }],
      messageId: "<1@example.test>",
    },
    structure: { kind: "multipart", subtype: "mixed", parts: [{ kind: "multipart" }, { kind: "message" }, { kind: "basic" }] },
  });
  expect(full?.date?.text).toMatch(/^[ \d]\d-\w{3}-\d{4} \d\d:\d\d:\d\d [-+]\d{4}$/);
  const [structured] = await collect(client.fetch("1", "BODYSTRUCTURE UID"));
  expect(structured).toMatchObject({ uid: 1, structure: NESTED_STRUCTURE });
  const [sections] = await collect(
    client.fetch(
      "*",
      "BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[1.2] BODY.PEEK[2.TEXT] BODY.PEEK[3.MIME] BODY.PEEK[1.1]<2.3> BODY.PEEK[9]",
    ),
  );
  expect(sections && (await texts(sections))).toEqual([
    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\n",
    "<p>html</p>",
    "inside\r\n",
    'Content-Type: application/octet-stream; name="a b.bin"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="a b.bin"\r\n\r\n',
    "ain",
    expect.toBeOneOf([null, ""]),
  ]);
  expect(sections?.data[4]).toMatchObject({ section: { part: [1, 1], text: "" }, origin: 2 });
  expect(await dovecot.stored("nested", "flags")).toEqual(["flags=\\Flagged"]);
  await client.logout();
});

test("messages are read as they come, with other commands inside the loop, and left early", async () => {
  const client = await alice();
  await client.create("streamed");
  for (let copy = 0; copy < 3; copy += 1) await client.append("streamed", large(), { size: LARGE_BYTES });
  await client.select("streamed");
  const sizes: number[] = [];
  for await (const { sequenceNumber, data } of client.fetch("1:3", "BODY[]")) {
    const [body] = data;
    if (body === undefined || body.data === null || body.data instanceof Uint8Array) throw new Error("a large message does not stream");
    let bytes = 0;
    for await (const chunk of body.data) {
      if (bytes === 0 && sequenceNumber === 2) await client.noop();
      bytes += chunk.length;
    }
    sizes.push(bytes);
  }
  expect(sizes).toEqual([LARGE_BYTES, LARGE_BYTES, LARGE_BYTES]);
  for await (const { data } of client.fetch("1:3", "BODY.PEEK[]")) {
    const [body] = data;
    if (body?.data instanceof Uint8Array) throw new Error("a large message does not stream");
    for await (const chunk of body?.data ?? []) if (chunk.length > 0) break;
    break;
  }
  expect((await collect(client.uidFetch("1:*", "UID"))).map(({ uid }) => uid)).toEqual([1, 2, 3]);
  expect(await dovecot.stored("streamed", "flags")).toEqual(["flags=\\Seen", "flags=\\Seen", "flags=\\Seen"]);
  await client.logout();
});

test("messages are found, flagged, copied and expunged", async () => {
  const client = await alice();
  await client.create("sorted");
  await client.create("kept");
  const date = new Date("1996-07-17T12:00:00Z");
  await client.append("sorted", message("apples"), { flags: ["\\Seen"], date });
  await client.append("sorted", message("=?utf-8?Q?=C3=84pfel?=", "Äpfel und Birnen\r\n"));
  await client.append("sorted", message("pears", `${"long ".repeat(1000)}\r\n`), { flags: ["$Work"] });
  await client.select("sorted");
  expect(await client.search("UNSEEN NOT SUBJECT apples FROM bob@example.test")).toEqual([2, 3]);
  expect(await client.search("OR BEFORE 1-Jan-2000 LARGER 4000")).toEqual([1, 3]);
  expect(await client.uidSearch([{ type: "SUBJECT", text: "Äpfel" }])).toEqual([2]);
  expect(
    await client.search([
      { type: "KEYWORD", flag: "$Work" },
      { type: "UID", set: [{ first: 1, last: "*" }] },
    ]),
  ).toEqual([3]);
  expect(await client.search('HEADER Subject "no such thing"')).toEqual([]);
  const flagged = await client.store("1:2", "add", ["\\Flagged"]);
  expect(flagged.map(({ sequenceNumber, flags }) => [sequenceNumber, flags?.includes("\\Flagged")])).toEqual([
    [1, true],
    [2, true],
  ]);
  expect(await client.uidStore(3, "replace", ["\\Answered"], { silent: true })).toEqual([]);
  await client.store(1, "remove", ["\\Seen"]);
  await client.copy("1:2", "kept");
  await client.uidCopy(3, "kept");
  await expect(client.copy(1, "nowhere")).rejects.toMatchObject({ code: { type: "TRYCREATE" } });
  await client.store("1,3", "add", ["\\Deleted"], { silent: true });
  expect(await client.expunge()).toHaveLength(2);
  expect(client.mailbox?.exists).toBe(1);
  await client.close();
  expect(client.state).toBe("authenticated");
  expect(await dovecot.stored("sorted", "uid flags")).toEqual(["uid=2 flags=\\Flagged"]);
  expect(await dovecot.stored("kept", "uid flags")).toEqual(["uid=1 flags=\\Flagged", "uid=2 flags=\\Flagged", "uid=3 flags=\\Answered"]);
  await client.logout();
});
