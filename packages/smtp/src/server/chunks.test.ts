import { ProtocolError } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { promised, visit, type Visit } from "../../test/meeting.ts";
import { reply } from "../codec/index.ts";
import type { MessageBody, SmtpServerOptions } from "../server.ts";

interface Chunked extends Visit {
  /** What happened to the message and its transaction. */
  readonly seen: string[];
  readonly errors: unknown[];
}

/** A person in a transaction with a recipient. */
async function inTransaction(options: Partial<SmtpServerOptions> = {}): Promise<Chunked> {
  const seen: string[] = [];
  const errors: unknown[] = [];
  const visited = await visit({
    onMessage: async (_, body) => {
      seen.push(
        await body.bytes().then(
          (bytes) => `message ${bytes.length}`,
          (error: unknown) => (error instanceof ProtocolError ? error.code : String(error)),
        ),
      );
      return undefined;
    },
    onReset: ({ from }) => void seen.push(`reset ${from}`),
    onError: (error) => errors.push(error),
    ...options,
  });
  const { person } = visited;
  for (const line of [options.protocol === "lmtp" ? "LHLO x" : "EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<c@d>"]) await person.ask(line);
  return { ...visited, seen, errors };
}

const LATER = reply(451, "Later", "4.3.0");

describe("a message in chunks", () => {
  test("is answered chunk by chunk, and by its handler in the end", async () => {
    const { person, seen } = await inTransaction();
    expect(await person.ask("BDAT 4\r\nab")).toMatch(/^250 2\.0\.0 Chunk/);
    expect(await person.ask("NOOP")).toMatch(/^250 /);
    expect(await person.ask("MAIL FROM:<x@y>")).toMatch(/^503 /);
    expect(await person.ask("LHLO x")).toMatch(/^500 /);
    expect(await person.ask("BDAT 0")).toMatch(/^250 /);
    expect(await person.ask("BDAT 2 LAST\r\n")).toMatch(/^250 2\.6\.0 /);
    expect(seen).toEqual(["message 6"]);
  });

  test("goes on when its handler has answered early, and is answered as that said", async () => {
    const { person } = await inTransaction({ onMessage: () => reply(554, "Not this", "5.7.1") });
    expect(await person.ask("BDAT 2\r\n")).toMatch(/^250 /);
    expect(await person.ask("BDAT 2\r\n")).toMatch(/^250 /);
    expect(await person.ask("BDAT 2 LAST\r\n")).toBe("554 5.7.1 Not this");
    expect(await person.ask("MAIL FROM:<a@b>")).toMatch(/^250 /);
  });

  test("goes on when its handler left someone behind who still reads", async () => {
    let left: Promise<Uint8Array> | undefined;
    const { person, errors } = await inTransaction({
      onMessage: (_, body: MessageBody) => {
        left = body.bytes();
        left.catch(() => undefined);
        return reply(250, "As you like");
      },
    });
    expect(await person.ask("BDAT 2\r\n")).toMatch(/^250 /);
    expect(await person.ask("BDAT 2 LAST\r\n")).toBe("250 As you like");
    expect(await person.ask("NOOP")).toMatch(/^250 /);
    expect(errors).toEqual([]);
    await Promise.allSettled([left]);
  });

  test.each([
    ["RSET", /^250 /],
    ["EHLO y", /^250 /],
    ["QUIT", /^221 /],
  ])("is given up by %s, which is answered when the handler knows", async (command, answer) => {
    const { person, seen } = await inTransaction();
    await person.ask("BDAT 2\r\n");
    expect(await person.ask(command)).toMatch(answer);
    expect(seen).toEqual(["message-given-up", ...(command === "QUIT" ? [] : ["reset a@b"])]);
  });

  test("that was given up is over although the hook would not let it be", async () => {
    const { person, seen } = await inTransaction({ onCommand: ({ command }) => (command.verb === "RSET" ? LATER : undefined) });
    await person.ask("BDAT 2\r\n");
    expect(await person.ask("RSET")).toBe("451 4.3.0 Later");
    expect(await person.ask("BDAT 2 LAST\r\n")).toMatch(/^503 5\.5\.1 The message was given up/);
    expect(await person.ask("MAIL FROM:<e@f>")).toMatch(/^250 /);
    expect(seen).toEqual(["message-given-up", "reset a@b"]);
  });

  test("with bare line ends is refused, and lost at once", async () => {
    const { person, seen } = await inTransaction();
    expect(await person.ask("BDAT 5\r\na\nb")).toMatch(/^554 5\.5\.2 /);
    expect(seen).toEqual(["message-refused"]);
    expect(await person.ask("BDAT 2 LAST\r\n")).toMatch(/^503 /);
    expect(await person.ask("RSET")).toMatch(/^250 /);
    expect(seen).toEqual(["message-refused", "reset a@b"]);
  });

  test("that gets too large is refused chunk and all, and lost at once", async () => {
    const { person, seen } = await inTransaction({ limits: { maxMessageBytes: 5 } });
    await person.ask("BDAT 4\r\nab");
    expect(await person.ask(`BDAT 6\r\nNOOP`)).toMatch(/^552 5\.3\.4 /);
    expect(seen).toEqual(["message-too-large"]);
    expect(await person.ask("NOOP")).toMatch(/^250 /);
    expect(await person.ask("DATA")).toMatch(/^503 /);
  });

  test("whose last chunk is refused ends its transaction", async () => {
    const { person, seen } = await inTransaction({ limits: { maxMessageBytes: 5 } });
    await person.ask("BDAT 4\r\nab");
    expect(await person.ask(`BDAT 6 LAST\r\nNOOP`)).toMatch(/^552 /);
    expect(await person.ask("MAIL FROM:<e@f>")).toMatch(/^250 /);
    expect(seen).toEqual(["message-too-large", "reset a@b"]);
  });

  test("of one chunk that is refused never begins", async () => {
    const { person, seen } = await inTransaction({ onCommand: ({ command }) => (command.verb === "BDAT" ? LATER : undefined) });
    expect(await person.ask("BDAT 6 LAST\r\nRSET")).toBe("451 4.3.0 Later");
    expect(await person.ask("MAIL FROM:<e@f>")).toMatch(/^250 /);
    expect(seen).toEqual(["reset a@b"]);
  });

  test("is taken whatever good the hook says of it", async () => {
    const { person, seen } = await inTransaction({
      onCommand: ({ command }) => (command.verb === "BDAT" ? reply(250, "Fine") : undefined),
    });
    expect(await person.ask("BDAT 2 LAST\r\n")).toMatch(/^250 2\.6\.0 /);
    expect(seen).toEqual(["message 2"]);
  });

  test("is not taken where CHUNKING is not offered; its bytes are no commands", async () => {
    const { person, seen } = await inTransaction({ extensions: [] });
    expect(await person.ask("BDAT 6\r\nRSET")).toMatch(/^502 /);
    expect(await person.ask("RSET")).toMatch(/^250 /);
    expect(seen).toEqual(["reset a@b"]);
  });

  test("is lost to a hook that drops the connection", async () => {
    const { person, served, errors } = await inTransaction({
      onCommand: ({ command }) => (command.verb === "NOOP" ? "drop" : undefined),
      onMessage: async (_, body) => {
        await body.bytes();
        return undefined;
      },
    });
    await person.ask("BDAT 2\r\n");
    await expect(person.ask("NOOP")).rejects.toMatchObject({ name: "ConnectionError" });
    expect(await served.closed).toMatchObject({ reason: "aborted" });
    expect(errors).toEqual([]);
  });

  test("is lost to a server that closes between its chunks", async () => {
    const lost = promised<unknown>();
    const { person, served } = await inTransaction({
      onMessage: async (_, body) => {
        lost.resolve(await body.bytes().catch((error: unknown) => error));
        return undefined;
      },
    });
    await person.ask("BDAT 2\r\n");
    served.close();
    expect(await person.answer()).toMatch(/^421 /);
    await person.transport.end();
    expect(await lost.promise).toMatchObject({ name: "ConnectionError", code: "eof" });
  });

  test("fails with its handler, whose own errors are reported", async () => {
    const upstream = new ProtocolError("remote", "bad-reply", "the next server talks nonsense");
    const { person, errors } = await inTransaction({
      onMessage: async (_, body) => {
        await body.bytes();
        throw upstream;
      },
    });
    expect(await person.ask("BDAT 2 LAST\r\n")).toMatch(/^451 /);
    expect(errors).toEqual([upstream]);
  });
});

describe("by LMTP", () => {
  const LMTP: Partial<SmtpServerOptions> = { protocol: "lmtp" };

  test("a message is answered for each recipient, in order; a missing answer is 451", async () => {
    const { person } = await inTransaction({ ...LMTP, onMessage: () => [reply(250, "One"), reply(452, "Two", "4.2.2")] });
    for (const to of ["e@f", "g@h"]) await person.ask(`RCPT TO:<${to}>`);
    await person.say("BDAT 2 LAST", "");
    expect(await person.lines(3)).toEqual(["250 One", "452 4.2.2 Two", "451 4.3.0 Local error in processing"]);
    expect(await person.ask("NOOP")).toMatch(/^250 /);
  });

  test("one answer does for all, and a last chunk that is refused is so for all", async () => {
    const { person } = await inTransaction({ ...LMTP, onMessage: () => reply(250, "All"), limits: { maxMessageBytes: 5 } });
    await person.ask("RCPT TO:<e@f>");
    await person.say("BDAT 2 LAST", "");
    expect(await person.lines(2)).toEqual(["250 All", "250 All"]);
    for (const line of ["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<e@f>"]) await person.ask(line);
    await person.say("BDAT 8 LAST", "abcdef");
    expect(await person.lines(2)).toEqual(["552 5.3.4 Message too large", "552 5.3.4 Message too large"]);
    expect(await person.ask("NOOP")).toMatch(/^250 /);
  });

  test("good-bye is the last word", async () => {
    const { person, served, errors } = await inTransaction({ ...LMTP, onMessage: () => [reply(250, "One"), reply(421, "Bye", "4.3.2")] });
    for (const to of ["e@f", "g@h"]) await person.ask(`RCPT TO:<${to}>`);
    await person.say("DATA", ".");
    expect(await person.lines(4)).toEqual(["354 End data with <CR><LF>.<CR><LF>", "250 One", "421 4.3.2 Bye", undefined]);
    await person.transport.end();
    expect(await served.closed).toMatchObject({ reason: "done" });
    expect(errors).toEqual([]);
  });

  test("HELP, introductions and greetings are LMTP's", async () => {
    const { person, greeting } = await inTransaction(LMTP);
    expect(greeting).toBe("220 mx.example LMTP ready");
    expect(await person.ask("EHLO x")).toMatch(/^500 /);
  });
});
