// The POP3 client against servers that are not Dovecot: Cyrus, Courier and GNU mailutils.

import { Pop3Client, type Pop3ClientOptions, Pop3ReplyError } from "@mailwire/pop3/client";
import { loginClient, plainClient } from "@mailwire/sasl";
import { connect } from "@mailwire/tls";
import { latin1, Secret, utf8 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCourier } from "../src/courier.ts";
import { startCyrus } from "../src/cyrus.ts";
import { startMailutils } from "../src/mailutils.ts";
import { eventually } from "../src/maildir.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

const BODIES = [".dotted\r\n..\r\n.\r\nend\r\n", "line after line\r\n".repeat(20_000), "", ".\r\n"];
const CAPABILITIES = ["TOP", "UIDL", "PIPELINING"];

const MECHANISMS = [plainClient, loginClient];
const PEERS = [
  {
    name: "Cyrus",
    start: startCyrus,
    user: "alice",
    mechanisms: MECHANISMS,
    answers: { utf8: "-ERR", wrongPassword: "AUTH", secondSession: "welcome" },
  },
  // Courier has no response codes.
  {
    name: "Courier",
    start: startCourier,
    user: "alice",
    mechanisms: MECHANISMS,
    answers: { utf8: "+OK", wrongPassword: undefined, secondSession: "welcome" },
  },
  {
    name: "GNU mailutils",
    start: startMailutils,
    user: "alice@example.test",
    mechanisms: [],
    answers: { utf8: "-ERR", wrongPassword: "AUTH", secondSession: "IN-USE" },
  },
] as const;

describe.each(PEERS)("$name", ({ start, user, mechanisms, answers }) => {
  let scratch: string;
  let server: Awaited<ReturnType<typeof start>>;

  beforeAll(async () => {
    scratch = await makeScratch();
    server = await start(scratch);
    for (const [index, body] of BODIES.entries()) await server.deliver(utf8(`Subject: number ${index + 1}\r\n\r\n${body}`));
  });

  afterAll(async () => {
    await server.stop();
    await removeScratch(scratch);
  });

  async function open(options: Pop3ClientOptions = {}): Promise<Pop3Client> {
    const tls = { serverName: "localhost", tlsOptions: { ca: server.certificate.cert } };
    return Pop3Client.open(await connect({ host: "127.0.0.1", port: server.pop3 }), { ...tls, ...options });
  }

  async function enter(): Promise<Pop3Client> {
    const client = await open();
    await client.login(user, "secret1");
    return client;
  }

  /** What follows the header, to which servers add. */
  const bodyOf = (message: Uint8Array): string => /\r\n\r\n([^]*)$/.exec(latin1(message))?.[1] ?? "no body";

  test("upgrades by STLS, and says what it can", async () => {
    const clear = await open({ allowPlaintext: true });
    expect(clear.capabilities?.has("STLS")).toBe(true);
    await clear.quit();
    const client = await enter();
    expect(client.info.secure).toBe(true);
    expect([...(await client.capa()).keys()]).toEqual(expect.arrayContaining(CAPABILITIES));
    await client.quit();
  });

  test("speaks TLS from the first byte", async () => {
    const tls = { serverName: "localhost", tls: { ca: server.certificate.cert } };
    const client = await Pop3Client.open(await connect({ host: "127.0.0.1", port: server.pop3s, mode: "implicit", ...tls }));
    await client.login(user, "secret1");
    expect(await client.stat()).toMatchObject({ messages: BODIES.length });
    await client.quit();
  });

  test("takes UTF8 where it knows it, and else goes on without", async () => {
    const client = await open();
    expect(client.capabilities?.has("UTF8")).toBe(answers.utf8 === "+OK");
    expect((await client.raw("UTF8")).reply.status).toBe(answers.utf8);
    await client.login(user, "secret1");
    expect(await client.stat()).toMatchObject({ messages: BODIES.length });
    await client.quit();
  });

  test("lists, and gives every message as it is", async () => {
    const client = await enter();
    const { messages, octets } = await client.stat();
    const list = await client.list();
    expect(list.map(({ message }) => message)).toEqual([1, 2, 3, 4]);
    expect({ messages, octets }).toEqual({ messages: 4, octets: list.reduce((sum, { octets: size }) => sum + size, 0) });
    for (const [index, body] of BODIES.entries()) {
      const message = await client.retr(index + 1).bytes();
      expect(latin1(message)).toContain(`Subject: number ${index + 1}\r\n`);
      expect(bodyOf(message)).toBe(body);
    }
    // mailutils has one more empty line before the body.
    expect(bodyOf(await client.top(1, 2).bytes())).toMatch(/^(?:\r\n)?\.dotted\r\n\.\.\r\n$/);
    await client.quit();
  });

  test("answers much that is asked at once, also in the middle of a message", async () => {
    const client = await enter();
    const asked = [...BODIES, ...BODIES].map((_body, index) => client.retr((index % BODIES.length) + 1).bytes());
    const list = client.list();
    expect((await Promise.all(asked)).map(bodyOf)).toEqual([...BODIES, ...BODIES]);
    expect(await list).toHaveLength(BODIES.length);
    let bytes = 0;
    for await (const chunk of client.retr(2)) {
      if (bytes === 0) await client.noop();
      bytes += chunk.length;
    }
    expect(bytes).toBeGreaterThan(20_000 * 17);
    for await (const chunk of client.retr(2)) if (chunk.length > 0) break;
    expect(await client.stat()).toMatchObject({ messages: BODIES.length });
    await client.quit();
  });

  test("lets in by what it offers, but not with a wrong password, nor while the maildrop is locked", async () => {
    for (const mechanism of mechanisms) {
      const client = await open();
      await client.authenticate(mechanism({ user, password: new Secret("secret1") }));
      await client.quit();
    }
    const wrong = await open();
    await expect(wrong.login(user, "wrong")).rejects.toMatchObject({ verb: "pass", code: answers.wrongPassword });
    wrong.abort();
    const first = await enter();
    const second = await open();
    const outcome = second.login(user, "secret1").then(
      () => "welcome",
      (error: unknown) => error instanceof Pop3ReplyError && error.code,
    );
    expect(await outcome).toBe(answers.secondSession);
    second.abort();
    await first.quit();
  });

  test("deletes nothing when the connection drops, nor after RSET; at QUIT what was marked; and the unique-ids stay", async () => {
    const dropped = await enter();
    const before = await dropped.uidl();
    expect(new Set(before.map(({ uid }) => uid)).size).toBe(BODIES.length);
    await dropped.dele(1);
    dropped.abort();
    const deleting = await eventually(() => enter().catch(() => undefined));
    expect(await deleting?.uidl()).toEqual(before);
    await deleting?.dele(2);
    await deleting?.rset();
    await deleting?.dele(1);
    await deleting?.dele(3);
    await expect(deleting?.retr(1).bytes()).rejects.toMatchObject({ verb: "retr" });
    expect(await deleting?.uidl(2)).toMatchObject({ message: 2, uid: before[1]?.uid });
    await deleting?.quit();
    const after = await enter();
    expect((await after.uidl()).map(({ uid }) => uid)).toEqual([before[1]?.uid, before[3]?.uid]);
    await after.quit();
  });
});
