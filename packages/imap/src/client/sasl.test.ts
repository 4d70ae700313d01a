import {
  chooseMechanism,
  cramMd5Client,
  cramMd5Server,
  deriveScramKeys,
  externalServer,
  type MechanismName,
  oauthBearerClient,
  oauthBearerServer,
  plainServer,
  type SaslChoice,
  type SaslOffer,
  type SaslServerMechanism,
  scramClient,
  scramServer,
  TokenRefusedError,
} from "@mailwire/sasl";
import { memoryPair } from "@mailwire/transport";
import { encodeBase64, latin1, Secret, type Unit, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { TestBackend } from "../../test/backend.ts";
import { serve } from "../../test/server-fixture.ts";
import { ImapClient, type ImapClientOptions } from "../client.ts";
import { type ImapServerOptions, serveImap } from "../server.ts";

const KEYS = await deriveScramKeys("SCRAM-SHA-256", "geheim", { iterations: 4096 });
const SCRAM = scramServer("SCRAM-SHA-256", (user) => Promise.resolve(user === "tim" ? KEYS : undefined));
const PLAIN = plainServer(({ user, password }) => Promise.resolve(password.reveal() === "geheim" ? user : undefined));
const LOGIN = { user: "tim", password: "geheim" };

/** A client of our own server. */
async function meet(client: ImapClientOptions, server: Partial<ImapServerOptions>) {
  const [left, right] = memoryPair();
  serveImap(right, { backend: new TestBackend({}), ...server });
  return ImapClient.open(left, client);
}

/** Both ends with STARTTLS between them, and all that their observers see as text. */
async function inTls(mechanisms: readonly SaslServerMechanism[]) {
  const seen: string[] = [];
  const observe = ({ parts }: Unit): void => {
    seen.push(parts.map((part) => (part instanceof Uint8Array ? latin1(part) : String(part))).join(""));
  };
  const client = await meet({ serverName: "imap.example", observe }, { mechanisms, tls: {}, observe });
  return { client, seen: () => seen.join("") };
}

describe("the mechanism is chosen", () => {
  test("from what the server offers on this connection, inside TLS", async () => {
    const { client } = await inTls([...SCRAM, externalServer(() => Promise.resolve("x")), PLAIN]);
    const offers: SaslOffer[] = [];
    await client.authenticate((offer) => {
      offers.push(offer);
      return chooseMechanism(LOGIN)(offer);
    });
    expect(offers).toMatchObject([{ mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"], secure: true }]);
    expect(offers[0]?.tls?.channelBindings).toContain("tls-exporter");
  });

  test("from what it offers in clear: what shows no password", async () => {
    const client = await meet({ allowPlaintext: true }, { mechanisms: [...SCRAM, PLAIN] });
    expect([...(client.capabilities ?? [])].filter((name) => name.startsWith("AUTH="))).toEqual(["AUTH=SCRAM-SHA-256"]);
    await client.authenticate(chooseMechanism(LOGIN));
    expect(client.state).toBe("authenticated");
  });

  test("or none, and nothing is said", async () => {
    const { client } = await inTls([PLAIN]);
    await expect(client.authenticate(chooseMechanism({ token: "t" }))).rejects.toMatchObject({ side: "local", code: "no-mechanism" });
    await client.noop();
  });
});

test("in clear, mechanisms that show a password need TLS, the others do not", async () => {
  const cram = cramMd5Server((user) => Promise.resolve(user === "tim" ? new Secret("geheim") : undefined));
  const mechanisms = [PLAIN, cram, externalServer(() => Promise.resolve("x"))];
  const { peer } = await serve({ allowPlaintextAuth: false, mechanisms });
  expect(await peer.ask("CAPABILITY")).toMatch(/LOGINDISABLED AUTH=CRAM-MD5\r\n/);
  expect(await peer.ask("AUTHENTICATE PLAIN")).toBe("t NO [PRIVACYREQUIRED] PLAIN needs TLS\r\n");
  expect(await peer.ask("AUTHENTICATE EXTERNAL =")).toBe("t NO No such mechanism\r\n");
  await peer.say("t AUTHENTICATE CRAM-MD5\r\n");
  const challenge = await peer.hear("+ ");
  const response = await cramMd5Client(LOGIN).next(Uint8Array.from(atob(challenge.slice(2)), (char) => char.charCodeAt(0)));
  await peer.say(`${encodeBase64(response)}\r\n`);
  expect(await peer.hear("t ")).toMatch(/^t OK/);
});

describe("the server's success is not believed", () => {
  test("when SCRAM has not seen its signature: the connection is dropped", async () => {
    const impostor: SaslServerMechanism = {
      name: "SCRAM-SHA-256",
      plaintext: false,
      start: () => ({ mechanism: "SCRAM-SHA-256", next: () => Promise.resolve({ type: "success", identity: "tim" }) }),
    };
    const { client } = await inTls([impostor]);
    const failure = client.authenticate(scramClient("SCRAM-SHA-256", LOGIN));
    await expect(failure).rejects.toMatchObject({ side: "remote", code: "sasl-unfinished" });
    expect(await client.closed).toMatchObject({ reason: "aborted" });
  });

  test("when its signature is wrong: the exchange is cancelled", async () => {
    const impostor: SaslServerMechanism = {
      ...SCRAM[1],
      start: (context) => {
        const server = SCRAM[1].start(context);
        return {
          mechanism: server.mechanism,
          next: async (response) => {
            const step = await server.next(response);
            return step.type === "success" ? { ...step, data: utf8(`v=${encodeBase64(new Uint8Array(32))}`) } : step;
          },
        };
      },
    };
    const { client } = await inTls([impostor]);
    await expect(client.authenticate(scramClient("SCRAM-SHA-256", LOGIN))).rejects.toMatchObject({ code: "scram-signature" });
    await client.noop();
  });
});

test("a refused token tells why, as the cause of the refusal", async () => {
  const bearer = oauthBearerServer(() => Promise.resolve({ status: "insufficient_scope", scope: "mail" }));
  const { client, seen } = await inTls([bearer]);
  const failure: unknown = await client.authenticate(oauthBearerClient({ token: "t0ken", user: "tim" })).catch((error: unknown) => error);
  expect(failure).toMatchObject({ command: "AUTHENTICATE", cause: { refusal: { status: "insufficient_scope", scope: "mail" } } });
  expect((failure as Error).cause).toBeInstanceOf(TokenRefusedError);
  expect(seen()).not.toContain("insufficient");
});

/** The same choice, which notes all messages that go to and fro. */
function noting(choice: ReturnType<typeof chooseMechanism>, messages: Uint8Array[]): SaslChoice {
  const noted = (message: Uint8Array): Uint8Array => {
    messages.push(message);
    return message;
  };
  return async (offer) => {
    const client = await choice(offer);
    return {
      mechanism: client.mechanism,
      start: async () => {
        const initial = await client.start();
        return initial && noted(initial);
      },
      next: async (challenge) => noted(await client.next(noted(challenge))),
      finish: () => client.finish(),
    };
  };
}

test.each<[MechanismName, number]>([
  ["SCRAM-SHA-256-PLUS", 4],
  ["SCRAM-SHA-256", 4],
  ["OAUTHBEARER", 1],
  ["CRAM-MD5", 2],
  ["PLAIN", 1],
])("nothing that %s says is in a trace", async (mechanism, count) => {
  const bearer = oauthBearerServer(({ user }) => Promise.resolve(user));
  const cram = cramMd5Server(() => Promise.resolve(new Secret("geheim")));
  const { client, seen } = await inTls([...SCRAM, bearer, cram, PLAIN]);
  const before = seen().length;
  const messages: Uint8Array[] = [];
  await client.authenticate(noting(chooseMechanism({ ...LOGIN, token: "t0ken" }, { only: [mechanism] }), messages));
  const exchange = seen().slice(before);
  expect(exchange).toContain(`AUTHENTICATE ${mechanism}`);
  const said = messages.filter(({ length }) => length > 0);
  expect(said).toHaveLength(count);
  for (const message of said) {
    expect(exchange).not.toContain(latin1(message));
    expect(exchange).not.toContain(encodeBase64(message));
  }
});
