// The program of examples/send-to-mx with a name server of our own: the hosts of a domain are tried in order.

import { join } from "node:path";
import { readFile, writeFile } from "node:fs/promises";
import { reply } from "@mailwire/smtp/codec";
import { serveSmtp, type SmtpServerOptions } from "@mailwire/smtp/server";
import { listen, type Listener } from "@mailwire/tls";
import { latin1 } from "@mailwire/wire";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { makeCertificate } from "../src/certificate.ts";
import { exampleCommand, ROOT } from "../src/example.ts";
import { freePorts } from "../src/free-ports.ts";
import { type NameServer, startNameServer } from "../src/name-server.ts";
import { type Ended, run } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const ZONE = {
  MX: {
    "example.test": [
      [20, "second.example.test"],
      [10, "first.example.test"],
      [30, "nowhere.example.test"],
    ],
    "null.test": [[0, ""]],
    "secure.test": [[10, "localhost"]],
  },
  A: {
    "first.example.test": ["127.0.0.21"],
    "second.example.test": ["127.0.0.23", "127.0.0.22"],
    "plain.test": ["127.0.0.22"],
    localhost: ["127.0.0.1"],
  },
} as const;

let scratch: string;
let names: NameServer;
let port = 0;
const listeners: Listener[] = [];

beforeAll(async () => {
  scratch = await makeScratch();
  names = await startNameServer(ZONE);
  [port = 0] = await freePorts(1);
  await writeFile(join(scratch, "message.eml"), "Subject: hi\n\n.dot\n");
});

afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

afterAll(async () => {
  await names.stop();
  await removeScratch(scratch);
});

/** A server at an address; what it took. */
async function serve(host: string, options: Partial<SmtpServerOptions> = {}): Promise<string[]> {
  const taken: string[] = [];
  const onMessage: SmtpServerOptions["onMessage"] = async ({ recipients }, body) =>
    void taken.push(`${recipients.map(({ path }) => path).join()}: ${latin1(await body.bytes())}`);
  const serving = (transport: Parameters<typeof serveSmtp>[0]): unknown =>
    serveSmtp(transport, { hostname: "mx.example", onMessage, ...options });
  listeners.push(await listen({ host, port }, serving));
  return taken;
}

function send(to: readonly string[], ...options: string[]): Promise<Ended> {
  const flags = ["--from", "a@example.org", "--port", String(port), "--dns", `127.0.0.1:${names.port}`, ...options];
  return run([...exampleCommand("send-to-mx"), ...flags, ...to.flatMap((address) => ["--to", address]), join(scratch, "message.eml")], {
    cwd: ROOT,
  });
}

test("the most preferred host gets it", async () => {
  const [first, second] = [await serve("127.0.0.21"), await serve("127.0.0.22")];
  expect(await send(["b@example.test", "c@example.test"], "--tls", "none")).toEqual({
    code: 0,
    stdout: "example.test: 250 Message accepted\n",
    stderr: "",
  });
  expect(first).toEqual(["b@example.test,c@example.test: Subject: hi\r\n\r\n.dot\r\n"]);
  expect(second).toEqual([]);
});

test.each<[string, Partial<SmtpServerOptions> | undefined, RegExp]>([
  ["is down", undefined, /^first\.example\.test: ConnectionError: .*ECONNREFUSED/],
  [
    "greets with 554",
    { onConnect: () => reply(554, "No service", "5.3.2") },
    /^first\.example\.test: SmtpReplyError: greeting: 554 5\.3\.2 No service\n/,
  ],
  [
    "says 421",
    { onConnect: () => reply(421, "Too busy", "4.3.2") },
    /^first\.example\.test: SmtpReplyError: greeting: 421 4\.3\.2 Too busy\n/,
  ],
  ["refuses for now", { onMail: () => reply(451, "Later", "4.3.0") }, /^first\.example\.test: SmtpReplyError: MAIL: 451 4\.3\.0 Later\n/],
])("where the first host %s the next one is tried, at each of its addresses", async (_what, options, complaint) => {
  if (options !== undefined) await serve("127.0.0.21", options);
  const second = await serve("127.0.0.22");
  const { code, stdout, stderr } = await send(["b@example.test"], "--tls", "none");
  expect(stderr).toMatch(complaint);
  expect(stdout).toBe("example.test: 250 Message accepted\n");
  expect(code).toBe(0);
  expect(second).toHaveLength(1);
});

test("a refusal for good ends it", async () => {
  await serve("127.0.0.21", { onRcpt: () => reply(550, "Unknown", "5.1.1") });
  const second = await serve("127.0.0.22");
  const { code, stderr } = await send(["b@example.test"], "--tls", "none");
  expect(stderr).toContain("<b@example.test> refused: 550 Unknown\nexample.test: not delivered: SmtpReplyError: RCPT: 550 5.1.1 Unknown\n");
  expect(code).toBe(1);
  expect(second).toEqual([]);
});

test("where all fail each is reported", async () => {
  const { code, stdout, stderr } = await send(["b@example.test"], "--tls", "none");
  expect(stderr).toMatch(
    /^first\.example\.test: .*\nsecond\.example\.test: .*\nnowhere\.example\.test: NoMailError: .*\nexample\.test: not delivered: /,
  );
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test("a domain without MX is its own host, one with a null MX takes nothing, and an address stands for itself", async () => {
  const taken = await serve("127.0.0.22");
  const { code, stdout, stderr } = await send(["b@plain.test", "b@null.test", "b@missing.test", "b@[127.0.0.22]"], "--tls", "none");
  expect(stdout).toBe("plain.test: 250 Message accepted\n[127.0.0.22]: 250 Message accepted\n");
  expect(stderr).toContain("null.test: not delivered: NoMailError: null.test takes no mail (null MX)\n");
  expect(stderr).toContain("missing.test: not delivered: NoMailError: missing.test has no address\n");
  expect(code).toBe(1);
  expect(taken).toHaveLength(2);
});

test("by default it goes out inside TLS only, to a host that proves its name", async () => {
  const certificate = await makeCertificate(scratch);
  const taken = await serve("127.0.0.1", { tls: { cert: certificate.cert, key: await readFile(certificate.keyFile) } });
  expect((await send(["b@secure.test"])).stderr).toMatch(/^localhost: ConnectionError: TLS handshake/);
  expect(await send(["b@secure.test"], "--ca", certificate.certFile)).toMatchObject({ code: 0 });
  expect(taken).toHaveLength(1);
});

test("--help explains, and a wrong command line is told from a failure", async () => {
  const command = exampleCommand("send-to-mx");
  expect(await run([...command, "--help"], { cwd: ROOT })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("--dns ADDRESS") as string,
    stderr: "",
  });
  expect(await run([...command, "--nonsense"], { cwd: ROOT })).toMatchObject({ code: 2, stdout: "" });
});
