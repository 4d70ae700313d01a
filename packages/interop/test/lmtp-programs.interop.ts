// LMTP by the reference server: other people's programs deliver into its store, and so does the reference client.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { exampleCommand, ROOT, startExample } from "../src/example.ts";
import { mustRun, run } from "../src/program.ts";
import { type ReferenceServer, startReferenceServer } from "../src/reference-server.ts";
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

/** The messages of a user with that subject, read by curl. */
async function mailOf(user: "alice" | "bob", subject: string): Promise<string[]> {
  const password = { alice: "secret1", bob: "secret2" }[user];
  const curl = (path: string): ReturnType<typeof mustRun> =>
    mustRun([
      "curl",
      "-sS",
      "--cacert",
      certificate.certFile,
      "-u",
      `${user}:${password}`,
      `imaps://localhost:${server.ports.imaps}/INBOX${path}`,
    ]);
  const [, numbers = ""] = /SEARCH([ \d]*)/.exec((await curl(`?SUBJECT%20${subject}`)).stdout) ?? [];
  const found = numbers.trim().split(" ").filter(Boolean);
  return Promise.all(found.map(async (number) => (await curl(`;MAILINDEX=${number}`)).stdout));
}

const swaks = (...args: string[]): ReturnType<typeof run> =>
  run([
    "swaks",
    "--protocol",
    "LMTP",
    "--server",
    "127.0.0.1",
    "-p",
    String(server.ports.lmtp),
    "--timeout",
    "15",
    "--from",
    "eve@example.net",
    ...args,
  ]);

test.each<[string, string[]]>([
  ["in clear", []],
  ["with STARTTLS", ["-tls"]],
  ["pipelined", ["-pipeline"]],
])("swaks delivers %s, and hears about each recipient", async (how, options) => {
  const subject = `swaks-${how.replace(" ", "-")}`;
  const { code, stdout } = await swaks(
    "--to",
    "alice@example.test,nobody@example.test,bob@example.test",
    "--h-Subject",
    subject,
    ...options,
  );
  expect(stdout).toMatch(/^ (->|~>) LHLO /m);
  expect(stdout).toMatch(/^<[*~]\* 550 5\.1\.1 /m);
  expect(stdout.match(/^<[-~] {2}250 2\.1\.5 Delivered/gm)).toHaveLength(2);
  expect(code).toBe(0);
  for (const user of ["alice", "bob"] as const) {
    expect(await mailOf(user, subject)).toEqual([
      expect.stringMatching(/^Return-Path: <eve@example\.net>\r\nReceived: .*\r\n\tby example\.test with LMTP/),
    ]);
  }
});

test("Python's smtplib delivers", async () => {
  // It reads only one answer to a message, so that each goes to one recipient.
  const script = `
import smtplib
lmtp = smtplib.LMTP("127.0.0.1", ${server.ports.lmtp})
message = b"Subject: smtplib\\r\\n\\r\\n.one dot\\r\\n"
refused = lmtp.sendmail("eve@example.net", ["alice@example.test", "nobody@example.test"], message)
assert list(refused) == ["nobody@example.test"], refused
assert lmtp.sendmail("eve@example.net", ["bob@example.test"], message) == {}
lmtp.quit()
`;
  await mustRun(["python3", "-c", script]);
  for (const user of ["alice", "bob"] as const) {
    expect(await mailOf(user, "smtplib")).toEqual([expect.stringMatching(/\r\nSubject: smtplib\r\n\r\n\.one dot\r\n$/)]);
  }
});

test("swaks and smtplib deliver over a Unix socket", async () => {
  const path = join(scratch, "lmtp.sock");
  const example = await startExample("mail-server", ["--lmtp", path, "--domain", "example.test", "--user", "alice:secret1"]);
  try {
    expect(example.ports).toEqual({ lmtp: path });
    const { code, stdout } = await run(["swaks", "--protocol", "LMTP", "--socket", path, "--timeout", "15", "--to", "alice@example.test"]);
    expect(stdout).toMatch(/^<- {2}250 2\.1\.5 Delivered/m);
    expect(code).toBe(0);
    const script = `import smtplib; smtplib.LMTP("${path}").sendmail("", ["alice@example.test"], "Subject: x\\n\\n")`;
    await mustRun(["python3", "-c", script]);
  } finally {
    expect(await example.stop()).toBe(0);
  }
});

test("an introduction by SMTP is refused, and so is LMTP at the SMTP port", async () => {
  const ehlo = await run([
    "swaks",
    "--server",
    "127.0.0.1",
    "-p",
    String(server.ports.lmtp),
    "--to",
    "alice@example.test",
    "--timeout",
    "15",
  ]);
  expect(ehlo.stdout).toMatch(/^<\*\* 500 /m);
  const lhlo = await run([
    "swaks",
    "--protocol",
    "LMTP",
    "--server",
    "127.0.0.1",
    "-p",
    String(server.ports.smtp),
    "--to",
    "alice@example.test",
  ]);
  expect(lhlo.stdout).toMatch(/^<\*\* 500 /m);
});

test.each([
  ["DATA", []],
  ["BDAT", ["--bdat"]],
] as const)("the reference client delivers by %s", async (how, options) => {
  const file = join(scratch, "message.eml");
  const subject = `client-${how}`;
  await writeFile(file, `Subject: ${subject}\n\n.one dot\n`);
  const client = exampleCommand("smtp-client");
  const envelope = [
    "--from",
    "eve@example.net",
    "--to",
    "alice@example.test",
    "--to",
    "nobody@example.test",
    "--lmtp",
    "--trace",
    ...options,
  ];
  const connection = ["--host", "localhost", "--port", String(server.ports.lmtp), "--ca", certificate.certFile];
  const { code, stdout, stderr } = await run([...client, ...connection, ...envelope, file], { cwd: ROOT });
  expect(stdout).toBe("250 Delivered\n");
  expect(stderr).toContain("<nobody@example.test> refused: 550 No such user here\n");
  expect(stderr).toMatch(how === "BDAT" ? /^C: BDAT \d+ LAST$/m : /^C: DATA$/m);
  expect(code).toBe(1);
  expect(await mailOf("alice", subject)).toEqual([expect.stringMatching(/\tby example\.test with LMTPS\r\n[^]*\r\n\r\n\.one dot\r\n$/)]);
});
