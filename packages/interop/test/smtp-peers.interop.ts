// The SMTP client against servers that are not Postfix: aiosmtpd, smtp-server and Exim.

import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { loginClient, plainClient } from "@mailwire/sasl";
import { type Mail, SmtpClient, type SmtpClientOptions } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, Secret, utf8 } from "@mailwire/wire";
import { SMTPServer, type SMTPServerEnvelope, type SMTPServerSession } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Aiosmtpd, startAiosmtpd } from "../src/aiosmtpd.ts";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { type Exim, startExim } from "../src/exim.ts";
import { delivered, eventually } from "../src/maildir.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
});

afterAll(() => removeScratch(scratch));

async function open(port: number, options: SmtpClientOptions = {}): Promise<SmtpClient> {
  const tls = { serverName: "localhost", tlsOptions: { ca: certificate.cert } };
  return SmtpClient.open(await connect({ host: "127.0.0.1", port }), { hostname: "client.example", ...tls, ...options });
}

const MECHANISMS = [
  ["PLAIN", plainClient],
  ["LOGIN", loginClient],
] as const;

const mail = (subject: string, more: Partial<Mail> = {}): Mail => ({
  from: "alice@example.test",
  to: ["bob@example.test"],
  body: utf8(`Subject: ${subject}\r\n\r\n.\r\n..body\r\n`),
  ...more,
});

describe("aiosmtpd", () => {
  // No server at hand knows these; aiosmtpd lets its owner offer more.
  const RARE = [
    "DELIVERBY 60",
    "MT-PRIORITY MIXER",
    "FUTURERELEASE 604800 2099-01-01T00:00:00Z",
    "NO-SOLICITING net.example:ADV",
    "LIMITS RCPTMAX=2 MAILMAX=5",
  ];
  let aiosmtpd: Aiosmtpd;

  beforeAll(async () => {
    aiosmtpd = await startAiosmtpd(certificate, RARE);
  });

  afterAll(() => aiosmtpd.stop());

  const taken = (subject: string): Promise<Aiosmtpd["taken"][number] | undefined> =>
    eventually(() => Promise.resolve(aiosmtpd.taken.find(({ content }) => content.includes(`Subject: ${subject}\r\n`))));

  test.each(MECHANISMS)("STARTTLS and AUTH %s, one command at a time", async (name, mechanism) => {
    const client = await open(aiosmtpd.smtp);
    expect(client.extensions.has("PIPELINING")).toBe(false);
    await client.auth(mechanism({ user: "bob", password: new Secret("secret2") }));
    const { recipients } = await client.sendMail(mail(name, { to: ["nobody@example.test", "bob@example.test"] }));
    expect(recipients.map(({ status }) => status)).toEqual(["refused", "accepted"]);
    await client.quit();
    const message = {
      from: "alice@example.test",
      to: ["bob@example.test"],
      identity: "bob",
      content: `Subject: ${name}\r\n\r\n.\r\n..body\r\n`,
    };
    expect(await taken(name)).toMatchObject(message);
  });

  test("a wrong password, a recipient for later, a message that is too large", async () => {
    const client = await open(aiosmtpd.smtp);
    const wrong = client.auth(plainClient({ user: "bob", password: new Secret("wrong") }));
    await expect(wrong).rejects.toMatchObject({ command: "AUTH", reply: { code: 535 } });
    const later = client.sendMail(mail("", { to: ["later@example.test"] }));
    await expect(later).rejects.toMatchObject({ command: "RCPT", recipients: [{ status: "deferred", reply: { enhancedCode: "4.2.1" } }] });
    const large = client.sendMail(mail("", { body: Array.from({ length: 1_100 }, () => utf8(`${"x".repeat(998)}\r\n`)) }));
    await expect(large).rejects.toMatchObject({ command: "message", reply: { code: 552 } });
    await client.quit();
  });

  test("SMTPUTF8, 8BITMIME and SIZE", async () => {
    const client = await open(aiosmtpd.smtp);
    const body = utf8("Subject: utf8\r\n\r\nGrüße\r\n");
    await client.sendMail(mail("", { to: ["jürgen@bücher.example"], body }));
    await client.quit();
    expect(await taken("utf8")).toMatchObject({
      to: ["jürgen@bücher.example"],
      parameters: { SMTPUTF8: true, BODY: "8BITMIME", SIZE: String(body.length) },
      content: latin1(body),
    });
  });

  test("DELIVERBY, MT-PRIORITY, FUTURERELEASE, NO-SOLICITING", async () => {
    const client = await open(aiosmtpd.smtp);
    expect(client.extensions.minDeliverBySeconds).toBe(60);
    expect(client.extensions.futureRelease).toEqual({ maxSeconds: 604_800, maxDateTime: "2099-01-01T00:00:00Z" });
    const by = { seconds: 120, mode: "R", trace: true } as const;
    await client.sendMail(
      mail("rare", { by, mtPriority: -3, holdForSeconds: 3_600, solicit: ["net.example:ADV", "org.example:ADV:ADLT"] }),
    );
    await client.sendMail(mail("rare later", { holdUntil: "2098-12-31T23:59:59Z" }));
    await client.quit();
    const parameters = { BY: "120;RT", "MT-PRIORITY": "-3", HOLDFOR: "3600", SOLICIT: "NET.EXAMPLE:ADV,ORG.EXAMPLE:ADV:ADLT" };
    expect((await taken("rare"))?.parameters).toMatchObject(parameters);
    expect((await taken("rare later"))?.parameters).toMatchObject({ HOLDUNTIL: "2098-12-31T23:59:59Z" });
  });

  test("LIMITS: the client keeps them", async () => {
    const client = await open(aiosmtpd.smtp);
    expect(client.extensions.limits).toEqual({ RCPTMAX: 2, MAILMAX: 5 });
    const three = client.sendMail(mail("", { to: ["a@example.test", "b@example.test", "c@example.test"] }));
    await expect(three).rejects.toMatchObject({ code: "too-many-recipients" });
    await client.quit();
  });
});

describe("smtp-server", () => {
  const taken: { readonly envelope: SMTPServerEnvelope; readonly session: SMTPServerSession; text: string }[] = [];
  let server: SMTPServer;

  beforeAll(async () => {
    server = new SMTPServer({
      cert: certificate.cert,
      key: certificate.key,
      hideDSN: false,
      hideREQUIRETLS: false,
      hideSMTPUTF8: false,
      authOptional: true,
      useXClient: true,
      useXForward: true,
      onData: (stream, session, callback) => {
        const message = { envelope: session.envelope, session: { ...session }, text: "" };
        stream.setEncoding("latin1").on("data", (text: string) => (message.text += text));
        stream.on("end", () => {
          taken.push(message);
          callback(null, "2.0.0 taken");
        });
      },
    });
    server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
  });

  afterAll(async () => {
    await new Promise<void>((resolve) => server.close(resolve));
  });

  const openHere = (): Promise<SmtpClient> => open((server.server.address() as AddressInfo).port);

  test("REQUIRETLS and DSN, the group in one write", async () => {
    const client = await openHere();
    const to = [{ address: "bob@example.test", notify: ["DELAY", "FAILURE"], orcpt: { addressType: "rfc822", address: "a b@x" } }] as const;
    await client.sendMail(mail("both", { to, requiretls: true, ret: "FULL", envid: "x y=z" }));
    await client.quit();
    expect(taken.at(-1)).toMatchObject({
      envelope: {
        requireTLS: true,
        dsn: { ret: "FULL" },
        rcptTo: [{ address: "bob@example.test", dsn: { notify: ["DELAY", "FAILURE"] } }],
      },
      text: "Subject: both\r\n\r\n.\r\n..body\r\n",
    });
  });

  test("XCLIENT and XFORWARD", async () => {
    const client = await openHere();
    await client.command({ verb: "XFORWARD", attributes: [{ name: "IDENT", value: "queue id 7" }] });
    await client.xclient([
      { name: "ADDR", value: "192.0.2.7" },
      { name: "NAME", value: "far-away.example" },
    ]);
    await client.sendMail(mail("for another"));
    await client.quit();
    expect(taken.at(-1)?.session.remoteAddress).toBe("192.0.2.7");
  });
});

describe("Exim", () => {
  let directory: string;
  let exim: Exim;

  beforeAll(async () => {
    directory = join(scratch, "exim");
    await mkdir(directory);
    exim = await startExim(directory, certificate);
  });

  afterAll(() => exim.stop());

  const arrived = (user: string, pattern: RegExp): Promise<string> => delivered(join(directory, "home", user, "Maildir"), pattern);

  test.each(MECHANISMS)("STARTTLS and AUTH %s", async (name, mechanism) => {
    const client = await open(exim.smtp);
    await client.auth(mechanism({ user: "bob", password: new Secret("secret2") }));
    await client.sendMail(mail(`by ${name}`));
    await client.quit();
    expect(await arrived("bob", new RegExp(`Subject: by ${name}`))).toMatch(/with esmtpsa [^]*\n\n\.\n\.\.body\n$/);
  });

  test.each([
    ["DATA in the group", { dataCommand: "eager" }, "DATA"],
    ["BDAT", {}, "BDAT"],
  ] as const)("%s, one recipient refused", async (how, options, bodyCommand) => {
    const client = await open(exim.smtp, options);
    expect(client.extensions.has("CHUNKING")).toBe(true);
    const to = ["nobody@example.test", "alice@example.test", "x@elsewhere.example"];
    const { recipients } = await client.sendMail(mail(how, { to, bodyCommand }));
    expect(recipients.map(({ status, reply }) => [status, reply.code])).toEqual([
      ["refused", 550],
      ["accepted", 250],
      ["refused", 550],
    ]);
    const nobody = client.sendMail(mail("", { to: ["nobody@example.test"], bodyCommand }));
    await expect(nobody).rejects.toMatchObject({ command: "RCPT" });
    await client.noop();
    await client.quit();
    expect(await arrived("alice", new RegExp(`Subject: ${how}`))).toMatch(/\n\n\.\n\.\.body\n$/);
  });

  test("a message in many chunks, one too large, and one after it", async () => {
    const client = await open(exim.smtp);
    const line = utf8(`.${"x".repeat(997)}\r\n`);
    const body = (subject: string, count: number): Uint8Array[] => [
      utf8(`Subject: ${subject}\r\n\r\n`),
      ...Array.from({ length: count }, () => line),
    ];
    await client.sendMail(mail("", { body: body("chunks", 900), bodyCommand: "BDAT" }));
    const large = client.sendMail(mail("", { body: body("too large", 3_000), bodyCommand: "BDAT" }));
    await expect(large).rejects.toMatchObject({ reply: { code: 552 } });
    await client.quit();
    const message = await arrived("bob", /Subject: chunks/);
    expect(message.slice(message.indexOf("\n\n") + 2)).toBe(`.${"x".repeat(997)}\n`.repeat(900));
  });

  test("SMTPUTF8, DSN and VRFY", async () => {
    const client = await open(exim.smtp);
    expect((await client.verify("bob@example.test")).code).toBe(250);
    const to = [{ address: "bob@example.test", notify: ["SUCCESS"] }] as const;
    await client.sendMail(mail("with DSN", { to, ret: "HDRS", envid: "seven" }));
    const from = "jürgen@example.test";
    await client.sendMail(mail("", { from, body: utf8("Subject: utf8\r\n\r\nGrüße\r\n") }));
    await client.quit();
    expect(await arrived("alice", /Subject: with DSN/)).toMatch(/Original-Envelope-ID: seven[^]*Action: delivered/i);
    expect(await arrived("bob", /Subject: utf8/)).toContain(latin1(utf8(`Return-path: <${from}>`)));
  });
});
