// Postfix and Exim deliver to the server: with TLS that they check, AUTH, chunks, and all that they pass on.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Mail, SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captured, type CaptureServer, startCaptureServer } from "../src/capture-server.ts";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { type Exim, startExim } from "../src/exim.ts";
import { freePorts } from "../src/free-ports.ts";
import { eventually } from "../src/maildir.ts";
import { type MailSite, startMailSite } from "../src/mail-site.ts";
import { mustRun } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
});

afterAll(() => removeScratch(scratch));

/** Hands a mail to the server on a port of this machine. */
async function handOver(port: number, mail: Mail): Promise<void> {
  const client = await SmtpClient.open(await connect({ host: "127.0.0.1", port }), { allowPlaintext: true });
  await client.sendMail(mail);
  await client.quit();
}

describe("Postfix", () => {
  let server: CaptureServer;
  let site: MailSite;

  beforeAll(async () => {
    server = await startCaptureServer(certificate);
    const [closed = 0] = await freePorts(1);
    site = await startMailSite(`
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = permit_mynetworks, reject
relay_domains = relay.example, later.example
fast_flush_domains = later.example
transport_maps = inline:{ relay.example=relay:[127.0.0.1]:${server.port}, later.example=relay:[127.0.0.1]:${closed} }
smtp_tls_security_level = verify
smtp_tls_verify_cert_match = hostname, localhost
smtp_tls_policy_maps = inline:{ { [127.0.0.1]:${server.port} = verify match=localhost } }
smtp_tls_CAfile = ${certificate.certFile}
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = inline:{ [127.0.0.1]:${server.port}=bob:secret2 }
smtp_sasl_security_options = noanonymous
smtp_send_xforward_command = yes
`);
  });

  afterAll(async () => {
    await site.stop();
    await server.stop();
  });

  test("with STARTTLS, AUTH and XFORWARD", async () => {
    const body = utf8("Subject: relayed\r\n\r\n.\r\n..two\r\n");
    await handOver(site.postfix.smtp, { from: "a@b.example", to: ["c@relay.example", "nobody@relay.example"], body });
    const { identity, isSecure, envelope, text, onBehalfOf } = await captured(server, "relayed");
    expect({ identity, isSecure }).toEqual({ identity: "bob", isSecure: true });
    expect(envelope.recipients.map(({ path }) => path)).toEqual(["c@relay.example"]);
    expect(text).toMatch(/\r\n\r\n\.\r\n\.\.two\r\n$/);
    expect(Object.fromEntries(onBehalfOf)).toMatchObject({ ADDR: "127.0.0.1", PROTO: "ESMTP", SOURCE: "LOCAL" });
    const log = await site.postfix.logged(/to=<nobody@relay.example>.*status=bounced/);
    expect(log).toMatch(/to=<nobody@relay.example>.* dsn=5\.1\.1,.*550 5\.1\.1 No such user \(in reply to RCPT TO command\)/);
    expect(log).toMatch(/to=<c@relay.example>.* dsn=2\.\d+\.\d+, status=sent/);
  });

  test("with DSN, SMTPUTF8, 8BITMIME and SIZE", async () => {
    const body = utf8("Subject: passed on\r\n\r\nGrüße\r\n");
    const orcpt = { addressType: "rfc822", address: "first+1@relay.example" };
    const to = [{ address: "jürgen@relay.example", notify: ["SUCCESS", "DELAY"], orcpt }] as const;
    await handOver(site.postfix.smtp, { from: "a@b.example", to, body, ret: "HDRS", envid: "id 7" });
    const { envelope, text } = await captured(server, "passed on");
    expect(envelope.mail).toMatchObject({
      ret: "HDRS",
      envid: "id 7",
      smtputf8: true,
      body: "8BITMIME",
      sizeBytes: expect.any(Number) as number,
    });
    expect(envelope.recipients).toMatchObject([{ path: "jürgen@relay.example", rcpt: { notify: ["SUCCESS", "DELAY"], orcpt } }]);
    expect(text).toContain(latin1(utf8("\r\n\r\nGrüße\r\n")));
  });

  test("two hundred messages from ten senders at once", async () => {
    const before = server.captures.length;
    const what = ["-s", "10", "-m", "200", "-l", "2000", "-f", "a@source.example", "-t", "many@relay.example"] as const;
    await mustRun(["smtp-source", ...what, `127.0.0.1:${site.postfix.smtp}`]);
    const all = await eventually(() => Promise.resolve(server.captures.length === before + 200 || undefined));
    expect(all).toBe(true);
    expect(server.errors).toEqual([]);
  });

  test("ETRN makes it try again what waits", async () => {
    await handOver(site.postfix.smtp, { from: "a@b.example", to: ["c@later.example"], body: utf8("Subject: later\r\n\r\n\r\n") });
    await site.postfix.logged(/to=<c@later.example>.*status=deferred/);
    const client = await SmtpClient.open(await connect({ host: "127.0.0.1", port: site.postfix.smtp }), { allowPlaintext: true });
    expect((await client.etrn("later.example")).code).toBe(250);
    await client.quit();
    await site.postfix.logged(/to=<c@later.example>.*status=deferred[^]*to=<c@later.example>.*status=deferred/);
  });
});

describe("Exim", () => {
  let server: CaptureServer;
  let exim: Exim;

  beforeAll(async () => {
    server = await startCaptureServer(certificate);
    const directory = join(scratch, "exim");
    await mkdir(directory);
    exim = await startExim(directory, certificate, server.port);
  });

  afterAll(async () => {
    await exim.stop();
    await server.stop();
  });

  test("sends chunks over TLS, with DSN", async () => {
    const line = `.${"x".repeat(900)}\r\n`;
    const to = [{ address: "c@relay.example", notify: ["FAILURE"] }] as const;
    await handOver(exim.smtp, { from: "a@b.example", to, body: utf8(`Subject: chunked\r\n\r\n${line.repeat(500)}`), envid: "seven" });
    const { text, isSecure, envelope } = await captured(server, "chunked");
    expect(isSecure).toBe(true);
    expect(envelope).toMatchObject({ mail: { envid: "seven" }, recipients: [{ rcpt: { notify: ["FAILURE"] } }] });
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe(line.repeat(500));
    expect(server.verbs).toContain("BDAT");
    expect(server.verbs).not.toContain("DATA");
    expect(server.errors).toEqual([]);
  });
});
