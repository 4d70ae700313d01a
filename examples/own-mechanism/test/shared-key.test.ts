import { ImapClient } from "@mailwire/imap/client";
import { serveImap } from "@mailwire/imap/server";
import { imapBackend } from "@mailwire/mailstore/imap";
import { MemoryStore } from "@mailwire/mailstore/memory";
import { maildropOpener } from "@mailwire/mailstore/pop3";
import { Pop3Client } from "@mailwire/pop3/client";
import { servePop3 } from "@mailwire/pop3/server";
import type { SaslChoice, SaslServerMechanism } from "@mailwire/sasl";
import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { type Closure, memoryPair } from "@mailwire/transport";
import { describe, expect, test } from "vitest";
import { importKey, sharedKeyClient, sharedKeyServer } from "../src/shared-key.ts";

const KEY = await importKey(Uint8Array.from({ length: 32 }, (_, index) => index));
const OTHER_KEY = await importKey(new Uint8Array(32));
const OFFERED = sharedKeyServer((user) => Promise.resolve(user === "tim" ? KEY : undefined));

function storeOfTim(): MemoryStore {
  const store = new MemoryStore();
  store.addUser("tim");
  return store;
}

interface Meeting {
  readonly logIn: (choice: SaslChoice) => Promise<unknown>;
  /** Does what only tim may do. */
  readonly use: () => Promise<unknown>;
  readonly closed: Promise<Closure>;
}

const PROTOCOLS: readonly (readonly [string, (mechanisms: readonly SaslServerMechanism[]) => Promise<Meeting>])[] = [
  [
    "SMTP",
    async (mechanisms) => {
      const [left, right] = memoryPair({ secure: true });
      serveSmtp(right, { hostname: "mail.example", mechanisms, requireAuth: true });
      const client = await SmtpClient.open(left);
      const use = (): Promise<unknown> => client.verify("tim");
      return { logIn: (choice) => client.auth(choice), use, closed: client.closed };
    },
  ],
  [
    "POP3",
    async (mechanisms) => {
      const [left, right] = memoryPair({ secure: true });
      const store = storeOfTim();
      servePop3(right, { verify: store.verifyPassword, open: maildropOpener(store), mechanisms, failedLoginDelayMs: 0 });
      const client = await Pop3Client.open(left);
      return { logIn: (choice) => client.authenticate(choice), use: () => client.stat(), closed: client.closed };
    },
  ],
  [
    "IMAP",
    async (mechanisms) => {
      const [left, right] = memoryPair({ secure: true });
      const store = storeOfTim();
      serveImap(right, { backend: imapBackend(store, { verifyPassword: store.verifyPassword }), mechanisms });
      const client = await ImapClient.open(left);
      return { logIn: (choice) => client.authenticate(choice), use: () => client.select("INBOX"), closed: client.closed };
    },
  ],
];

describe.each(PROTOCOLS)("%s", (_, meet) => {
  test("both sides prove that they have the key", async () => {
    const { logIn, use } = await meet([OFFERED]);
    await logIn(sharedKeyClient("tim", KEY));
    await expect(use()).resolves.toBeDefined();
  });

  test.each([
    ["the wrong key", "tim", OTHER_KEY],
    ["nobody known", "tom", KEY],
  ])("%s is refused", async (_what, user, key) => {
    const { logIn } = await meet([OFFERED]);
    await expect(logIn(sharedKeyClient(user, key))).rejects.toHaveProperty("name", expect.stringMatching(/(Reply|Response)Error/));
  });

  test("a server that has not the key is not believed, and the connection dropped", async () => {
    const impostor: SaslServerMechanism = {
      ...OFFERED,
      start: () => ({ mechanism: "X-SHARED-KEY", next: () => Promise.resolve({ type: "success", identity: "tim" }) }),
    };
    const { logIn, closed } = await meet([impostor]);
    await expect(logIn(sharedKeyClient("tim", KEY))).rejects.toMatchObject({ side: "remote", code: "sasl-unfinished" });
    expect(await closed).toMatchObject({ reason: "aborted" });
  });
});

test("any other last word of the server ends the exchange", async () => {
  const client = sharedKeyClient("tim", KEY);
  await client.next(new Uint8Array(16));
  await expect(client.next(new Uint8Array(32))).rejects.toMatchObject({ side: "remote", code: "bad-proof" });
});
