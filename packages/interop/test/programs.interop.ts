// Real mail programs against the reference server: mail is sent, listed, read, flagged and deleted.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate, type Certificate } from "../src/certificate.ts";
import { mustRun, run } from "../src/program.ts";
import { RawDialogue } from "../src/raw-dialogue.ts";
import { startReferenceServer, type ReferenceServer } from "../src/reference-server.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;
let server: ReferenceServer;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  server = await startReferenceServer(certificate);
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await removeScratch(scratch);
});

/** A message file of its own, with a body that has a line of one dot and one that begins with two. */
async function messageFile(subject: string): Promise<string> {
  const file = join(scratch, `${subject}.eml`);
  await writeFile(file, `From: bob@example.test\r\nTo: alice@example.test\r\nSubject: ${subject}\r\n\r\none\r\n.\r\n..two\r\n`);
  return file;
}

const curl = (...args: string[]): ReturnType<typeof mustRun> =>
  mustRun(["curl", "-sS", "--max-time", "20", "--cacert", certificate.certFile, ...args]);

describe("curl", () => {
  const envelope = ["--mail-from", "bob@example.test", "--mail-rcpt", "alice@example.test"];
  const alice = ["-u", "alice:secret1"];

  test.each([
    ["in clear", "smtp", "smtp", []],
    ["with STARTTLS and AUTH", "smtp", "submission", ["--ssl-reqd", "-u", "bob:secret2"]],
    ["with implicit TLS and AUTH", "smtps", "smtps", ["-u", "bob:secret2"]],
  ] as const)("sends %s, and reads it by IMAP and POP3", async (_how, scheme, service, options) => {
    const subject = `curl-${service}`;
    await curl(`${scheme}://localhost:${server.ports[service]}/client.example`, ...options, ...envelope, "-T", await messageFile(subject));
    const found = await curl(`imaps://localhost:${server.ports.imaps}/INBOX?SUBJECT%20${subject}`, ...alice);
    const number = /SEARCH (\d+)/.exec(found.stdout)?.[1] ?? "none";
    const read = await curl(`imaps://localhost:${server.ports.imaps}/INBOX;MAILINDEX=${number}`, ...alice);
    expect(read.stdout).toContain(`Subject: ${subject}\r\n\r\none\r\n.\r\n..two\r\n`);
    const popped = await curl("--ssl-reqd", `pop3://localhost:${server.ports.pop3}/${number}`, ...alice);
    expect(popped.stdout).toBe(read.stdout);
  });

  test("lists, appends, flags and deletes by IMAP with STARTTLS", async () => {
    const base = `imap://localhost:${server.ports.imap}`;
    const imap = (path: string, ...args: string[]): ReturnType<typeof mustRun> => curl("--ssl-reqd", ...alice, ...args, `${base}/${path}`);
    await imap("", "-X", "CREATE curl");
    expect((await imap("")).stdout).toMatch(/^\* LIST \(.*\) "\/" "?curl"?\r$/m);
    await imap("curl", "-T", await messageFile("appended"));
    expect((await imap("curl", "-X", "STORE 1 +FLAGS (\\Flagged \\Deleted)")).stdout).toContain("\\Flagged");
    expect((await imap("curl", "-X", "EXPUNGE")).stdout).toContain("* 1 EXPUNGE");
    expect((await imap("", "-X", "STATUS curl (MESSAGES)")).stdout).toContain("(MESSAGES 0)");
  });

  test("lists and deletes by POP3 with implicit TLS", async () => {
    const pop = (path: string, ...args: string[]): ReturnType<typeof mustRun> =>
      curl("-u", "bob:secret2", ...args, `pop3s://localhost:${server.ports.pop3s}/${path}`);
    await curl(
      `smtp://localhost:${server.ports.smtp}`,
      "--mail-from",
      "",
      "--mail-rcpt",
      "bob@example.test",
      "-T",
      await messageFile("popped"),
    );
    expect((await pop("")).stdout).toMatch(/^1 \d+\r\n$/);
    await pop("1", "-X", "DELE", "-I");
    expect((await pop("")).stdout.trim()).toBe("");
  });

  test("is refused with a wrong password", async () => {
    const wrong = await run([
      "curl",
      "-sS",
      "--cacert",
      certificate.certFile,
      "-u",
      "alice:wrong",
      `imaps://localhost:${server.ports.imaps}/`,
    ]);
    expect(wrong.code).toBe(67);
  });
});

describe("swaks", () => {
  const swaks = (...args: string[]): ReturnType<typeof run> =>
    run(["swaks", "--server", "127.0.0.1", "--from", "bob@example.test", "--to", "alice@example.test", "--timeout", "15", ...args]);
  const bob = ["-au", "bob", "-ap", "secret2"];

  test.each([
    ["in clear", "smtp", []],
    ["with STARTTLS and AUTH PLAIN", "submission", ["-tls", "-a", "PLAIN", ...bob]],
    ["with STARTTLS and AUTH LOGIN", "submission", ["-tls", "-a", "LOGIN", ...bob]],
    ["with implicit TLS and AUTH PLAIN", "smtps", ["-tlsc", "-a", "PLAIN", ...bob]],
    ["pipelined", "smtp", ["-pipeline"]],
  ] as const)("sends %s", async (_how, service, options) => {
    const sent = await swaks("-p", String(server.ports[service]), ...options);
    expect(sent.stdout).toMatch(/^<[-~] {2}250 2\.6\.0 /m);
    expect(sent.code).toBe(0);
  });

  test("gets no AUTH before TLS", async () => {
    const refused = await swaks("-p", String(server.ports.submission), "-a", "PLAIN", ...bob);
    expect(refused.code).toBe(28);
  });

  test("is told which recipient is unknown, and that there is no relaying", async () => {
    const unknown = await swaks("-p", String(server.ports.smtp), "--to", "nobody@example.test");
    expect(unknown.stdout).toMatch(/<\*\* 550 5\.1\.1 /);
    const elsewhere = await swaks("-p", String(server.ports.smtp), "--to", "someone@elsewhere.example");
    expect(elsewhere.stdout).toMatch(/<\*\* 550 5\.7\.1 /);
  });
});

describe("openssl s_client", () => {
  /** Types the lines, each once the one before it is answered; gives all that was said. */
  const dialogue = async (
    service: keyof ReferenceServer["ports"],
    starttls: string | undefined,
    lines: readonly (readonly [line: string, answer: RegExp])[],
  ): Promise<string> => {
    const upgrade = starttls === undefined ? [] : ["-starttls", starttls];
    const check = ["-CAfile", certificate.certFile, "-verify_return_error", "-verify_hostname", "localhost"];
    const where = ["-quiet", "-connect", `127.0.0.1:${server.ports[service]}`];
    const openssl = RawDialogue.with(["openssl", "s_client", ...where, ...upgrade, ...check]);
    // It keeps the greeting in clear for itself.
    if (starttls === undefined) await openssl.hear(/\r\n$/);
    for (const [line, answer] of lines) {
      openssl.say(`${line}\r\n`);
      await openssl.hear(answer);
    }
    return openssl.end();
  };

  test.each([
    ["STARTTLS", "imap", "imap"],
    ["implicit TLS", "imaps", undefined],
  ] as const)("speaks IMAP with %s", async (_how, service, starttls) => {
    const said = await dialogue(service, starttls, [
      ["a001 login alice secret1", /^a001 OK /m],
      ["a002 select inbox", /^a002 OK \[READ-WRITE\] /m],
      ['a003 list "" "*"', /^a003 OK /m],
      ["a004 logout", /^a004 OK /m],
    ]);
    expect(said).toMatch(/a001 OK .*\r\n\* FLAGS [^]*a002 OK \[READ-WRITE\] .*\r\n\* LIST [^]*a003 OK .*\r\n\* BYE .*\r\na004 OK /);
  });

  test.each([
    ["STLS", "pop3", "pop3"],
    ["implicit TLS", "pop3s", undefined],
  ] as const)("speaks POP3 with %s", async (_how, service, starttls) => {
    const said = await dialogue(service, starttls, [
      ["user bob", /\+OK .*\r\n$/],
      ["pass secret2", /\+OK .*\r\n\+OK .*\r\n$/],
      ["list", /^\.\r\n$/m],
      ["uidl", /^\.\r\n[^]*^\.\r\n$/m],
      ["quit", /\.\r\n\+OK .*\r\n$/],
    ]);
    expect(said).toMatch(/\+OK[^]*\r\n\.\r\n\+OK[^]*\r\n\.\r\n\+OK .*\r\n$/);
  });

  test("speaks SMTP with STARTTLS", async () => {
    const said = await dialogue("smtp", "smtp", [
      ["ehlo me.example", /^250 .*\r\n$/m],
      ["mail from:<x@y.example>", /^250 2\.1\.0 /m],
      ["rcpt to:<alice@example.test>", /^250 2\.1\.5 /m],
      ["data", /^354 /m],
      ["Subject: typed\r\n.", /^250 2\.6\.0 /m],
      ["quit", /^221 /m],
    ]);
    expect(said).toMatch(/250 .*\r\n250 2\.1\.0 .*\r\n250 2\.1\.5 .*\r\n354 .*\r\n250 2\.6\.0 .*\r\n221 /);
  });
});

test("Python's smtplib, poplib and imaplib send, list, read, flag and delete", async () => {
  const { stdout } = await mustRun(["python3", "-", certificate.certFile, JSON.stringify(server.ports)], { input: PYTHON });
  expect(stdout.trim()).toBe("all well");
});

const PYTHON = `
import imaplib, json, poplib, smtplib, ssl, sys
ports = json.loads(sys.argv[2])
tls = ssl.create_default_context(cafile=sys.argv[1])
body = "From: bob@example.test\\r\\nTo: alice@example.test\\r\\nSubject: python\\r\\n\\r\\n.dotted\\r\\n" + "x" * 900 + "\\r\\n"

smtp = smtplib.SMTP("localhost", ports["submission"])
smtp.starttls(context=tls)
smtp.login("bob", "secret2")
refused = smtp.sendmail("bob@example.test", ["alice@example.test", "nobody@example.test"], body)
assert list(refused) == ["nobody@example.test"], refused
smtp.quit()
with smtplib.SMTP_SSL("localhost", ports["smtps"], context=tls) as smtps:
    smtps.login("bob", "secret2")
    smtps.sendmail("bob@example.test", ["alice@example.test"], body)

imap = imaplib.IMAP4("localhost", ports["imap"])
imap.starttls(tls)
imap.login("alice", "secret1")
assert imap.create("python")[0] == "OK"
assert imap.select("INBOX")[0] == "OK"
numbers = imap.search(None, "SUBJECT", "python")[1][0].split()
assert len(numbers) == 2, numbers
data = imap.fetch(numbers[0], "(FLAGS BODY.PEEK[TEXT] ENVELOPE BODYSTRUCTURE)")[1]
assert data[0][1].endswith(b".dotted\\r\\n" + b"x" * 900 + b"\\r\\n"), data
assert imap.store(numbers[0], "+FLAGS", "(\\\\Flagged)")[0] == "OK"
assert imap.copy(",".join(n.decode() for n in numbers), "python")[0] == "OK"
assert imap.append("python", "\\\\Seen", None, body.encode())[0] == "OK"
assert imap.select("python")[1] == [b"3"]
assert imap.search(None, "FLAGGED")[1] == [b"1"]
assert imap.uid("STORE", "1:2", "+FLAGS.SILENT", "\\\\Deleted")[0] == "OK"
assert len(imap.expunge()[1]) == 2
assert imap.search(None, "ALL")[1] == [b"1"]
assert imap.close()[0] == "OK"
assert imap.logout()[0] == "BYE"

pop = poplib.POP3("localhost", ports["pop3"])
pop.stls(tls)
pop.user("alice")
pop.pass_("secret1")
count, octets = pop.stat()
listing = pop.list()[1]
assert len(listing) == count == len(pop.uidl()[1])
lines = pop.retr(count)[1]
assert lines[-2:] == [b".dotted", b"x" * 900], lines[-2:]
assert sum(len(line) + 2 for line in lines) == int(listing[-1].split()[1])
assert pop.top(count, 1)[1][-1] == b".dotted"
pop.dele(count)
pop.quit()
pops = poplib.POP3_SSL("localhost", ports["pop3s"], context=tls)
pops.user("alice")
pops.pass_("secret1")
assert pops.stat()[0] == count - 1
pops.quit()
print("all well")
`;

test("mbsync mirrors a mailbox and brings flags and deletions back", async () => {
  await curl(
    `smtp://localhost:${server.ports.smtp}`,
    "--mail-from",
    "",
    "--mail-rcpt",
    "bob@example.test",
    "-T",
    await messageFile("mirrored"),
  );
  const maildir = join(scratch, "mirror");
  await mkdir(maildir);
  const file = join(scratch, "mbsyncrc");
  await writeFile(
    file,
    `IMAPAccount bob
Host localhost
Port ${server.ports.imaps}
User bob
Pass secret2
SSLType IMAPS
CertificateFile ${certificate.certFile}
AuthMechs LOGIN

IMAPStore far
Account bob

MaildirStore near
Path ${maildir}/
Inbox ${maildir}/INBOX
SubFolders Verbatim

Channel mirror
Far :far:
Near :near:
Patterns INBOX
Create Both
Expunge Both
SyncState *
`,
  );
  await mustRun(["mbsync", "-c", file, "mirror"]);
  const fresh = join(maildir, "INBOX", "new");
  const [message = "none", ...others] = await readdir(fresh);
  expect(others).toEqual([]);
  expect(await readFile(join(fresh, message), "latin1")).toMatch(/^Subject: mirrored\n[^]*\n\none\n\.\n\.\.two\n$/m);
  // Seen and trashed here must become expunged there.
  await mustRun(["mv", join(fresh, message), join(maildir, "INBOX", "cur", `${message.split(":")[0] ?? ""}:2,ST`)]);
  await mustRun(["mbsync", "-c", file, "mirror"]);
  const { stdout } = await curl(`imaps://localhost:${server.ports.imaps}/`, "-u", "bob:secret2", "-X", "STATUS INBOX (MESSAGES)");
  expect(stdout).toContain("(MESSAGES 0)");
});

test("mutt sends by SMTP, and reads, saves and deletes by IMAP", async () => {
  const home = join(scratch, "mutt");
  await mkdir(home);
  await writeFile(
    join(home, ".muttrc"),
    `set ssl_starttls=yes ssl_force_tls=yes certificate_file=${certificate.certFile} ssl_verify_host=yes
set from=alice@example.test use_from=yes realname="" copy=no
set smtp_url="smtps://alice@localhost:${server.ports.smtps}" smtp_pass=secret1 smtp_authenticators="plain"
set imap_user=bob imap_pass=secret2 imap_authenticators="plain:login" delete=yes confirmcreate=no sleep_time=0 wait_key=no quit=yes
`,
  );
  const env = { HOME: home, TERM: "xterm" };
  await mustRun(["mutt", "-F", join(home, ".muttrc"), "-s", "from mutt", "bob@example.test"], { input: "Hello\n.\n", env });
  const copy = join(home, "copy");
  const keys = `<search>~s 'from mutt'<enter><save-message>${copy}<enter><sync-mailbox><quit>`;
  const reader = `mutt -F ${home}/.muttrc -f imaps://localhost:${server.ports.imaps}/INBOX -e 'push "${keys.replaceAll("'", "'\\''")}"'`;
  await run(["script", "-qec", reader, "/dev/null"], { env, timeoutMs: 20_000 });
  expect(await readFile(copy, "latin1")).toMatch(/^Subject: from mutt\n[^]*\nHello\n\.\n/m);
  const { stdout } = await curl(`imaps://localhost:${server.ports.imaps}/`, "-u", "bob:secret2", "-X", "STATUS INBOX (MESSAGES)");
  expect(stdout).toContain("(MESSAGES 0)");
});
