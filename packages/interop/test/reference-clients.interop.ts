// The reference clients of examples/ as programs, with the reference server: what they do, and how they fail.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificate, type Certificate } from "../src/certificate.ts";
import { type Ended, run } from "../src/program.ts";
import { startReferenceServer, type ReferenceServer } from "../src/reference-server.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ALICE = ["--user", "alice", "--pass", "secret1"];
const ENVELOPE = ["--from", "bob@example.test", "--to", "alice@example.test"];

let scratch: string;
let certificate: Certificate;
let server: ReferenceServer;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  server = await startReferenceServer(certificate);
});

afterAll(async () => {
  await server.stop();
  await removeScratch(scratch);
});

type Service = keyof ReferenceServer["ports"];

/** Runs a client with a port of the server, trusting its certificate. */
function client(name: "smtp" | "pop3" | "imap", service: Service, args: readonly string[], input = ""): Promise<Ended> {
  const program = ["--conditions=@mailwire/source", "--import", "tsx", `examples/${name}-client/src/main.ts`];
  const connection = ["--port", String(server.ports[service]), "--ca", certificate.certFile];
  return run([process.execPath, ...program, ...connection, ...args], { input, cwd: ROOT, timeoutMs: 20_000 });
}

describe("they send, list, read and delete", () => {
  test("by SMTP from a file and from standard input, with line ends of any kind", async () => {
    const file = join(scratch, "message.eml");
    await writeFile(file, "Subject: from a file\n\n.\n");
    expect(await client("smtp", "smtp", [...ENVELOPE, file])).toMatchObject({ code: 0, stderr: "" });
    const piped = await client(
      "smtp",
      "smtps",
      ["--tls", "implicit", "--user", "bob", "--pass", "secret2", ...ENVELOPE],
      "Subject: piped\r\n\r\n",
    );
    expect(piped).toMatchObject({ code: 0, stderr: "" });
  });

  test("by POP3", async () => {
    expect((await client("pop3", "pop3", [...ALICE, "list"])).stdout).toMatch(/^1 \d+\n2 \d+\n$/);
    expect((await client("pop3", "pop3s", ["--tls", "implicit", ...ALICE, "fetch", "1"])).stdout).toMatch(
      /Subject: from a file\r\n\r\n\.\r\n$/,
    );
    expect(await client("pop3", "pop3", [...ALICE, "delete", "1"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("by IMAP, with a trace that shows no password", async () => {
    const { code, stdout, stderr } = await client("imap", "imap", [...ALICE, "--trace", "search", "INBOX", "SUBJECT", "piped"]);
    expect([code, stdout]).toEqual([0, "1\n"]);
    expect(stderr).toMatch(/^C: \w+ AUTHENTICATE SCRAM-SHA-256-PLUS \*\*\*\*\*$/m);
    expect(stderr).not.toContain("secret1");
    expect((await client("imap", "imap", [...ALICE, "raw", "STATUS INBOX (MESSAGES)"])).stdout).toMatch(
      /^\* STATUS INBOX \(MESSAGES 1\)\r\n/,
    );
  });
});

describe("a failure is one line on standard error and a code", () => {
  test.each([
    ["a wrong password", 1, /AUTHENTICATIONFAILED/, "imap", "imap", ["--user", "alice", "--pass", "wrong", "list"]],
    ["a wrong password", 1, /\[AUTH\]/, "pop3", "pop3", ["--user", "alice", "--pass", "wrong", "list"]],
    ["a wrong password", 1, /535/, "smtp", "submission", ["--user", "alice", "--pass", "wrong", ...ENVELOPE]],
    ["a message that is not there", 1, /no such message/, "pop3", "pop3", [...ALICE, "fetch", "99"]],
    ["a mailbox that is not there", 1, /NONEXISTENT/, "imap", "imap", [...ALICE, "status", "nowhere"]],
    ["a file that is not there", 1, /ENOENT/, "smtp", "smtp", [...ENVELOPE, "/nonexistent"]],
    ["a file that is not there", 1, /ENOENT/, "imap", "imap", [...ALICE, "append", "INBOX", "/nonexistent"]],
    ["TLS where there is none", 1, /TLS handshake/, "pop3", "pop3", ["--tls", "implicit", ...ALICE, "list"]],
    ["another protocol", 1, /ProtocolError/, "imap", "pop3", [...ALICE, "list"]],
    ["a port where nobody listens", 1, /ECONNREFUSED/, "imap", "imap", ["--port", "1", ...ALICE, "list"]],
    ["a port that is none", 2, /--port/, "smtp", "smtp", ["--port", "99999", ...ENVELOPE]],
    ["an unknown command", 2, /no command constructor/, "imap", "imap", [...ALICE, "constructor"]],
    ["an unknown flag", 2, /--nonsense/, "pop3", "pop3", ["--nonsense"]],
    ["missing arguments", 2, /--from/, "smtp", "smtp", []],
  ] as const)("%s: %i %s", async (_what, code, why, name, service, args) => {
    const ended = await client(name, service, args);
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).toMatch(/^[^\n]+\n$/);
    expect(ended).toMatchObject({ code, stdout: "" });
  });

  test.each([
    ["imap", "imap", []],
    ["pop3", "pop3s", ["--tls", "implicit"]],
    ["smtp", "smtp", ENVELOPE],
  ] as const)("a certificate that nobody vouches for, with %s-client at the port %s", async (name, service, args) => {
    const other = join(scratch, service);
    await mkdir(other);
    const { certFile } = await makeCertificate(other);
    const command = name === "smtp" ? [] : [...ALICE, "list"];
    const ended = await client(name, service, [...args, "--ca", certFile, ...command]);
    expect(ended.stderr).toMatch(/^ConnectionError: TLS handshake [^\n]+ certificate\n$/);
    expect(ended.code).toBe(1);
  });
});
