// Dovecot's submission service between our SMTP client and our SMTP server. It is the one server at hand with BINARYMIME.

import { plainClient } from "@mailwire/sasl";
import { type Mail, SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, Secret, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CaptureServer, captured, startCaptureServer } from "../src/capture-server.ts";
import { makeCertificate } from "../src/certificate.ts";
import { type Dovecot, startDovecot } from "../src/dovecot.ts";
import { freePorts } from "../src/free-ports.ts";
import { listening } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let server: CaptureServer;
let dovecot: Dovecot;
let port = 0;

beforeAll(async () => {
  scratch = await makeScratch();
  server = await startCaptureServer(await makeCertificate(scratch));
  [port = 0] = await freePorts(1);
  dovecot = await startDovecot(scratch, settings(port, server.port));
  await listening(port);
});

afterAll(async () => {
  await dovecot.stop();
  await server.stop();
  await removeScratch(scratch);
});

async function open(): Promise<SmtpClient> {
  const tls = { serverName: "localhost", tlsOptions: { ca: dovecot.certificate.cert } };
  const client = await SmtpClient.open(await connect({ host: "127.0.0.1", port }), { hostname: "client.example", ...tls });
  await client.auth(plainClient({ user: "alice", password: new Secret("secret1") }));
  return client;
}

const mail = (subject: string, more: Partial<Mail> = {}): Mail => ({
  from: "alice@example.test",
  to: ["bob@example.test"],
  body: utf8(`Subject: ${subject}\r\n\r\n.\r\n..body\r\n`),
  ...more,
});

/** Every byte but LF: Dovecot makes CRLF of one that stands alone. */
const BYTES = Uint8Array.from({ length: 256 }, (_, index) => index).filter((byte) => byte !== 10);

test("BINARYMIME: bytes of all kinds pass in chunks, there and on to the server", async () => {
  const client = await open();
  expect(client.extensions.has("BINARYMIME") && client.extensions.has("CHUNKING")).toBe(true);
  const pieces = [utf8("\r\n.\r\n\r.\r\r.\r\n\0.\r\nQUIT\r\n"), ...Array.from({ length: 3_000 }, () => BYTES), utf8("\r")];
  await client.sendMail(mail("", { body: [utf8("Subject: binary\r\n\r\n"), ...pieces], bodyType: "BINARYMIME" }));
  await client.quit();
  const { envelope, text, isSecure } = await captured(server, "binary");
  expect({ isSecure, body: envelope.mail.body }).toEqual({ isSecure: true, body: "BINARYMIME" });
  expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe(pieces.map((piece) => latin1(piece)).join(""));
  expect(server.verbs.filter((verb) => verb === "BDAT").length).toBeGreaterThan(1);
  expect(server.verbs).not.toContain("DATA");
});

test("XCLIENT tells the server who the client is, and DSN goes through", async () => {
  const client = await open();
  const orcpt = { addressType: "rfc822", address: "first+1@example.test" };
  const to = [{ address: "bob@example.test", notify: ["SUCCESS"], orcpt }, { address: "nobody@example.test" }] as const;
  const { recipients } = await client.sendMail(mail("asked", { to, ret: "HDRS", envid: "id 7", bodyCommand: "BDAT" }));
  expect(recipients.map(({ status, reply }) => [status, reply.code])).toEqual([
    ["accepted", 250],
    ["refused", 550],
  ]);
  await client.quit();
  const { envelope, identity, text } = await captured(server, "asked");
  expect(identity).toBe("alice");
  expect(envelope.mail).toMatchObject({ ret: "HDRS", envid: "id 7" });
  expect(envelope.recipients).toMatchObject([{ path: "bob@example.test", rcpt: { notify: ["SUCCESS"], orcpt } }]);
  expect(text).toMatch(/\r\n\r\n\.\r\n\.\.body\r\n$/);
});

function settings(port: number, relayPort: number): string {
  return `
protocols = imap pop3 submission
hostname = mail.example.test
submission_relay_host = 127.0.0.1
submission_relay_port = ${relayPort}
submission_relay_trusted = yes
submission_relay_ssl = starttls
submission_relay_ssl_verify = no
submission_backend_capabilities = 8BITMIME BINARYMIME CHUNKING DSN ENHANCEDSTATUSCODES PIPELINING VRFY
service submission-login {
  chroot =
  inet_listener submission {
    address = 127.0.0.1
    port = ${port}
  }
}
`;
}
