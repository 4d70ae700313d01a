// OpenSMTPD and sendmail: the SMTP client hands mail to them, and they to our server.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { loginClient, plainClient } from "@mailwire/sasl";
import { type Mail, SmtpClient, type SmtpClientOptions } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, Secret, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CaptureServer, captured, startCaptureServer } from "../src/capture-server.ts";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { delivered } from "../src/maildir.ts";
import { type OpenSmtpd, startOpenSmtpd } from "../src/opensmtpd.ts";
import { type Sendmail, startSendmail } from "../src/sendmail.ts";
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

describe("sendmail", () => {
  let sendmail: Sendmail;

  beforeAll(async () => {
    const directory = join(scratch, "sendmail");
    await mkdir(directory);
    sendmail = await startSendmail(directory, certificate, server.port);
  });

  afterAll(() => sendmail.stop());

  const enter = (options: SmtpClientOptions = {}): Promise<SmtpClient> =>
    open(sendmail.smtp, { serverName: "localhost", tlsOptions: { ca: certificate.cert }, ...options });

  test.each([
    ["PLAIN", plainClient],
    ["LOGIN", loginClient],
  ] as const)("STARTTLS, AUTH %s, DATA in the group: some refused here, some further on", async (name, mechanism) => {
    const client = await enter({ dataCommand: "eager" });
    expect(client.extensions.has("PIPELINING")).toBe(true);
    await client.auth(mechanism({ user: "bob", password: new Secret("secret2") }));
    const to = ["unknown@mail.example.test", "a@relay.example", "nobody@relay.example"];
    const { recipients } = await client.sendMail(mail(`by ${name}`, { to, auth: "first+one@example.test" }));
    expect(recipients.map(({ status, reply }) => [status, reply.enhancedCode])).toEqual([
      ["refused", "5.1.1"],
      ["accepted", "2.1.5"],
      ["accepted", "2.1.5"],
    ]);
    const nobody = client.sendMail(mail("", { to: ["unknown@mail.example.test"] }));
    await expect(nobody).rejects.toMatchObject({ command: "RCPT", reply: { code: 550 } });
    await client.quit();
    const { envelope, text, isSecure, identity } = await captured(server, `by ${name}`);
    expect({ isSecure, identity }).toEqual({ isSecure: true, identity: "bob" });
    // sendmail vouches for nobody whom bob says that he vouches for.
    expect(envelope.mail.auth).toBe("");
    expect(envelope.recipients.map(({ path }) => path)).toEqual(["a@relay.example"]);
    expect(text).toMatch(/\(authenticated bits=0\)[^]* with ESMTPSA [^]*\r\n\r\n\.\r\n\.\.body\r\n$/);
    const { text: report } = await captured(server, "Returned mail: see transcript for details");
    expect(report).toMatch(/^Final-Recipient: RFC822; nobody@relay\.example\r\n[^]*^Diagnostic-Code: SMTP; 550 5\.1\.1 No such user/m);
  });

  test("is told of a wrong password", async () => {
    const client = await enter();
    const wrong = client.auth(plainClient({ user: "bob", password: new Secret("wrong") }));
    await expect(wrong).rejects.toMatchObject({ command: "AUTH", reply: { code: 535 } });
    await client.quit();
  });

  test("DELIVERBY: takes it, passes it on, and reports that it did", async () => {
    const client = await enter();
    expect(client.extensions.minDeliverBySeconds).toBe(60);
    const ask = (subject: string, by: Mail["by"]): Promise<unknown> => client.sendMail(mail(subject, by === undefined ? {} : { by }));
    await ask("in time", { seconds: 120, mode: "R", trace: true });
    await ask("late, so tell me", { seconds: -5, mode: "N" });
    await expect(ask("too late", { seconds: 59, mode: "R" })).rejects.toMatchObject({ command: "MAIL", reply: { code: 555 } });
    await client.quit();
    const [inTime, late] = [await captured(server, "in time"), await captured(server, "late, so tell me")].map(
      ({ envelope }) => envelope.mail.by,
    );
    expect(inTime).toMatchObject({ mode: "R", trace: true });
    expect(late).toMatchObject({ mode: "N" });
    // The time that it took sendmail is gone.
    expect(inTime?.seconds).toBeLessThanOrEqual(120);
    expect(late?.seconds).toBeLessThanOrEqual(-5);
    const report = await captured(server, "Return receipt");
    expect(report.text).toMatch(/^Deliver-By-Date: [^]*^Action: relayed \(Deliver-By trace mode\)\r$/m);
  });

  test("DSN, 8BITMIME and SIZE are passed on", async () => {
    const client = await enter();
    const orcpt = { addressType: "rfc822", address: "first+1@relay.example" };
    const to = [{ address: "c@relay.example", notify: ["FAILURE", "DELAY"], orcpt }] as const;
    const head =
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nSubject: all of it\r\n\r\n";
    await client.sendMail(mail("", { to, body: utf8(`${head}Grüße €\r\n`), ret: "HDRS", envid: "id 7" }));
    await client.quit();
    const { envelope, text } = await captured(server, "all of it");
    expect(envelope.mail).toMatchObject({ ret: "HDRS", envid: "id 7", body: "8BITMIME", sizeBytes: expect.any(Number) as number });
    expect(envelope.recipients).toMatchObject([{ path: "c@relay.example", rcpt: { notify: ["FAILURE", "DELAY"], orcpt } }]);
    expect(text).toContain(latin1(utf8("\r\n\r\nGrüße €\r\n")));
  });

  test("VRFY, EXPN, ETRN and HELP are answered", async () => {
    const client = await enter();
    expect((await client.verify("postmaster")).code).toBe(250);
    expect((await client.verify("unknown")).code).toBe(550);
    expect([...(await client.expand("staff")).lines].sort()).toEqual(["<alice@example.test>", "<bob@example.test>"]);
    expect((await client.etrn("relay.example")).code).toBe(250);
    expect((await client.help()).lines.join()).toContain("EXPN");
    await client.quit();
  });
});
