// IDLE: our client at Dovecot, and clients that are not ours at the reference server.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ImapClient } from "@mailwire/imap/client";
import { SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate, type Certificate } from "../src/certificate.ts";
import { type Dovecot, startDovecot } from "../src/dovecot.ts";
import { exampleCommand, ROOT } from "../src/example.ts";
import { message } from "../src/messages.ts";
import { mustRun } from "../src/program.ts";
import { startReferenceServer, type ReferenceServer } from "../src/reference-server.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;

beforeAll(async () => {
  scratch = await makeScratch();
});

afterAll(async () => {
  await removeScratch(scratch);
});

describe("our client at Dovecot", () => {
  let dovecot: Dovecot;
  let client: ImapClient;

  beforeAll(async () => {
    dovecot = await startDovecot(scratch);
    client = await ImapClient.open(await connect({ host: "127.0.0.1", port: dovecot.imap }), {
      serverName: "localhost",
      tlsOptions: { ca: dovecot.certificate.cert },
    });
    await client.login("alice", "secret1");
    await client.select("INBOX");
  });

  afterAll(async () => {
    await client.logout();
    await dovecot.stop();
  });

  async function deliver(subject: string): Promise<void> {
    await mustRun(["doveadm", "-c", join(scratch, "dovecot.conf"), "save", "-u", "alice"], {
      input: `Subject: ${subject}\n\n`,
    });
  }

  test("hears of mail as it is delivered, reads it inside the loop, and goes on idling", async () => {
    const subjects: (string | null | undefined)[] = [];
    const delivered = deliver("one");
    for await (const response of client.idle()) {
      if (response.type !== "EXISTS") continue;
      for await (const { envelope } of client.fetch(response.count, "ENVELOPE")) subjects.push(envelope?.subject);
      if (subjects.length === 2) break;
      void deliver("two");
    }
    await delivered;
    expect(subjects).toEqual(["one", "two"]);
    expect(await client.search("ALL")).toEqual([1, 2]);
  });

  test("hears of expunges while it idles, and stays in step", async () => {
    const told: string[] = [];
    setTimeout(() => void dovecot.doveadm("expunge", "-u", "alice", "mailbox", "INBOX", "1"), 100);
    for await (const response of client.idle()) {
      told.push(response.type);
      if (response.type === "EXPUNGE") break;
    }
    expect(told).toContain("EXPUNGE");
    expect(client.mailbox?.exists).toBe(1);
  });

  test("says IDLE anew when it is time, and Dovecot has no objection", async () => {
    const over = new AbortController();
    setTimeout(() => over.abort(), 1500);
    for await (const response of client.idle({ renewMs: 100, signal: over.signal })) expect(response.type).not.toBe("BYE");
    await client.noop();
  });

  test("the program prints what it is told, and leaves politely at SIGINT", async () => {
    const args = ["--port", String(dovecot.imap), "--ca", dovecot.certificate.certFile, "--user", "alice", "--pass", "secret1", "--trace"];
    const [command, ...program] = exampleCommand("imap-client");
    const child = spawn(command, [...program, ...args, "idle", "INBOX"], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    const exit = once(child, "exit");
    let trace = "";
    let told = "";
    child.stderr.on("data", (text: Buffer) => (trace += text.toString()));
    child.stdout.on("data", (text: Buffer) => (told += text.toString()));
    while (!trace.includes("+ idling")) await sleep(50);
    await deliver("three");
    while (!told.includes("* 2 EXISTS\r\n")) await sleep(50);
    child.kill("SIGINT");
    expect((await exit)[0]).toBe(0);
    expect(trace).toMatch(/DONE[^]*OK Idle completed[^]*LOGOUT[^]*BYE/);
  });
});

describe("clients at the reference server", () => {
  let certificate: Certificate;
  let server: ReferenceServer;

  beforeAll(async () => {
    certificate = await makeCertificate(scratch);
    server = await startReferenceServer(certificate);
  });

  afterAll(async () => {
    await server.stop();
  });

  /** Delivers to alice by SMTP. */
  async function deliver(subject: string): Promise<void> {
    const smtp = await SmtpClient.open(await connect({ host: "127.0.0.1", port: server.ports.smtp }), {
      serverName: "localhost",
      tlsOptions: { ca: certificate.cert },
    });
    await smtp.sendMail({ from: "bob@example.test", to: ["alice@example.test"], body: message(subject) });
    await smtp.quit();
  }

  test("Python's imaplib says IDLE and hears of a message that comes by SMTP", async () => {
    const { stdout } = await mustRun(["python3", "-", JSON.stringify({ ...server.ports, ca: certificate.certFile })], { input: PYTHON });
    expect(stdout).toBe("* 1 EXISTS\n* 1 RECENT\nOK IDLE completed\n");
  });

  test("node-imap idles by itself, and is told of mail", async () => {
    const said: string[] = [];
    const imap = new Imap({
      user: "alice",
      password: "secret1",
      host: "localhost",
      port: server.ports.imaps,
      tls: true,
      tlsOptions: { ca: certificate.cert },
      keepalive: { interval: 200, idleInterval: 500 },
      debug: (line) => void said.push(line),
    });
    imap.connect();
    await once(imap, "ready");
    const box = await new Promise<{ messages: { total: number } }>((resolve, reject) =>
      imap.openBox("INBOX", true, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    const before = box.messages.total;
    while (!said.some((line) => line.includes("+ idling"))) await sleep(50);
    const mail = once(imap, "mail");
    await deliver("for node-imap");
    expect(await mail).toEqual([1]);
    // It says DONE and IDLE anew on its own.
    while (said.filter((line) => line.includes("OK IDLE completed")).length < 2) await sleep(50);
    expect(box.messages.total).toBe(before + 1);
    const closed = once(imap, "close");
    imap.end();
    await closed;
  });
});

const require = createRequire(import.meta.url);
/** What we use of node-imap, which has no types. */
interface NodeImap extends NodeJS.EventEmitter {
  connect(): void;
  openBox(name: string, readOnly: boolean, opened: (error: Error | null, box: { messages: { total: number } }) => void): void;
  end(): void;
}
const Imap = require("imap") as new (options: Readonly<Record<string, unknown>> & { readonly debug: (line: string) => void }) => NodeImap;

const PYTHON = `
import imaplib, json, smtplib, ssl, sys
ports = json.loads(sys.argv[1])
tls = ssl.create_default_context(cafile=ports["ca"])
imap = imaplib.IMAP4("localhost", ports["imap"])
imap.starttls(tls)
imap.login("alice", "secret1")
assert "IDLE" in imap.capability()[1][0].decode().split()
assert imap.select("INBOX")[0] == "OK"
tag = imap._new_tag()
imap.send(tag + b" IDLE\\r\\n")
assert imap.readline().startswith(b"+ ")
smtp = smtplib.SMTP("localhost", ports["smtp"])
smtp.starttls(context=tls)
smtp.sendmail("bob@example.test", ["alice@example.test"], "Subject: idle\\r\\n\\r\\n")
smtp.quit()
print(imap.readline().decode().strip())
print(imap.readline().decode().strip())
imap.send(b"DONE\\r\\n")
line = imap.readline()
assert line.startswith(tag)
print(line[len(tag):].decode().strip())
assert imap.noop()[0] == "OK"
imap.logout()
`;
