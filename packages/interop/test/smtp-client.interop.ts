// The SMTP client against Postfix, and what arrived read by the POP3 client from Dovecot.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Pop3Client } from "@mailwire/pop3/client";
import { SmtpClient, type SmtpClientOptions, SmtpReplyError } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Dovecot, startDovecot } from "../src/dovecot.ts";
import { type Postfix, startPostfix } from "../src/postfix.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let dovecot: Dovecot;
let postfix: Postfix;

beforeAll(async () => {
  scratch = await makeScratch();
  await Promise.all([mkdir(join(scratch, "dovecot")), mkdir(join(scratch, "postfix"))]);
  dovecot = await startDovecot(join(scratch, "dovecot"));
  postfix = await startPostfix(join(scratch, "postfix"), join(scratch, "dovecot", "home"), dovecot.certificate);
});

afterAll(async () => {
  await postfix.stop();
  await dovecot.stop();
  await removeScratch(scratch);
});

async function open(options: SmtpClientOptions): Promise<SmtpClient> {
  const transport = await connect({ host: "127.0.0.1", port: postfix.smtp });
  return SmtpClient.open(transport, { hostname: "client.example", ...options });
}

const upgraded = (): SmtpClientOptions => ({ serverName: "localhost", tlsOptions: { ca: dovecot.certificate.cert } });

/** The newest message of bob, once there are `count`. */
async function newestMessage(count: number): Promise<string> {
  for (const until = Date.now() + 15_000; ;) {
    const transport = await connect({ host: "127.0.0.1", port: dovecot.pop3 });
    const client = await Pop3Client.open(transport, { allowPlaintext: true });
    await client.login("bob", "secret2");
    const { messages } = await client.stat();
    const text = messages === count ? latin1(await client.retr(count).bytes()) : undefined;
    await client.quit();
    if (text !== undefined) return text;
    if (Date.now() > until) throw new Error(`bob has ${messages} messages, not ${count}\n${await postfix.log()}`);
    await sleep(100);
  }
}

const DOTTED = "Subject: dots\r\n\r\n.\r\n..\r\n.one\r\nlast\r\n";

test("sends in clear, every dot in its place", async () => {
  const client = await open({ allowPlaintext: true });
  expect(client.extensions.has("PIPELINING")).toBe(true);
  const { recipients } = await client.sendMail({ from: "alice@example.test", to: ["bob@example.test"], body: utf8(DOTTED) });
  expect(recipients.map(({ status }) => status)).toEqual(["accepted"]);
  await client.quit();
  expect(await newestMessage(1)).toMatch(/\r\nSubject: dots\r\n[^]*\r\n\r\n\.\r\n\.\.\r\n\.one\r\nlast\r\n$/);
});

test("upgrades by STARTTLS, and tells which recipients were refused", async () => {
  const client = await open(upgraded());
  expect(client.info.secure).toBe(true);
  const body = [utf8("Subject: in pieces\r\n\r\n"), utf8("a\r"), utf8("\n"), utf8("b\r\n")];
  const { recipients } = await client.sendMail({ from: "", to: ["bob@example.test", "nobody@example.test", "x@elsewhere.example"], body });
  expect(recipients.map(({ status, reply }) => [status, reply.code])).toEqual([
    ["accepted", 250],
    ["refused", 550],
    ["refused", 554],
  ]);
  await client.quit();
  expect(await newestMessage(2)).toMatch(/Subject: in pieces\r\n[^]*\r\n\r\na\r\nb\r\n$/);
  expect(await postfix.log()).toMatch(/ehlo=2 starttls=1 mail=1 rcpt=1\/3 data=1 quit=1/);
});

test("rejects when nobody is left, and the connection goes on", async () => {
  const client = await open(upgraded());
  const refused = client.sendMail({ from: "alice@example.test", to: ["nobody@example.test"], body: utf8(DOTTED) });
  await expect(refused).rejects.toBeInstanceOf(SmtpReplyError);
  await client.noop();
  expect((await client.verify("bob@example.test")).code).toBe(252);
  expect((await client.raw("XNOSUCH command")).code).toBe(500);
  await client.quit();
});

test("trusts no certificate that it was not told to trust", async () => {
  const opening = open({ serverName: "localhost" });
  await expect(opening).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
  const elsewhere = open({ serverName: "mail.example", tlsOptions: { ca: dovecot.certificate.cert } });
  await expect(elsewhere).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
});

test("speaks TLS from the first byte", async () => {
  const tls = { ca: dovecot.certificate.cert };
  const transport = await connect({ host: "127.0.0.1", port: postfix.smtps, mode: "implicit", serverName: "localhost", tls });
  const client = await SmtpClient.open(transport, { hostname: "client.example" });
  expect(client.extensions.has("STARTTLS")).toBe(false);
  const { reply } = await client.sendMail({ from: "", to: ["bob@example.test"], body: utf8("Subject: inside\r\n\r\n") });
  expect(reply.code).toBe(250);
  await client.quit();
  expect(await newestMessage(3)).toMatch(/with ESMTPS id [^]*\r\nSubject: inside\r\n/);
});

test("sends twenty large messages over one connection", async () => {
  const client = await open(upgraded());
  const line = utf8(`${"x".repeat(76)}\r\n`);
  for (let number = 0; number < 20; number += 1) {
    const body = [utf8(`Subject: large ${number}\r\n\r\n`), ...Array.from({ length: 5_000 }, () => line)];
    await client.sendMail({ from: "alice@example.test", to: ["alice@example.test"], body });
  }
  await client.quit();
});
