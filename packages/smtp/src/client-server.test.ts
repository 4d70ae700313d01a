import { memoryPair, type ServedConnection } from "@mailwire/transport";
import { loginClient, loginServer, plainClient, plainServer } from "@mailwire/sasl";
import { type ByteTransport, ConnectionError, latin1, ProtocolError, type Secret, type Unit, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SmtpClient, type SmtpClientOptions, SmtpReplyError } from "./client.ts";
import { forwardPath, reply, reversePath } from "./codec/index.ts";
import { serveSmtp, type SmtpServerOptions } from "./server.ts";

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly body: string;
}

interface Meeting {
  readonly client: SmtpClient;
  readonly served: ServedConnection;
  readonly received: Received[];
}

interface Sides {
  readonly server?: Partial<SmtpServerOptions>;
  readonly client?: SmtpClientOptions;
  readonly chunkSizes?: Iterable<number>;
  readonly secure?: boolean;
}

/** A client and a server that keeps what it gets, both ready. */
async function meet({ server = {}, client = {}, chunkSizes, secure = true }: Sides = {}): Promise<Meeting> {
  const [left, right] = memoryPair({ secure, ...(chunkSizes === undefined ? {} : { chunkSizes }) });
  const received: Received[] = [];
  const served = serveSmtp(right, {
    hostname: "mx.example",
    onMessage: async (envelope, body) => {
      const bytes = await body.bytes();
      received.push({ from: envelope.from, to: envelope.recipients.map(({ path }) => path), body: latin1(bytes) });
      return undefined;
    },
    ...server,
  });
  return { client: await SmtpClient.open(left, client), served, received };
}

const MAIL = { from: "a@example.org", to: ["b@example.com"], body: utf8("Subject: hi\r\n\r\n.dot\r\n") };

describe("a mail", () => {
  test("goes through", async () => {
    const { client, served, received } = await meet();
    const { reply, recipients } = await client.sendMail(MAIL);
    expect(reply.code).toBe(250);
    expect(recipients).toMatchObject([{ address: "b@example.com", status: "accepted", reply: { code: 250 } }]);
    await client.quit();
    expect(await served.closed).toMatchObject({ reason: "done" });
    expect(await client.closed).toMatchObject({ reason: "done" });
    expect(received).toEqual([{ from: "a@example.org", to: ["b@example.com"], body: "Subject: hi\r\n\r\n.dot\r\n" }]);
  });

  test("is the same however the bytes are cut", async () => {
    const text = fc
      .array(fc.constantFrom(".", "..", "\r\n", "x", "\r\n.\r\n", "lines of text"), { maxLength: 20 })
      .map((words) => words.join(""));
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 400, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(text, sizes, fc.integer({ min: 1, max: 10 }), async (body, chunkSizes, pieceBytes) => {
        const { client, received } = await meet({ chunkSizes });
        const bytes = utf8(body);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.slice(at, at + pieceBytes));
        await client.sendMail({ ...MAIL, body: pieces });
        await client.quit();
        expect(received).toHaveLength(1);
        expect(received[0]?.body).toBe(body === "" || body.endsWith("\r\n") ? body : `${body}\r\n`);
      }),
      { numRuns: 40 },
    );
  });
});

describe("recipients", () => {
  const server: Partial<SmtpServerOptions> = {
    onRcpt: ({ path }) => (path.startsWith("no") ? reply(550, "No such user", "5.1.1") : undefined),
  };

  test("get an answer each; one that is welcome is enough", async () => {
    const { client, received } = await meet({ server });
    const { recipients } = await client.sendMail({ ...MAIL, to: ["no@b", { address: "yes@b", parameters: [] }] });
    expect(recipients.map(({ address, status, reply: { code, enhancedCode } }) => [address, status, code, enhancedCode])).toEqual([
      ["no@b", "refused", 550, "5.1.1"],
      ["yes@b", "accepted", 250, "2.1.5"],
    ]);
    expect(received).toMatchObject([{ to: ["yes@b"] }]);
  });

  test("who are all refused leave no mail behind, not even an empty one, and the client usable", async () => {
    const { client, received } = await meet({ server });
    const failure = await client.sendMail({ ...MAIL, to: ["no@b", "no2@b"] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SmtpReplyError);
    expect(failure).toMatchObject({ command: "RCPT", reply: { code: 550 }, recipients: [{ status: "refused" }, { status: "refused" }] });
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
  });

  test("may be many more than are pipelined at once", async () => {
    const { client, received } = await meet();
    await client.sendMail({ ...MAIL, to: Array.from({ length: 500 }, (_, at) => `u${at}@b`) });
    expect(received[0]?.to).toHaveLength(500);
  });

  test("without PIPELINING a refused sender is not followed by them", async () => {
    const verbs: string[] = [];
    const { client } = await meet({
      server: {
        extensions: [],
        onMail: () => reply(550, "Not you", "5.7.1"),
        onCommand: ({ command }) => {
          verbs.push(command.verb);
          return undefined;
        },
      },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 550 } });
    expect(verbs).toEqual(["EHLO", "MAIL"]);
  });
});

describe("what MAIL says", () => {
  const sent = async (mail: object, server: Partial<SmtpServerOptions> = {}): Promise<unknown> => {
    let seen: unknown;
    const { client } = await meet({
      server: {
        ...server,
        onMail: ({ mail }) => {
          seen = mail;
          return undefined;
        },
      },
    });
    await client.sendMail({ ...MAIL, ...mail });
    return seen;
  };

  test("follows from the message and what the server offers", async () => {
    expect(await sent({})).toEqual({ sizeBytes: 21 });
    expect(await sent({ body: utf8("grün\r\n") })).toEqual({ sizeBytes: 7, body: "8BITMIME" });
    expect(await sent({ body: utf8("xxxxxxxgrün\r\n").subarray(1) })).toMatchObject({ body: "8BITMIME" });
    expect(await sent({ body: utf8("ü\r\nxxxxxxxxx\r\n").subarray(1) })).toMatchObject({ body: "8BITMIME" });
    expect(await sent({ body: utf8("xxxxxxxxxxxx\r\n").subarray(1) })).not.toHaveProperty("body");
    expect(await sent({ to: ["grün@b"] })).toEqual({ sizeBytes: 21, smtputf8: true });
    expect(await sent({ smtputf8: true, sizeBytes: 5, bodyType: "7BIT", body: [utf8("a\r\n")] })).toEqual({
      sizeBytes: 5,
      body: "7BIT",
      smtputf8: true,
    });
    expect(await sent({ body: utf8("grün\r\n") }, { extensions: [] })).toEqual({ sizeBytes: 7 });
  });

  test("is refused here where the server could only refuse it", async () => {
    const { client, received } = await meet({ server: { extensions: [], limits: { maxMessageBytes: 10 } } });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ side: "local", code: "message-too-large" });
    await expect(client.sendMail({ ...MAIL, body: [], to: ["grün@b"] })).rejects.toMatchObject({ side: "local", code: "smtputf8-needed" });
    await expect(client.sendMail({ ...MAIL, to: [] })).rejects.toMatchObject({ side: "local", code: "no-recipients" });
    await expect(client.sendMail({ ...MAIL, to: ["nobody"] })).rejects.toMatchObject({ side: "local", code: "bad-address" });
    await client.noop();
    expect(received).toEqual([]);
  });
});

describe("a message", () => {
  test("comes from any source of chunks", async () => {
    const { client, received } = await meet();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield utf8("a\r\n");
      await Promise.resolve();
      yield utf8(".b\r\n");
    }
    await client.sendMail({ ...MAIL, body: source() });
    await client.sendMail({ ...MAIL, body: new Set([utf8("c")]) });
    expect(received.map(({ body }) => body)).toEqual(["a\r\n.b\r\n", "c\r\n"]);
  });

  test("of megabytes streams through with backpressure", async () => {
    let bytes = 0;
    const { client } = await meet({
      server: {
        onMessage: async (_, body) => {
          for await (const chunk of body) bytes += chunk.length;
          return undefined;
        },
      },
    });
    const line = utf8(`${"x".repeat(998)}\r\n`);
    await client.sendMail({ ...MAIL, body: Array.from({ length: 5000 }, () => line) });
    await client.sendMail({ ...MAIL, body: new Uint8Array(200_000).fill(0x61) });
    expect(bytes).toBe(5_200_002);
  });

  test("whose source fails is not sent short: the connection goes", async () => {
    const { client, received, served } = await meet();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield utf8("half");
      await Promise.resolve();
      throw new Error("disk");
    }
    await expect(client.sendMail({ ...MAIL, body: source() })).rejects.toThrow("disk");
    expect(await served.closed).not.toMatchObject({ reason: "done" });
    expect(received).toEqual([]);
    await expect(client.noop()).rejects.toBeInstanceOf(ConnectionError);
  });

  test("whose source is another connection that broke fails with that", async () => {
    const { client } = await meet();
    const lost = new ConnectionError("eof", "upstream is gone");
    async function* source(): AsyncGenerator<Uint8Array> {
      yield utf8("half");
      await Promise.resolve();
      throw lost;
    }
    await expect(client.sendMail({ ...MAIL, body: source() })).rejects.toBe(lost);
  });

  test("with bare line ends is refused here, or made right", async () => {
    const { client } = await meet();
    await expect(client.sendMail({ ...MAIL, body: utf8("a\n") })).rejects.toMatchObject({ side: "local", code: "bare-lf" });
    const { client: lenient, received } = await meet({ client: { lineEnds: "normalize" } });
    await lenient.sendMail({ ...MAIL, body: utf8("a\n.\nb") });
    expect(received[0]?.body).toBe("a\r\n.\r\nb\r\n");
  });

  test("too large for the server is answered, and not delivered", async () => {
    let failure: unknown;
    const { client, received } = await meet({
      server: {
        limits: { maxMessageBytes: 100 },
        onMessage: async (_, body) => {
          await body.bytes().catch((error: unknown) => {
            failure = error;
          });
          return undefined;
        },
      },
    });
    await expect(client.sendMail({ ...MAIL, body: [new Uint8Array(500).fill(0x61)] })).rejects.toMatchObject({
      command: "message",
      reply: { code: 552 },
    });
    expect(failure).toMatchObject({ side: "remote", code: "message-too-large" });
    expect(received).toEqual([]);
    await client.noop();
  });

  test("may be refused without being read, or read in part", async () => {
    const { client } = await meet({
      server: {
        onMessage: async (_, body) => {
          for await (const chunk of body) {
            expect(chunk.length).toBeGreaterThan(0);
            break;
          }
          expect(body.sizeBytes).toBeGreaterThan(0);
          return reply(554, "Not this", "5.7.1");
        },
      },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ reply: { code: 554 } });
    await client.noop();
  });

  test("cannot be read after it was answered", async () => {
    let late: Promise<unknown> = Promise.resolve();
    const { client } = await meet({
      server: {
        onMessage: (_, body) => {
          late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => body.bytes()).catch((error: unknown) => error);
          return undefined;
        },
      },
    });
    await client.sendMail(MAIL);
    expect(await late).toMatchObject({ side: "local", code: "body-over" });
  });

  test("refused at DATA leaves the client usable", async () => {
    const { client } = await meet({
      server: { onCommand: ({ command }) => (command.verb === "DATA" ? reply(451, "Later", "4.3.0") : undefined) },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({
      command: "DATA",
      reply: { code: 451 },
      recipients: [{ status: "accepted" }],
    });
    await client.noop();
  });

  test("waits its turn behind others and before commands", async () => {
    const { client, received } = await meet();
    const noop = client.noop();
    const mails = ["1", "2", "3"].map((n) => client.sendMail({ ...MAIL, body: utf8(`${n}\r\n`) }));
    const reset = client.reset();
    const quit = client.quit();
    await Promise.all([noop, ...mails, reset, quit]);
    expect(received.map(({ body }) => body)).toEqual(["1\r\n", "2\r\n", "3\r\n"]);
  });

  test("can be given up, which costs the connection", async () => {
    const { client } = await meet();
    const controller = new AbortController();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield utf8("half");
      controller.abort(new Error("enough"));
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield utf8("more");
    }
    await expect(client.sendMail({ ...MAIL, body: source(), signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    await expect(client.sendMail({ ...MAIL, signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });
});

describe("TLS", () => {
  test("is there before anything is shown", async () => {
    const { client, received } = await meet({ secure: false, client: { serverName: "mx.example" }, server: { tls: {} } });
    expect(client.info.secure).toBe(true);
    expect(client.extensions.has("STARTTLS")).toBe(false);
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
    expect(client.greeting?.code).toBe(220);
  });

  test.each<[string, Sides, object]>([
    ["not offered", { client: { serverName: "x" } }, { name: "ConnectionError", code: "tls" }],
    [
      "refused",
      {
        client: { serverName: "x" },
        server: { tls: {}, onCommand: ({ command }) => (command.verb === "STARTTLS" ? reply(454, "No", "4.7.0") : undefined) },
      },
      { name: "ConnectionError", code: "tls", cause: { reply: { code: 454 } } },
    ],
    ["without a name to check", { server: { tls: {} } }, { name: "ProtocolError", code: "server-name-missing" }],
    [
      "EHLO unknown",
      {
        client: { serverName: "x" },
        server: { tls: {}, onCommand: ({ command }) => (command.verb === "EHLO" ? reply(500, "What?") : undefined) },
      },
      { name: "SmtpReplyError", command: "EHLO" },
    ],
  ])("%s: nothing is shown", async (_, sides, error) => {
    const verbs: string[] = [];
    const onCommand = sides.server?.onCommand;
    const server: Partial<SmtpServerOptions> = {
      ...sides.server,
      onCommand: (received, peer) => {
        verbs.push(received.command.verb);
        return onCommand?.(received, peer);
      },
    };
    await expect(meet({ ...sides, server, secure: false })).rejects.toMatchObject(error);
    expect(verbs.filter((verb) => !["EHLO", "STARTTLS", "QUIT"].includes(verb))).toEqual([]);
  });

  test("can be done without, on demand", async () => {
    const { client, received } = await meet({ secure: false, client: { allowPlaintext: true } });
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
  });

  test("can be asked for later", async () => {
    const { client } = await meet({
      secure: false,
      client: { allowPlaintext: true, serverName: "x", tlsOptions: {} },
      server: { tls: {}, requireTls: true },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 530 } });
    await client.startTls();
    expect(client.info.secure).toBe(true);
    await client.sendMail(MAIL);
    await expect(client.startTls()).rejects.toMatchObject({ code: "tls" });
  });

  test("drops the transaction and the introduction", async () => {
    const resets: string[] = [];
    const { client } = await meet({
      secure: false,
      client: { allowPlaintext: true, serverName: "x" },
      server: {
        tls: {},
        onReset: ({ from }) => {
          resets.push(from);
        },
      },
    });
    await client.command({ verb: "MAIL", path: reversePath("a@b"), parameters: [] });
    await client.reset();
    await client.startTls();
    expect(resets).toEqual(["a@b"]);
  });
});

describe("AUTH", () => {
  const verify = ({ user, password }: { user: string; password: Secret<string> }): Promise<string | undefined> =>
    Promise.resolve(password.reveal() === "geheim" ? user : undefined);
  const mechanisms = [plainServer(verify), loginServer(verify)];

  test.each([plainClient, loginClient])("%o makes the client someone", async (mechanism) => {
    const identities: unknown[] = [];
    const server: Partial<SmtpServerOptions> = {
      mechanisms,
      requireAuth: true,
      onMail: (_, peer) => {
        identities.push(peer.identity);
        return undefined;
      },
    };
    const { client } = await meet({ server });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ reply: { code: 530 } });
    await expect(client.auth(mechanism({ user: "tim", password: "wrong" }))).rejects.toMatchObject({
      command: "AUTH",
      reply: { code: 535 },
    });
    expect((await client.auth(mechanism({ user: "tim", password: "geheim" }))).code).toBe(235);
    await client.sendMail(MAIL);
    expect(identities).toEqual(["tim"]);
    await expect(client.auth(mechanism({ user: "tim", password: "geheim" }))).rejects.toMatchObject({ reply: { code: 503 } });
  });

  test("is not offered in clear unless that is asked for", async () => {
    const { client } = await meet({ secure: false, client: { allowPlaintext: true }, server: { mechanisms } });
    expect(client.extensions.authMechanisms).toEqual([]);
    await expect(client.auth(plainClient({ user: "a", password: "b" }))).rejects.toMatchObject({
      side: "local",
      code: "mechanism-not-offered",
    });
    const { client: careless } = await meet({
      secure: false,
      client: { allowPlaintext: true },
      server: { mechanisms, allowPlaintextAuth: true },
    });
    await careless.auth(plainClient({ user: "a", password: "geheim" }));
  });

  test("is cancelled when the mechanism gives up", async () => {
    const { client } = await meet({
      server: {
        mechanisms: [
          {
            name: "X",
            plaintext: false,
            start: () => ({ mechanism: "X", next: () => Promise.resolve({ type: "challenge", data: utf8("?") }) }),
          },
        ],
      },
    });
    const mechanism = { mechanism: "X", start: () => Promise.resolve(null), next: () => Promise.reject(new Error("I do not know")) };
    await expect(client.auth(mechanism)).rejects.toThrow("I do not know");
    await expect(client.auth({ ...mechanism, next: () => Promise.reject(new Error("text")) })).rejects.toThrow("text");
    await client.noop();
  });

  test("carries what the server has to say at the end", async () => {
    const heard: string[] = [];
    const { client } = await meet({
      server: {
        mechanisms: [
          {
            name: "X",
            plaintext: false,
            start: () => ({ mechanism: "X", next: () => Promise.resolve({ type: "success", identity: "tim", data: utf8("v=1") }) }),
          },
        ],
      },
    });
    const next = (challenge: Uint8Array): Promise<Uint8Array> => {
      heard.push(latin1(challenge));
      return Promise.resolve(new Uint8Array());
    };
    expect((await client.auth({ mechanism: "X", start: () => Promise.resolve(new Uint8Array()), next })).code).toBe(235);
    expect(heard).toEqual(["v=1"]);
  });

  test("that cannot be checked is 451, and reported", async () => {
    const errors: unknown[] = [];
    const { client } = await meet({
      server: { mechanisms: [plainServer(() => Promise.reject(new Error("database")))], onError: (error) => errors.push(error) },
    });
    await expect(client.auth(plainClient({ user: "a", password: "b" }))).rejects.toMatchObject({ reply: { code: 451 } });
    expect(errors).toMatchObject([{ message: "database" }]);
  });
});

describe("commands", () => {
  test("have methods, and anything else can be said raw", async () => {
    const { client } = await meet({
      server: {
        onCommand: ({ command }) =>
          command.verb === "unknown" && command.name === "XQUEUE" ? reply(250, `Queue ${command.argument}`) : undefined,
      },
    });
    expect((await client.verify("tim")).code).toBe(252);
    expect((await client.help()).code).toBe(214);
    expect((await client.help("MAIL")).lines.length).toBeGreaterThan(0);
    expect((await client.raw("XQUEUE example.org")).lines).toEqual(["Queue example.org"]);
    expect((await client.raw("XFOO")).code).toBe(500);
    await expect(client.raw("DATA")).rejects.toMatchObject({ side: "local", code: "bad-command" });
    await expect(client.raw("X\r\nQUIT")).rejects.toMatchObject({ side: "local" });
    await expect(client.command({ verb: "DATA" })).rejects.toMatchObject({ side: "local", code: "bad-command" });
    await client.noop();
    await client.reset();
  });

  test("said at once are answered in order", async () => {
    const { client } = await meet({
      server: { onCommand: ({ command }) => (command.verb === "VRFY" ? reply(250, command.text) : undefined) },
    });
    const answers = await Promise.all(["a", "b", "c"].map((text) => client.verify(text)));
    expect(answers.map(({ lines }) => lines[0])).toEqual(["a", "b", "c"]);
  });
});

describe("the hook", () => {
  test("replaces answers, delays them, refuses what would be granted, drops", async () => {
    const { client, served } = await meet({
      server: {
        onCommand: async ({ command }) => {
          await Promise.resolve();
          if (command.verb === "RCPT") return reply(250, "Hooked");
          if (command.verb === "HELP") return "drop";
          if (command.verb === "MAIL") return reply(250, "Sender hooked");
          return undefined;
        },
      },
    });
    const { recipients } = await client.sendMail(MAIL);
    expect(recipients[0]?.reply.lines).toEqual(["Hooked"]);
    await expect(client.help()).rejects.toBeInstanceOf(Error);
    expect(await served.closed).toMatchObject({ reason: "aborted" });
  });

  test("cannot grant what is out of order or malformed, nor AUTH; it can refuse in its own words", async () => {
    const { client } = await meet({
      server: {
        onCommand: ({ command }) => (command.verb === "EHLO" ? undefined : reply(250, "Anything goes")),
        mechanisms: [plainServer(() => Promise.resolve("x"))],
      },
    });
    expect(
      (await client.command({ verb: "RCPT", path: forwardPath("a@b"), parameters: [] }).catch((error: unknown) => error)) instanceof
        ProtocolError,
    ).toBe(true);
    await expect(client.auth(plainClient({ user: "a", password: "b" }))).rejects.toMatchObject({ reply: { code: 451 } });
    const [left, right] = memoryPair({ secure: true });
    serveSmtp(right, {
      hostname: "mx",
      onCommand: ({ command }) => (command.verb === "invalid" ? reply(500, "Pardon?") : reply(250, "Anything goes")),
    });
    const said = await conversation(left, ["RCPT TO:<a@b>", "VRFY", "RSET"]);
    expect(said.map((line) => line.slice(0, 12))).toEqual(["220 mx ESMTP", "503 5.5.1 RC", "500 Pardon?", "250 Anything"]);
  });
});

/** Says lines one after another; the last line of each answer, the greeting first. */
async function conversation(transport: ByteTransport, lines: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  const answer = async (): Promise<void> => {
    let text = "";
    while (!/(^|\n)\d{3} [^\n]*\n$/.test(text)) {
      const chunk = await transport.read();
      if (chunk === null) return;
      text += latin1(chunk);
    }
    heard.push(text.trimEnd().split("\r\n").at(-1) ?? "");
  };
  await answer();
  for (const line of lines) {
    await transport.write([utf8(`${line}\r\n`)]);
    await answer();
  }
  return heard;
}

describe("the server's rules", () => {
  test.each<[string, Partial<SmtpServerOptions>, string[], string]>([
    ["STARTTLS that is not offered", {}, ["EHLO x", "STARTTLS"], "502 5.5.1"],
    ["AUTH that is not offered", {}, ["EHLO x", "AUTH PLAIN"], "502 5.5.1"],
    ["AUTH without TLS", { mechanisms: [plainServer(() => Promise.resolve("x"))] }, ["EHLO x", "AUTH PLAIN"], "538 5.7.11"],
    [
      "an unknown mechanism",
      { mechanisms: [plainServer(() => Promise.resolve("x"))], allowPlaintextAuth: true },
      ["EHLO x", "AUTH X"],
      "504 5.5.4",
    ],
    ["unknown parameters of MAIL", {}, ["EHLO x", "MAIL FROM:<a@b> X=1"], "555 5.5.4"],
    ["unknown parameters that are let through", { parameterKeywords: ["X"] }, ["EHLO x", "MAIL FROM:<a@b> X=1"], "250 2.1.0"],
    ["unknown parameters of RCPT", {}, ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b> X=1"], "555 5.5.4"],
    ["parameters without meaning", {}, ["EHLO x", "MAIL FROM:<a@b> SIZE=x"], "501 5.5.4"],
    ["BODY where 8BITMIME is not offered", { extensions: [] }, ["EHLO x", "MAIL FROM:<a@b> BODY=7BIT"], "555 5.5.4"],
    ["SMTPUTF8 where it is not offered", { extensions: [] }, ["EHLO x", "MAIL FROM:<a@b> SMTPUTF8"], "555 5.5.4"],
    ["a UTF-8 sender without SMTPUTF8", {}, ["EHLO x", "MAIL FROM:<ü@b>"], "553 5.6.7"],
    ["a UTF-8 recipient without SMTPUTF8", {}, ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<ü@b>"], "553 5.6.7"],
    ["mail before TLS where that is required", { requireTls: true, tls: {} }, ["EHLO x", "MAIL FROM:<a@b>"], "530 5.7.0"],
    ["HELO", {}, ["HELO x"], "250 mx at y"],
    ["EHLO", { limits: { maxMessageBytes: Infinity } }, ["EHLO x"], "250 SIZE"],
  ])("%s", async (_, options, lines, answer) => {
    const [left, right] = memoryPair();
    serveSmtp(right, { hostname: "mx", ...options });
    expect((await conversation(left, lines)).at(-1)?.slice(0, answer.length)).toBe(answer);
  });

  test("a client that cancels AUTH is heard", async () => {
    const [left, right] = memoryPair({ secure: true });
    serveSmtp(right, { hostname: "mx", mechanisms: [loginServer(() => Promise.resolve("x"))] });
    expect((await conversation(left, ["EHLO x", "AUTH LOGIN", "*", "NOOP"])).slice(2).map((line) => line.slice(0, 3))).toEqual([
      "334",
      "501",
      "250",
    ]);
  });

  test("a client that goes in the middle of AUTH or of a message is no error of ours", async () => {
    for (const lines of [
      ["EHLO x", "AUTH LOGIN"],
      ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA"],
    ]) {
      const errors: unknown[] = [];
      const [left, right] = memoryPair({ secure: true });
      const served = serveSmtp(right, {
        hostname: "mx",
        mechanisms: [loginServer(() => Promise.resolve("x"))],
        onMessage: async (_, body) => {
          await body.bytes();
          return undefined;
        },
        onError: (error) => errors.push(error),
      });
      await conversation(left, lines);
      await left.end();
      expect(await served.closed).toMatchObject({ reason: "eof" });
      expect(errors.filter((error) => !(error instanceof ConnectionError))).toEqual([]);
    }
  });

  test("bare LF in a message ends it with 554", async () => {
    const delivered: unknown[] = [];
    const [left, right] = memoryPair();
    const served = serveSmtp(right, {
      hostname: "mx",
      onMessage: async (_, body) => {
        delivered.push(await body.bytes());
        return undefined;
      },
    });
    const heard = await conversation(left, ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA", "a\n.\nMAIL FROM:<c@d>"]);
    expect(heard.at(-1)).toMatch(/^554 5\.5\.2/);
    await left.end();
    expect(await served.closed).toMatchObject({ reason: "protocol" });
    expect(delivered).toEqual([]);
  });
});

describe("handlers", () => {
  test("that throw cost a 451, and nothing else", async () => {
    const errors: string[] = [];
    const broken = (what: string) => (): never => {
      throw new Error(what);
    };
    const { client } = await meet({
      server: {
        onMail: broken("mail"),
        onError: (error) => {
          errors.push(String(error));
          throw new Error("even this one");
        },
        onClose: broken("close"),
      },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 451 } });
    await client.noop();
    await client.quit();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(errors).toEqual(["Error: mail", "Error: close"]);
  });

  test("that throw over a message cost a 451 too", async () => {
    const errors: unknown[] = [];
    const { client } = await meet({
      server: { onMessage: () => Promise.reject(new Error("disk full")), onError: (error) => errors.push(error) },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "message", reply: { code: 451 } });
    expect(errors).toHaveLength(1);
    await client.noop();
  });

  test("whose reply cannot be sent cost a 451", async () => {
    const errors: unknown[] = [];
    const { client } = await meet({
      server: { onMail: () => ({ code: 250, enhancedCode: undefined, lines: ["a\r\nb"] }), onError: (error) => errors.push(error) },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 451 } });
    expect(errors).toMatchObject([{ code: "line-break" }]);
  });

  test("know who they talk to", async () => {
    const seen: unknown[] = [];
    const { client, served } = await meet({
      server: {
        onConnect: (peer) => {
          seen.push([peer.state, peer.hello, peer.info.secure]);
          return reply(220, "Welcome");
        },
        onRcpt: (_, peer) => {
          seen.push([peer.state, peer.hello?.domain, peer.envelope?.from]);
          return undefined;
        },
        onReset: ({ from }) => {
          seen.push(["reset", from]);
        },
        onClose: ({ reason }) => {
          seen.push(reason);
        },
      },
      client: { hostname: "client.example" },
    });
    expect(client.greeting?.lines).toEqual(["Welcome"]);
    await client.command({ verb: "MAIL", path: reversePath("a@b"), parameters: [] });
    await client.command({ verb: "RCPT", path: forwardPath("c@d"), parameters: [] });
    await client.reset();
    await client.quit();
    await served.closed;
    expect(seen).toEqual([["greeting", undefined, true], ["mail", "client.example", "a@b"], ["reset", "a@b"], "done"]);
  });

  test("that refuse a connection are heard", async () => {
    await expect(meet({ server: { onConnect: () => reply(554, "Not you", "5.7.1") } })).rejects.toMatchObject({
      command: "greeting",
      reply: { code: 554 },
    });
    await expect(meet({ server: { onConnect: () => reply(421, "Busy", "4.3.2") } })).rejects.toMatchObject({
      command: "greeting",
      reply: { code: 421 },
    });
  });
});

describe("the end", () => {
  test("is said by the server when it is told to close, and everyone who waits hears it", async () => {
    const { client, served } = await meet();
    served.close();
    await served.closed;
    await expect(client.noop()).rejects.toMatchObject({ name: "SmtpReplyError", command: "connection", reply: { code: 421 } });
    served.close();
    served.abort();
    expect(await client.closed).toMatchObject({ reason: "done" });
  });

  test("comes at once when aborted, by either side or a signal", async () => {
    const { client, served } = await meet();
    served.abort(new Error("enough"));
    await expect(client.noop()).rejects.toBeInstanceOf(ConnectionError);
    const controller = new AbortController();
    const second = await meet({ server: { signal: controller.signal } });
    controller.abort();
    expect(await second.served.closed).toMatchObject({ reason: "aborted" });
    const third = await meet({ client: { signal: new AbortController().signal } });
    third.client.abort();
    expect(await third.client.closed).toMatchObject({ reason: "aborted" });
  });

  test("quit() is content with a server that only closes", async () => {
    const { client } = await meet({ server: { onCommand: ({ command }) => (command.verb === "QUIT" ? "drop" : undefined) } });
    await client.quit();
    expect(await client.closed).not.toMatchObject({ reason: "timeout" });
  });

  test("a server that breaks the protocol is told of", async () => {
    const [left, right] = memoryPair({ secure: true });
    void right.write([utf8("* OK IMAP4rev1 ready\r\n")]);
    await expect(SmtpClient.open(left)).rejects.toMatchObject({ name: "ProtocolError", side: "remote", code: "bad-reply" });
  });

  test("a server that is slow runs out of patience", async () => {
    const [left] = memoryPair({ secure: true });
    await expect(SmtpClient.open(left, { limits: { greetingMs: 5 } })).rejects.toMatchObject({
      name: "ConnectionError",
      code: "timeout",
      phase: "greeting",
    });
  });

  test("a refusal in the middle of a message is its answer", async () => {
    const [left, right] = memoryPair({ secure: true });
    const opened = SmtpClient.open(left);
    void (async () => {
      const say = (text: string): Promise<void> => right.write([utf8(text)]);
      await say("220 hi\r\n");
      await right.read();
      await say("250 mx\r\n");
      for (let answers = 0; answers < 2; answers += 1) {
        await right.read();
        await say("250 ok\r\n");
      }
      await right.read();
      await say("354 go\r\n");
      await right.read();
      await say("552 enough\r\n");
    })();
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield utf8("x\r\n");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    const client = await opened;
    await expect(client.sendMail({ ...MAIL, body: endless() })).rejects.toMatchObject({ command: "message", reply: { code: 552 } });
  });

  test("a server that knows only HELO will do where TLS is there", async () => {
    const { client } = await meet({ server: { onCommand: ({ command }) => (command.verb === "EHLO" ? reply(502, "What?") : undefined) } });
    expect([...client.extensions]).toEqual([]);
    await client.sendMail(MAIL);
  });

  test("one that is busy at EHLO will not", async () => {
    await expect(
      meet({ server: { onCommand: ({ command }) => (command.verb === "EHLO" ? reply(451, "Later") : undefined) } }),
    ).rejects.toMatchObject({ command: "EHLO" });
  });
});

test("both observers see the same dialogue, without the password", async () => {
  const sides: [Unit[], Unit[]] = [[], []];
  const { client } = await meet({
    server: { observe: (unit) => sides[0].push(unit), mechanisms: [plainServer(() => Promise.resolve("tim"))] },
    client: { observe: (unit) => sides[1].push(unit) },
  });
  await client.auth(plainClient({ user: "tim", password: "geheim" }));
  await client.sendMail(MAIL);
  await client.quit();
  const shown = sides.map((units) =>
    units
      .flatMap(({ from, parts }) => parts.map((part) => `${from}: ${part instanceof Uint8Array ? latin1(part) : String(part)}`))
      .filter((line) => line.startsWith("client"))
      .map((line) => line.replace("client: ", ""))
      .join(""),
  );
  expect(shown[0]).toBe(shown[1]);
  expect(shown[0]).toContain("AUTH PLAIN *****\r\n");
});

test("an error's message shows no control characters", () => {
  expect(new SmtpReplyError("MAIL", reply(550, "\x1b[31mlocked", "5.7.1")).message).toBe("MAIL: 550 5.7.1 \\x1b[31mlocked");
});
