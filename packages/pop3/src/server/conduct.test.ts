// How a server bears clients that err, waste time or guess passwords, and what a hook does to answers.

import { describe, expect, test } from "vitest";
import { utf8 } from "@mailwire/wire";
import type { ServedConnection } from "@mailwire/transport";
import { NotedMaildrop, peerPair, serving } from "../../test/fixture.ts";
import type { Peer } from "../../test/fixture.ts";
import { err, ok } from "../codec/reply.ts";
import { servePop3 } from "../server.ts";
import type { Intervention, Pop3ServerOptions } from "../server.ts";

async function serve(options: Partial<Pop3ServerOptions> = {}): Promise<{ peer: Peer; served: ServedConnection; maildrop: NotedMaildrop }> {
  const [transport, peer] = peerPair();
  const maildrop = new NotedMaildrop("Subject: one\r\n\r\nbody\r\n");
  const served = servePop3(transport, { ...serving(maildrop), ...options });
  await peer.hear();
  return { peer, served, maildrop };
}

async function logIn(peer: Peer): Promise<void> {
  await peer.ask("USER u");
  expect(await peer.ask("PASS hush")).toMatch(/^\+OK/);
}

/** Milliseconds that something takes. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

describe("a wrong password", () => {
  test("waits for its answer, longer each time; nobody else does", async () => {
    const { peer } = await serve({ failedLoginDelayMs: 40 });
    const other = await serve({ failedLoginDelayMs: 40 });
    const guess = async (): Promise<unknown> => {
      await peer.ask("USER u");
      return peer.ask("PASS wrong");
    };
    const guessing = timed(guess);
    expect(await timed(() => logIn(other.peer))).toBeLessThan(35);
    expect(await guessing).toBeGreaterThan(35);
    expect(await timed(guess)).toBeGreaterThan(75);
    expect(await timed(() => peer.ask("AUTH PLAIN AHUAd3Jvbmc="))).toBeGreaterThan(115);
  });

  test("a right one does not wait, nor does what is no fault of the client's", async () => {
    const { peer } = await serve({ failedLoginDelayMs: 60_000, open: () => Promise.resolve("in-use") });
    await peer.ask("USER u");
    expect(await peer.ask("PASS hush")).toMatch(/^-ERR \[IN-USE\]/);
  });

  test("too many end the connection", async () => {
    const { peer, served } = await serve({ limits: { maxFailedLogins: 2 } });
    for (let guess = 0; guess < 3; guess += 1) {
      await peer.ask("USER u");
      expect(await peer.ask("PASS wrong")).toBe("-ERR [AUTH] wrong name or password\r\n");
    }
    expect(await peer.hear()).toBe("-ERR too many failed logins\r\n");
    await peer.transport.end();
    expect((await served.closed).reason).toBe("protocol");
  });

  test("a connection that is dropped meanwhile is over at once", async () => {
    const { peer, served } = await serve({ failedLoginDelayMs: 60_000 });
    await peer.ask("USER u");
    await peer.say("PASS wrong\r\n");
    await new Promise((resolve) => setTimeout(resolve, 10));
    served.abort();
    expect((await served.closed).reason).toBe("aborted");
  });
});

describe("the error budget", () => {
  test("past the soft limit answers are slow, past the hard one it is over", async () => {
    const { peer, served } = await serve({ errorDelay: { afterErrors: 1, ms: 40 }, limits: { maxErrors: 2 } });
    expect(await timed(() => peer.ask("XYZ"))).toBeLessThan(35);
    expect(await timed(() => peer.ask("RETR x"))).toBeLessThan(35);
    expect(await timed(() => peer.ask("STAT"))).toBeGreaterThan(35);
    expect(await peer.hear()).toBe("-ERR too many errors\r\n");
    await peer.transport.end();
    expect((await served.closed).reason).toBe("protocol");
  });

  test("commands that bring nobody forward count once there are too many, and what is of use forgives", async () => {
    const { peer } = await serve({ limits: { maxJunkCommands: 3, maxErrors: 2 } });
    await logIn(peer);
    for (let round = 0; round < 3; round += 1) {
      for (const junk of ["NOOP", "RSET", "NOOP", "LANG", "NOOP"]) await peer.ask(junk);
      expect(await peer.ask("STAT")).toMatch(/^\+OK/);
    }
    for (let round = 0; round < 6; round += 1) await peer.ask("NOOP");
    expect(await peer.hear()).toBe("-ERR too many errors\r\n");
  });

  test("a message that is not there is no error", async () => {
    const { peer } = await serve({ limits: { maxErrors: 1 } });
    await logIn(peer);
    for (let round = 0; round < 5; round += 1) expect(await peer.ask("DELE 9")).toBe("-ERR no such message\r\n");
    expect(await peer.ask("NOOP")).toBe("+OK\r\n");
  });
});

describe("what onCommand gives", () => {
  async function answered(intervention: Intervention, line = "XTND a"): Promise<Peer> {
    const { peer } = await serve({ onCommand: ({ type }) => (type === "user" || type === "pass" ? undefined : intervention) });
    await logIn(peer);
    await peer.say(`${line}\r\n`);
    return peer;
  }

  test("a reply", async () => {
    expect(await (await answered(ok("mine"))).hear()).toBe("+OK mine\r\n");
    expect(await (await answered(err("mine", "SYS/PERM"), "LIST")).hear()).toBe("-ERR [SYS/PERM] mine\r\n");
  });

  test("a reply with lines", async () => {
    const peer = await answered({ reply: ok("here"), lines: [{ type: "text", text: ".a" }] });
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK here\r\n..a\r\n.\r\n");
  });

  test("a reply with a message", async () => {
    const peer = await answered({ reply: ok("here"), body: [utf8(".x\r\n"), utf8("y")] }, "RETR 1");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK here\r\n..x\r\ny\r\n.\r\n");
  });

  test("pieces, with pauses between them, of its own answer or the server's", async () => {
    const split = { pieceBytes: [1], pauseMs: 2 } as const;
    const own = await answered({ split, answer: ok("mine") });
    expect(await timed(() => own.hear())).toBeGreaterThan(10);
    const { peer } = await serve({
      onCommand: ({ type }) => (type === "retr" ? { split: { pieceBytes: [4, Infinity], pauseMs: 0 } } : undefined),
    });
    await logIn(peer);
    await peer.say("RETR 1\r\n");
    const pieces: number[] = [];
    for (let length = 0; length < "+OK 22 octets\r\nSubject: one\r\n\r\nbody\r\n.\r\n".length; length += pieces.at(-1) ?? 0) {
      pieces.push((await peer.transport.read())?.length ?? 0);
    }
    expect(pieces[0]).toBe(4);
    // It lasts for one answer.
    await peer.say("NOOP\r\n");
    expect((await peer.transport.read())?.length).toBe("+OK\r\n".length);
  });

  test("a split QUIT still removes what is marked", async () => {
    const { peer, served, maildrop } = await serve({ onCommand: () => ({ split: { pieceBytes: [2], pauseMs: 0 } }) });
    await logIn(peer);
    await peer.ask("DELE 1");
    expect(await peer.ask("QUIT")).toBe("+OK bye\r\n");
    await peer.transport.end();
    expect((await served.closed).reason).toBe("done");
    expect(maildrop.notes).toEqual(["commit 0", "release"]);
  });
});
