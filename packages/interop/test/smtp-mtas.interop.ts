// OpenSMTPD: the SMTP client hands mail to it, and it to our server.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Mail, SmtpClient, type SmtpClientOptions } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CaptureServer, captured, startCaptureServer } from "../src/capture-server.ts";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { delivered } from "../src/maildir.ts";
import { type OpenSmtpd, startOpenSmtpd } from "../src/opensmtpd.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;
let server: CaptureServer;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  server = await startCaptureServer(certificate);
});

afterAll(async () => {
  await server.stop();
  await removeScratch(scratch);
});

async function open(port: number, options: SmtpClientOptions): Promise<SmtpClient> {
  return SmtpClient.open(await connect({ host: "127.0.0.1", port }), { hostname: "client.example", ...options });
}

const mail = (subject: string, more: Partial<Mail> = {}): Mail => ({
  from: "alice@example.test",
  to: ["bob@example.test"],
  body: utf8(`Subject: ${subject}\r\n\r\n.\r\n..body\r\n`),
  ...more,
});

describe("OpenSMTPD", () => {
  let opensmtpd: OpenSmtpd;

  beforeAll(async () => {
    const directory = join(scratch, "opensmtpd");
    await mkdir(directory);
    opensmtpd = await startOpenSmtpd(directory, certificate, server.port);
  });

  afterAll(() => opensmtpd.stop());

  const arrived = (user: string, pattern: RegExp): Promise<string> => delivered(opensmtpd.maildir(user), pattern);
  const enter = (): Promise<SmtpClient> => open(opensmtpd.smtp, { allowPlaintext: true });

  test("takes one command at a time, and a message as it is, for the recipients that it knows", async () => {
    const client = await enter();
    expect(["8BITMIME", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING"].map((name) => client.extensions.has(name))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const to = ["nobody@example.test", "bob@example.test", "x@elsewhere.example", "alice@example.test"];
    const lines = `.${"x".repeat(900)}\r\n.\r\n..\r\nGrüße\r\n`.repeat(200);
    const { recipients } = await client.sendMail(mail("", { to, body: utf8(`Subject: as it is\r\n\r\n${lines}`) }));
    expect(recipients.map(({ status, reply }) => [status, reply.code])).toEqual([
      ["refused", 524],
      ["accepted", 250],
      ["refused", 550],
      ["accepted", 250],
    ]);
    await client.sendMail(mail("without a body", { body: utf8("Subject: without a body\r\n\r\n") }));
    await client.quit();
    for (const user of ["alice", "bob"]) {
      const message = await arrived(user, /Subject: as it is/);
      expect(message.slice(message.indexOf("\n\n") + 2)).toBe(latin1(utf8(lines)).replaceAll("\r\n", "\n"));
    }
    expect(await arrived("bob", /Subject: without a body/)).toMatch(/\n\n$/);
  });

  test("refuses what is too large, before and after it came, and the connection goes on", async () => {
    const client = await enter();
    expect(client.extensions.maxMessageBytes).toBe(1_048_576);
    await expect(client.sendMail(mail("", { sizeBytes: 1_048_577 }))).rejects.toMatchObject({ code: "message-too-large" });
    const pieces = Array.from({ length: 1_100 }, () => utf8(`${"x".repeat(998)}\r\n`));
    await expect(client.sendMail(mail("", { body: pieces }))).rejects.toMatchObject({
      command: "message",
      reply: { code: 554, enhancedCode: "5.3.4" },
    });
    await client.sendMail(mail("after it"));
    await client.quit();
    expect(await arrived("bob", /Subject: after it/)).toMatch(/\n\n\.\n\.\.body\n$/);
  });

  test("DSN: reports a delivery, and passes on what was asked, by TLS and AUTH", async () => {
    const client = await enter();
    const orcpt = { addressType: "rfc822", address: "first+1@example.test" };
    const dsn = { ret: "HDRS", envid: "id 7" } as const;
    await client.sendMail(mail("report", { to: [{ address: "bob@example.test", notify: ["SUCCESS"], orcpt }], ...dsn }));
    await client.sendMail(mail("passed on", { to: [{ address: "c@relay.example", notify: ["FAILURE", "DELAY"], orcpt }], ...dsn }));
    await client.quit();
    const report = await arrived("alice", /Subject: Delivery status notification: delivered/);
    expect(report).toMatch(/^Final-Recipient: rfc822; bob@example\.test$[^]*^Action: delivered$[^]*^Content-Type: text\/rfc822-headers$/m);
    expect(report).not.toContain("..body");
    const { envelope, text, identity, isSecure } = await captured(server, "passed on");
    expect({ identity, isSecure }).toEqual({ identity: "bob", isSecure: true });
    expect(envelope).toMatchObject({ from: "alice@example.test", mail: { ret: "HDRS", envid: "id 7" } });
    expect(envelope.recipients).toMatchObject([{ path: "c@relay.example", rcpt: { notify: ["FAILURE", "DELAY"], orcpt } }]);
    expect(text).toMatch(/\r\n\r\n\.\r\n\.\.body\r\n$/);
  });
});
