// Many commands at once, and every way in which a connection can end: nothing hangs.

import { ConnectionError } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { all, connected, failure, isSettled, loggedIn, quiet, selected } from "../../test/client-fixture.ts";
import type { ImapClient, Operation } from "../client.ts";
import type { UntaggedData } from "../session/untagged-data.ts";

function ignore(): void {
  // Nobody reads it.
}

describe("pipelining", () => {
  test("answers come in any order, by tag", async () => {
    const { client, server } = await selected();
    const order: string[] = [];
    const done = Promise.all([
      client.search("ALL").then((numbers) => order.push(`search ${numbers.join()}`)),
      client.noop().then(() => order.push("noop")),
      client.status("x", ["MESSAGES"]).then(({ items }) => order.push(`status ${items.length}`)),
    ]);
    const search = await server.command("SEARCH ALL");
    const noop = await server.command("NOOP");
    const status = await server.command("STATUS x (MESSAGES)");
    expect(new Set([search, noop, status]).size).toBe(3);
    for (const answer of [["* STATUS x (MESSAGES 1)", `${status} OK done`], [`${noop} OK done`], ["* SEARCH 1 2", `${search} OK done`]]) {
      await server.say(...answer);
      await quiet();
    }
    await done;
    expect(order).toEqual(["status 1", "noop", "search 1,2"]);
  });

  test("a command that changes what others mean waits for its turn", async () => {
    const { client, server } = await loggedIn();
    const noop = client.noop();
    const select = client.select("INBOX");
    const fetch = all(client.fetch(1, "FLAGS"));
    const tag = await server.command("NOOP");
    await server.say(`${tag} OK`);
    await noop;
    const selecting = await server.command("SELECT INBOX");
    await server.say("* 1 EXISTS", `${selecting} OK open`);
    await server.answer("FETCH 1 FLAGS", "* 1 FETCH (FLAGS ())", "OK done");
    expect((await select).exists).toBe(1);
    expect(await fetch).toHaveLength(1);
  });

  test("a command that waits takes nothing of what comes before it is sent", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
    const search = client.search("ALL");
    const select = client.select("other");
    const fetch = all(client.fetch("1:*", "FLAGS"));
    const searching = await server.command("SEARCH ALL");
    await server.say("* 4 EXISTS", "* OK [UIDNEXT 9] next", "* 1 FETCH (FLAGS ())", "* SEARCH 1");
    await quiet();
    expect(client.mailbox).toMatchObject({ name: { name: "INBOX" }, exists: 4, uidNext: 9 });
    expect(news.map(({ type }) => type)).toEqual(["EXISTS", "untagged", "FETCH"]);
    await server.say(`${searching} OK done`);
    await server.answer("SELECT other", "* 1 EXISTS", "OK open");
    await server.answer("FETCH 1:* FLAGS", "OK done");
    expect(await search).toEqual([1]);
    expect(await select).toMatchObject({ exists: 1, uidNext: undefined });
    expect(await fetch).toEqual([]);
  });

  test("hundreds at once", async () => {
    const { client, server } = await loggedIn();
    const noops = Promise.all(Array.from({ length: 300 }, () => client.noop()));
    for (let count = 0; count < 300; count += 1) await server.answer("NOOP", "OK");
    expect(await noops).toHaveLength(300);
  });

  test("a refusal concerns its command alone", async () => {
    const { client, server } = await loggedIn();
    const outcomes = Promise.allSettled([client.create("a"), client.create("b"), client.create("c")]);
    const [a, b, c] = [await server.command("CREATE a"), await server.command("CREATE b"), await server.command("CREATE c")];
    await server.say(`${b} BAD [CANNOT] no such name`, `${a} OK`, `${c} NO`);
    expect(await outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { message: "CREATE: BAD [CANNOT] no such name", response: { status: "BAD" } } },
      { status: "rejected", reason: { message: "CREATE: NO", code: null } },
    ]);
  });
});

describe("operations of others", () => {
  /** What an operation brings that throws when it is asked for its result. */
  const thrower: Operation<never> = {
    command: { name: "NOOP" },
    result: () => {
      throw new Error("cannot make sense of it");
    },
  };

  test("one that cannot make sense of the answer rejects, and the session goes on", async () => {
    const { client, server } = await loggedIn();
    const outcome = failure(client.run(thrower));
    await server.answer("NOOP", "OK");
    expect(await outcome).toMatchObject({ message: "cannot make sense of it" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("one may collect what it wants, and leaves the rest to others", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await loggedIn("", { onUntagged: (response) => news.push(response) });
    const counts: number[] = [];
    const operation: Operation<readonly number[]> = {
      command: { name: "NOOP" },
      collect: (response) => response.type === "EXISTS" && counts.push(response.count) > 0,
      result: () => counts,
    };
    const running = client.run(operation);
    await server.answer("NOOP", "* 3 EXISTS", "* 1 RECENT", "OK");
    expect(await running).toEqual([3]);
    expect(news.map(({ type }) => type)).toEqual(["RECENT"]);
  });

  test("one whose reader wants nothing more is told of the end at once", async () => {
    const { client, server } = await selected();
    const full = { hungry: false, wants: () => true, begin: ignore, chunk: ignore, endChunk: ignore, message: ignore };
    const set = [{ first: 1, last: 1 }];
    const running = client.run({ command: { name: "FETCH", set, items: "FAST" }, messages: full, result: () => undefined });
    const outcome = failure(running);
    await server.command("FETCH 1 FAST");
    await server.say("* 4 EXISTS");
    await quiet();
    client.abort("enough");
    expect(await isSettled(running)).toBe(true);
    expect(await outcome).toMatchObject({ name: "ConnectionError", code: "aborted", cause: "enough" });
  });

  test("a caller that throws at news loses the connection, and everybody is told", async () => {
    const fault = new Error("did not like the news");
    const { client, server } = await loggedIn("", {
      onUntagged: () => {
        throw fault;
      },
    });
    const noop = failure(client.noop());
    await server.say("* 1 EXISTS");
    expect(await noop).toBe(fault);
    expect((await client.closed).error).toMatchObject({ name: "ConnectionError", code: "aborted", cause: fault });
  });
});

describe("the signal of a command", () => {
  test("aborted before: nothing is said", async () => {
    const { client, server } = await loggedIn();
    const outcome = failure(client.create("x", { signal: AbortSignal.abort("no") }));
    expect(await outcome).toMatchObject({ name: "ConnectionError", code: "aborted", cause: "no" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("aborted while the answer is awaited: that is let pass, and the session goes on", async () => {
    const { client, server } = await selected();
    const controller = new AbortController();
    const outcome = failure(client.search("ALL", { signal: controller.signal }));
    const search = await server.command("SEARCH ALL");
    controller.abort();
    expect(await outcome).toMatchObject({ name: "ConnectionError", code: "aborted" });
    const noop = client.noop();
    const tag = await server.command("NOOP");
    await server.say("* SEARCH 1 2 3", `${search} NO out of time`, `${tag} OK`);
    await noop;
  });

  test("aborted afterwards does nothing, and holds nothing", async () => {
    const { client, server } = await loggedIn();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    for (let count = 0; count < 3; count += 1) {
      const noop = client.noop({ signal });
      await server.answer("NOOP", "OK");
      await noop;
    }
    expect(listeners).toBe(0);
    const lost = failure(client.noop({ signal }));
    await server.transport.end();
    await lost;
    expect(listeners).toBe(0);
    controller.abort();
  });
});

describe("LOGOUT", () => {
  test("resolves when the connection is over", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await connected("", { onUntagged: (response) => news.push(response) });
    const leaving = client.logout();
    await server.answer("LOGOUT", "* BYE see you", "OK done");
    expect(await server.rest()).toBe("");
    expect(await isSettled(leaving)).toBe(false);
    await server.transport.end();
    await leaving;
    expect(news).toEqual([]);
    expect(await client.closed).toEqual({ reason: "done" });
    expect(client.state).toBe("closed");
    await expect(client.noop()).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
  });

  test("also for a server that says BYE and leaves", async () => {
    const { client, server } = await connected();
    const leaving = client.logout();
    await server.command("LOGOUT");
    await server.say("* BYE see you");
    await server.transport.end();
    await leaving;
    expect((await client.closed).reason).toBe("done");
    await client.logout();
  });

  test("a connection that is lost instead is an error", async () => {
    const { client, server } = await connected();
    const leaving = failure(client.logout());
    await server.command("LOGOUT");
    await server.transport.end();
    expect(await leaving).toMatchObject({ name: "ConnectionError", code: "eof" });
  });

  test("what was said before is answered before", async () => {
    const { client, server } = await loggedIn();
    const noop = client.noop();
    const leaving = client.logout();
    await expect(client.noop()).rejects.toMatchObject({ side: "local", code: "illegal-now" });
    await server.answer("NOOP", "OK");
    await server.answer("LOGOUT", "* BYE", "OK");
    await server.transport.end();
    await Promise.all([noop, leaving]);
    expect(client.state).toBe("closed");
  });
});

describe("the end: every promise settles, and says why", () => {
  /** Starts one of everything, of which most wait in line behind the first. */
  function startMany(client: ImapClient): Promise<readonly unknown[]> {
    return Promise.all(
      [
        client.noop(),
        all(client.fetch(1, "BODY[]")),
        client.list(),
        client.append("x", new Uint8Array(3)),
        client.append("x", unread(), { size: 3 }),
        client.select("y"),
        client.search("ALL"),
        client.status("x", ["MESSAGES"]),
        client.raw("XYZZY"),
      ].map((promise) => failure(promise)),
    );
  }

  async function* unread(): AsyncGenerator<Uint8Array, void, undefined> {
    yield await Promise.resolve(new Uint8Array(3));
  }

  test("the server's end without a word", async () => {
    const { client, server } = await selected();
    const failures = startMany(client);
    await server.command("NOOP");
    await server.transport.end();
    for (const error of await failures) expect(error).toMatchObject({ name: "ConnectionError", code: "eof" });
    expect((await client.closed).reason).toBe("eof");
  });

  test("the network's end", async () => {
    const { client, server } = await selected();
    const failures = startMany(client);
    await server.command("NOOP");
    server.transport.abort();
    for (const error of await failures) expect(error).toMatchObject({ name: "ConnectionError", code: "transport" });
  });

  test("BYE: its text is told", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
    const failures = startMany(client);
    await server.command("NOOP");
    await server.say("* BYE [UNAVAILABLE] shutting down");
    await server.transport.end();
    for (const error of await failures) {
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ code: "closed", message: "the server left: shutting down" });
    }
    expect(news).toMatchObject([{ type: "untagged", status: "BYE", code: { type: "UNAVAILABLE" } }]);
    await expect(client.noop()).rejects.toMatchObject({ name: "ConnectionError", code: "closed" });
    expect(client.mailbox).toBeUndefined();
  });

  test("BYE while nothing is said", async () => {
    const { client, server } = await selected();
    await server.say("* BYE autologout");
    await server.transport.end();
    expect((await client.closed).reason).toBe("done");
    expect(client.state).toBe("closed");
  });

  test("a protocol that is broken", async () => {
    const { client, server } = await selected();
    const failures = startMany(client);
    await server.command("NOOP");
    await server.say("nonsense OK done");
    for (const error of await failures) expect(error).toMatchObject({ name: "ProtocolError", side: "remote", code: "unknown-tag" });
    expect((await client.closed).reason).toBe("protocol");
  });

  test("a server that is silent for too long", async () => {
    vi.useFakeTimers();
    try {
      const { client, server } = await selected("", { limits: { responseMs: 1000 } });
      const failures = startMany(client);
      await server.command("NOOP");
      await vi.advanceTimersByTimeAsync(1000);
      for (const error of await failures) expect(error).toMatchObject({ name: "ConnectionError", code: "timeout", phase: "response" });
    } finally {
      vi.useRealTimers();
    }
  });

  test("the caller drops it", async () => {
    const { client, server } = await selected();
    const failures = startMany(client);
    await server.command("NOOP");
    client.abort("enough");
    for (const error of await failures) expect(error).toMatchObject({ name: "ConnectionError", code: "aborted", cause: "enough" });
    await quiet();
    expect((await client.closed).reason).toBe("aborted");
  });
});
