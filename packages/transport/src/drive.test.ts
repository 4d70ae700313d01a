import { ConnectionError, NEED_INPUT, PAUSED, CLOSED, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drive } from "./drive.ts";
import type { DriveOptions, Driver } from "./drive.ts";
import { memoryPair } from "./memory-pair.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface ToyOptions {
  /** Wait for an answer by the application after each line. */
  readonly isAsking?: boolean;
  /** May go on after the peer's end. */
  readonly isDeaf?: boolean;
  readonly patience?: Omit<Patience, "phase">;
}

/**
 * A conversation in lines: each line is an event, each intent a line to send. `BAD` breaks the protocol, `WORSE` does so without a last
 * reply, `QUIT` ends it, `TLS` asks for an upgrade with a reply, and the intent `TLS` for one without.
 */
class ToySession implements Session<string, string> {
  readonly #options: ToyOptions;
  readonly #outputs: (Output<string> | Error)[] = [];
  #text = "";
  #isWaiting = false;
  patience: Patience;

  constructor(options: ToyOptions = {}) {
    this.#options = options;
    this.patience = this.#freshPatience();
  }

  receive(chunk: Uint8Array): void {
    this.#text += new TextDecoder().decode(chunk);
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#handle(line);
  }

  receiveEof(): void {
    if (this.#options.isDeaf !== true) this.#outputs.push(CLOSED);
  }

  receiveTls(info: TlsInfo): void {
    this.#outputs.push({ type: "event", event: `tls ${info.protocol ?? ""}` });
  }

  send(intent: string): void {
    if (intent === "") throw new ProtocolError("local", "empty", "nothing to send");
    this.#isWaiting = false;
    if (intent === "TLS") this.#outputs.push({ type: "start-tls" });
    else this.#outputs.push({ type: "transmit", chunks: [bytes(intent), bytes("\n")] });
  }

  poll(): Output<string> {
    const output = this.#outputs.shift() ?? (this.#isWaiting ? PAUSED : NEED_INPUT);
    if (output instanceof Error) throw output;
    return output;
  }

  #handle(line: string): void {
    this.patience = this.#freshPatience();
    if (line === "BAD") {
      this.#outputs.push(new ProtocolError("remote", "bad", "a bad line", { reply: bytes("500 bad\n") }), CLOSED);
    } else if (line === "WORSE") this.#outputs.push(new ProtocolError("remote", "worse", "a worse line"), CLOSED);
    else if (line === "QUIT") this.#outputs.push({ type: "transmit", chunks: [bytes("bye\n")] }, CLOSED);
    else if (line === "TLS") this.#outputs.push({ type: "start-tls", reply: bytes("go\n") });
    else {
      this.#outputs.push({ type: "event", event: line });
      this.#isWaiting = this.#options.isAsking === true;
    }
  }

  #freshPatience(): Patience {
    return { phase: "line", ms: 60_000, ...this.#options.patience };
  }
}

interface Driven {
  readonly driver: Driver<string, string>;
  readonly peer: ByteTransport;
}

function driven(options: ToyOptions & { readonly drive?: DriveOptions; readonly highWaterMarkBytes?: number } = {}): Driven {
  const { highWaterMarkBytes = 65_536 } = options;
  const [transport, peer] = memoryPair({ highWaterMarkBytes });
  return { driver: drive(new ToySession(options), transport, options.drive), peer };
}

async function readText(transport: ByteTransport, count = Infinity): Promise<string> {
  let text = "";
  while (text.length < count) {
    const chunk = await transport.read();
    if (chunk === null) break;
    text += new TextDecoder().decode(chunk);
  }
  return text;
}

async function say(transport: ByteTransport, text: string): Promise<void> {
  await transport.write([bytes(text)]);
}

function expectFailure(promise: Promise<unknown>, failure: object): Promise<void> {
  return expect(promise).rejects.toMatchObject(failure);
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = (): void => {
    done = true;
  };
  promise.then(mark, mark);
  // Long enough for any chain of promises, and no time on a faked clock.
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  return done;
}

describe("next", () => {
  test("gives events in order, and null once the peer's end ends the conversation", async () => {
    const { driver, peer } = driven();
    await say(peer, "one\ntw");
    await say(peer, "o\n");
    await peer.end();
    expect(await driver.next()).toBe("one");
    expect(await driver.next()).toBe("two");
    expect(await driver.next()).toBeNull();
    expect(await driver.next()).toBeNull();
    expect(await driver.closed).toEqual({ reason: "done" });
    expect(await readText(peer)).toBe("");
  });

  test("writes the last words before the end, which the peer can still read", async () => {
    const { driver, peer } = driven();
    await say(peer, "QUIT\nignored\n");
    await peer.end();
    expect(await driver.next()).toBeNull();
    expect(await readText(peer)).toBe("bye\n");
  });

  test("is one call at a time", async () => {
    const { driver, peer } = driven();
    const first = driver.next();
    await expect(driver.next()).rejects.toMatchObject({ side: "local", code: "concurrent-next" });
    await say(peer, "one\n");
    expect(await first).toBe("one");
  });

  test("reads nothing until it is called", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 1 });
    const saying = say(peer, "one\n");
    expect(await isSettled(saying)).toBe(false);
    await driver.next();
    await saying;
  });
});

describe("send", () => {
  test("goes out while next waits for the peer", async () => {
    const { driver, peer } = driven();
    const next = driver.next();
    driver.send("hello");
    expect(await readText(peer, 6)).toBe("hello\n");
    await say(peer, "answer\n");
    expect(await next).toBe("answer");
  });

  test("goes out with the next call when none waits", async () => {
    const { driver, peer } = driven();
    driver.send("hello");
    const next = driver.next();
    expect(await readText(peer, 6)).toBe("hello\n");
    await say(peer, "answer\n");
    expect(await next).toBe("answer");
  });

  test("lifts the pause of a session that asks", async () => {
    const { driver, peer } = driven({ isAsking: true, highWaterMarkBytes: 1 });
    const saying = say(peer, "one\n");
    expect(await driver.next()).toBe("one");
    await saying;
    const next = driver.next();
    const held = say(peer, "two\n");
    expect(await isSettled(held)).toBe(false);
    driver.send("ok");
    expect(await readText(peer, 3)).toBe("ok\n");
    await held;
    expect(await next).toBe("two");
  });

  test("throws what the session throws, and ConnectionError after the end", async () => {
    const { driver, peer } = driven();
    expect(() => driver.send("")).toThrow(ProtocolError);
    await peer.end();
    await driver.next();
    expect(() => driver.send("late")).toThrow(ConnectionError);
  });
});

describe("flush", () => {
  test("writes all there is without a call of next, as a handler wants it", async () => {
    const { driver, peer } = driven();
    driver.send("one");
    driver.send("two");
    await driver.flush();
    expect(await readText(peer, 8)).toBe("one\ntwo\n");
  });

  test("waits for a peer that is slow to read", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 4 });
    driver.send("a long line");
    const flushing = driver.flush();
    expect(await isSettled(flushing)).toBe(false);
    await readText(peer, 12);
    await flushing;
  });

  test("keeps the events it meets, and the end, for next", async () => {
    const { driver, peer } = driven();
    await say(peer, "one\ntwo\nQUIT\n");
    expect(await driver.next()).toBe("one");
    driver.send("answer");
    await driver.flush();
    await driver.flush();
    await peer.end();
    expect(await driver.next()).toBe("two");
    expect(await driver.next()).toBeNull();
    expect(await readText(peer)).toBe("bye\nanswer\n");
  });

  test("while next runs resolves when next has written all", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 4 });
    const next = driver.next();
    driver.send("a long line");
    const flushing = driver.flush();
    expect(await isSettled(flushing)).toBe(false);
    await readText(peer, 12);
    await flushing;
    await say(peer, "one\n");
    expect(await next).toBe("one");
  });

  test("rejects when the connection is lost, alone and while next runs", async () => {
    const alone = driven({ highWaterMarkBytes: 1 });
    alone.driver.send("hello");
    const flushing = expectFailure(alone.driver.flush(), { code: "transport" });
    alone.peer.abort();
    await flushing;
    await expect(alone.driver.flush()).rejects.toMatchObject({ code: "transport" });
    const busy = driven({ highWaterMarkBytes: 1 });
    const next = expectFailure(busy.driver.next(), { code: "transport" });
    busy.driver.send("hello");
    const waiting = expectFailure(busy.driver.flush(), { code: "transport" });
    busy.peer.abort();
    await Promise.all([next, waiting]);
  });
});

describe("broken protocol", () => {
  test("rejects next, writes the reply that the error carries, and ends", async () => {
    const { driver, peer } = driven();
    await say(peer, "BAD\n");
    const next = expectFailure(driver.next(), { side: "remote", code: "bad" });
    expect(await readText(peer)).toBe("500 bad\n");
    await peer.end();
    await next;
    const { reason, error } = await driver.closed;
    expect(reason).toBe("protocol");
    expect(error).toMatchObject({ code: "bad" });
    await expect(driver.next()).rejects.toBe(error);
    expect(() => driver.send("late")).toThrow(ConnectionError);
  });

  test("without a reply drops the connection", async () => {
    const { driver, peer } = driven();
    await say(peer, "WORSE\n");
    await expect(driver.next()).rejects.toMatchObject({ code: "worse" });
    await expect(peer.read()).rejects.toMatchObject({ code: "transport" });
  });

  test("is reported even when the reply cannot be written", async () => {
    const { driver, peer } = driven();
    await say(peer, "BAD\n");
    const next = expectFailure(driver.next(), { code: "bad" });
    peer.abort();
    await next;
    expect((await driver.closed).reason).toBe("protocol");
  });
});

describe("the connection is lost", () => {
  test("by the peer: next rejects, closed says why", async () => {
    const { driver, peer } = driven();
    const next = expectFailure(driver.next(), { name: "ConnectionError", code: "transport" });
    peer.abort();
    await next;
    expect(await driver.closed).toMatchObject({ reason: "transport", error: { code: "transport" } });
  });

  test("by an end in the middle, with the phase", async () => {
    const { driver, peer } = driven({ isDeaf: true });
    await peer.end();
    await expect(driver.next()).rejects.toMatchObject({ name: "ConnectionError", code: "eof", phase: "line" });
    expect((await driver.closed).reason).toBe("eof");
  });

  test("by an error that is not typed: it becomes the cause", async () => {
    const cause = new Error("cable cut");
    for (const reason of [cause, "cable cut"]) {
      const [transport] = memoryPair();
      const failing: ByteTransport = {
        info: transport.info,
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever a transport rejects with
        read: () => Promise.reject(reason),
        write: (chunks) => transport.write(chunks),
        end: () => transport.end(),
        abort: (why) => transport.abort(why),
      };
      const driver = drive(new ToySession(), failing);
      await expect(driver.next()).rejects.toMatchObject({ name: "ConnectionError", code: "transport", cause: reason });
      expect((await driver.closed).reason).toBe("transport");
    }
  });
});

describe("abort", () => {
  test("rejects a running next, drops the connection, and is final", async () => {
    const { driver, peer } = driven();
    const why = new Error("enough");
    const next = expectFailure(driver.next(), { name: "ConnectionError", code: "aborted", cause: why });
    driver.abort(why);
    driver.abort("too late");
    await next;
    expect(await driver.closed).toMatchObject({ reason: "aborted", error: { cause: why } });
    await expect(peer.read()).rejects.toMatchObject({ code: "transport" });
    await expect(driver.next()).rejects.toMatchObject({ code: "aborted" });
  });

  test("while nothing runs closes too, and says it to whoever comes later", async () => {
    const { driver } = driven();
    driver.abort();
    expect((await driver.closed).reason).toBe("aborted");
    await expect(driver.next()).rejects.toMatchObject({ code: "aborted" });
    await expect(driver.flush()).rejects.toMatchObject({ code: "aborted" });
    expect(() => driver.send("late")).toThrow(ConnectionError);
    await driver.close();
  });

  test("ends a write that the peer does not read", async () => {
    const { driver } = driven({ highWaterMarkBytes: 1 });
    driver.send("hello");
    const next = expectFailure(driver.next(), { code: "aborted" });
    await isSettled(Promise.resolve());
    driver.abort();
    await next;
  });

  test("ends a session that waits for the application", async () => {
    const { driver, peer } = driven({ isAsking: true });
    await say(peer, "one\n");
    await driver.next();
    const next = expectFailure(driver.next(), { code: "aborted" });
    driver.abort();
    await next;
  });

  test("comes from the signal, given before or meanwhile, and not after the end", async () => {
    const early = driven({ drive: { signal: AbortSignal.abort("enough") } });
    expect(await early.driver.closed).toMatchObject({ reason: "aborted", error: { cause: "enough" } });
    const controller = new AbortController();
    const late = driven({ drive: { signal: controller.signal } });
    const done = driven({ drive: { signal: controller.signal } });
    await done.peer.end();
    await done.driver.next();
    const next = expectFailure(late.driver.next(), { code: "aborted", cause: "enough" });
    controller.abort("enough");
    await next;
    expect(await done.driver.next()).toBeNull();
    expect((await done.driver.closed).reason).toBe("done");
  });
});

describe("close", () => {
  test("writes what there is and ends", async () => {
    const { driver, peer } = driven();
    driver.send("bye");
    const closing = driver.close();
    expect(await readText(peer)).toBe("bye\n");
    await peer.end();
    await closing;
    expect(await driver.closed).toEqual({ reason: "done" });
    expect(await driver.next()).toBeNull();
    await driver.close();
  });

  test.each([{ isAsking: false }, { isAsking: true }])("ends a running next with null (%j)", async ({ isAsking }) => {
    const { driver, peer } = driven({ isAsking });
    await say(peer, "one\n");
    await driver.next();
    const next = driver.next();
    const closing = driver.close();
    await peer.end();
    expect(await next).toBeNull();
    await closing;
    expect(await driver.closed).toEqual({ reason: "done" });
  });

  test("is told by closed, not by a rejection, when the connection is lost meanwhile", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 1 });
    driver.send("bye");
    const closing = driver.close();
    peer.abort();
    await closing;
    expect((await driver.closed).reason).toBe("transport");
  });
});

describe("start-tls", () => {
  const CLIENT: NonNullable<DriveOptions["tls"]> = { side: "client", serverName: "mail.example" };
  const SERVER: NonNullable<DriveOptions["tls"]> = { side: "server", tls: {} };

  test("upgrades both ends, tells the sessions, and the conversation goes on inside", async () => {
    const [transport, peer] = memoryPair();
    const serving = drive(new ToySession(), transport, { tls: SERVER });
    await say(peer, "TLS\n");
    const served = serving.next();
    expect(await readText(peer, 3)).toBe("go\n");
    const asking = drive(new ToySession(), peer, { tls: CLIENT });
    asking.send("TLS");
    expect(await asking.next()).toBe("tls TLSv1.3");
    expect(await served).toBe("tls TLSv1.3");
    expect(asking.info).toMatchObject({ secure: true });
    expect(serving.info).toMatchObject({ secure: true });
    asking.send("inside");
    await asking.flush();
    expect(await serving.next()).toBe("inside");
  });

  test("fails typed when it was not prepared, or the transport cannot", async () => {
    for (const [secure, options] of [
      [false, {}],
      [true, { tls: SERVER }],
    ] as const) {
      const [transport, peer] = memoryPair({ secure });
      const driver = drive(new ToySession(), transport, options);
      await say(peer, "TLS\n");
      await expect(driver.next()).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
      expect((await driver.closed).reason).toBe("tls");
      await expect(peer.read()).rejects.toMatchObject({ code: "transport" });
    }
  });

  test("fails when bytes in clear are waiting", async () => {
    const { driver, peer } = driven({ drive: { tls: SERVER } });
    await say(peer, "TLS\n");
    await say(peer, "injected\n");
    await expect(driver.next()).rejects.toMatchObject({ side: "remote", code: "starttls-injection" });
    expect((await driver.closed).reason).toBe("protocol");
  });

  test("fails while a read is outstanding", async () => {
    const { driver } = driven({ drive: { tls: CLIENT } });
    const next = expectFailure(driver.next(), { code: "tls" });
    await isSettled(Promise.resolve());
    driver.send("TLS");
    await next;
  });

  test("fails typed on whatever the transport rejects with, and on an upgrade that does not say what it is", async () => {
    const cause = new Error("alert");
    const [plain] = memoryPair();
    const outcomes: [() => Promise<ByteTransport>, object][] = [
      [() => Promise.reject(cause), { code: "tls", cause }],
      [() => Promise.resolve(plain), { code: "tls" }],
    ];
    for (const [startTls, failure] of outcomes) {
      const [transport] = memoryPair();
      transport.startTls = startTls;
      const driver = drive(new ToySession(), transport, { tls: CLIENT });
      driver.send("TLS");
      await expect(driver.next()).rejects.toMatchObject({ name: "ConnectionError", ...failure });
    }
  });

  test("an abort ends the handshake", async () => {
    const { driver, peer } = driven({ drive: { tls: SERVER } });
    await say(peer, "TLS\n");
    const next = expectFailure(driver.next(), { code: "aborted", cause: "enough" });
    await readText(peer, 3);
    driver.abort("enough");
    await next;
  });
});

describe("time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

  test("a phase ends at its deadline, with its name", async () => {
    const { driver, peer } = driven({ patience: { ms: 1_000 } });
    const next = driver.next();
    const failing = expectFailure(next, { name: "ConnectionError", code: "timeout", phase: "line" });
    await pass(990);
    expect(await isSettled(next)).toBe(false);
    await pass(20);
    await failing;
    expect((await driver.closed).reason).toBe("timeout");
    await expect(peer.read()).rejects.toMatchObject({ code: "transport" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("bytes that trickle in do not start it again", async () => {
    const { driver, peer } = driven({ patience: { ms: 1_000 } });
    const next = driver.next();
    const failing = expectFailure(next, { code: "timeout" });
    for (let tenth = 0; tenth < 9; tenth++) {
      await pass(100);
      await say(peer, "x");
    }
    expect(await isSettled(next)).toBe(false);
    await pass(110);
    await failing;
  });

  test("each phase has its own", async () => {
    const { driver, peer } = driven({ patience: { ms: 1_000 } });
    for (let line = 0; line < 5; line++) {
      const next = driver.next();
      await pass(900);
      await say(peer, "line\n");
      expect(await next).toBe("line");
    }
    driver.abort();
  });

  test("the application's time does not count", async () => {
    const { driver, peer } = driven({ isAsking: true, patience: { ms: 1_000 } });
    await say(peer, "one\n");
    expect(await driver.next()).toBe("one");
    await pass(5_000);
    const next = driver.next();
    await pass(5_000);
    expect(await isSettled(next)).toBe(false);
    driver.send("ok");
    await pass(900);
    await say(peer, "two\n");
    expect(await next).toBe("two");
    driver.abort();
  });

  test("a minimum rate buys time for what comes, and for no more", async () => {
    const { driver, peer } = driven({ patience: { ms: 1_000, minBytesPerSecond: 100 } });
    const next = driver.next();
    const failing = expectFailure(next, { code: "timeout" });
    for (let second = 0; second < 10; second++) {
      await pass(1_000 - 10);
      await say(peer, "x".repeat(100));
    }
    expect(await isSettled(next)).toBe(false);
    for (let half = 0; half < 2; half++) {
      await pass(500);
      await say(peer, "x");
    }
    await pass(200);
    await failing;
  });

  test("waits longer than a timer can hold end at last, and an endless one does not end", async () => {
    const days = 86_400_000;
    const { driver } = driven({ patience: { ms: 30 * days } });
    const next = driver.next();
    const failing = expectFailure(next, { code: "timeout" });
    await pass(29 * days);
    expect(await isSettled(next)).toBe(false);
    await pass(2 * days);
    await failing;
    const endless = driven({ patience: { ms: Infinity } });
    const waiting = endless.driver.next();
    await pass(100 * days);
    expect(await isSettled(waiting)).toBe(false);
    await endless.peer.end();
    expect(await waiting).toBeNull();
  });

  test("a peer that does not read is given up by the writer's patience", async () => {
    const { driver } = driven({ highWaterMarkBytes: 1, drive: { writePatience: { phase: "transmit", ms: 1_000 } } });
    driver.send("hello");
    const failing = expectFailure(driver.next(), { code: "timeout", phase: "transmit" });
    await pass(1_010);
    await failing;
  });

  test("the default patience of a writer is five minutes, for each write anew", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 1, patience: { ms: Infinity } });
    driver.send("one");
    driver.send("two");
    const next = driver.next();
    const failing = expectFailure(next, { code: "timeout", phase: "transmit" });
    await pass(290_000);
    await readText(peer, 4);
    await pass(290_000);
    expect(await isSettled(next)).toBe(false);
    await pass(20_000);
    await failing;
  });

  test("a stalled handshake ends at the deadline of its phase", async () => {
    const { driver, peer } = driven({ patience: { ms: 1_000 }, drive: { tls: { side: "server", tls: {} } } });
    await say(peer, "TLS\n");
    const failing = expectFailure(driver.next(), { code: "timeout" });
    await pass(1_010);
    await failing;
  });

  test("a peer that does not end after our end is let go", async () => {
    const { driver, peer } = driven();
    await say(peer, "QUIT\n");
    const next = driver.next();
    await readText(peer, 4);
    await pass(1_000);
    expect(await isSettled(next)).toBe(false);
    await pass(1_500);
    expect(await next).toBeNull();
    expect(await driver.closed).toEqual({ reason: "done" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("so is one that goes on talking", async () => {
    const { driver, peer } = driven();
    await say(peer, "QUIT\n");
    const next = driver.next();
    await expect(
      (async () => {
        for (;;) await say(peer, "x".repeat(10_000));
      })(),
    ).rejects.toMatchObject({ code: "transport" });
    expect(await next).toBeNull();
  });

  test("an abort cuts the wait for the peer's end short", async () => {
    const { driver, peer } = driven();
    await say(peer, "QUIT\n");
    const next = driver.next();
    await readText(peer, 4);
    driver.abort();
    expect(await next).toBeNull();
    expect(await driver.closed).toEqual({ reason: "done" });
  });
});
