import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, StartTls } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryPair } from "./memory-pair.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | null): string | null => (chunk === null ? null : new TextDecoder().decode(chunk));

async function readAll(transport: ByteTransport): Promise<string[]> {
  const chunks: string[] = [];
  for (;;) {
    const chunk = text(await transport.read());
    if (chunk === null) return chunks;
    chunks.push(chunk);
  }
}

async function settled(promise: Promise<unknown> | undefined): Promise<boolean> {
  let done = false;
  const mark = (): void => {
    done = true;
  };
  promise?.then(mark, mark);
  await new Promise((resolve) => setTimeout(resolve, 0));
  return done;
}

describe("bytes", () => {
  test("arrive as they were written, both ways", async () => {
    const [left, right] = memoryPair();
    await left.write([bytes("a"), new Uint8Array(), bytes("bc")]);
    await right.write([bytes("d")]);
    await left.end();
    await right.end();
    expect(await readAll(right)).toEqual(["a", "bc"]);
    expect(await readAll(left)).toEqual(["d"]);
  });

  test("are views of what was written", async () => {
    const [left, right] = memoryPair();
    const chunk = bytes("abc");
    await left.write([chunk]);
    expect((await right.read())?.buffer).toBe(chunk.buffer);
  });

  test("wake a read that waits", async () => {
    const [left, right] = memoryPair();
    const reading = right.read();
    await left.write([bytes("late")]);
    expect(text(await reading)).toBe("late");
  });

  test("are cut at the sizes given, then all that waits", async () => {
    const [left, right] = memoryPair({ chunkSizes: [1, 2, 4] });
    await left.write([bytes("ab"), bytes("cd"), bytes("e"), bytes("fghi"), bytes("j")]);
    await left.end();
    expect(await readAll(right)).toEqual(["a", "bc", "defg", "hij"]);
  });

  test("are cut at the sizes a function gives, of which none is below 1", async () => {
    let size = 0;
    const [left, right] = memoryPair({ chunkSizes: () => size++ });
    await left.write([bytes("abcdef")]);
    await left.end();
    expect(await readAll(right)).toEqual(["a", "b", "cd", "ef"]);
  });

  test("arrive whole and in order whatever the sizes of writes and reads", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.uint8Array({ maxLength: 20 }))),
        fc.array(fc.integer({ min: -3, max: 30 })),
        fc.integer({ min: 1, max: 64 }),
        async (writes, chunkSizes, highWaterMarkBytes) => {
          const [left, right] = memoryPair({ chunkSizes, highWaterMarkBytes });
          const writing = (async () => {
            for (const chunks of writes) await left.write(chunks);
            await left.end();
          })();
          const received: number[] = [];
          for (let chunk = await right.read(); chunk !== null; chunk = await right.read()) received.push(...chunk);
          await writing;
          expect(received).toEqual(writes.flat().flatMap((chunk) => [...chunk]));
        },
      ),
    );
  });
});

describe("backpressure", () => {
  test("a write waits until less than the mark is unread", async () => {
    const [left, right] = memoryPair({ highWaterMarkBytes: 4, chunkSizes: () => 1 });
    await left.write([bytes("abc")]);
    const writing = left.write([bytes("de")]);
    expect(await settled(writing)).toBe(false);
    await right.read();
    expect(await settled(writing)).toBe(false);
    await right.read();
    await writing;
  });
});

describe("the end", () => {
  test("comes after all bytes and stays", async () => {
    const [left, right] = memoryPair();
    await left.write([bytes("last")]);
    await left.end();
    await left.end();
    expect(text(await right.read())).toBe("last");
    expect(await right.read()).toBeNull();
    expect(await right.read()).toBeNull();
  });

  test("of one direction leaves the other open", async () => {
    const [left, right] = memoryPair();
    const reading = right.read();
    await left.end();
    expect(await reading).toBeNull();
    await right.write([bytes("still here")]);
    expect(text(await left.read())).toBe("still here");
  });

  test("forbids further writes", async () => {
    const [left] = memoryPair();
    await left.end();
    await expect(left.write([bytes("more")])).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
  });

  test("survives an abort that follows it: what was written still arrives", async () => {
    const [left, right] = memoryPair();
    await left.write([bytes("221 bye")]);
    await left.end();
    left.abort();
    expect(await readAll(right)).toEqual(["221 bye"]);
    await expect(right.write([bytes("x")])).rejects.toMatchObject({ code: "transport" });
  });
});

describe("a second read", () => {
  test("rejects while the first waits, and does not disturb it", async () => {
    const [left, right] = memoryPair();
    const first = right.read();
    await expect(right.read()).rejects.toMatchObject({ name: "ProtocolError", side: "local", code: "concurrent-read" });
    await left.write([bytes("a")]);
    expect(text(await first)).toBe("a");
  });
});

describe("abort", () => {
  test("rejects what waits at this end with the reason, at the other with a typed error", async () => {
    const [left, right] = memoryPair({ highWaterMarkBytes: 1 });
    const reason = new Error("enough");
    const waits = [left.read(), left.write([bytes("a")]), right.write([bytes("b"), bytes("c")])];
    left.abort(reason);
    const [ownRead, ownWrite, theirWrite] = await Promise.allSettled(waits.map((wait) => Promise.resolve(wait)));
    expect(ownRead).toMatchObject({ status: "fulfilled" });
    expect(ownWrite).toMatchObject({ status: "rejected", reason });
    expect(theirWrite).toMatchObject({ status: "rejected", reason: { code: "transport" } });
    await expect(left.read()).rejects.toBe(reason);
    await expect(left.write([])).rejects.toBe(reason);
    await expect(left.end()).rejects.toBe(reason);
    await expect(right.read()).rejects.toMatchObject({ name: "ConnectionError", code: "transport" });
    await expect(right.end()).rejects.toMatchObject({ code: "transport" });
  });

  test("rejects reads that wait at both ends", async () => {
    const [left, right] = memoryPair();
    const reads = Promise.allSettled([left.read(), right.read()]);
    left.abort("a word");
    const [own, theirs] = await reads;
    expect(own).toMatchObject({ reason: { name: "ConnectionError", code: "aborted", cause: "a word" } });
    expect(theirs).toMatchObject({ reason: { name: "ConnectionError", code: "transport" } });
  });

  test("does not take back an end that was read", async () => {
    const [left, right] = memoryPair();
    await left.end();
    expect(await right.read()).toBeNull();
    right.abort();
    right.abort();
    expect(await right.read()).toBeNull();
  });
});

describe("startTls", () => {
  const reply = bytes("220 ready\r\n");
  const server: StartTls = { side: "server", reply, tls: {} };
  const client: StartTls = { side: "client", serverName: "mail.example", alpn: ["imap"] };
  const upgrade = (transport: ByteTransport, options: StartTls): Promise<ByteTransport> => {
    if (transport.startTls === undefined) throw new Error("cannot be upgraded");
    return transport.startTls(options);
  };

  test("gives the reply in clear, then a pair that is secure", async () => {
    const [left, right] = memoryPair();
    const upgrading = upgrade(right, server);
    expect(text(await left.read())).toBe("220 ready\r\n");
    const [inner, innerServer] = await Promise.all([upgrade(left, client), upgrading]);
    expect(left.info).toEqual({ secure: false });
    expect(inner.info).toMatchObject({ secure: true, tls: { protocol: "TLSv1.3", alpn: "imap", authorized: true } });
    expect(innerServer.info).toMatchObject({ secure: true, tls: { alpn: "imap", authorized: false } });
    await inner.write([bytes("EHLO")]);
    expect(text(await innerServer.read())).toBe("EHLO");
    for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
      expect(inner.info.tls?.channelBindings).toContain(type);
      const binding = await inner.info.tls?.channelBinding(type);
      expect(binding).toHaveLength(32);
      expect(await innerServer.info.tls?.channelBinding(type)).toEqual(binding);
    }
    expect(inner).toMatchObject({ startTls: undefined });
    await expect(left.read()).rejects.toMatchObject({ code: "closed" });
    await expect(right.write([reply])).rejects.toMatchObject({ code: "closed" });
  });

  test("keeps the chunking and works from the left end too", async () => {
    const [left, right] = memoryPair({ chunkSizes: () => 4 });
    const upgrading = upgrade(left, server);
    expect(text(await right.read())).toBe("220 ");
    expect(text(await right.read())).toBe("read");
    expect(text(await right.read())).toBe("y\r\n");
    const [inside, innerRight] = await Promise.all([upgrading, upgrade(right, { side: "client", serverName: "mail.example" })]);
    expect(innerRight.info.tls?.alpn).toBeNull();
    await inside.write([bytes("abcdef")]);
    expect(text(await innerRight.read())).toBe("abcd");
  });

  test("is absent on a pair that is secure already", () => {
    const [left, right] = memoryPair({ secure: true });
    expect(left.info).toEqual({ secure: true });
    expect(left).toMatchObject({ startTls: undefined });
    expect(right).toMatchObject({ startTls: undefined });
  });

  test("fails at the server when bytes wait, before the reply is given", async () => {
    const [left, right] = memoryPair();
    await left.write([bytes("RSET\r\n")]);
    const failure = await upgrade(right, server).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProtocolError);
    expect(failure).toMatchObject({ side: "remote", code: "starttls-injection" });
    await expect(left.read()).rejects.toMatchObject({ code: "transport" });
  });

  test("fails at the client when bytes wait after the reply", async () => {
    const [left, right] = memoryPair();
    await right.write([reply, bytes("250 injected\r\n")]);
    await left.read();
    await expect(upgrade(left, client)).rejects.toMatchObject({ code: "starttls-injection" });
  });

  test("fails at both ends when bytes in clear come during the handshake", async () => {
    const [left, right] = memoryPair();
    const upgrading = upgrade(right, server);
    await left.read();
    await left.write([bytes("RSET\r\n")]);
    const results = await Promise.allSettled([upgrade(left, client), upgrading]);
    for (const result of results) expect(result).toMatchObject({ reason: { name: "ConnectionError", code: "tls" } });
  });

  test("fails while a read is outstanding", async () => {
    const [left] = memoryPair();
    const reading = left.read();
    await expect(upgrade(left, client)).rejects.toMatchObject({ code: "concurrent-read" });
    await expect(reading).rejects.toBeInstanceOf(ProtocolError);
  });

  test("fails when both ends take the same side", async () => {
    const [left, right] = memoryPair();
    const results = await Promise.allSettled([upgrade(left, client), upgrade(right, client)]);
    for (const result of results) expect(result).toMatchObject({ reason: { side: "local", code: "bad-upgrade" } });
  });

  test("fails when the other end closes or drops instead, before or meanwhile", async () => {
    for (const leave of ["end", "abort"] as const) {
      for (const moment of ["before", "meanwhile"] as const) {
        const [left, right] = memoryPair();
        if (moment === "before") await right[leave]();
        const upgrading = Promise.allSettled([upgrade(left, client)]);
        if (moment === "meanwhile") await right[leave]();
        const [result] = await upgrading;
        expect(result).toMatchObject({ reason: { name: "ConnectionError" } });
      }
    }
  });

  test("ends with the signal, given before or meanwhile", async () => {
    const reason = new Error("enough");
    const [early] = memoryPair();
    await expect(upgrade(early, { ...client, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const [left, right] = memoryPair();
    const controller = new AbortController();
    const upgrading = upgrade(left, { ...client, signal: controller.signal });
    controller.abort(reason);
    await expect(upgrading).rejects.toBe(reason);
    await expect(right.read()).rejects.toBeInstanceOf(ConnectionError);
  });
});
