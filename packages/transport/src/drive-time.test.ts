import type { ByteTransport } from "@mailwire/wire";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ToySession, driven, isSettled, readText, say } from "../test/toy-session.ts";
import { drive } from "./drive.ts";

function expectFailure(promise: Promise<unknown>, failure: object): Promise<void> {
  return expect(promise).rejects.toMatchObject(failure);
}

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

  test("the peer hears the farewell, if there is one, and has a moment to read it", async () => {
    const { driver, peer } = driven({ patience: { ms: 1_000, farewell: new TextEncoder().encode("too late\n") } });
    const failing = expectFailure(driver.next(), { name: "ConnectionError", code: "timeout", phase: "line" });
    const heard = readText(peer);
    await pass(1_010);
    expect(await heard).toBe("too late\n");
    expect(() => driver.send("answer")).toThrow(expect.objectContaining({ code: "closed" }));
    await peer.end();
    await failing;
    expect((await driver.closed).reason).toBe("timeout");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a peer that neither reads the farewell nor goes is dropped", async () => {
    const { driver } = driven({ patience: { ms: 1_000, farewell: new Uint8Array(1 << 20) } });
    const failing = expectFailure(driver.next(), { code: "timeout" });
    await pass(3_010);
    await failing;
    expect((await driver.closed).reason).toBe("timeout");
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

  test("a peer that reads no more has two seconds to say why, where that is heard", async () => {
    const loss = new Error("broken pipe");
    const transport: ByteTransport = {
      info: { secure: false },
      read: () => new Promise(() => undefined),
      write: () => Promise.reject(loss),
      end: () => Promise.resolve(),
      abort: () => undefined,
    };
    const driver = drive(new ToySession({ patience: { ms: Infinity } }), transport, { whileWriting: "listen" });
    driver.send("hello");
    const next = driver.next();
    const failing = expectFailure(next, { code: "transport", cause: loss });
    await pass(1_900);
    expect(await isSettled(next)).toBe(false);
    await pass(200);
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
