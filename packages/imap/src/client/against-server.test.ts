// Our client and our server, with a backend in memory.

import { loginClient, loginServer, plainClient } from "@mailwire/sasl";
import { memoryPair } from "@mailwire/transport";
import type { MemoryPairOptions } from "@mailwire/transport";
import { Secret, fromLatin1, latin1 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TestBackend, pieces } from "../../test/backend.ts";
import type { TestBackendOptions } from "../../test/backend.ts";
import { all, failure, streamOf } from "../../test/client-fixture.ts";
import { transcript } from "../../test/rig.ts";
import { ImapClient } from "../client.ts";
import type { ImapClientOptions } from "../client.ts";
import { serveImap } from "../server.ts";
import type { ImapServerOptions } from "../server.ts";

const MESSAGES = ["Subject: one\r\n\r\n1\r\n", "Subject: two\r\n\r\n2\r\n", `Subject: big\r\n\r\n${"line of text\r\n".repeat(20_000)}`];

interface Both {
  readonly client: ImapClient;
  readonly backend: TestBackend;
  readonly closed: Promise<unknown>;
}

/** A client of our own server. */
async function both(
  client: ImapClientOptions = {},
  store: TestBackendOptions = { messages: MESSAGES, mailboxes: ["INBOX", "Sent"], recent: 1 },
  pair: MemoryPairOptions = { secure: true },
  server: Partial<ImapServerOptions> = {},
): Promise<Both> {
  const [left, right] = memoryPair(pair);
  const backend = new TestBackend(store);
  const { closed } = serveImap(right, { backend, ...server });
  return { client: await ImapClient.open(left, client), backend, closed };
}

/** The same, with INBOX selected. */
async function inInbox(...args: Parameters<typeof both>): Promise<Both> {
  const opened = await both(...args);
  await opened.client.login("tim", "hush");
  await opened.client.select("INBOX");
  return opened;
}

describe("a whole session", () => {
  test.each<[string, MemoryPairOptions]>([
    ["as written", {}],
    ["byte by byte", { chunkSizes: () => 1 }],
    ["in sevens", { chunkSizes: () => 7 }],
    ["with little room", { chunkSizes: () => 100, highWaterMarkBytes: 64 }],
  ])("%s", async (_, pair) => {
    const store = { messages: MESSAGES.slice(0, 2), mailboxes: ["INBOX", "Sent"], recent: 1 };
    const { client, backend, closed } = await both({}, store, { secure: true, ...pair });
    await client.login("tim", new Secret("hush"));
    await client.create("Drafts");
    await client.rename("Drafts", "Entw\u00fcrfe");
    await client.subscribe("Sent");
    expect((await client.list()).map(({ mailbox }) => mailbox.name)).toEqual(["Entw\u00fcrfe", "INBOX", "Sent"]);
    expect((await client.lsub()).map(({ mailbox }) => mailbox.name)).toEqual(["INBOX", "Sent"]);
    await client.unsubscribe("Sent");
    await client.delete("Entw\u00fcrfe");
    expect((await client.status("INBOX", ["MESSAGES", "UIDVALIDITY"])).items).toEqual([
      { type: "MESSAGES", value: 2 },
      { type: "UIDVALIDITY", value: 7 },
    ]);
    expect(await client.examine("INBOX")).toMatchObject({ exists: 2, access: "read-only" });
    expect(await client.select("INBOX")).toMatchObject({ exists: 2, recent: 1, uidNext: 3, uidValidity: 7, access: "read-write" });
    expect(await client.search("ALL")).toEqual([1, 2]);
    expect(await client.uidSearch("UID 2:*")).toEqual([2]);
    const [one, two] = await all(client.fetch("1:*", "UID FLAGS RFC822.SIZE BODY.PEEK[]"));
    expect(one).toMatchObject({ sequenceNumber: 1, uid: 1, size: MESSAGES[0]?.length });
    expect(two?.data[0]?.data).toEqual(fromLatin1(MESSAGES[1] ?? ""));
    expect((await client.store(1, "add", ["\\Deleted"]))[0]?.flags).toEqual(["\\Deleted"]);
    await client.copy(2, "Sent");
    expect(await client.expunge()).toEqual([1]);
    expect(client.mailbox?.exists).toBe(1);
    await client.check();
    await client.noop();
    await client.close();
    await client.logout();
    expect(await client.closed).toEqual({ reason: "done" });
    expect(await closed).toEqual({ reason: "done" });
    expect(backend.log).toContain("copy 2 Sent");
  });

  test("STARTTLS by default", async () => {
    const { client } = await both({ serverName: "mail.example" }, {}, {}, { tls: {} });
    expect(client.info.secure).toBe(true);
    await client.login("tim", "hush");
    await client.logout();
    expect((await client.closed).reason).toBe("done");
  });

  test("AUTHENTICATE PLAIN and LOGIN, refused and not; no secret is observed", async () => {
    const { lines, observe } = transcript();
    const verify = new TestBackend().verifyPassword;
    const one = await both({ observe });
    expect(await failure(one.client.authenticate(plainClient({ user: "tim", password: "wrong" })))).toMatchObject({
      command: "AUTHENTICATE",
      code: { type: "AUTHENTICATIONFAILED" },
    });
    await one.client.authenticate(plainClient({ user: "tim", password: "hush" }));
    const two = await both({ observe }, {}, { secure: true }, { mechanisms: [loginServer(verify)] });
    await two.client.authenticate(loginClient({ user: "tim", password: "hush" }));
    expect([one.client.state, two.client.state]).toEqual(["authenticated", "authenticated"]);
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.join("\n")).not.toMatch(/hush|wrong|aHVza|d3Jvbm|AHRpb/);
  });
});

describe("messages", () => {
  test("large ones stream, with commands in between", async () => {
    const { client } = await inInbox();
    const sizes: number[] = [];
    for await (const message of client.fetch("1:*", "BODY[]")) {
      const data = message.data[0]?.data;
      sizes.push(data instanceof Uint8Array ? data.length : (await streamOf(message).bytes()).length);
      expect((await client.status("Sent", ["MESSAGES"])).items).toHaveLength(1);
    }
    expect(sizes).toEqual(MESSAGES.map(({ length }) => length));
    await client.logout();
  });

  test("go from one mailbox to the other in one stream", async () => {
    const { client, backend } = await inInbox();
    for await (const message of client.fetch(3, "BODY.PEEK[]")) {
      const stream = streamOf(message);
      await client.append("Sent", stream, { size: stream.size, flags: ["\\Seen"] });
    }
    expect(latin1(backend.messages.at(-1)?.bytes ?? new Uint8Array())).toBe(MESSAGES[2]);
    await client.logout();
  });

  test("that are left early cost nothing", async () => {
    const { client } = await inInbox();
    for await (const message of client.fetch("3", "BODY[]")) {
      for await (const chunk of streamOf(message)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      break;
    }
    expect(await client.search("ALL")).toEqual([1, 2, 3]);
    await client.logout();
  });

  test("a refusal of an APPEND before its bytes", async () => {
    const { client } = await inInbox();
    const refused = failure(client.append("Nowhere", pieces(fromLatin1("x".repeat(10_000)), 100), { size: 10_000 }));
    expect(await refused).toMatchObject({ command: "APPEND" });
    await client.logout();
  });

  test("are what was appended, whatever their bytes, the pieces and the limits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => bytes.map((byte) => Math.max(byte, 1))),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 20 })),
        fc.integer({ min: 1, max: 400 }),
        async (bytes, pieceBytes, chunkSizes, streamLiteralBytes) => {
          const { client } = await both({ limits: { streamLiteralBytes } }, {}, { secure: true, chunkSizes });
          await client.login("tim", "hush");
          await client.append("INBOX", bytes);
          await client.append("INBOX", pieces(bytes, pieceBytes), { size: bytes.length });
          await client.select("INBOX");
          let seen = 0;
          for await (const message of client.fetch("1:*", "BODY[] UID")) {
            const data = message.data[0]?.data;
            expect(data instanceof Uint8Array ? data : await streamOf(message).bytes()).toEqual(bytes);
            seen += 1;
          }
          expect(seen).toBe(2);
          client.abort();
        },
      ),
      { numRuns: 50 },
    );
  });
});

test("hundreds of commands at once, each with its own answer", async () => {
  const { client } = await inInbox();
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      if (index % 3 === 0) return (await client.search(`UID ${(index % 2) + 1}`)).join();
      if (index % 3 === 1) return (await all(client.fetch((index % 2) + 1, "UID"))).map(({ uid }) => uid).join();
      return (await failure(client.copy(1, `none ${index}`))) instanceof Error ? "refused" : "";
    }),
  );
  expect(outcomes).toEqual(Array.from({ length: 200 }, (_, index) => (index % 3 === 2 ? "refused" : String((index % 2) + 1))));
  await client.logout();
});
