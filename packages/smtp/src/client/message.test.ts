import { ConnectionError, latin1, type Unit, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { isForgotten } from "../../test/forgotten.ts";
import { attend, MAIL, meet, silentAfter } from "../../test/meeting.ts";
import { reply } from "../codec/index.ts";
import type { MessageBody } from "../server.ts";

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
    let kept: MessageBody | undefined;
    const { client } = await meet({
      server: {
        onMessage: (_, body) => {
          kept = body;
          return undefined;
        },
      },
    });
    await client.sendMail(MAIL);
    await expect(kept?.bytes()).rejects.toMatchObject({ side: "local", code: "body-over" });
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
    const { source, isLeft } = silentAfter(utf8("half"));
    const sending = client.sendMail({
      ...MAIL,
      body: source,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(sending).rejects.toMatchObject({ code: "aborted", cause: { message: "enough" } });
    await isLeft;
    expect(client.isOpen).toBe(false);
  });

  test("can be given up while it waits for its turn, which costs nothing", async () => {
    const { client, received } = await meet();
    const controller = new AbortController();
    const first = client.sendMail(MAIL);
    const second = client.sendMail({ ...MAIL, signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    await expect(client.sendMail({ ...MAIL, signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
    await first;
    await client.sendMail({ ...MAIL, signal: new AbortController().signal });
    expect(received).toHaveLength(2);
  });

  test("whose source has nothing to give does not wait for it when the server goes", async () => {
    for (const bodyCommand of ["DATA", "BDAT"] as const) {
      const { source, isLeft } = silentAfter(utf8("half"));
      const { client, person } = await attend(["CHUNKING"]);
      const sending = client.sendMail({ ...MAIL, body: source, bodyCommand, onProgress: () => person.transport.abort() });
      const answering = person.replies("250 Ok", "250 Ok", "354 Go").catch(() => undefined);
      await expect(sending).rejects.toBeInstanceOf(ConnectionError);
      await answering;
      await isLeft;
    }
  });

  test("refused in the middle is answered by that", async () => {
    const { client, person } = await attend();
    const { source, isLeft } = silentAfter(utf8("half"));
    const sending = client.sendMail({ ...MAIL, body: source, onProgress: () => void person.say("552 Enough") });
    void person.replies("250 Ok", "250 Ok", "354 Go").then(() => person.line().then(() => person.transport.end()));
    await expect(sending).rejects.toMatchObject({ command: "message", reply: { code: 552 } });
    await isLeft;
  });

  test.each(["DATA", "BDAT"] as const)(
    "refused in the middle by a server that goes at once is answered by that (%s)",
    async (bodyCommand) => {
      const { client, person } = await attend(["CHUNKING"]);
      const body = Array.from({ length: 10_000 }, () => utf8(`${"x".repeat(98)}\r\n`));
      const sending = client.sendMail({ ...MAIL, body, bodyCommand });
      const leave = async (): Promise<void> => {
        await person.replies("250 Ok", "250 Ok", ...(bodyCommand === "DATA" ? ["354 Go"] : []));
        await person.line();
        await person.say("552 Enough");
        await person.transport.end();
        person.transport.abort();
      };
      const command = bodyCommand === "DATA" ? "message" : "BDAT";
      await Promise.all([leave(), expect(sending).rejects.toMatchObject({ command, reply: { code: 552 } })]);
    },
  );

  test("is told of as it goes", async () => {
    const { client } = await meet();
    const progress: number[] = [];
    await client.sendMail({ ...MAIL, body: new Uint8Array(150_000).fill(0x61), onProgress: (sentBytes) => progress.push(sentBytes) });
    expect(progress).toEqual([65_536, 131_072, 150_000]);
  });

  test("refused at DATA with good-bye ends the connection, and that is what is told", async () => {
    const { client, person } = await attend();
    const sending = client.sendMail(MAIL);
    void person.replies("250 Ok", "250 Ok", "421 Later");
    await expect(sending).rejects.toMatchObject({ command: "DATA", reply: { code: 421 } });
    expect(client.isOpen).toBe(false);
  });

  test("of a transaction that cannot be taken back costs the connection", async () => {
    const { client, person } = await attend();
    const sending = client.sendMail(MAIL);
    void person.replies("250 Ok", "250 Ok", "451 Later", "500 Cannot");
    await expect(sending).rejects.toMatchObject({ command: "DATA", reply: { code: 451 } });
    expect(await client.closed).toMatchObject({ reason: "aborted", error: { cause: { command: "RSET" } } });
  });
});

test("what became of a mail is forgotten by a connection that goes on", async () => {
  const { client } = await meet();
  // A function of its own: the test itself must not hold on to it.
  const send = async (): Promise<WeakRef<object>> => new WeakRef(await client.sendMail(MAIL));
  const result = await send();
  for (let more = 0; more < 3; more += 1) await client.sendMail(MAIL);
  expect(await isForgotten(result)).toBe(true);
  await client.quit();
});

test("an observer that throws stops a mail; each answer still goes to its command", async () => {
  const fault = new Error("cannot see RCPT");
  const observe = ({ from, parts: [part] }: Unit): void => {
    if (from === "client" && part instanceof Uint8Array && latin1(part).startsWith("RCPT")) throw fault;
  };
  const onMail = (): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), 10));
  const { client } = await meet({ client: { observe }, server: { onMail } });
  await expect(client.sendMail(MAIL)).rejects.toBe(fault);
  expect(await client.verify("a")).toMatchObject({ code: 252 });
  await client.quit();
});
