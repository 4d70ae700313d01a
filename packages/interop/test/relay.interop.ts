// The relay of examples/smtp-relay as a process between our client and our server, over real sockets.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Mail, SmtpClient, SmtpReplyError } from "@mailwire/smtp/client";
import { parameter, reply, reversePath } from "@mailwire/smtp/codec";
import { type Envelope, serveSmtp, type SmtpServerOptions } from "@mailwire/smtp/server";
import { connect, listen, type Listener } from "@mailwire/tls";
import { latin1, utf8 } from "@mailwire/wire";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { exampleCommand, ROOT, type RunningExample, startExample } from "../src/example.ts";
import { freePorts } from "../src/free-ports.ts";
import { run } from "../src/program.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const MIB = 1024 * 1024;

let scratch: string;
let certificate: Certificate;
let relay: RunningExample;
let nextPort = 0;
let listener: Listener | undefined;
let served: ReturnType<typeof serveSmtp>[] = [];
const clients: SmtpClient[] = [];

beforeAll(async () => {
  [nextPort = 0] = await freePorts(1);
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  const listening = ["--listen", "0", "--listen-tls", "0", "--cert", certificate.certFile, "--key", certificate.keyFile];
  const own = ["--hostname", "relay.example", "--max-bytes", String(2 ** 31)];
  relay = await startExample("smtp-relay", [...listening, ...own, "--host", "127.0.0.1", "--port", String(nextPort), "--tls", "none"]);
});

afterAll(async () => {
  expect(await relay.stop()).toBe(0);
  await removeScratch(scratch);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.abort();
  for (const connection of served.splice(0)) connection.abort();
  await listener?.close();
  listener = undefined;
});

/** The next server; what it is told. */
async function nextHop(options: Partial<SmtpServerOptions> = {}): Promise<{ envelope: Envelope; text: string }[]> {
  const mails: { envelope: Envelope; text: string }[] = [];
  served = [];
  listener = await listen({ host: "127.0.0.1", port: nextPort }, (transport) => {
    const onMessage: SmtpServerOptions["onMessage"] = async (envelope, body) =>
      void mails.push({ envelope, text: latin1(await body.bytes()) });
    served.push(serveSmtp(transport, { hostname: "next.example", onMessage, ...options }));
  });
  return mails;
}

async function open(): Promise<SmtpClient> {
  const transport = await connect({ host: "127.0.0.1", port: relay.ports.smtp ?? 0 });
  const client = await SmtpClient.open(transport, { hostname: "client.example", allowPlaintext: true });
  clients.push(client);
  return client;
}

const MAIL = { from: "a@example.org", to: ["b@example.com"], body: utf8("Subject: hi\r\n\r\n.dot\r\n..\r\nlast\r\n") };

async function refusalOf(client: SmtpClient, mail: Mail): Promise<SmtpReplyError> {
  const error: unknown = await client.sendMail(mail).then(
    () => new Error("it was sent"),
    (refusal: unknown) => refusal,
  );
  if (!(error instanceof SmtpReplyError)) throw error;
  return error;
}

const extensions = (...keywords: string[]): Required<SmtpServerOptions>["extensions"] =>
  keywords.map((keyword) => ({ keyword, parameters: [] }));

describe("a mail", () => {
  test.each(["DATA", "BDAT"] as const)("by %s arrives as it was, with a trace field in front", async (bodyCommand) => {
    const mails = await nextHop();
    const client = await open();
    const { reply: answer } = await client.sendMail({ ...MAIL, bodyCommand });
    expect(answer).toMatchObject({ code: 250, enhancedCode: "2.6.0" });
    await client.sendMail(MAIL);
    await client.quit();
    expect(mails).toHaveLength(2);
    for (const { envelope, text } of mails) {
      expect(envelope).toMatchObject({ from: MAIL.from, recipients: [{ path: "b@example.com" }] });
      expect(text).toMatch(
        /^Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby relay\.example with ESMTP\r\n\tfor <b@example\.com>;\r\n\t.* \+0000\r\n/,
      );
      expect(text.endsWith(latin1(MAIL.body))).toBe(true);
    }
    expect(served).toHaveLength(1);
  });

  test("of 200 MB streams through: not a byte is changed, and the relay's memory stays flat", async () => {
    let received = createHash("sha256");
    await nextHop({
      limits: { maxMessageBytes: Infinity },
      onMessage: async (_envelope, body) => {
        received = createHash("sha256");
        let [isTrace, trace] = [true, ""];
        for await (const chunk of body) {
          if (isTrace) trace += latin1(chunk);
          else received.update(chunk);
          const start = trace.indexOf("Subject: large");
          if (!isTrace || start === -1) continue;
          received.update(trace.slice(start), "latin1");
          isTrace = false;
        }
        return undefined;
      },
    });
    const client = await open();
    await client.sendMail({ ...MAIL, body: large(20) }); // what is compiled and kept on the way
    const before = await memoryOf(relay.pid);
    const sent = createHash("sha256");
    let peak = before;
    const watch = setInterval(() => void memoryOf(relay.pid).then((bytes) => (peak = Math.max(peak, bytes))), 20);
    await client.sendMail({ ...MAIL, body: large(200, (chunk) => sent.update(chunk)) });
    clearInterval(watch);
    expect(received.digest("hex")).toBe(sent.digest("hex"));
    console.log(`the relay's memory: ${(before / MIB).toFixed(1)} MiB before, ${(peak / MIB).toFixed(1)} MiB at most`);
    expect((peak - before) / MIB).toBeLessThan(50);
  });

  test("comes only as fast as the next server takes it", async () => {
    let go: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (go = resolve));
    await nextHop({
      limits: { maxMessageBytes: Infinity },
      onMessage: async () => {
        await waiting;
        return undefined;
      },
    });
    const client = await open();
    let sentBytes = 0;
    const sending = client.sendMail({ ...MAIL, body: large(100), onProgress: (bytes) => (sentBytes = bytes) });
    for (let before = -1; before !== sentBytes;) {
      before = sentBytes;
      await sleep(500);
    }
    // What three sockets and their buffers hold.
    expect(sentBytes / MIB).toBeLessThan(30);
    go();
    expect((await sending).reply.code).toBe(250);
  });
});

describe("a client comes inside TLS", () => {
  test("by STARTTLS, without which it would not come", async () => {
    const mails = await nextHop();
    const transport = await connect({ host: "127.0.0.1", port: relay.ports["smtp"] ?? 0 });
    await sendInside(await SmtpClient.open(transport, { serverName: "localhost", tlsOptions: { ca: certificate.cert } }));
    expect(mails[0]?.text).toMatch(/by relay\.example with ESMTPS\r\n/);
  });

  test("from the first byte", async () => {
    const mails = await nextHop();
    const [port, tls] = [relay.ports["smtps"] ?? 0, { ca: certificate.cert }];
    await sendInside(await SmtpClient.open(await connect({ host: "127.0.0.1", port, mode: "implicit", serverName: "localhost", tls })));
    expect(mails[0]?.text).toMatch(/by relay\.example with ESMTPS\r\n/);
  });

  async function sendInside(client: SmtpClient): Promise<void> {
    clients.push(client);
    expect(client.info.secure).toBe(true);
    expect((await client.sendMail(MAIL)).reply.code).toBe(250);
    await client.quit();
  }

  test.each([
    [["--listen", "0", "--cert", "cert.pem"], 2, "--cert and --key go together"],
    [["--listen-tls", "0"], 2, "--listen-tls needs --cert and --key"],
    [["--listen", "0", "--cert", "package.json", "--key", "package.json"], 1, "PEM"],
  ])("and the relay says at once that %j is not enough for that", async (args, code, problem) => {
    const ended = await run([...exampleCommand("smtp-relay"), ...args, "--port", "25"], { cwd: ROOT });
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(problem) as string });
  });
});

describe("a message that has passed", () => {
  const withFields = (count: number, body = "last"): Uint8Array =>
    utf8(`${"Received: from a\r\n\tby b; now\r\n".repeat(count)}Subject: hi\r\n\r\n${body}\r\n`);

  test.each(["DATA", "BDAT"] as const)("a hundred servers is in a loop: it is refused and never completed (%s)", async (bodyCommand) => {
    const mails = await nextHop();
    const client = await open();
    const error = await refusalOf(client, { ...MAIL, body: withFields(100), bodyCommand });
    expect(error).toMatchObject({ command: "message", reply: { code: 554, enhancedCode: "5.4.6" } });
    expect((await client.sendMail(MAIL)).reply.code).toBe(250);
    expect(mails.map(({ text }) => text.endsWith(latin1(MAIL.body)))).toEqual([true]);
  });

  test("99 of them may pass, whatever its body says", async () => {
    const mails = await nextHop();
    const body = withFields(99, "Received: from nowhere\r\n".repeat(200));
    await (await open()).sendMail({ ...MAIL, body });
    expect(mails[0]?.text.endsWith(latin1(body))).toBe(true);
  });
});

describe("what the next server says is what the client hears", () => {
  test("about recipients", async () => {
    const mails = await nextHop({
      onRcpt: ({ path }) => {
        if (path.startsWith("unknown@")) return reply(550, ["Never heard", "of them"], "5.1.1");
        return path.startsWith("later@") ? reply(450, "Busy", "4.2.1") : undefined;
      },
    });
    const { recipients } = await (await open()).sendMail({ ...MAIL, to: ["b@example.com", "unknown@example.com", "later@example.com"] });
    expect(recipients).toMatchObject([
      { status: "accepted" },
      { status: "refused", reply: { code: 550, enhancedCode: "5.1.1", lines: ["Never heard", "of them"] } },
      { status: "deferred", reply: { code: 450, enhancedCode: "4.2.1", lines: ["Busy"] } },
    ]);
    expect(mails.map(({ envelope }) => envelope.recipients.map(({ path }) => path))).toEqual([["b@example.com"]]);
  });

  test.each([
    ["MAIL", { onMail: () => reply(553, "Not you", "5.7.1") }],
    ["message", { onCommand: ({ command }) => (command.verb === "DATA" ? reply(554, "Not now", "5.7.1") : undefined) }],
    ["message", { onMessage: () => reply(554, "Spam", "5.7.1") }],
  ] satisfies [string, Partial<SmtpServerOptions>][])("about %s, and then the connection goes on", async (command, options) => {
    const refusing = { is: true };
    const once = Object.fromEntries(
      Object.entries(options).map(([name, handler]) => [
        name,
        (...args: never[]) => (refusing.is ? (handler as (...a: never[]) => unknown)(...args) : undefined),
      ]),
    );
    await nextHop(once);
    const client = await open();
    const error = await refusalOf(client, MAIL);
    expect(error.command).toBe(command);
    expect(error.reply).toMatchObject({ enhancedCode: "5.7.1" });
    refusing.is = false;
    expect((await client.sendMail(MAIL)).reply.code).toBe(250);
  });

  test("except that its good-bye is no good-bye of the relay", async () => {
    await nextHop({ onMail: () => reply(421, "Closing", "4.3.2") });
    const client = await open();
    expect((await refusalOf(client, MAIL)).reply).toMatchObject({ code: 451, lines: ["Closing"] });
    await client.noop();
  });
});

describe("parameters", () => {
  const DSN = {
    ret: "HDRS",
    envid: "id=1",
    to: [{ address: "b@example.com", notify: ["SUCCESS"], orcpt: { addressType: "rfc822", address: "B@example.com" } }],
  } as const;

  test("are passed on where the next server takes them", async () => {
    const mails = await nextHop({ extensions: extensions("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN") });
    await (await open()).sendMail({ ...MAIL, ...DSN, from: "jörg@example.org", bodyType: "8BITMIME", sizeBytes: 35 });
    expect(mails[0]?.envelope).toMatchObject({
      from: "jörg@example.org",
      mail: { ret: "HDRS", envid: "id=1", body: "8BITMIME", smtputf8: true, sizeBytes: 35 },
      recipients: [{ rcpt: { notify: ["SUCCESS"], orcpt: { addressType: "rfc822", address: "B@example.com" } } }],
    });
  });

  test.each<[string, Partial<Mail>, string, number, string]>([
    ["DSN at MAIL", { ret: "FULL" }, "MAIL", 555, "5.3.3"],
    ["DSN at RCPT", { to: DSN.to }, "RCPT", 555, "5.3.3"],
    ["8BITMIME", { bodyType: "8BITMIME" }, "MAIL", 554, "5.6.3"],
    ["SMTPUTF8", { smtputf8: true }, "MAIL", 550, "5.6.7"],
  ])("are refused where it does not offer %s", async (_what, mail, command, code, enhancedCode) => {
    const mails = await nextHop({ extensions: extensions("PIPELINING") });
    const client = await open();
    const error = await refusalOf(client, { ...MAIL, ...mail });
    expect(error.command).toBe(command);
    expect(error.reply).toMatchObject({ code, enhancedCode });
    await client.sendMail({ ...MAIL, bodyType: "7BIT" });
    expect(mails).toHaveLength(1);
  });

  test("that nobody knows are refused", async () => {
    await nextHop();
    const client = await open();
    const refused = await client.command({ verb: "MAIL", path: reversePath("a@b.example"), parameters: [parameter("NOSUCH", "1")] });
    expect(refused.code).toBe(555);
  });
});

describe("when the next server", () => {
  test("is down, the client is to try again", async () => {
    const client = await open();
    expect((await refusalOf(client, MAIL)).reply).toMatchObject({ code: 451, enhancedCode: "4.4.2" });
    await nextHop();
    expect((await client.sendMail(MAIL)).reply.code).toBe(250);
  });

  test("closes in the middle of a message, the client is to try again", async () => {
    await nextHop({
      limits: { maxMessageBytes: Infinity },
      onMessage: async (_envelope, body) => {
        for await (const chunk of body) if (chunk.length > 0) break;
        for (const connection of served) connection.abort();
        return undefined;
      },
    });
    const client = await open();
    const error = await refusalOf(client, { ...MAIL, body: large(5) });
    expect(error).toMatchObject({ command: "message", reply: { code: 451, enhancedCode: "4.4.2" } });
    await client.noop();
  });

  test("finds a message too large while it comes, the client hears that", async () => {
    await nextHop({ limits: { maxMessageBytes: 1000 } });
    const client = await open();
    const error = await refusalOf(client, { ...MAIL, body: large(5) });
    expect(error).toMatchObject({ command: "message", reply: { code: 552 } });
    await client.noop();
  });
});

test("a next server that refuses a message in the middle and goes at once is heard", async () => {
  listener = await listen({ host: "127.0.0.1", port: nextPort }, async (transport) => {
    const say = async (line: string): Promise<unknown> => transport.write([utf8(`${line}\r\n`)]);
    const commands = ["220 next.example", "250 next.example", "250 Ok", "250 Ok", "354 Go on"];
    for (const answer of commands) {
      await say(answer);
      await transport.read();
    }
    await say("552 5.3.4 Too large");
    await sleep(200);
    transport.abort();
  });
  const error = await refusalOf(await open(), { ...MAIL, body: large(20) });
  expect(error).toMatchObject({ command: "message", reply: { code: 552, enhancedCode: "5.3.4", lines: ["Too large"] } });
});

test("a client that leaves in the middle of a message sends nothing", async () => {
  const mails = await nextHop();
  const client = await open();
  const body = (async function* () {
    yield utf8("Subject: half\r\n");
    await sleep(100);
    throw new Error("power failure");
  })();
  await expect(client.sendMail({ ...MAIL, body })).rejects.toThrow("power failure");
  await Promise.all(served.map(({ closed }) => closed));
  expect(served).toHaveLength(1);
  expect(mails).toEqual([]);
});

test("a client that gives up its transaction can begin another", async () => {
  const mails = await nextHop();
  const client = await open();
  await client.command({ verb: "MAIL", path: reversePath("first@example.org"), parameters: [] });
  await client.reset();
  await client.sendMail(MAIL);
  expect(mails.map(({ envelope }) => envelope.from)).toEqual([MAIL.from]);
});

const LINE = utf8(`.${"x".repeat(75)}\r\n`);
const PIECE = new Uint8Array(840 * LINE.length).map((_, at) => LINE[at % LINE.length] ?? 0);

/** A message of about so many MiB, which `see` sees as it goes. */
async function* large(mib: number, see?: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, void, undefined> {
  await Promise.resolve();
  const pieces = [utf8("Subject: large\r\n\r\n"), ...Array.from({ length: Math.ceil((mib * MIB) / PIECE.length) }, () => PIECE)];
  for (const piece of pieces) {
    see?.(piece);
    yield piece;
  }
}

/** Bytes of memory that a process has in use. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
