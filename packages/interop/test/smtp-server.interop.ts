// Other people's SMTP clients with the server: what they said, and what the server made of it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { reply } from "@mailwire/smtp/codec";
import type { SmtpServerOptions } from "@mailwire/smtp/server";
import { type CaptureServer, startCaptureServer } from "../src/capture-server.ts";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { mustRun, run } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;
let server: CaptureServer;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
});

beforeEach(async () => {
  server = await startCaptureServer(certificate);
  return () => server.stop();
});

afterAll(() => removeScratch(scratch));

test("smtp-source sends 500 messages over 20 connections at once", async () => {
  const sized = ["-s", "20", "-m", "500", "-l", "4096", "-f", "a@source.example", "-t", "b@sink.example"] as const;
  await mustRun(["smtp-source", ...sized, `127.0.0.1:${server.port}`]);
  expect(server.captures).toHaveLength(500);
  expect(new Set(server.captures.map(({ envelope }) => envelope.from))).toEqual(new Set(["a@source.example"]));
  expect(Math.min(...server.captures.map(({ text }) => text.length))).toBeGreaterThanOrEqual(4096);
  expect(server.errors).toEqual([]);
});

test("smtp-source sends 100 messages to 50 recipients each, without EHLO's extensions, in one go per connection", async () => {
  const sized = ["-d", "-s", "5", "-m", "100", "-r", "50", "-f", "a@source.example", "-t", "b@sink.example"] as const;
  await mustRun(["smtp-source", ...sized, `127.0.0.1:${server.port}`]);
  expect(server.captures).toHaveLength(100);
  expect(new Set(server.captures.map(({ envelope }) => envelope.recipients.length))).toEqual(new Set([50]));
  expect(server.connections()).toBe(5);
});

describe("nodemailer", () => {
  const transport = (options: object): ReturnType<typeof createTransport> =>
    createTransport({ host: "127.0.0.1", port: server.port, tls: { ca: certificate.cert, servername: "localhost" }, ...options });
  const auth = { user: "bob", pass: "secret2" };
  const message = { from: "a@b.example", to: ["c@d.example", "nobody@d.example"], subject: "hello", text: ".\r\n..two\r\n" };

  test("a pool over STARTTLS with AUTH, everything pipelined", async () => {
    const pool = transport({ pool: true, maxConnections: 3, requireTLS: true, auth });
    await Promise.all(Array.from({ length: 60 }, () => pool.sendMail(message)));
    pool.close();
    expect(server.captures).toHaveLength(60);
    expect(server.connections()).toBe(3);
    for (const { text, identity, isSecure, envelope } of server.captures) {
      expect(text).toMatch(/\r\n\r\n\.\r\n\.\.two\r\n$/);
      expect({ identity, isSecure, to: envelope.recipients.length }).toEqual({ identity: "bob", isSecure: true, to: 1 });
    }
  });

  test("AUTH LOGIN, DSN and REQUIRETLS", async () => {
    const single = transport({ requireTLS: true, auth, authMethod: "LOGIN" });
    const dsn = { id: "id=7+", return: "headers" as const, notify: ["success" as const, "delay" as const], recipient: "c@d.example" };
    await single.sendMail({ ...message, dsn, requireTLSExtensionEnabled: true });
    const [capture] = server.captures;
    expect(capture?.envelope.mail).toMatchObject({ ret: "HDRS", envid: "id=7+", requiretls: true });
    expect(capture?.envelope.recipients[0]?.rcpt).toEqual({
      notify: ["SUCCESS", "DELAY"],
      orcpt: { addressType: "rfc822", address: "c@d.example" },
    });
  });

  test("SMTPUTF8, and bytes that are 8BITMIME", async () => {
    const raw = "Subject: Grüße\r\n\r\nGrüße\r\n";
    await transport({}).sendMail({ envelope: { from: "jürgen@b.example", to: "c@d.example", use8BitMime: true }, raw });
    const [capture] = server.captures;
    expect(capture?.envelope).toMatchObject({ from: "jürgen@b.example", mail: { smtputf8: true, body: "8BITMIME" } });
    expect(Buffer.from(capture?.text ?? "", "latin1").toString()).toBe(raw);
  });

  test("LMTP, each recipient answered", async () => {
    await server.stop();
    server = await startCaptureServer(certificate, { protocol: "lmtp" });
    const sent: unknown = await transport({ lmtp: true, ignoreTLS: true }).sendMail(message);
    expect(sent).toMatchObject({ accepted: ["c@d.example"], rejected: ["nobody@d.example"] });
    expect(server.verbs[0]).toBe("LHLO");
  });
});

test.each([
  ["plain", []],
  ["login", ["-N", "success,failure", "-R", "hdrs"]],
] as const)("msmtp submits with STARTTLS and AUTH %s", async (method, dsn) => {
  const password = "--passwordeval=echo secret2";
  const login = ["--auth=" + method, "--user=bob", password, "--tls=on", `--tls-trust-file=${certificate.certFile}`];
  const where = ["--host=localhost", `--port=${server.port}`, "--file=/dev/null"];
  const input = "Subject: msmtp\n\n.\n..two\nlast\n";
  await mustRun(["msmtp", ...where, ...login, ...dsn, "--from=a@b.example", "c@d.example", "e@d.example"], { input });
  const [capture] = server.captures;
  expect(capture).toMatchObject({ identity: "bob", isSecure: true, envelope: { from: "a@b.example" } });
  expect(capture?.text).toMatch(/Subject: msmtp\r\n[^]*\r\n\.\r\n\.\.two\r\nlast\r\n$/);
  const [recipient] = capture?.envelope.recipients ?? [];
  expect(recipient?.rcpt).toEqual(dsn.length === 0 ? {} : { notify: ["SUCCESS", "FAILURE"] });
});

describe("curl", () => {
  const curl = (...args: string[]): ReturnType<typeof run> =>
    run(["curl", "-sS", "--max-time", "10", "--cacert", certificate.certFile, ...args]);
  const url = (): string => `smtp://localhost:${server.port}/client.example`;

  test("vouches for the first submitter by AUTH=, to an address beyond ASCII", async () => {
    const file = join(scratch, "curl.eml");
    await writeFile(file, "Subject: curl\r\n\r\nbody\r\n");
    const login = ["--ssl-reqd", "-u", "bob:secret2", "--mail-auth", "first@b.example"];
    const sent = await curl(url(), ...login, "--mail-from", "a@b.example", "--mail-rcpt", "jürgen@d.example", "-T", file);
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    const [capture] = server.captures;
    expect(capture?.envelope).toMatchObject({
      mail: { auth: "first@b.example", smtputf8: true, sizeBytes: 23 },
      recipients: [{ path: "jürgen@d.example" }],
    });
  });

  test("asks by VRFY, EXPN, HELP and NOOP", async () => {
    expect((await curl(url(), "--mail-rcpt", "bob")).stdout).toMatch(/^252 /);
    expect((await curl(url(), "--mail-rcpt", "staff", "-X", "EXPN")).code).toBe(8);
    expect((await curl(url(), "-X", "HELP")).stdout).toMatch(/^214 .*RFC 5321/m);
    expect((await curl(url(), "-X", "NOOP")).stdout).toMatch(/^250 /);
    expect(server.verbs).toEqual(expect.arrayContaining(["VRFY", "EXPN", "HELP", "NOOP"]));
  });
});

test("fetchmail asks by ETRN for the mail of a domain", async () => {
  await server.stop();
  const asked: string[] = [];
  const onLookup: SmtpServerOptions["onLookup"] = ({ verb, text }) => {
    asked.push(`${verb} ${text}`);
    return text === "b.example" ? reply(253, "OK, 3 messages for it started", "2.0.0") : reply(459, "Not allowed", "4.7.1");
  };
  server = await startCaptureServer(certificate, { onLookup });
  const etrn = (domain: string): ReturnType<typeof run> =>
    run(
      [
        "fetchmail",
        "-v",
        "--nosyslog",
        "-f",
        "/dev/null",
        "-i",
        join(scratch, "ids"),
        "-p",
        "ETRN",
        "-P",
        String(server.port),
        "--fetchdomains",
        domain,
        "localhost",
      ],
      { env: { FETCHMAILHOME: scratch } },
    );
  expect((await etrn("b.example")).stdout).toContain("Pending messages for b.example started");
  expect((await etrn("other.example")).code).toBe(3);
  expect(asked).toEqual(["ETRN b.example", "ETRN other.example"]);
});

test("swaks pipelines, and speaks for another client by XCLIENT", async () => {
  const envelope = ["--from", "a@b.example", "--to", "c@d.example,nobody@d.example"];
  const xclient = ["--xclient-addr", "192.0.2.7", "--xclient-name", "far.example", "--xclient-login", "carol"];
  const sent = await run([
    "swaks",
    "--server",
    "127.0.0.1",
    "-p",
    String(server.port),
    "--pipeline",
    "--timeout",
    "10",
    ...xclient,
    ...envelope,
  ]);
  expect(sent.code).toBe(0);
  expect(server.verbs).toEqual(["EHLO", "XCLIENT", "EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]);
  const [capture] = server.captures;
  expect(Object.fromEntries(capture?.onBehalfOf ?? [])).toMatchObject({ ADDR: "192.0.2.7", NAME: "far.example", LOGIN: "carol" });
});

test("Python's smtplib says what its options let it say", async () => {
  await mustRun(["python3", "-", certificate.certFile, String(server.port)], { input: PYTHON });
  const [asked, later, binary, forwarded, utf8] = server.captures;
  expect(asked?.envelope.mail).toMatchObject({
    by: { seconds: 120, mode: "R", trace: true },
    mtPriority: -3,
    holdForSeconds: 3600,
    solicit: ["net.example:ADV", "org.example:ADV:ADLT"],
    requiretls: true,
  });
  expect(later?.envelope.mail).toMatchObject({ holdUntil: "2098-12-31T23:59:59Z" });
  expect(binary).toMatchObject({ envelope: { mail: { body: "BINARYMIME" } }, text: "Subject: binary\r\n\r\n\0\n.\r\n\r\r.\n" });
  expect(Object.fromEntries(forwarded?.onBehalfOf ?? [])).toMatchObject({ NAME: "spike.example", IDENT: "a b" });
  expect(utf8?.envelope).toMatchObject({ from: "jürgen@bücher.example", mail: { smtputf8: true, body: "8BITMIME" } });
});

const PYTHON = `
import email.message, smtplib, ssl, sys
tls = ssl.create_default_context(cafile=sys.argv[1])
smtp = smtplib.SMTP("localhost", int(sys.argv[2]))
smtp.starttls(context=tls)
text = "Subject: options\\r\\n\\r\\nbody\\r\\n"
send = lambda *options: smtp.sendmail("a@b.example", ["c@d.example"], text, mail_options=options)
assert smtp.ehlo()[0] == 250
for name in "deliverby", "mt-priority", "futurerelease", "no-soliciting", "limits", "requiretls", "binarymime", "chunking":
    assert smtp.has_extn(name), name
send("BY=120;RT", "MT-PRIORITY=-3", "HOLDFOR=3600", "SOLICIT=net.example:ADV,org.example:ADV:ADLT", "REQUIRETLS")
send("HOLDUNTIL=2098-12-31T23:59:59Z")

for wrong in "BY=0;R", "MT-PRIORITY=10", "HOLDFOR=x", "REQUIRETLS=yes", "BODY=9BIT", "RET=SOME":
    assert smtp.mail("a@b.example", [wrong])[0] == 501, wrong
assert smtp.mail("a@b.example", ["XNOSUCH=1"])[0] == 555
assert smtp.docmd("ETRN", "b.example")[0] == 502
assert smtp.docmd("BURL", "imap://x LAST")[0] in (500, 502)

chunks = [b"Subject: binary\\r\\n\\r\\n", b"\\0\\n.", b"\\r\\n\\r\\r.\\n"]
assert smtp.mail("a@b.example", ["BODY=BINARYMIME"])[0] == 250
assert smtp.rcpt("c@d.example")[0] == 250
assert smtp.docmd("DATA")[0] == 503
for chunk in chunks:
    smtp.send(b"BDAT %d%s\\r\\n" % (len(chunk), b" LAST" if chunk is chunks[-1] else b"") + chunk)
for chunk in chunks:
    assert smtp.getreply()[0] == 250

assert smtp.docmd("XFORWARD", "NAME=spike.example IDENT=a+20b")[0] == 250
send()

message = email.message.EmailMessage()
message["From"], message["To"], message["Subject"] = "jürgen@bücher.example", "c@d.example", "Grüße"
message.set_content("Grüße")
smtp.send_message(message)
assert smtp.quit()[0] == 221
`;
