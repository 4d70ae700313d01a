// Every mechanism that Dovecot offers, by our clients: in IMAP, POP3 and SMTP (its submission service).

import { ImapClient } from "@mailwire/imap/client";
import { Pop3Client } from "@mailwire/pop3/client";
import { anonymousClient, chooseMechanism, oauthBearerClient, type MechanismName, type SaslChoice, type SaslOffer } from "@mailwire/sasl";
import { SmtpClient } from "@mailwire/smtp/client";
import { type ClientTlsOptions, connect } from "@mailwire/tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SaslDovecot, startSaslDovecot } from "../src/sasl-dovecot.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let dovecot: SaslDovecot;

beforeAll(async () => {
  scratch = await makeScratch();
  dovecot = await startSaslDovecot(scratch);
});

afterAll(async () => {
  await dovecot.stop();
  await removeScratch(scratch);
});

/** A client of any protocol, inside TLS. */
interface AnyClient {
  logIn(choice: SaslChoice): Promise<unknown>;
  /** Asks for something that only those who are logged in get. */
  use(): Promise<unknown>;
  abort(): void;
}

const PROTOCOLS: readonly (readonly [string, (tls: ClientTlsOptions) => Promise<AnyClient>])[] = [
  [
    "IMAP",
    async (tlsOptions) => {
      const transport = await connect({ host: "127.0.0.1", port: dovecot.ports.imap });
      const client = await ImapClient.open(transport, { serverName: "localhost", tlsOptions });
      return { logIn: (choice) => client.authenticate(choice), use: () => client.select("INBOX"), abort: () => client.abort() };
    },
  ],
  [
    "POP3",
    async (tlsOptions) => {
      const transport = await connect({ host: "127.0.0.1", port: dovecot.ports.pop3 });
      const client = await Pop3Client.open(transport, { serverName: "localhost", tlsOptions });
      return { logIn: (choice) => client.authenticate(choice), use: () => client.stat(), abort: () => client.abort() };
    },
  ],
  [
    "SMTP",
    async (tlsOptions) => {
      const transport = await connect({ host: "127.0.0.1", port: dovecot.ports.submission });
      const client = await SmtpClient.open(transport, { serverName: "localhost", tlsOptions });
      return { logIn: (choice) => client.auth(choice), use: () => client.noop(), abort: () => client.abort() };
    },
  ],
];

describe.each(PROTOCOLS)("%s", (protocol, open) => {
  const opened: AnyClient[] = [];
  afterAll(() => opened.forEach((client) => client.abort()));

  async function connected(more: ClientTlsOptions = {}): Promise<AnyClient> {
    const client = await open({ ca: dovecot.certificate.cert, ...more });
    opened.push(client);
    return client;
  }

  test.each<MechanismName>(["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"])("%s", async (mechanism) => {
    const only = { only: [mechanism] } as const;
    const client = await connected();
    const wrong = client.logIn(chooseMechanism({ user: "alice", password: "wrong" }, only));
    await expect(wrong).rejects.toMatchObject({ name: expect.stringMatching(/(Reply|Response)Error$/) as string });
    await client.logIn(chooseMechanism({ user: "alice", password: "secret1" }, only));
    await client.use();
  });

  test("what is chosen unless told otherwise: SCRAM, which says that it could have been bound", async () => {
    const client = await connected();
    const chosen: string[] = [];
    const offers: SaslOffer[] = [];
    await client.logIn(async (offer) => {
      const mechanism = await chooseMechanism({ user: "alice", password: "secret1" })(offer);
      chosen.push(mechanism.mechanism);
      offers.push(offer);
      return mechanism;
    });
    expect(chosen).toEqual(["SCRAM-SHA-256"]);
    expect(offers[0]?.mechanisms).toEqual(
      expect.arrayContaining(["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "EXTERNAL"]),
    );
    expect(offers[0]?.tls?.channelBindings).toContain("tls-exporter");
    await client.use();
  });

  test.each<MechanismName>(["OAUTHBEARER", "XOAUTH2"])("%s, with a token that is good, and one that expired", async (mechanism) => {
    const only = { only: [mechanism] } as const;
    const client = await connected();
    const expired = client.logIn(chooseMechanism({ user: "alice", token: dovecot.token("expired") }, only));
    await expect(expired).rejects.toMatchObject({
      cause: { name: "TokenRefusedError", refusal: { status: expect.any(String) as string } },
    });
    await client.logIn(chooseMechanism({ user: "alice", token: dovecot.token("good") }, only));
    await client.use();
  });

  test("OAUTHBEARER with a token for somebody else", async () => {
    const client = await connected();
    await expect(client.logIn(oauthBearerClient({ user: "bob", token: dovecot.token("good") }))).rejects.toThrow();
  });

  test("EXTERNAL, by the client's certificate", async () => {
    const { cert, key } = dovecot.clientCertificate;
    const client = await connected({ cert, key });
    await client.logIn(chooseMechanism({ clientCertificate: true }));
    await client.use();
    const stranger = await connected();
    await expect(stranger.logIn(chooseMechanism({ clientCertificate: true }, { only: ["EXTERNAL"] }))).rejects.toThrow();
  });

  test("ANONYMOUS, which Dovecot has no use for in submission", async () => {
    const client = await connected();
    if (protocol === "SMTP") {
      await expect(client.logIn(anonymousClient())).rejects.toMatchObject({ side: "local", code: "mechanism-not-offered" });
      return;
    }
    await client.logIn(anonymousClient({ trace: "sirhc" }));
    await client.use();
  });
});
