// client.idle(): a loop over what the server tells by itself (RFC 2177).

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { all, connected, failure, isSettled, quiet, selected, steps } from "../../test/client-fixture.ts";
import type { Connected } from "../../test/client-fixture.ts";
import type { UntaggedData } from "../session/untagged-data.ts";
import type { IdleOptions } from "./idle-loop.ts";
import type { ImapClientOptions } from "./options.ts";

interface Idling extends Connected {
  readonly loop: ReturnType<typeof steps<UntaggedData>>;
  /** The first step of the loop. */
  readonly first: Promise<UntaggedData | undefined>;
  readonly tag: string;
}

/** A client whose loop waits for news, at a server that idles along. */
async function idling(options?: IdleOptions, clientOptions?: ImapClientOptions): Promise<Idling> {
  const { client, server } = await selected(" IDLE", clientOptions);
  const loop = steps(client.idle(options));
  const first = loop.next();
  const tag = await server.command("IDLE");
  await server.say("+ idling");
  await quiet();
  return { client, server, loop, first, tag };
}

describe("a loop over idle()", () => {
  test("gives what is told, and says DONE when it is left", async () => {
    const { client, server, loop, first, tag } = await idling();
    expect(await isSettled(first)).toBe(false);
    await server.say("* 4 EXISTS", "* 1 EXPUNGE", "* OK still here");
    expect(await first).toEqual({ type: "EXISTS", count: 4 });
    expect(client.mailbox?.exists).toBe(3);
    expect(await loop.next()).toEqual({ type: "EXPUNGE", sequenceNumber: 1 });
    expect(await loop.next()).toMatchObject({ type: "untagged", status: "OK", text: "still here" });
    await loop.leave();
    expect(await server.line()).toBe("DONE");
    await server.say("* 9 EXISTS", `${tag} OK done`);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
    expect(client.mailbox?.exists).toBe(9);
  });

  test("says nothing before it begins, nor to a server without IDLE", async () => {
    const { client, server } = await selected("");
    await expect(all(client.idle())).rejects.toMatchObject({ name: "ProtocolError", side: "local", code: "extension-needed" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("idles at a server of IMAP4rev2, which need not name it, and asks where nothing is known", async () => {
    const { client, server } = await connected(" LITERAL+");
    const login = client.login("u", "p");
    await server.answer("LOGIN u p", "OK in");
    await login;
    const loop = steps(client.idle());
    const first = loop.next();
    await server.answer("CAPABILITY", "* CAPABILITY IMAP4rev1 IMAP4rev2", "OK");
    await server.command("IDLE");
    await server.say("+ ", "* OK hello");
    expect(await first).toMatchObject({ text: "hello" });
  });

  test("rejects where no mailbox can be idled in, with the time that is none, and while there is another", async () => {
    const { client } = await connected(" IDLE");
    await expect(all(client.idle())).rejects.toMatchObject({ side: "local", code: "illegal-now" });
    for (const renewMs of [0, -1, NaN])
      await expect(all(client.idle({ renewMs }))).rejects.toMatchObject({ side: "local", code: "bad-argument" });
    const { client: other } = await idling();
    await expect(all(other.idle())).rejects.toMatchObject({ side: "local", code: "illegal-now" });
  });

  test.each(["NO", "BAD"])("rejects when the server says %s", async (status) => {
    const { client, server } = await selected(" IDLE");
    const loop = failure(all(client.idle()));
    await server.answer("IDLE", `${status} not here`);
    expect(await loop).toMatchObject({ name: "ImapResponseError", command: "IDLE", response: { status } });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("gives BYE and what came before, then rejects with the loss", async () => {
    const { server, loop, first } = await idling();
    await server.say("* 4 EXISTS", "* BYE we close");
    await server.transport.end();
    expect(await first).toMatchObject({ type: "EXISTS" });
    expect(await loop.next()).toMatchObject({ status: "BYE" });
    expect(await failure(loop.next())).toMatchObject({
      name: "ConnectionError",
      code: "closed",
      message: expect.stringContaining("we close") as string,
    });
  });

  test("rejects when the connection is lost", async () => {
    const { server, first } = await idling();
    server.transport.abort();
    expect(await failure(first)).toMatchObject({ name: "ConnectionError" });
  });

  test("ends without an error when its signal is aborted", async () => {
    const controller = new AbortController();
    const { server, first, tag, client } = await idling({ signal: controller.signal });
    controller.abort();
    expect(await first).toBeUndefined();
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    expect(await all(client.idle({ signal: controller.signal }))).toEqual([]);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("that is left before the server said + says DONE after it", async () => {
    const { client, server } = await selected(" IDLE");
    const controller = new AbortController();
    const over = all(client.idle({ signal: controller.signal }));
    const tag = await server.command("IDLE");
    controller.abort();
    expect(await over).toEqual([]);
    await server.say("+ idling");
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
  });

  test("is no loop for long when the server ends it: IDLE is said again", async () => {
    const { server, first, tag } = await idling();
    await server.say(`${tag} OK enough of that`);
    await server.command("IDLE");
    await server.say("+ again", "* 5 EXISTS");
    expect(await first).toEqual({ type: "EXISTS", count: 5 });
  });

  test("a server that answers IDLE as if it were NOOP is not asked for ever", async () => {
    const { client, server } = await selected(" IDLE");
    const loop = failure(all(client.idle()));
    await server.answer("IDLE", "OK noop");
    expect(await loop).toMatchObject({ name: "ProtocolError", side: "remote", code: "early-ok" });
  });
});

describe("commands while a loop idles", () => {
  test("are said after DONE; the loop waits on, and misses nothing that is told meanwhile", async () => {
    const { client, server, loop, first, tag } = await idling();
    await server.say("* 4 EXISTS");
    expect(await first).toMatchObject({ count: 4 });
    const searching = client.search("UNSEEN");
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    await server.answer("SEARCH UNSEEN", "* SEARCH 4", "* 5 EXISTS", "OK");
    expect(await searching).toEqual([4]);
    // As long as the loop is busy, nothing is said for it.
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
    expect(await loop.next()).toMatchObject({ count: 5 });
    const next = loop.next();
    await server.command("IDLE");
    await server.say("+ ", "* 6 EXISTS");
    expect(await next).toMatchObject({ count: 6 });
  });

  test("beside the loop are said, too, and the loop goes on by itself", async () => {
    const { client, server, first, tag } = await idling();
    const both = Promise.all([client.noop(), client.search("ALL")]);
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    await server.answer("NOOP", "OK");
    await server.answer("SEARCH ALL", "* SEARCH 1", "OK");
    await both;
    await server.command("IDLE");
    await server.say("+ ", "* 6 EXISTS");
    expect(await first).toMatchObject({ count: 6 });
  });

  test("that are said before the server said + have DONE said right behind it", async () => {
    const { client, server } = await selected(" IDLE");
    const loop = steps(client.idle());
    void loop.next();
    const tag = await server.command("IDLE");
    const noop = client.noop();
    await server.say("+ idling");
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("that are illegal do not disturb it", async () => {
    const { client, server, first } = await idling();
    await expect(client.login("u", "p")).rejects.toMatchObject({ code: "illegal-now" });
    await server.say("* 4 EXISTS");
    expect(await first).toMatchObject({ count: 4 });
  });

  test("LOGOUT ends the loop without an error", async () => {
    const { client, server, first, tag } = await idling();
    const leaving = client.logout();
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    await server.answer("LOGOUT", "* BYE bye", "OK");
    await server.transport.end();
    await leaving;
    expect(await first).toBeUndefined();
  });

  test("a raw IDLE is ended at once: nobody could end it", async () => {
    const { client, server } = await selected(" IDLE");
    const asking = client.raw("IDLE");
    const tag = await server.command("IDLE");
    await server.say("+ ");
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    expect((await asking).response.status).toBe("OK");
  });
});

describe("IDLE is said anew", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test.each([
    ["before 29 minutes are over", {}, 28 * 60_000],
    ["at the latest then", { renewMs: Infinity }, 28 * 60_000],
    ["sooner where that is asked for", { renewMs: 1000 }, 1000],
  ])("%s", async (_, options, ms) => {
    const { server, first, tag } = await idling(options);
    vi.advanceTimersByTime(ms - 1);
    await server.say("* OK still here");
    expect(await first).toMatchObject({ status: "OK" });
    vi.advanceTimersByTime(1);
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
  });

  test("once, however often the loop is woken, and never after it is left", async () => {
    const { client, server, loop, first, tag } = await idling({ renewMs: 1000 });
    vi.advanceTimersByTime(1000);
    expect(await server.line()).toBe("DONE");
    await server.say(`${tag} OK done`);
    const again = await server.command("IDLE");
    await server.say("+ ", "* 4 EXISTS");
    expect(await first).toMatchObject({ count: 4 });
    await loop.leave();
    expect(await server.line()).toBe("DONE");
    await server.say(`${again} OK done`);
    await quiet();
    vi.advanceTimersByTime(10_000);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });
});

describe("a loop that is slow", () => {
  test("holds back a server that tells much, and still leaves", async () => {
    const { server, loop, first, tag } = await idling();
    const line = `* OK ${"x".repeat(1000)}\r\n`;
    let told = 0;
    const telling = (async () => {
      for (; told < 2000; told += 1) await server.sayText(line);
    })();
    await first;
    await quiet();
    expect(await isSettled(telling)).toBe(false);
    expect(told).toBeLessThan(1000);
    const leaving = loop.leave();
    await leaving;
    expect(await server.line()).toBe("DONE");
    await telling;
    await server.say(`${tag} OK done`);
  });

  test("fails when commands beside it let through more than may wait", async () => {
    const { client, server, loop, first, tag } = await idling({}, { maxQueuedBytes: 10_000 });
    await server.say("* 4 EXISTS");
    await first;
    const noop = client.noop();
    expect(await server.line()).toBe("DONE");
    await server.say(...Array.from({ length: 20 }, () => `* OK ${"x".repeat(1000)}`), `${tag} OK done`);
    await server.answer("NOOP", "OK");
    await noop;
    for (let told = 0; told < 9; told += 1) expect(await loop.next()).toMatchObject({ status: "OK" });
    expect(await failure(loop.next())).toMatchObject({ side: "local", code: "queue-full" });
  });
});
