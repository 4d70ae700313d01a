import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { ToySession, driven, isSettled, readText, say } from "../test/toy-session.ts";
import { drive } from "./drive.ts";
import type { DriveOptions, Driver, EventTaker } from "./driver.ts";
import { memoryPair } from "./memory-pair.ts";

function expectFailure(promise: Promise<unknown>, failure: object): Promise<void> {
  return expect(promise).rejects.toMatchObject(failure);
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

  test("lets others have their turn while it finds one event after the other in what came at once", async () => {
    const { driver, peer } = driven();
    await say(peer, "x\n".repeat(20_000));
    let turns = 0;
    let phase: "going on" | "over" = "going on";
    const takeTurns = async (): Promise<void> => {
      for (; phase === "going on"; turns += 1) await new Promise((resolve) => setTimeout(resolve, 0));
    };
    const others = takeTurns();
    for (let count = 0; count < 20_000; count += 1) await driver.next();
    phase = "over";
    await others;
    // The last of them may be after the last event.
    expect(turns).toBeGreaterThan(1);
  });

  test("hears of an abort while others have their turn", async () => {
    const { driver, peer } = driven();
    await say(peer, "line\n".repeat(100));
    await expectFailure(
      (async () => {
        for (;;) {
          const event = driver.next();
          setTimeout(() => driver.abort(), 0);
          await event;
        }
      })(),
      { code: "aborted" },
    );
  });

  test("reads nothing until it is called", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 1 });
    const saying = say(peer, "one\n");
    expect(await isSettled(saying)).toBe(false);
    await driver.next();
    await saying;
  });
});

describe("run", () => {
  test("gives events in order until the conversation is over", async () => {
    const { driver, peer } = driven();
    await say(peer, "one\ntwo\nQUIT\n");
    await peer.end();
    const events: string[] = [];
    await driver.run((event) => {
      events.push(event);
      return undefined;
    });
    expect(events).toEqual(["one", "two"]);
    expect(await driver.closed).toEqual({ reason: "done" });
    expect(await readText(peer)).toBe("bye\n");
  });

  test("waits for what becomes of an event, and reads nothing meanwhile", async () => {
    const { driver, peer } = driven({ highWaterMarkBytes: 1 });
    const events: string[] = [];
    let goOn = (): void => undefined;
    const running = driver.run((event) => {
      events.push(event);
      return new Promise<void>((resolve) => (goOn = resolve));
    });
    await say(peer, "one\n");
    const saying = say(peer, "two\n");
    expect(await isSettled(saying)).toBe(false);
    expect(events).toEqual(["one"]);
    goOn();
    await saying;
    expect(events).toEqual(["one", "two"]);
    driver.abort();
    goOn();
    await expectFailure(running, { code: "aborted" });
  });

  test("gives what comes next to whoever asks for it meanwhile", async () => {
    const { driver, peer } = driven();
    await say(peer, "message\nchunk\nafter\nQUIT\n");
    const events: string[] = [];
    await driver.run(async (event) => {
      events.push(event);
      if (event === "message") events.push(`${event}: ${await driver.next()}`);
    });
    expect(events).toEqual(["message", "message: chunk", "after"]);
  });

  test("rejects with what taking an event throws; the connection is left as it is", async () => {
    const { driver, peer } = driven();
    await say(peer, "one\ntwo\nthree\n");
    const fault = new Error("cannot take it");
    const throwing = (): undefined => {
      throw fault;
    };
    await expect(driver.run(throwing)).rejects.toBe(fault);
    await expect(driver.run(() => Promise.reject(fault))).rejects.toBe(fault);
    expect(await driver.next()).toBe("three");
  });

  test("goes on whatever an event's promise resolves to", async () => {
    const { driver, peer } = driven();
    await say(peer, "one\ntwo\nQUIT\n");
    const events: string[] = [];
    await driver.run((event) => {
      events.push(event);
      return Promise.resolve("enough");
    });
    expect(events).toEqual(["one", "two"]);
  });

  test("rejects as next does", async () => {
    const { driver, peer } = driven();
    await say(peer, "one\nBAD\n");
    await expectFailure(
      driver.run(() => undefined),
      { name: "ProtocolError", code: "bad" },
    );
    expect(await readText(peer)).toBe("500 bad\n");
  });
});

describe("runFor", () => {
  /** Takes events, and says `last` to the one that is enough. */
  function taking(last: "enough" | Promise<"enough">): EventTaker<string> & { readonly told: string[] } {
    const told: string[] = [];
    return {
      told,
      take: (event) => {
        told.push(event);
        return event === "two" ? last : undefined;
      },
      done: () => told.push("done"),
      fail: (error) => told.push(String(error)),
    };
  }

  test.each(["enough", Promise.resolve("enough" as const)] as const)("gives events until one is enough", async (last) => {
    const { driver, peer } = driven();
    await say(peer, "one\ntwo\nthree\n");
    const taker = taking(last);
    driver.runFor(taker);
    await vi.waitFor(() => expect(taker.told).toEqual(["one", "two", "done"]));
    expect(await driver.next()).toBe("three");
  });

  test("tells the end, and a failure", async () => {
    const [ended, failed] = [taking("enough"), taking("enough")];
    const { driver, peer } = driven();
    driver.runFor(ended);
    await say(peer, "one\nQUIT\n");
    await peer.end();
    await vi.waitFor(() => expect(ended.told).toEqual(["one", "done"]));
    driver.runFor(failed);
    expect(failed.told).toEqual(["done"]);
    const other = driven();
    const fault = new Error("cannot take it");
    const faults: unknown[] = [];
    await say(other.peer, "one\n");
    other.driver.runFor({ take: () => Promise.reject(fault), done: () => undefined, fail: (error) => faults.push(error) });
    await vi.waitFor(() => expect(faults).toEqual([fault]));
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
  test("does not depend on the next call of next()", async () => {
    const { driver, peer } = driven();
    const first = driver.next();
    await say(peer, "one\n");
    driver.send("hello");
    const flushing = driver.flush();
    expect(await first).toBe("one");
    await flushing;
    await say(peer, "two\n");
    expect(await driver.next()).toBe("two");
  });

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

  test("while next waits for the peer, with nothing to write, resolves at once", async () => {
    const { driver, peer } = driven();
    const next = driver.next();
    expect(await isSettled(next)).toBe(false);
    await driver.flush();
    await Promise.all([driver.flush(), driver.flush()]);
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

  test("by an end in the middle: what was said before is heard all the same", async () => {
    const { driver, peer } = driven({ isDeaf: true });
    driver.send("hello");
    await peer.end();
    await expect(driver.next()).rejects.toMatchObject({ code: "eof" });
    expect(await readText(peer)).toBe("hello\n");
  });

  test("by an end in the middle: a peer that does not hear what was said before is not waited for", async () => {
    const { driver, peer } = driven({ isDeaf: true, highWaterMarkBytes: 2, drive: { whileWriting: "listen" } });
    driver.send("hello");
    await peer.end();
    await expect(driver.next()).rejects.toMatchObject({ code: "eof" });
    expect((await driver.closed).reason).toBe("eof");
    await expect(readText(peer)).rejects.toMatchObject({ code: "transport" });
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

describe("a peer that does not take what is written", () => {
  /** A driver whose peer has no room for what it says. */
  function stuck(options: DriveOptions): { readonly driver: Driver<string, string>; readonly peer: ByteTransport } {
    const both = driven({ highWaterMarkBytes: 1, drive: options });
    both.driver.send("hello");
    return both;
  }

  test("is heard where that is asked for, and its words may be answered", async () => {
    const { driver, peer } = stuck({ whileWriting: "listen" });
    const events: string[] = [];
    const running = driver.run((event) => {
      events.push(event);
      driver.send(`heard ${event}`);
      return undefined;
    });
    const flushing = driver.flush();
    await say(peer, "one\n");
    await say(peer, "two\nthree\n");
    expect(await isSettled(flushing)).toBe(false);
    expect(events).toEqual(["one", "two", "three"]);
    const words = "hello\nheard one\nheard two\nheard three\n";
    expect(await readText(peer, words.length)).toBe(words);
    await flushing;
    driver.abort();
    await expectFailure(running, { code: "aborted" });
  });

  test("is heard while who gave the last event away waits for the write of the next one", async () => {
    const { driver, peer } = stuck({ whileWriting: "listen" });
    void say(peer, "one\n");
    expect(await driver.next()).toBe("one");
    const flushing = driver.flush();
    void say(peer, "two\n");
    expect(await driver.next()).toBe("two");
    expect(await isSettled(flushing)).toBe(false);
    expect(await readText(peer, "hello\n".length)).toBe("hello\n");
    await flushing;
  });

  test("hears nothing more once it is dropped, and who waits for the write is told", async () => {
    const { driver } = stuck({ whileWriting: "listen" });
    const outcomes = Promise.allSettled([driver.next(), driver.flush(), driver.flush()]);
    driver.abort();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: { code: "aborted" } });
  });

  test("sees the end only when it has taken all", async () => {
    const { driver, peer } = stuck({ whileWriting: "listen" });
    const next = driver.next();
    await say(peer, "QUIT\n");
    await peer.end();
    expect(await isSettled(next)).toBe(false);
    expect(await readText(peer)).toBe("hello\nbye\n");
    expect(await next).toBeNull();
  });

  test("is not heard otherwise", async () => {
    const { driver, peer } = stuck({});
    const next = driver.next();
    void say(peer, "one\n");
    expect(await isSettled(next)).toBe(false);
    expect(await readText(peer, "hello\n".length)).toBe("hello\n");
    expect(await next).toBe("one");
  });
});

describe("what the peer said before nothing more could be written", () => {
  interface Left {
    readonly driver: Driver<string, string>;
    readonly first: Promise<string | null>;
    readonly flushing: Promise<void>;
  }

  /** A driver in the middle of a write to a peer that says why it goes, and goes. */
  async function left(options: DriveOptions = {}): Promise<Left> {
    const { driver, peer } = driven({ isDeaf: true, highWaterMarkBytes: 1, drive: options });
    driver.send("hello");
    const first = driver.next();
    const flushing = driver.flush();
    for (const promise of [first, flushing]) promise.catch(() => undefined);
    expect(await isSettled(first)).toBe(false);
    say(peer, "no\nbye\n").catch(() => undefined);
    await peer.end();
    peer.abort();
    return { driver, first, flushing };
  }

  test("is heard where that is asked for, and then the loss", async () => {
    const { driver, first } = await left({ whileWriting: "listen" });
    expect(await first).toBe("no");
    driver.send("too late");
    expect(await driver.next()).toBe("bye");
    await expectFailure(driver.next(), { name: "ConnectionError", code: "transport" });
    expect((await driver.closed).reason).toBe("transport");
  });

  test("is heard before a flush that waits fails", async () => {
    const { driver, first, flushing } = await left({ whileWriting: "listen" });
    const failing = expectFailure(flushing, { code: "transport" });
    expect([await first, await driver.next()]).toEqual(["no", "bye"]);
    expect(await isSettled(flushing)).toBe(false);
    await expectFailure(driver.next(), { code: "transport" });
    await failing;
  });

  test("is left alone where the connection is closed", async () => {
    const { driver, first } = await left({ whileWriting: "listen" });
    expect(await first).toBe("no");
    await expectFailure(driver.flush(), { code: "transport" });
    await driver.close();
    expect(await driver.next()).toBeNull();
  });

  test("is not heard otherwise", async () => {
    const { driver, first } = await left();
    await expectFailure(first, { code: "transport" });
    await expectFailure(driver.next(), { code: "transport" });
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
