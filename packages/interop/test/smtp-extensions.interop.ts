// What the SMTP client asks of Postfix by extensions, and what came of it: in the Maildir, in the log, in the report of delivery.

import { loginClient, plainClient } from "@mailwire/sasl";
import { type Mail, SmtpClient, type SmtpClientOptions, SmtpReplyError } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, Secret, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MailSite, startMailSite } from "../src/mail-site.ts";

const SETTINGS = `
smtpd_authorized_xclient_hosts = 127.0.0.0/8
smtpd_authorized_xforward_hosts = 127.0.0.0/8
message_size_limit = 2000000
fast_flush_domains = example.test
`;

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite(SETTINGS);
});

afterAll(() => site.stop());

async function open(options: SmtpClientOptions = {}): Promise<SmtpClient> {
  const transport = await connect({ host: "127.0.0.1", port: site.postfix.smtp });
  const tls = { serverName: "localhost", tlsOptions: { ca: site.dovecot.certificate.cert } };
  return SmtpClient.open(transport, { hostname: "client.example", ...tls, ...options });
}

/** From alice to bob, with a subject to find it by. */
const mail = (subject: string, more: Partial<Mail> = {}): Mail => ({
  from: "alice@example.test",
  to: ["bob@example.test"],
  body: utf8(`Subject: ${subject}\r\n\r\nbody\r\n`),
  ...more,
});

describe("AUTH", () => {
  test.each([
    ["PLAIN", plainClient],
    ["LOGIN", loginClient],
  ] as const)("%s: Postfix knows who submitted", async (name, mechanism) => {
    const client = await open();
    await client.auth(mechanism({ user: "bob", password: new Secret("secret2") }));
    await client.sendMail(mail(`by ${name}`));
    await client.quit();
    expect(await site.postfix.logged(new RegExp(`sasl_method=${name}, sasl_username=bob`))).not.toMatch(/authentication failed/);
  });

  test("AUTH= on MAIL: Postfix knows who submitted it first", async () => {
    const client = await open();
    await client.auth(plainClient({ user: "bob", password: new Secret("secret2") }));
    await client.sendMail(mail("for another", { auth: "first+one@example.test" }));
    await client.quit();
    // As it was on the wire, in xtext.
    await site.postfix.logged(/sasl_username=bob, sasl_sender=first\+2Bone@example\.test/);
  });

  test("is not offered outside TLS, and a wrong password is refused with 535", async () => {
    const clear = await open({ allowPlaintext: true });
    expect(clear.extensions.has("AUTH")).toBe(false);
    await clear.startTls();
    expect(clear.extensions.authMechanisms).toEqual(["PLAIN", "LOGIN"]);
    const wrong = clear.auth(plainClient({ user: "bob", password: new Secret("wrong") }));
    await expect(wrong).rejects.toMatchObject({ command: "AUTH", reply: { code: 535, enhancedCode: "5.7.8" } });
    await clear.quit();
  });
});

test("8BITMIME: eight bits arrive as they were sent", async () => {
  const client = await open();
  const text = "Mime-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nSubject: eight";
  await client.sendMail(mail("", { body: utf8(`${text}\r\n\r\nGrüße €\r\n`) }));
  await client.quit();
  expect(await site.delivered("bob", /Subject: eight/)).toContain(latin1(utf8("\n\nGrüße €\n")));
  expect(client.extensions.has("8BITMIME")).toBe(true);
});

test("SMTPUTF8: an address and a header beyond ASCII", async () => {
  const client = await open();
  const body = utf8("From: <jürgen@example.test>\r\nSubject: Grüße mit UTF8\r\n\r\nbody\r\n");
  await client.sendMail(mail("", { from: "jürgen@example.test", body }));
  await client.quit();
  const arrived = await site.delivered("bob", /mit UTF8/);
  expect(arrived).toContain(latin1(utf8("Return-Path: <jürgen@example.test>\n")));
  expect(arrived).toMatch(/with UTF8SMTPS id/);
});

test("SIZE: Postfix refuses at MAIL what it was told is too large, and the client does not even ask", async () => {
  const client = await open();
  expect(client.extensions.maxMessageBytes).toBe(2_000_000);
  await expect(client.sendMail(mail("large", { sizeBytes: 2_000_001 }))).rejects.toMatchObject({ code: "message-too-large" });
  const refused = client.sendMail(mail("", { body: [], parameters: [{ keyword: "SIZE", value: "2000001" }] }));
  await expect(refused).rejects.toMatchObject({ command: "MAIL", reply: { code: 552, enhancedCode: "5.3.4" } });
  await client.quit();
});

test("DSN: the report of a delivery says what was asked", async () => {
  const client = await open();
  const body = utf8("Subject: report please\r\n\r\nnot to be returned\r\n");
  const orcpt = { addressType: "rfc822", address: "bob+the=first@example.test" };
  const to = [{ address: "bob@example.test", notify: ["SUCCESS", "FAILURE"], orcpt }] as const;
  await client.sendMail(mail("", { to, body, ret: "HDRS", envid: "envelope+1 of 2" }));
  await client.sendMail(mail("no report please", { to: [{ address: "bob@example.test", notify: [] }] }));
  await client.quit();
  const report = await site.delivered("alice", /report please/);
  expect(report).toMatch(/^Original-Envelope-Id: envelope\+1 of 2$/m);
  expect(report).toMatch(/^Original-Recipient: rfc822;bob\+the=first@example\.test$/m);
  expect(report).toMatch(/^Action: delivered$/m);
  expect(report).toMatch(/^Content-Type: text\/rfc822-headers/m);
  expect(report).not.toContain("not to be returned");
});

describe("CHUNKING", () => {
  test("a message in many chunks arrives whole, dots and all", async () => {
    const client = await open();
    const line = "..x".padEnd(78, ".");
    const body = utf8(`Subject: chunks\r\n\r\n.\r\n${`${line}\r\n`.repeat(12_000)}`);
    await client.sendMail(mail("", { body, bodyCommand: "BDAT" }));
    await client.quit();
    const arrived = await site.delivered("bob", /^Subject: chunks$/m);
    expect(arrived.slice(arrived.indexOf("\n\n") + 2)).toBe(`.\n${`${line}\n`.repeat(12_000)}`);
    // Chunks of about 262,144 bytes.
    expect(await site.postfix.logged(/bdat=4/)).toMatch(/ mail=1 rcpt=1 bdat=4 quit=1/);
  });

  test("one chunk, and one of no bytes", async () => {
    const client = await open();
    await client.sendMail(mail("single chunk", { bodyCommand: "BDAT" }));
    await client.sendMail(mail("", { body: [], bodyCommand: "BDAT" }));
    await client.quit();
    expect(await site.delivered("bob", /Subject: single chunk/)).toMatch(/\n\nbody\n$/);
  });

  test("a refused chunk, and the connection goes on", async () => {
    const client = await open();
    const piece = utf8(`${"x".repeat(998)}\r\n`);
    const pieces = [utf8("Subject: too large\r\n\r\n"), ...Array.from({ length: 2_500 }, () => piece)];
    const refused = client.sendMail(mail("", { body: pieces, bodyCommand: "BDAT" }));
    await expect(refused).rejects.toMatchObject({ command: "BDAT", reply: { code: 552 } });
    await client.sendMail(mail("after the refused chunk"));
    await client.quit();
    expect(await site.delivered("bob", /after the refused chunk/)).not.toContain("too large");
  });
});

describe("PIPELINING with DATA in the group", () => {
  const eager = { dataCommand: "eager" } as const;

  test("all recipients refused: nothing is sent, and the connection goes on", async () => {
    const client = await open(eager);
    const refused = client.sendMail(mail("for nobody", { to: ["nobody@example.test", "x@elsewhere.example"] }));
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SmtpReplyError);
    expect(error).toMatchObject({
      command: "RCPT",
      recipients: [
        { address: "nobody@example.test", status: "refused", reply: { code: 550 } },
        { address: "x@elsewhere.example", status: "refused", reply: { code: 554 } },
      ],
    });
    await client.sendMail(mail("after nobody"));
    await client.quit();
    expect(await site.delivered("bob", /after nobody/)).toMatch(/\n\nbody\n$/);
  });

  test("some refused: the others get it, and each is told apart", async () => {
    const client = await open(eager);
    const to = ["nobody@example.test", "bob@example.test", "x@elsewhere.example", "alice@example.test"];
    const { recipients } = await client.sendMail(mail("for some", { to }));
    expect(recipients.map(({ address, status, reply }) => [address, status, reply.code])).toEqual([
      ["nobody@example.test", "refused", 550],
      ["bob@example.test", "accepted", 250],
      ["x@elsewhere.example", "refused", 554],
      ["alice@example.test", "accepted", 250],
    ]);
    await client.quit();
    for (const user of ["alice", "bob"]) expect(await site.delivered(user, /Subject: for some/)).toMatch(/\n\nbody\n$/);
  });

  test("MAIL refused: everything after it is too", async () => {
    const client = await open(eager);
    const refused = client.sendMail(mail("", { parameters: [{ keyword: "XNOSUCH", value: undefined }] }));
    await expect(refused).rejects.toMatchObject({ command: "MAIL", reply: { code: 555 } });
    await client.sendMail(mail("after the refused MAIL"));
    await client.quit();
    expect(await site.delivered("bob", /after the refused MAIL/)).toMatch(/\n\nbody\n$/);
  });

  test("twenty mails asked for at once", async () => {
    const client = await open(eager);
    const sent = Array.from({ length: 20 }, (_, number) => client.sendMail(mail(`one of twenty, ${number}.`)));
    expect((await Promise.all(sent)).every(({ reply }) => reply.code === 250)).toBe(true);
    await client.quit();
    await Promise.all(sent.map((_, number) => site.delivered("bob", new RegExp(`one of twenty, ${number}\\.`))));
  });
});

describe("what Postfix is asked", () => {
  test("VRFY and ETRN", async () => {
    const client = await open();
    expect((await client.verify("bob@example.test")).code).toBe(252);
    expect((await client.verify("nobody@example.test")).code).toBe(550);
    expect(client.extensions.has("ETRN")).toBe(true);
    expect((await client.etrn("example.test")).code).toBe(250);
    expect((await client.etrn("elsewhere.example")).code).toBe(459);
    await client.quit();
  });
});

describe("speaking for another client", () => {
  test("XCLIENT: Postfix takes its word, introduced anew", async () => {
    const client = await open();
    expect(client.extensions.parameters("XCLIENT")).toContain("ADDR");
    await client.xclient([
      { name: "NAME", value: "spike.example" },
      { name: "ADDR", value: "192.0.2.7" },
      { name: "HELO", value: undefined },
    ]);
    await client.sendMail(mail("by XCLIENT"));
    await client.quit();
    expect(await site.delivered("bob", /Subject: by XCLIENT/)).toMatch(
      /^Received: from client\.example \(spike\.example \[192\.0\.2\.7\]\)/m,
    );
  });

  test("XFORWARD: Postfix logs it", async () => {
    const client = await open();
    const attributes = [
      { name: "NAME", value: "first.example" },
      { name: "ADDR", value: "192.0.2.9" },
      { name: "HELO", value: undefined },
    ];
    expect((await client.command({ verb: "XFORWARD", attributes })).code).toBe(250);
    await client.sendMail(mail("by XFORWARD"));
    await client.quit();
    await site.postfix.logged(/client=localhost\[127\.0\.0\.1\], .*orig_client=first\.example\[192\.0\.2\.9\]/);
  });
});
