// What RFC 2449 and RFC 6856 add to a server, as its clients see it.

import { describe, expect, test } from "vitest";
import { fromLatin1, utf8 } from "@mailwire/wire";
import { NotedMaildrop, peerPair, serving } from "../../test/fixture.ts";
import type { Peer } from "../../test/fixture.ts";
import { LoginDelays, servePop3 } from "../server.ts";
import type { Pop3ServerOptions } from "../server.ts";

const MESSAGE = "Subject: one\r\n\r\nbody\r\n";

async function serve(options: Partial<Pop3ServerOptions> = {}, maildrop = new NotedMaildrop(MESSAGE)): Promise<Peer> {
  const [transport, peer] = peerPair();
  servePop3(transport, { ...serving(maildrop), ...options });
  await peer.hear();
  return peer;
}

async function logIn(peer: Peer): Promise<string> {
  await peer.ask("USER u");
  return peer.ask("PASS hush");
}

async function capabilities(peer: Peer): Promise<readonly string[]> {
  await peer.say("CAPA\r\n");
  return (await peer.hear("\r\n.\r\n")).split("\r\n").slice(1, -2);
}

describe("LOGIN-DELAY", () => {
  test("is told and enforced, over connections, once the password is right", async () => {
    let now = 0;
    const loginDelays = new LoginDelays({ seconds: 60, now: () => now });
    const first = await serve({ loginDelays });
    expect(await capabilities(first)).toContain("LOGIN-DELAY 60");
    expect(await logIn(first)).toMatch(/^\+OK/);
    const second = await serve({ loginDelays });
    await second.ask("USER u");
    expect(await second.ask("PASS wrong")).toMatch(/^-ERR \[AUTH\]/);
    now = 59_999;
    expect(await logIn(second)).toBe("-ERR [LOGIN-DELAY] the last login was a short while ago\r\n");
    now = 60_000;
    expect(await logIn(second)).toMatch(/^\+OK/);
  });

  test("a login that found the maildrop in use does not count", async () => {
    const loginDelays = new LoginDelays({ seconds: 60 });
    let answer: "in-use" | NotedMaildrop = "in-use";
    const peer = await serve({ loginDelays, open: () => Promise.resolve(answer) });
    expect(await logIn(peer)).toMatch(/^-ERR \[IN-USE\]/);
    answer = new NotedMaildrop(MESSAGE);
    expect(await logIn(peer)).toMatch(/^\+OK/);
  });

  test("may differ by user: the largest is told before the login, the own one behind it", async () => {
    const loginDelays = new LoginDelays({ seconds: 900, secondsOf: (identity) => (identity === "u" ? 10 : 900) });
    const peer = await serve({ loginDelays });
    expect(await capabilities(peer)).toContain("LOGIN-DELAY 900 USER");
    await logIn(peer);
    expect(await capabilities(peer)).toContain("LOGIN-DELAY 10");
  });

  test("remembers no more users than it may, and none for longer than it must", () => {
    let now = 0;
    const delays = new LoginDelays({ seconds: 60, maxIdentities: 2, now: () => now });
    for (const user of ["a", "b", "c"]) delays.note(user);
    expect(["a", "b", "c"].map((user) => delays.admits(user))).toEqual([true, false, false]);
    now = 30_000;
    delays.note("b");
    now = 70_000;
    delays.note("d");
    expect(["b", "c", "d"].map((user) => delays.admits(user))).toEqual([false, true, false]);
  });
});

test("EXPIRE, IMPLEMENTATION and capabilities of the application's own", async () => {
  const peer = await serve({
    expire: (identity) => (identity === undefined ? { days: 5, scope: "per-user" } : { days: "never", scope: "everybody" }),
    implementation: "Example POP3 v1",
    capabilities: [{ name: "XTND", parameters: ["XMIT"] }],
  });
  const before = await capabilities(peer);
  expect(before).toEqual(expect.arrayContaining(["EXPIRE 5 USER", "IMPLEMENTATION Example POP3 v1", "XTND XMIT"]));
  await logIn(peer);
  expect(await capabilities(peer)).toContain("EXPIRE NEVER");
  expect(await capabilities(await serve({ expire: () => undefined }))).not.toContain(expect.stringContaining("EXPIRE"));
});

describe("UTF8", () => {
  /** A maildrop whose only message is for UTF-8 mode. */
  function unicode(): NotedMaildrop {
    const maildrop = new NotedMaildrop("Subject: \u00e4\r\n\r\n");
    return Object.assign(maildrop, { requiresUtf8: () => Promise.resolve(true) });
  }

  test("messages that need it are refused without it, and given with it", async () => {
    const without = await serve({ utf8: { user: false } }, unicode());
    expect(await capabilities(without)).toContain("UTF8");
    await logIn(without);
    expect(await without.ask("RETR 1")).toBe("-ERR [UTF8] this message needs UTF8\r\n");
    expect(await without.ask("TOP 1 0")).toBe("-ERR [UTF8] this message needs UTF8\r\n");
    expect(await without.ask("LIST 1")).toMatch(/^\+OK 1 /);
    expect(await without.ask("UTF8")).toBe("-ERR UTF8 is out of place here\r\n");
    const mode = await serve({ utf8: { user: false } }, unicode());
    expect(await mode.ask("UTF8")).toBe("+OK UTF-8 mode\r\n");
    await logIn(mode);
    await mode.say("RETR 1\r\n");
    expect(await mode.hear("\r\n.\r\n")).toContain("Subject: \xc3\xa4\r\n");
  });

  test("where it is not offered messages are given as they are", async () => {
    const peer = await serve({}, unicode());
    expect(await peer.ask("UTF8")).toBe("-ERR UTF8 is not offered\r\n");
    await logIn(peer);
    await peer.say("RETR 1\r\n");
    expect(await peer.hear("\r\n.\r\n")).toContain("Subject: \xc3\xa4\r\n");
  });

  test("STLS comes before it, and is not heard behind it", async () => {
    const peer = await serve({ utf8: { user: false }, tls: {} });
    await peer.ask("UTF8");
    expect(await peer.ask("STLS")).toBe("-ERR STLS comes before UTF8\r\n");
  });

  test("with USER, names and passwords may have any characters, and must be UTF-8", async () => {
    const seen: string[] = [];
    const peer = await serve({
      utf8: { user: true },
      verify: ({ user, password }) => {
        seen.push(user, password.reveal());
        return Promise.resolve(user);
      },
    });
    expect(await capabilities(peer)).toContain("UTF8 USER");
    await peer.transport.write([fromLatin1("USER J\xf6rg\r\n")]);
    expect(await peer.hear()).toBe("-ERR that is not UTF-8\r\n");
    await peer.transport.write([utf8("USER J\u00f6rg\r\n")]);
    expect(await peer.hear()).toMatch(/^\+OK/);
    await peer.transport.write([fromLatin1("PASS gr\xfcn\r\n")]);
    expect(await peer.hear()).toBe("-ERR that is not UTF-8\r\n");
    await peer.transport.write([utf8("PASS gr\u00fcn\r\n")]);
    expect(await peer.hear()).toMatch(/^\+OK/);
    expect(seen).toEqual(["J\u00f6rg", "gr\u00fcn"]);
  });

  test("with USER, names and passwords are prepared, and those that cannot be are refused", async () => {
    const seen: string[] = [];
    const options: Partial<Pop3ServerOptions> = {
      utf8: { user: true },
      verify: ({ user, password }) => {
        seen.push(user, password.reveal());
        return Promise.resolve(user);
      },
    };
    const peer = await serve(options);
    await peer.transport.write([utf8("USER J\u006f\u0308rg\u00ad\r\nPASS \uff11\u00a02\r\n")]);
    expect([await peer.hear(), await peer.hear()]).toEqual([expect.stringMatching(/^\+OK/), expect.stringMatching(/^\+OK/)]);
    expect(seen).toEqual(["J\u00f6rg", "1 2"]);
    const other = await serve(options);
    await other.transport.write([utf8("USER \ue000\r\nUSER u\r\nPASS \ue000\r\n")]);
    expect(await other.hear()).toBe("-ERR [AUTH] no name or password has such characters\r\n");
    await other.hear();
    expect(await other.hear()).toBe("-ERR [AUTH] no name or password has such characters\r\n");
  });
});

describe("LANG", () => {
  const languages: NonNullable<Pop3ServerOptions["languages"]> = {
    offered: [
      { tag: "es", description: "Espa\u00f1ol" },
      { tag: "de-CH", description: "" },
    ],
    translate: ({ status, text }, tag) => (text === "" ? text : `${tag}: ${status === "+OK" ? "\u00a1s\u00ed!" : "no"}`),
  };

  test("lists and chooses, and all texts for people follow, data do not", async () => {
    const peer = await serve({ languages });
    expect(await capabilities(peer)).toContain("LANG");
    await peer.say("LANG\r\n");
    expect(await peer.hear("\r\n.\r\n")).toBe("+OK languages follow\r\nes Espa\xc3\xb1ol\r\nde-CH\r\n.\r\n");
    expect(await peer.ask("XYZ")).toBe("-ERR unknown command\r\n");
    expect(await peer.ask("LANG de")).toBe("+OK de-CH de-CH: \xc2\xa1s\xc3\xad!\r\n");
    expect(await peer.ask("LANG uga")).toBe("-ERR de-CH: no\r\n");
    expect(await logIn(peer)).toBe("+OK de-CH: \xc2\xa1s\xc3\xad!\r\n");
    expect(await peer.ask("STAT")).toBe(`+OK 1 ${MESSAGE.length}\r\n`);
    expect(await peer.ask("LIST 1")).toBe(`+OK 1 ${MESSAGE.length}\r\n`);
    expect(await peer.ask("NOOP")).toBe("+OK\r\n");
    expect(await peer.ask("LANG *")).toBe("+OK es es: \xc2\xa1s\xc3\xad!\r\n");
    expect(await peer.ask("LIST 9")).toBe("-ERR es: no\r\n");
    expect(await peer.ask("QUIT")).toBe("+OK es: \xc2\xa1s\xc3\xad!\r\n");
  });

  test.each([
    ["de", true],
    ["DE-ch", true],
    ["de-C", false],
    ["d", false],
    ["de-CH-1996", false],
  ])("the range %s matches by whole subtags: %s", async (range, matches) => {
    const peer = await serve({ languages });
    expect((await peer.ask(`LANG ${range}`)).startsWith("+OK de-CH ")).toBe(matches);
  });

  test("the choice is told to handlers, and forgotten inside TLS", async () => {
    const seen: (string | undefined)[] = [];
    const peer = await serve({
      languages,
      tls: {},
      onCommand: (_, { language }) => {
        seen.push(language);
        return undefined;
      },
    });
    await peer.ask("LANG es");
    await peer.ask("STLS");
    const inside = await peer.transport.startTls?.({ side: "client", serverName: "x" });
    await inside?.write([utf8("NOOP\r\n")]);
    await inside?.read();
    expect(seen).toEqual([undefined, "es", undefined]);
  });

  test("is refused where there is none", async () => {
    const peer = await serve();
    expect(await capabilities(peer)).not.toContain("LANG");
    expect(await peer.ask("LANG")).toBe("-ERR LANG is not offered\r\n");
    expect(await peer.ask("LANG de")).toBe("-ERR LANG is not offered\r\n");
  });
});
