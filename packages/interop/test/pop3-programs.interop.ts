// Programs that fetch mail by POP3 from the reference server: what they have is what the server had, once, and it is gone only when it should be.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Pop3Client } from "@mailwire/pop3/client";
import { SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { latin1, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { messagesIn } from "../src/maildir.ts";
import { type Fetching, fetchmail, getmail, mpop } from "../src/pop3-programs.ts";
import { mustRun, run } from "../src/program.ts";
import { type ReferenceServer, startReferenceServer } from "../src/reference-server.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const MAILS = [
  "Subject: dots\r\n\r\n.\r\n..\r\n.dotted\r\n\r\n.\r\n",
  "Subject: no body\r\n\r\n",
  `Subject: large\r\n\r\n${`.${"x".repeat(76)}\r\n`.repeat(20)}`,
  `Subject: a long line\r\n\r\n${"y".repeat(990)}\r\nFrom here\r\n`,
  "Subject: eight bits\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße €\r\n",
];

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

async function deliver(...mails: readonly string[]): Promise<void> {
  const transport = await connect({ host: "127.0.0.1", port: server.ports.smtp });
  const client = await SmtpClient.open(transport, { serverName: "localhost", tlsOptions: { ca: certificate.cert } });
  for (const mail of mails) await client.sendMail({ from: "bob@example.test", to: ["alice@example.test"], body: utf8(mail) });
  await client.quit();
}

async function enter(): Promise<Pop3Client> {
  const transport = await connect({ host: "127.0.0.1", port: server.ports.pop3 });
  const client = await Pop3Client.open(transport, { serverName: "localhost", tlsOptions: { ca: certificate.cert } });
  await client.login("alice", "secret1");
  return client;
}

/** All that is in the maildrop of alice, sorted, with LF as programs keep it. */
async function held(): Promise<string[]> {
  const client = await enter();
  const listing = await client.list();
  const messages = await Promise.all(listing.map(async ({ message }) => latin1(await client.retr(message).bytes())));
  await client.quit();
  return messages.map((message) => message.replaceAll("\r\n", "\n")).sort();
}

describe.each([
  { name: "fetchmail", fetch: fetchmail, tls: "STLS", codes: { nothing: 1, refused: 3, locked: 9 } },
  { name: "fetchmail", fetch: fetchmail, tls: "implicit", codes: { nothing: 1, refused: 3, locked: 9 } },
  { name: "getmail", fetch: getmail, tls: "implicit", codes: { nothing: 0, refused: 127, locked: 127 } },
  { name: "mpop", fetch: mpop, tls: "STLS", codes: { nothing: 0, refused: 77, locked: 77 } },
  { name: "mpop", fetch: mpop, tls: "implicit", codes: { nothing: 0, refused: 77, locked: 77 } },
] as const)("$name, $tls TLS", ({ name, fetch, tls, codes }) => {
  let fetching: Fetching;
  let afresh: Fetching;

  beforeAll(async () => {
    const port = tls === "STLS" ? server.ports.pop3 : server.ports.pop3s;
    const known = { port, tls, certFile: certificate.certFile, user: "alice", password: "secret1" };
    fetching = { ...known, directory: join(scratch, `${name}-${tls}`), after: "keep" };
    afresh = { ...known, directory: join(scratch, `${name}-${tls}-afresh`), after: "delete" };
    for (const { directory } of [fetching, afresh]) await mkdir(directory);
    await deliver(...MAILS);
  });

  const fetched = async ({ directory }: Fetching): Promise<string[]> => (await messagesIn(join(directory, "Maildir"))).sort();

  test("is told of a wrong password, and of the lock", async () => {
    const refused = await fetch({ ...fetching, password: "wrong" });
    const other = await enter();
    const locked = await fetch(fetching);
    await other.quit();
    expect([refused.code, locked.code]).toEqual([codes.refused, codes.locked]);
    expect(refused.stderr).toMatch(/wrong name or password|[Aa]uthorization failure|authentication failed/);
    expect(locked.stderr).toMatch(/the maildrop is in use|authentication failed/);
    expect(await fetched(fetching)).toEqual([]);
  });

  test("fetches all as it is, and knows the next time what it has", async () => {
    const all = await held();
    expect(all).toHaveLength(MAILS.length);
    expect((await fetch(fetching)).code).toBe(0);
    expect(await fetched(fetching)).toEqual(all);
    expect((await fetch(fetching)).code).toBe(codes.nothing);
    expect(await fetched(fetching)).toEqual(all);
    await deliver("Subject: one more\r\n\r\nbody\r\n");
    expect((await fetch(fetching)).code).toBe(0);
    expect(await fetched(fetching)).toEqual(await held());
  });

  test("deletes what it has fetched", async () => {
    const all = await held();
    expect((await fetch(afresh)).code).toBe(0);
    expect(await fetched(afresh)).toEqual(all);
    expect(await held()).toEqual([]);
  });
});

test.each([
  ["STLS", "pop"],
  ["implicit", "pops"],
] as const)("mutt, %s TLS: saves all messages as they are, and deletes them", async (tls, scheme) => {
  await deliver(...MAILS);
  const all = await held();
  const home = join(scratch, `mutt-${tls}`);
  await mkdir(home);
  const settings = `set ssl_starttls=yes ssl_force_tls=yes certificate_file=${certificate.certFile} ssl_verify_host=yes
set pop_user=alice pop_pass=secret1 pop_authenticators="plain:user" folder=${home} delete=yes confirmcreate=no confirmappend=no mbox_type=Maildir
set sleep_time=0 wait_key=no quit=yes`;
  await writeFile(join(home, ".muttrc"), settings);
  const port = scheme === "pop" ? server.ports.pop3 : server.ports.pop3s;
  const keys = `${`<save-message>${home}/copy<enter>`.repeat(MAILS.length)}<sync-mailbox><quit>`;
  const reader = `mutt -F ${home}/.muttrc -f ${scheme}://localhost:${port}/ -e 'push "${keys}"'`;
  await run(["script", "-qec", reader, "/dev/null"], { env: { HOME: home, TERM: "xterm" }, timeoutMs: 20_000 });
  const saved = await messagesIn(join(home, "copy"));
  // mutt writes down how long they are.
  expect(saved.map((message) => message.replace(/^Content-Length: \d+\nLines: \d+\n/m, "")).sort()).toEqual(all);
  expect(await held()).toEqual([]);
});

describe("curl", () => {
  const curl = (service: "pop3" | "pop3s", path: string, ...args: readonly string[]): ReturnType<typeof run> => {
    const tls = ["--cacert", certificate.certFile, "--ssl-reqd", "--max-time", "20"];
    return run(["curl", "-sS", ...tls, "-u", "alice:secret1", ...args, `${service}://localhost:${server.ports[service]}/${path}`]);
  };

  test.each(["pop3", "pop3s"] as const)("%s: lists, reads as it is, and deletes", async (service) => {
    await deliver(...MAILS);
    const all = await held();
    const uids = (await curl(service, "", "-X", "UIDL")).stdout;
    expect(uids).toMatch(/^(?:\d \S{1,70}\r\n){5}$/);
    expect((await curl(service, "", "-X", "UIDL")).stdout).toBe(uids);
    const read: string[] = [];
    for (const [index] of MAILS.entries()) {
      read.push((await curl(service, String(index + 1))).stdout.replaceAll("\r\n", "\n"));
    }
    expect(read.sort()).toEqual(all);
    expect((await curl(service, "", "-X", "TOP 1 2")).stdout).toContain("Subject: dots\r\n\r\n.\r\n..\r\n");
    for (let left = all.length; left > 0; left -= 1) expect((await curl(service, "1", "-X", "DELE", "-I")).code).toBe(0);
    expect(await held()).toEqual([]);
  });

  test("is told of a wrong password, and of the lock", async () => {
    expect((await curl("pop3", "", "-u", "alice:wrong")).code).toBe(67);
    const other = await enter();
    expect((await curl("pop3", "")).code).toBe(67);
    await other.quit();
  });
});

test("Python's poplib reads as it is, may take back what it deleted, and is told of a wrong password and the lock", async () => {
  await deliver(...MAILS);
  const { stdout } = await mustRun(["python3", "-", certificate.certFile, String(server.ports.pop3), String(server.ports.pop3s)], {
    input: PYTHON,
  });
  expect((JSON.parse(stdout) as string[]).sort()).toEqual(await held());
});

const PYTHON = `
import json, poplib, ssl, sys
tls = ssl.create_default_context(cafile=sys.argv[1])

def clear():
    pop = poplib.POP3("localhost", int(sys.argv[2]))
    pop.stls(tls)
    return pop

def enter(pop, password="secret1"):
    pop.user("alice")
    pop.pass_(password)
    return pop

def refused(code, act):
    try:
        act()
    except poplib.error_proto as error:
        assert code in str(error), error
    else:
        raise AssertionError(code)

implicit = lambda: poplib.POP3_SSL("localhost", int(sys.argv[3]), context=tls)
refused("[AUTH]", lambda: enter(clear(), "wrong"))
pop = enter(implicit())
refused("[IN-USE]", lambda: enter(clear()))
assert {"TOP", "UIDL", "PIPELINING", "RESP-CODES", "AUTH-RESP-CODE"} <= set(pop.capa()), pop.capa()
uids = pop.uidl()[1]
count = pop.stat()[0]
pop.dele(1)
assert len(pop.uidl()[1]) == count - 1
refused("-ERR", lambda: pop.retr(1))
refused("-ERR", lambda: pop.dele(1))
pop.rset()
assert pop.uidl()[1] == uids
pop.dele(2)
pop.close()
again = enter(clear())
assert again.uidl()[1] == uids
print(json.dumps([b"".join(line + b"\\n" for line in again.retr(n + 1)[1]).decode("latin1") for n in range(count)]))
again.quit()
`;
