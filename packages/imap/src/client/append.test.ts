import { ConnectionError, fromLatin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { all, failure, isSettled, loggedIn, quiet, selected, streamOf } from "../../test/client-fixture.ts";
import { appendOf } from "../../test/client-session-fixture.ts";
import type { HandServer } from "../../test/client-fixture.ts";

/** A message in pieces that notes how it is read. */
class NotedMessage implements AsyncIterable<Uint8Array> {
  readonly notes: string[] = [];
  readonly #pieces: readonly string[];

  constructor(...pieces: readonly string[]) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.notes.push("begun");
    try {
      for (const piece of this.#pieces) yield await Promise.resolve(fromLatin1(piece));
      this.notes.push("read");
    } finally {
      this.notes.push("left");
    }
  }
}

/** Hears an APPEND with a literal of `size` bytes that waits, lets it come and answers. */
async function accept(server: HandServer, words: string, size: number, answer = "OK done"): Promise<string> {
  const tag = await server.command(`APPEND ${words} {${size}}`);
  await server.say("+ go");
  const message = await server.bytes(size);
  expect(await server.line()).toBe("");
  await server.say(`${tag} ${answer}`);
  return message;
}

describe("bytes", () => {
  test("wait for the server's word", async () => {
    const { client, server } = await loggedIn();
    const append = client.append("Sent Mail", fromLatin1("hello"));
    expect(await accept(server, '"Sent Mail"', 5, "OK [APPENDUID 1 2] done")).toBe("hello");
    await append;
  });

  test("with flags and date", async () => {
    const { client, server } = await loggedIn();
    const append = client.append("INBOX", fromLatin1("x"), {
      flags: ["\\Seen", "$Junk"],
      date: new Date(Date.UTC(2007, 4, 30, 12, 9, 3)),
    });
    const said = await accept(server, 'INBOX (\\Seen $Junk) "30-May-2007 12:09:03 +0000"', 1);
    await append;
    expect(said).toBe("x");
  });

  test("at once where the server knows LITERAL+, also small ones where it knows LITERAL-", async () => {
    for (const capability of [" LITERAL+", " LITERAL-"]) {
      const { client, server } = await loggedIn(capability);
      const append = client.append("INBOX", fromLatin1("hello"));
      const tag = await server.command("APPEND INBOX {5+}");
      expect(await server.line()).toBe("hello");
      await server.say(`${tag} OK done`);
      await append;
    }
    const { client, server } = await loggedIn(" LITERAL-");
    const append = client.append("INBOX", fromLatin1("x".repeat(5000)));
    await accept(server, "INBOX", 5000);
    await append;
  });

  test("the server refuses the literal: the response comes out, and the session goes on", async () => {
    const { client, server } = await loggedIn();
    const append = failure(client.append("Nowhere", fromLatin1("hello")));
    await server.answer("APPEND Nowhere {5}", "NO [TRYCREATE] no such mailbox");
    expect(await append).toMatchObject({ command: "APPEND", code: { type: "TRYCREATE" } });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });
});

describe("a stream", () => {
  test("is pulled when the server lets it come, and not before", async () => {
    const { client, server } = await loggedIn();
    const message = new NotedMessage("he", "", "llo");
    const append = client.append("INBOX", message, { size: 5 });
    const tag = await server.command("APPEND INBOX {5}");
    expect(message.notes).toEqual([]);
    await server.say("+ go");
    expect(await server.line()).toBe("hello");
    expect(message.notes).toEqual(["begun", "read", "left"]);
    await server.say(`${tag} OK done`);
    await append;
  });

  test("goes at once where the server knows LITERAL+", async () => {
    const { client, server } = await loggedIn(" LITERAL+");
    const append = client.append("INBOX", new NotedMessage("hel", "lo"), { size: 5 });
    const tag = await server.command("APPEND INBOX {5+}");
    expect(await server.line()).toBe("hello");
    await server.say(`${tag} OK done`);
    await append;
  });

  test("needs its size", async () => {
    const { client } = await loggedIn();
    const message = new NotedMessage("x");
    await expect(client.append("INBOX", message)).rejects.toMatchObject({ side: "local", code: "missing-size" });
    await expect(client.append("INBOX", message, { size: 0 })).rejects.toMatchObject({ side: "local", code: "missing-size" });
    await expect(client.append("INBOX", message, { size: -1 })).rejects.toMatchObject({ side: "local" });
    expect(message.notes).toEqual([]);
  });

  test("that is refused is not touched, and the session goes on", async () => {
    const { client, server } = await loggedIn();
    const message = new NotedMessage("hello");
    const append = failure(client.append("INBOX", message, { size: 5 }));
    await server.answer("APPEND INBOX {5}", "NO [OVERQUOTA] full");
    expect(await append).toMatchObject({ code: { type: "OVERQUOTA" } });
    expect(message.notes).toEqual([]);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("that is refused on its way goes on to its announced end, and the next command follows", async () => {
    const { client, server } = await loggedIn(" LITERAL+");
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    async function* slowly(): AsyncGenerator<Uint8Array, void, undefined> {
      yield fromLatin1("he");
      await gate;
      yield fromLatin1("llo");
    }
    const append = failure(client.append("INBOX", slowly(), { size: 5 }));
    const tag = await server.command("APPEND INBOX {5+}");
    expect(await server.bytes(2)).toBe("he");
    await server.say(`${tag} NO full`);
    expect(await append).toMatchObject({ command: "APPEND" });
    const noop = client.noop();
    goOn();
    expect(await server.line()).toBe("llo");
    await server.answer("NOOP", "OK");
    await noop;
  });

  test.each([
    ["too short", ["hel"], "append-too-short"],
    ["too long by a piece", ["hello", "", "!"], "append-too-long"],
    ["too long in a piece", ["hel", "lo!"], "append-too-long"],
  ])("%s: a typed error, and the connection is dropped", async (_, pieces, code) => {
    const { client, server } = await loggedIn();
    const message = new NotedMessage(...pieces);
    const append = failure(client.append("INBOX", message, { size: 5 }));
    const noop = failure(client.noop());
    await server.command("APPEND INBOX {5}");
    await server.say("+ go");
    expect(await append).toMatchObject({ name: "ProtocolError", side: "local", code });
    expect(await noop).toMatchObject({ name: "ConnectionError", code: "aborted", cause: { code } });
    await quiet();
    expect(message.notes.at(-1)).toBe("left");
  });

  test("that fails: its error comes out, and the connection is dropped", async () => {
    const { client, server } = await loggedIn();
    const broken = new Error("disk is gone");
    async function* breaking(): AsyncGenerator<Uint8Array, void, undefined> {
      yield await Promise.resolve(fromLatin1("he"));
      throw broken;
    }
    const append = failure(client.append("INBOX", breaking(), { size: 5 }));
    await server.command("APPEND INBOX {5}");
    await server.say("+ go");
    expect(await append).toBe(broken);
    expect((await client.closed).error).toMatchObject({ name: "ConnectionError", code: "aborted", cause: broken });
  });

  test("an operation that announces a message and has none", async () => {
    const { client, server } = await loggedIn();
    const append = failure(client.run({ command: appendOf({ size: 3 }), result: () => undefined }));
    await server.command("APPEND m {3}");
    await server.say("+ go");
    expect(await append).toMatchObject({ side: "local", code: "append-too-short" });
  });

  test("a stream whose leaving fails does no harm", async () => {
    const { client, server } = await loggedIn();
    const stubborn: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          throw new Error("no");
        },
      }),
    };
    const append = failure(client.append("INBOX", stubborn, { size: 5 }));
    await server.command("APPEND INBOX {5}");
    await server.say("+ go");
    await quiet();
    await server.transport.end();
    expect(await append).toMatchObject({ name: "ConnectionError", code: "eof" });
  });

  test.each([" LITERAL+", ""])("a large message goes from one mailbox to another over one connection:%s", async (capability) => {
    const { client, server } = await selected(capability, { limits: { streamLiteralBytes: 4 } });
    const copying = (async () => {
      for await (const message of client.fetch(1, "BODY[]")) {
        const stream = streamOf(message);
        await client.append("Copy", stream, { size: stream.size });
      }
    })();
    const fetch = await server.command("FETCH 1 BODY[]");
    await server.sayText("* 1 FETCH (BODY[] {10}\r\nhello");
    const append = await server.command(capability === "" ? "APPEND Copy {10}" : "APPEND Copy {10+}");
    await server.sayText("world)\r\n");
    await server.say(`${fetch} OK done`, ...(capability === "" ? ["+ go"] : []));
    expect(await server.line()).toBe("helloworld");
    await server.say(`${append} OK done`);
    await copying;
  });
});

describe("the signal", () => {
  test("aborted while the message is on its way drops the connection, because its size is announced", async () => {
    const { client, server } = await loggedIn();
    const controller = new AbortController();
    const notes: string[] = [];
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) yield await Promise.resolve(fromLatin1("x"));
      } finally {
        notes.push("left");
      }
    }
    const append = failure(client.append("INBOX", endless(), { size: 1_000_000, signal: controller.signal }));
    await server.command("APPEND INBOX {1000000}");
    await server.say("+ go");
    await server.bytes(3);
    controller.abort("enough");
    expect(await append).toMatchObject({ name: "ConnectionError", code: "aborted", cause: "enough" });
    expect((await client.closed).error).toBeInstanceOf(ConnectionError);
    await quiet();
    expect(notes).toEqual(["left"]);
  });

  test("aborted after the message was sent costs nothing but the answer", async () => {
    const { client, server } = await loggedIn();
    const controller = new AbortController();
    const append = failure(client.append("INBOX", new NotedMessage("hello"), { size: 5, signal: controller.signal }));
    const tag = await server.command("APPEND INBOX {5}");
    await server.say("+ go");
    expect(await server.line()).toBe("hello");
    controller.abort();
    expect(await append).toMatchObject({ code: "aborted" });
    await server.say(`${tag} OK done`);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("aborted before: nothing is said", async () => {
    const { client, server } = await loggedIn();
    const append = client.append("INBOX", fromLatin1("x"), { signal: AbortSignal.abort() });
    await expect(append).rejects.toMatchObject({ code: "aborted" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });
});

test("a stream is pulled as fast as the server reads", async () => {
  const { client, server } = await loggedIn("", {}, { secure: true, highWaterMarkBytes: 1 });
  let pulled = 0;
  async function* counting(): AsyncGenerator<Uint8Array, void, undefined> {
    for (; pulled < 100; pulled += 1) yield await Promise.resolve(fromLatin1("0123456789"));
  }
  const append = client.append("INBOX", counting(), { size: 1000 });
  const tag = await server.command("APPEND INBOX {1000}");
  await server.say("+ go");
  expect(await isSettled(append)).toBe(false);
  expect(pulled).toBeLessThan(10);
  expect(await server.bytes(1000)).toBe("0123456789".repeat(100));
  expect(await server.line()).toBe("");
  await server.say(`${tag} OK done`);
  await append;
});

describe("a server that reads nothing while it speaks", () => {
  const MESSAGE = new Uint8Array(1000).fill(0x78);

  test("is heard: what was asked for before arrives, and then the message goes on", async () => {
    const { client, server } = await selected(" LITERAL+", {}, { secure: true, highWaterMarkBytes: 1 });
    const fetched = all(client.fetch(1, "BODY.PEEK[]"));
    const append = client.append("INBOX", MESSAGE);
    const fetching = await server.command("FETCH 1 BODY.PEEK[]");
    await server.say("* 1 FETCH (BODY[] {5}", "hello)");
    expect(await isSettled(append)).toBe(false);
    await server.say(`${fetching} OK done`);
    expect(await fetched).toHaveLength(1);
    const appending = await server.command("APPEND INBOX {1000+}");
    expect(await server.bytes(1000)).toBe("x".repeat(1000));
    expect(await server.line()).toBe("");
    await server.say(`${appending} OK done`);
    await append;
  });

  test("is believed when it refuses the message", async () => {
    const { client, server } = await selected(" LITERAL+", {}, { secure: true, highWaterMarkBytes: 1 });
    const outcome = failure(client.append("INBOX", MESSAGE));
    const tag = await server.command("APPEND INBOX {1000+}");
    await server.say(`${tag} NO [OVERQUOTA] full`);
    expect(await outcome).toMatchObject({ name: "ImapResponseError", response: { status: "NO" } });
    client.abort();
  });
});
