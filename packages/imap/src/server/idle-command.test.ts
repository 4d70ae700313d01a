// IDLE at the server: what changes is told as it changes (RFC 2177).

import { afterEach, describe, expect, test, vi } from "vitest";
import { quiet } from "../../test/client-fixture.ts";
import { serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import type { Served, ServeOptions } from "../../test/server-fixture.ts";
import type { MailboxUpdate } from "./backend.ts";

const store = { messages: ["one", "two", "three"] };

interface Idling extends Served {
  /** Something changes. */
  readonly change: (...updates: readonly MailboxUpdate[]) => void;
  /** How many watch the mailbox. */
  readonly watchers: () => number;
}

/** A client that idles in INBOX, which can be watched. */
async function idling(options: ServeOptions = {}): Promise<Idling> {
  const served = await serveSelected({ store, ...options });
  const { peer, backend } = served;
  const watching = new Set<() => void>();
  backend.current.watch = (changed) => {
    watching.add(changed);
    return () => void watching.delete(changed);
  };
  await peer.say("t IDLE\r\n");
  expect(await peer.hear("+ ")).toBe("+ idling\r\n");
  await quiet();
  const change = (...updates: readonly MailboxUpdate[]): void => {
    backend.updates.push(...updates);
    for (const changed of watching) changed();
  };
  return { ...served, change, watchers: () => watching.size };
}

describe("IDLE", () => {
  afterEach(() => void vi.useRealTimers());

  test("tells what changes as it changes, expunges too, and is done with DONE", async () => {
    const { peer, change, watchers } = await idling();
    change({ type: "EXISTS", count: 4 }, { type: "RECENT", count: 1 });
    expect(await peer.hear("* 1 RECENT")).toBe("* 4 EXISTS\r\n* 1 RECENT\r\n");
    change({ type: "EXPUNGE", sequenceNumber: 4 });
    expect(await peer.hear("* 4 EXPUNGE")).toBe("* 4 EXPUNGE\r\n");
    change({ type: "flags", uid: 2, flags: ["\\Seen"] });
    expect(await peer.hear("* 2 FETCH")).toBe("* 2 FETCH (FLAGS (\\Seen))\r\n");
    await peer.say("DONE\r\n");
    expect(await peer.hear("t ")).toBe("t OK IDLE completed\r\n");
    expect(watchers()).toBe(0);
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
  });

  test("begins with what has changed before, and ends with what nobody has heard of", async () => {
    const { peer, backend } = await serveSelected({ store });
    backend.updates.push({ type: "EXISTS", count: 4 });
    await peer.say("t IDLE\r\n");
    expect(await peer.hear("* 4")).toBe("+ idling\r\n* 4 EXISTS\r\n");
    await quiet();
    backend.updates.push({ type: "EXPUNGE", sequenceNumber: 1 });
    await peer.say("DONE\r\n");
    expect(await peer.hear("t ")).toBe("* 1 EXPUNGE\r\nt OK IDLE completed\r\n");
  });

  test("waits for DONE where no mailbox is selected, and is illegal before login", async () => {
    const { peer } = await serveAccount();
    await peer.say("t IDLE\r\n");
    await peer.hear("+ ");
    await peer.say("done\r\n");
    expect(await peer.hear("t ")).toBe("t OK IDLE completed\r\n");
    expect(await (await serve()).peer.ask("IDLE")).toBe("t BAD Not now\r\n");
  });

  test("a mailbox that cannot be watched is polled twice a minute", async () => {
    const { peer, backend } = await serveSelected({ store });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await peer.say("t IDLE\r\n");
    await peer.hear("+ ");
    await quiet();
    backend.updates.push({ type: "EXISTS", count: 4 });
    vi.advanceTimersByTime(30_000);
    expect(await peer.hear("* ")).toBe("* 4 EXISTS\r\n");
    await peer.say("DONE\r\n");
    await peer.hear("t ");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("anything but DONE is BAD, ends it, and is not run", async () => {
    const { peer, watchers, backend } = await idling();
    await peer.say("x CREATE a\r\n");
    expect(await peer.hear("t ")).toBe("t BAD Expected DONE\r\n");
    expect(backend.mailboxes).toEqual(["INBOX"]);
    expect(watchers()).toBe(0);
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
  });

  test("what was about to be told when something else came is told all the same: the numbers stay right", async () => {
    const { peer, change, backend } = await idling();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const poll = backend.current.poll.bind(backend.current);
    vi.spyOn(backend.current, "poll").mockImplementationOnce(async (allow) => {
      const updates = await poll(allow);
      await held;
      return updates;
    });
    change({ type: "EXPUNGE", sequenceNumber: 2 });
    await peer.say("nonsense\r\n");
    await quiet();
    release();
    expect(await peer.hear("t ")).toBe("* 2 EXPUNGE\r\nt BAD Expected DONE\r\n");
  });

  test("a mailbox that fails is told of, and IDLE ends with NO", async () => {
    const { peer, change, backend, errors, watchers } = await idling();
    vi.spyOn(backend.current, "poll").mockRejectedValueOnce(new Error("disk"));
    change({ type: "EXISTS", count: 4 });
    await quiet();
    expect(watchers()).toBe(0);
    await peer.say("DONE\r\n");
    expect(await peer.hear("t ")).toBe("* 4 EXISTS\r\nt NO [SERVERBUG] Something went wrong here\r\n");
    expect(errors).toEqual([new Error("disk")]);
  });

  test("ends with BYE at once when the server closes", async () => {
    const { peer, served, watchers, errors } = await idling();
    served.close();
    expect(await peer.hearOut()).toBe("* BYE The server is shutting down\r\n");
    expect(await served.closed).toEqual({ reason: "done" });
    expect(watchers()).toBe(0);
    expect(errors).toEqual([]);
  });

  test("ends with the connection, however that ends", async () => {
    const left = await idling();
    await left.peer.transport.end();
    await left.served.closed;
    const lost = await idling();
    lost.served.abort();
    await lost.served.closed;
    for (const { watchers, errors, backend } of [left, lost]) {
      expect(watchers()).toBe(0);
      expect(errors).toEqual([]);
      expect(backend.log).toEqual(["mailbox closed", "account closed"]);
    }
  });

  test("who idles for too long hears so", async () => {
    const { peer, served } = await idling({ limits: { inactivityMs: 30 } });
    expect(await peer.hearOut()).toBe("* BYE You took too long\r\n");
    expect(await served.closed).toMatchObject({ reason: "timeout" });
  });

  test("a client that does not listen is told no faster than it hears", async () => {
    const { change, backend, watchers, served } = await idling({ pair: { highWaterMarkBytes: 100 } });
    const poll = vi.spyOn(backend.current, "poll");
    for (let count = 0; count < 1000; count += 1) {
      change({ type: "EXISTS", count: 10 + count });
      await Promise.resolve();
    }
    await quiet();
    expect(poll.mock.calls.length).toBeLessThan(20);
    expect(watchers()).toBe(1);
    served.abort();
    await served.closed;
  });

  test("a hook may refuse it, but not answer it OK", async () => {
    const refusing = await serveSelected({
      store,
      onCommand: ({ name }) => (name === "IDLE" ? { status: "NO", text: "Busy" } : undefined),
    });
    expect(await refusing.peer.ask("IDLE")).toBe("t NO Busy\r\n");
    const granting = await serveSelected({
      store,
      onCommand: ({ name }) => (name === "IDLE" ? { status: "OK", text: "Fine" } : undefined),
    });
    expect(await granting.peer.ask("IDLE")).toBe("t NO Fine\r\n");
    expect(granting.errors).toEqual([]);
  });
});
