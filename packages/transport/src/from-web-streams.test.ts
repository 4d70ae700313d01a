import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromWebStreams } from "./from-web-streams.ts";
import type { WebStreamPair, WebStreamTransport } from "./from-web-streams.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array | null): string | null => (chunk === null ? null : new TextDecoder().decode(chunk));
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A transport whose both streams are in the hands of the test. */
class Handmade {
  readonly written: string[] = [];
  readonly releaseWrite: (() => void)[] = [];
  cancelled: unknown;
  aborted: unknown;
  isClosed = false;
  readonly source: ReadableStreamDefaultController<Uint8Array>;
  readonly sink: WritableStreamDefaultController;
  readonly streams: WebStreamPair;
  readonly transport: WebStreamTransport;

  constructor(highWaterMark = 4) {
    let source: ReadableStreamDefaultController<Uint8Array> | undefined;
    let sink: WritableStreamDefaultController | undefined;
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        source = controller;
      },
      cancel: (reason) => {
        this.cancelled = reason;
      },
    });
    const writable = new WritableStream<Uint8Array>(
      {
        start: (controller) => {
          sink = controller;
        },
        write: (chunk) => {
          this.written.push(text(chunk) ?? "");
          return new Promise((resolve) => this.releaseWrite.push(resolve));
        },
        close: () => {
          this.isClosed = true;
        },
        abort: (reason) => {
          this.aborted = reason;
        },
      },
      { highWaterMark },
    );
    if (source === undefined || sink === undefined) throw new Error("streams start at once");
    this.source = source;
    this.sink = sink;
    this.streams = { readable, writable };
    this.transport = fromWebStreams(this.streams);
  }
}

describe("bytes", () => {
  test("go both ways, without empty chunks, to the end", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const transport = fromWebStreams({ readable, writable }, { secure: true, remote: "a tunnel" });
    expect(transport.info).toEqual({ secure: true, remote: "a tunnel" });
    const writing = transport.write([bytes("a"), new Uint8Array(), bytes("b")]);
    expect(text(await transport.read())).toBe("a");
    expect(text(await transport.read())).toBe("b");
    await writing;
    const ending = transport.end();
    expect(await transport.read()).toBeNull();
    expect(await transport.read()).toBeNull();
    await ending;
  });

  test("that are empty do not look like an end", async () => {
    const { transport, source } = new Handmade();
    source.enqueue(new Uint8Array());
    source.enqueue(bytes("a"));
    expect(text(await transport.read())).toBe("a");
    expect(transport.info).toEqual({ secure: false });
  });

  test("are not lost, however they come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 })), async (writes) => {
        const transport = fromWebStreams(new TransformStream<Uint8Array, Uint8Array>());
        const writing = (async () => {
          for (const chunks of writes) await transport.write(chunks);
          await transport.end();
        })();
        const received: number[] = [];
        for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) received.push(...chunk);
        await writing;
        expect(received).toEqual(writes.flat().flatMap((chunk) => [...chunk]));
      }),
    );
  });

  test("are all that a stream may give", async () => {
    const readable = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(JSON.parse('"text"') as Uint8Array),
    });
    const transport = fromWebStreams({ readable, writable: new WritableStream() });
    await expect(transport.read()).rejects.toMatchObject({ side: "local", code: "not-bytes" });
  });
});

test("a second read rejects while the first waits", async () => {
  const { transport, source } = new Handmade();
  const first = transport.read();
  await expect(transport.read()).rejects.toMatchObject({ side: "local", code: "concurrent-read" });
  source.enqueue(bytes("a"));
  expect(text(await first)).toBe("a");
});

test("a write waits while the sink is full", async () => {
  const { transport, releaseWrite, written } = new Handmade(2);
  await turn();
  await transport.write([bytes("a")]);
  let done = false;
  const writing = transport.write([bytes("b"), bytes("c")]).then(() => (done = true));
  await turn();
  expect(done).toBe(false);
  releaseWrite.shift()?.();
  await turn();
  expect(done).toBe(false);
  releaseWrite.shift()?.();
  await writing;
  expect(written).toEqual(["a", "b", "c"]);
});

describe("the end", () => {
  test("comes after what was written, once, and forbids more", async () => {
    const handmade = new Handmade();
    const { transport, releaseWrite } = handmade;
    await transport.write([bytes("bye")]);
    const ending = transport.end();
    await expect(transport.write([bytes("more")])).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
    await turn();
    expect(handmade.isClosed).toBe(false);
    releaseWrite.shift()?.();
    await ending;
    await transport.end();
    expect(handmade.isClosed).toBe(true);
  });
});

describe("failures", () => {
  test("of the streams are typed, for who waits and for who comes later", async () => {
    const { transport, source, sink } = new Handmade(1);
    await turn();
    const waits = Promise.allSettled([transport.read(), transport.write([bytes("a"), bytes("b")])]);
    const reset = new Error("reset");
    source.error(reset);
    sink.error("gone");
    const [read, write] = await waits;
    expect(read).toMatchObject({ reason: { name: "ConnectionError", code: "transport", cause: reset } });
    expect(write).toMatchObject({ reason: { name: "ConnectionError", code: "transport", cause: "gone" } });
    await expect(transport.read()).rejects.toMatchObject({ code: "transport" });
    await expect(transport.write([bytes("a")])).rejects.toMatchObject({ code: "transport" });
    await expect(transport.end()).rejects.toMatchObject({ code: "transport" });
  });
});

describe("abort", () => {
  test("rejects what waits with the reason, even where the sink never answers, and tells the streams", async () => {
    const handmade = new Handmade(1);
    const { transport } = handmade;
    await turn();
    const reason = new Error("enough");
    const waits = Promise.allSettled([transport.read(), transport.write([bytes("a")]), transport.end()]);
    await turn();
    transport.abort(reason);
    transport.abort(new Error("too late"));
    for (const result of await waits) expect(result).toMatchObject({ reason });
    expect(handmade.cancelled).toBe(reason);
    await expect(transport.read()).rejects.toBe(reason);
    await expect(transport.write([])).rejects.toBe(reason);
    handmade.releaseWrite.shift()?.();
    await turn();
    expect(handmade.aborted).toBe(reason);
  });

  test("rejects an end that comes later, but does not take back an end that was read", async () => {
    const { transport, source } = new Handmade();
    source.close();
    expect(await transport.read()).toBeNull();
    transport.abort("a word");
    expect(await transport.read()).toBeNull();
    await expect(transport.end()).rejects.toMatchObject({ name: "ConnectionError", code: "aborted", cause: "a word" });
  });
});

describe("release", () => {
  test("unlocks the streams when all is written, with what they hold", async () => {
    const handmade = new Handmade();
    const { transport, source } = handmade;
    await transport.write([bytes("a"), bytes("b")]);
    const releasing = transport.release();
    for (let count = 0; count < 2; count += 1) {
      await turn();
      handmade.releaseWrite.shift()?.();
    }
    await releasing;
    expect(handmade.written).toEqual(["a", "b"]);
    source.enqueue(bytes("held"));
    const next = fromWebStreams(handmade.streams);
    expect(text(await next.read())).toBe("held");
    await expect(transport.read()).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
    await expect(transport.write([bytes("c")])).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
    transport.abort();
    expect(handmade.cancelled).toBeUndefined();
  });

  test("is refused while a read is outstanding, after the end, and for streams that failed", async () => {
    const reading = new Handmade();
    const read = reading.transport.read();
    await expect(reading.transport.release()).rejects.toMatchObject({ side: "local", code: "concurrent-read" });
    reading.source.close();
    await read;
    const ended = new Handmade();
    await ended.transport.end();
    await expect(ended.transport.release()).rejects.toMatchObject({ code: "closed" });
    const failed = new Handmade();
    const writing = failed.transport.write([bytes("a")]);
    const releasing = failed.transport.release();
    failed.sink.error(new Error("reset"));
    await writing;
    await expect(releasing).rejects.toMatchObject({ name: "ConnectionError" });
  });
});
