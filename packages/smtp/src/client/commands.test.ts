import { plainClient, plainServer } from "@mailwire/sasl";
import { memoryPair } from "@mailwire/transport";
import { ConnectionError, latin1, type Unit, utf8 } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { attend, MAIL, meet } from "../../test/meeting.ts";
import { SmtpClient, SmtpReplyError } from "../client.ts";
import { reply } from "../codec/index.ts";

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

describe("the end", () => {
  test("is heard when it comes with the greeting", async () => {
    const [ours, theirs] = memoryPair();
    await theirs.write([utf8("220 mx.example\r\n421 changed my mind\r\n")]);
    await expect(SmtpClient.open(ours, { serverName: "mx.example" })).rejects.toMatchObject({
      name: "SmtpReplyError",
      reply: { code: 421 },
    });
  });

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

  test("quit() is content with a server that only closes, or did before, or says something odd", async () => {
    const { client, served } = await meet({ server: { onCommand: ({ command }) => (command.verb === "QUIT" ? "drop" : undefined) } });
    await client.quit();
    expect(await served.closed).toMatchObject({ reason: "aborted" });
    await client.quit();
    const second = await meet();
    second.served.close();
    await second.client.closed;
    expect(second.client.isOpen).toBe(false);
    await second.client.quit();
    const third = await meet();
    third.client.abort();
    await third.client.quit();
    const { client: odd, person } = await attend();
    const quitting = odd.quit();
    await person.replies("500 What?");
    expect(await person.line()).toBeUndefined();
    await person.transport.end();
    await quitting;
  });

  test("quit() in the middle of AUTH is an error of the caller", async () => {
    const { client, person } = await attend(["AUTH X"]);
    void client
      .auth({ mechanism: "X", start: () => Promise.resolve(null), next: () => new Promise(() => undefined), finish: () => undefined })
      .catch(() => undefined);
    const quitting = client.quit();
    await person.replies("334 ");
    client.abort();
    await quitting;
    expect(await client.closed).toMatchObject({ reason: "aborted" });
  });

  test("a server that breaks the protocol is told of", async () => {
    const [left, right] = memoryPair({ secure: true });
    void right.write([utf8("* OK IMAP4rev1 ready\r\n")]);
    await expect(SmtpClient.open(left)).rejects.toMatchObject({ name: "ProtocolError", side: "remote", code: "bad-reply" });
  });

  test("a server that is slow runs out of patience", async () => {
    vi.useFakeTimers();
    try {
      const [left] = memoryPair({ secure: true });
      const failure = SmtpClient.open(left).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(300_000);
      expect(await failure).toMatchObject({ name: "ConnectionError", code: "timeout", phase: "greeting" });
    } finally {
      vi.useRealTimers();
    }
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
