import { Duplex, PassThrough } from "node:stream";
import type { ByteTransport } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromDuplex } from "./from-duplex.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | null): string | null => (chunk === null ? null : new TextDecoder().decode(chunk));
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function readAll(transport: ByteTransport): Promise<string> {
  let all = "";
  for (;;) {
    const chunk = text(await transport.read());
    if (chunk === null) return all;
    all += chunk;
  }
}

/** A duplex whose both directions are in the hands of the test. */
class Handmade extends Duplex {
  readonly written: string[] = [];
  readonly release: (() => void)[] = [];
  override _read(): void {
    // The test pushes.
  }
  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.written.push(text(chunk) ?? "");
    this.release.push(done);
  }
  override _writev(chunks: { chunk: Uint8Array }[], done: () => void): void {
    this.written.push(chunks.map(({ chunk }) => text(chunk)).join("|"));
    this.release.push(done);
  }
}

describe("reading", () => {
  test("gives what waits as plain Uint8Array, then null for ever", async () => {
    const duplex = new PassThrough();
    const transport = fromDuplex(duplex);
    duplex.write("abc");
    const chunk = await transport.read();
    expect(text(chunk)).toBe("abc");
    expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
    duplex.end("rest");
    expect(text(await transport.read())).toBe("rest");
    expect(await transport.read()).toBeNull();
    expect(await transport.read()).toBeNull();
  });

  test("waits for bytes, and for the end", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    const first = transport.read();
    await turn();
    duplex.push("late");
    expect(text(await first)).toBe("late");
    const second = transport.read();
    await turn();
    duplex.push(null);
    expect(await second).toBeNull();
  });

  test("tells a reader, at once where something waits, and of a second read", async () => {
    const duplex = new PassThrough();
    const transport = fromDuplex(duplex);
    const told: unknown[] = [];
    const reader = { onBytes: (chunk: Uint8Array | null) => told.push(text(chunk)), onReadFailure: (error: unknown) => told.push(error) };
    transport.readFor(reader);
    transport.readFor(reader);
    expect(told).toEqual([expect.objectContaining({ code: "concurrent-read" })]);
    duplex.write("abc");
    await turn();
    expect(told.slice(1)).toEqual(["abc"]);
    duplex.end();
    transport.readFor(reader);
    await turn();
    expect(told.slice(2)).toEqual([null]);
    transport.readFor(reader);
    expect(told.slice(3)).toEqual([null]);
    transport.abort();
    expect(() => transport.readFor(reader)).not.toThrow();
    expect(told.slice(4)).toHaveLength(1);
  });

  test("takes over a duplex that already holds bytes and its end", async () => {
    const duplex = new PassThrough();
    duplex.end("early");
    await turn();
    expect(await readAll(fromDuplex(duplex))).toBe("early");
    await turn();
    expect(await fromDuplex(duplex).read()).toBeNull();
  });

  test("does not run ahead of the reader, neither before the first read nor after", async () => {
    const duplex = new PassThrough({ highWaterMark: 4 });
    const transport = fromDuplex(duplex);
    duplex.write("abcd");
    await turn();
    expect(duplex.readableLength).toBe(4);
    expect(text(await transport.read())).toBe("abcd");
    for (let chunk = 0; chunk < 20; chunk += 1) duplex.write("efgh");
    await turn();
    // One chunk may come before the duplex is told to wait.
    expect(duplex.readableLength + duplex.writableLength).toBeGreaterThanOrEqual(19 * 4);
    duplex.end();
    expect(await readAll(transport)).toBe("efgh".repeat(20));
  });

  test("rejects a second read while the first waits", async () => {
    const duplex = new PassThrough();
    const transport = fromDuplex(duplex);
    const first = transport.read();
    await expect(transport.read()).rejects.toMatchObject({ side: "local", code: "concurrent-read" });
    duplex.write("a");
    expect(text(await first)).toBe("a");
  });

  test("rejects text: an encoding was set", async () => {
    const duplex = new PassThrough({ encoding: "utf8" });
    const transport = fromDuplex(duplex);
    duplex.write("abc");
    await expect(transport.read()).rejects.toMatchObject({ side: "local", code: "not-bytes" });
  });

  test("loses nothing, however the bytes come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), fc.integer({ min: 1, max: 64 }), async (writes, highWaterMark) => {
        const duplex = new PassThrough({ highWaterMark });
        const transport = fromDuplex(duplex);
        const writing = (async () => {
          for (const chunk of writes) await transport.write([chunk, chunk]);
          await transport.end();
        })();
        const received: number[] = [];
        for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) received.push(...chunk);
        await writing;
        expect(received).toEqual(writes.flatMap((chunk) => [...chunk, ...chunk]));
      }),
    );
  });
});

describe("writing", () => {
  test("hands over several chunks in one piece, small ones joined, and skips empty ones", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    await transport.write([bytes("a"), new Uint8Array(), bytes("b")]);
    await transport.write([]);
    duplex.release.shift()?.();
    const large = "x".repeat(4096);
    await transport.write([bytes(large), new Uint8Array(), bytes("b")]);
    expect(duplex.written).toEqual(["ab", `${large}|b`]);
  });

  test("waits for drain when the duplex is full, and only then", async () => {
    const duplex = new Handmade({ writableHighWaterMark: 4 });
    const transport = fromDuplex(duplex);
    await transport.write([bytes("abc")]);
    let done = false;
    const writing = transport.write([bytes("de")])?.then(() => (done = true));
    await turn();
    expect(done).toBe(false);
    duplex.release.shift()?.();
    await turn();
    expect(done).toBe(false);
    duplex.release.shift()?.();
    await writing;
  });

  test("flush waits until all has left", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    await transport.flush();
    await transport.write([bytes("abc")]);
    let done = false;
    const flushing = transport.flush().then(() => (done = true));
    await turn();
    expect(done).toBe(false);
    duplex.release.shift()?.();
    await flushing;
  });
});

describe("the end", () => {
  test("of this side resolves when all is handed over, and leaves reading open", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    await transport.write([bytes("bye")]);
    const ending = transport.end();
    await expect(transport.write([bytes("more")])).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
    duplex.release.shift()?.();
    await ending;
    await transport.end();
    duplex.push("answer");
    expect(text(await transport.read())).toBe("answer");
  });

  test("settles a write that waits for drain", async () => {
    const duplex = new Handmade({ writableHighWaterMark: 1 });
    const transport = fromDuplex(duplex);
    const writing = transport.write([bytes("abc")]);
    const ending = transport.end();
    duplex.release.shift()?.();
    expect(await Promise.all([writing, ending])).toHaveLength(2);
  });
});

describe("failures", () => {
  test("reject what waits", async () => {
    const duplex = new Handmade({ writableHighWaterMark: 1 });
    const transport = fromDuplex(duplex);
    const waits = Promise.allSettled([transport.read(), transport.write([bytes("abc")]), transport.end()]);
    duplex.destroy(new Error("reset"));
    for (const result of await waits) {
      expect(result).toMatchObject({ reason: { name: "ConnectionError", code: "transport", cause: { message: "reset" } } });
    }
  });

  test("are remembered for whoever asks later", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    duplex.destroy(new Error("reset"));
    await turn();
    for (const ask of [() => transport.read(), () => transport.write([bytes("a")]), () => transport.end(), () => transport.flush()]) {
      await expect(ask()).rejects.toMatchObject({ code: "transport", cause: { message: "reset" } });
    }
    transport.abort();
    await expect(transport.read()).rejects.toBeInstanceOf(Error);
  });

  test("do not take away bytes that came before", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    duplex.push("554 go away\r\n");
    await turn();
    duplex.destroy(new Error("reset"));
    await turn();
    expect(text(await transport.read())).toBe("554 go away\r\n");
    await expect(transport.read()).rejects.toMatchObject({ code: "transport" });
  });

  test("include a duplex that closes without an end, or was closed before", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    const reading = transport.read();
    duplex.destroy();
    await expect(reading).rejects.toMatchObject({ code: "transport" });
    await expect(fromDuplex(duplex).read()).rejects.toMatchObject({ code: "transport" });
  });
});

describe("abort", () => {
  test("rejects what waits with the reason, destroys the duplex, and is final", async () => {
    const duplex = new Handmade({ writableHighWaterMark: 1 });
    const transport = fromDuplex(duplex);
    const reason = new Error("enough");
    const waits = Promise.allSettled([transport.read(), transport.write([bytes("abc")]), transport.end()]);
    transport.abort(reason);
    transport.abort(new Error("too late"));
    for (const result of await waits) expect(result).toMatchObject({ reason });
    expect(duplex.destroyed).toBe(true);
    await expect(transport.read()).rejects.toBe(reason);
    await expect(transport.write([])).rejects.toBe(reason);
  });

  test("gives no bytes any more, but does not take back an end that was read", async () => {
    const open = new Handmade();
    const transport = fromDuplex(open);
    open.push("unread");
    await turn();
    transport.abort();
    await expect(transport.read()).rejects.toMatchObject({ code: "aborted" });
    const ended = new PassThrough();
    const atEnd = fromDuplex(ended);
    ended.end();
    expect(await atEnd.read()).toBeNull();
    atEnd.abort();
    expect(await atEnd.read()).toBeNull();
  });
});

describe("release", () => {
  test("hands out the duplex with what was not read", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    expect(fromDuplex(new PassThrough()).release()).toBeNull();
    duplex.push("left");
    duplex.push("over");
    expect(text(transport.release())).toBe("leftover");
    await expect(transport.read()).rejects.toMatchObject({ code: "closed" });
    transport.abort();
    expect(duplex.destroyed).toBe(false);
    expect(() => transport.release()).toThrow("let go");
    duplex.destroy(new Error("still handled"));
    await turn();
  });

  test("is refused while a read is outstanding", async () => {
    const duplex = new Handmade();
    const transport = fromDuplex(duplex);
    const reading = transport.read();
    expect(() => transport.release()).toThrow("one read at a time");
    duplex.push(null);
    expect(await reading).toBeNull();
  });
});

test("info is what the caller says", () => {
  expect(fromDuplex(new PassThrough()).info).toEqual({ secure: false });
  expect(fromDuplex(new PassThrough(), { secure: true, remote: "a socket" }).info).toEqual({ secure: true, remote: "a socket" });
});
