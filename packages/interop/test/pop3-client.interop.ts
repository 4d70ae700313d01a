// The POP3 client against Dovecot.

import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Pop3Client, type Pop3ClientOptions, Pop3ReplyError } from "@mailwire/pop3/client";
import { loginClient, plainClient } from "@mailwire/sasl";
import { connect } from "@mailwire/tls";
import { latin1, Secret } from "@mailwire/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dovecot, OWNER, startDovecot } from "../src/dovecot.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const MESSAGES = ["Subject: one\n\n.dotted\n..\n.\nend\n", `Subject: two\n\n${"line after line\n".repeat(20_000)}`, "Subject: three\n\n"];

let scratch: string;
let dovecot: Dovecot;

beforeAll(async () => {
  scratch = await makeScratch();
  dovecot = await startDovecot(scratch);
  let folder = join(scratch, "home");
  for (const part of ["alice", "Maildir", "new"]) {
    folder = join(folder, part);
    await mkdir(folder);
    await chown(folder, OWNER.uid, OWNER.gid);
  }
  for (const [index, text] of MESSAGES.entries()) {
    const file = join(folder, `100000000${index}.M1P1.host`);
    await writeFile(file, text);
    await chown(file, OWNER.uid, OWNER.gid);
  }
});

afterAll(async () => {
  await dovecot.stop();
  await removeScratch(scratch);
});

const upgraded = (): Pop3ClientOptions => ({ serverName: "localhost", tlsOptions: { ca: dovecot.certificate.cert } });

async function open(options: Pop3ClientOptions = upgraded()): Promise<Pop3Client> {
  return Pop3Client.open(await connect({ host: "127.0.0.1", port: dovecot.pop3 }), options);
}

const crlf = (text = ""): string => text.replaceAll("\n", "\r\n");

test("upgrades by STLS, lists, and reads every message as it is", async () => {
  const client = await open();
  expect(client.info.secure).toBe(true);
  await client.login("alice", "secret1");
  expect(await client.stat()).toMatchObject({ messages: 3 });
  expect((await client.list()).map(({ octets }) => octets)).toEqual(MESSAGES.map((text) => crlf(text).length));
  expect(new Set((await client.uidl()).map(({ uid }) => uid)).size).toBe(3);
  for (const [index, text] of MESSAGES.entries()) expect(latin1(await client.retr(index + 1).bytes())).toBe(crlf(text));
  expect(latin1(await client.top(1, 1).bytes())).toBe("Subject: one\r\n\r\n.dotted\r\n");
  await client.quit();
});

test("asks for much at once, and hangs on nothing when a command comes in the middle of a message", async () => {
  const client = await open();
  await client.login("alice", "secret1");
  const bodies = MESSAGES.map((_text, index) => client.retr(index + 1).bytes());
  expect((await Promise.all(bodies)).map((body) => body.length)).toEqual(MESSAGES.map((text) => crlf(text).length));
  let bytes = 0;
  for await (const chunk of client.retr(2)) {
    if (bytes === 0) await client.noop();
    bytes += chunk.length;
  }
  expect(bytes).toBe(crlf(MESSAGES[1]).length);
  for await (const chunk of client.retr(2)) if (chunk.length > 0) break;
  expect(await client.stat()).toMatchObject({ messages: 3 });
  await client.quit();
});

test("speaks TLS from the first byte, and in clear when it may", async () => {
  const tls = { ca: dovecot.certificate.cert };
  const implicit = await connect({ host: "127.0.0.1", port: dovecot.pop3s, mode: "implicit", serverName: "localhost", tls });
  for (const client of [await Pop3Client.open(implicit, {}), await open({ allowPlaintext: true })]) {
    await client.login("alice", "secret1");
    expect(await client.stat()).toMatchObject({ messages: 3 });
    await client.quit();
  }
});

test("authenticates by SASL, and is told of a wrong password", async () => {
  for (const mechanism of [plainClient, loginClient]) {
    const client = await open();
    await client.authenticate(mechanism({ user: "alice", password: new Secret("secret1") }));
    await client.quit();
  }
  const client = await open();
  await expect(client.login("alice", "wrong")).rejects.toBeInstanceOf(Pop3ReplyError);
  await client.quit();
});

test("deletes at QUIT, not before and not after RSET", async () => {
  const deleting = await open();
  await deleting.login("alice", "secret1");
  await deleting.dele(1);
  await deleting.rset();
  await deleting.dele(3);
  await deleting.quit();
  const after = await open();
  await after.login("alice", "secret1");
  expect((await after.list()).map(({ octets }) => octets)).toEqual(MESSAGES.slice(0, 2).map((text) => crlf(text).length));
  await after.quit();
});
