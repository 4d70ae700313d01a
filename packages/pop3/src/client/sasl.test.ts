import {
  chooseMechanism,
  cramMd5Client,
  cramMd5Server,
  deriveScramKeys,
  externalServer,
  type MechanismName,
  oauthBearerClient,
  oauthBearerServer,
  plainClient,
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
import { NotedMaildrop, Peer, serving } from "../../test/fixture.ts";
import { Pop3Client, type Pop3ClientOptions } from "../client.ts";
import { type Pop3ServerOptions, servePop3 } from "../server.ts";

const KEYS = await deriveScramKeys("SCRAM-SHA-256", "geheim", { iterations: 4096 });
const SCRAM = scramServer("SCRAM-SHA-256", (user) => Promise.resolve(user === "tim" ? KEYS : undefined));
const PLAIN = plainServer(({ user, password }) => Promise.resolve(password.reveal() === "geheim" ? user : undefined));
const LOGIN = { user: "tim", password: "geheim" };

/** A client of our own server. */
async function meet(client: Pop3ClientOptions, server: Partial<Pop3ServerOptions>) {
  const [left, right] = memoryPair();
  servePop3(right, { ...serving(new NotedMaildrop()), allowPlaintextAuth: false, ...server });
  return Pop3Client.open(left, client);
}

/** Both ends with STLS between them, and all that their observers see as text. */
async function inTls(mechanisms: readonly SaslServerMechanism[]) {
  const seen: string[] = [];
  const observe = ({ parts }: Unit): void => {
    seen.push(parts.map((part) => (part instanceof Uint8Array ? latin1(part) : String(part))).join(""));
  };
  const client = await meet({ serverName: "pop.example", observe }, { mechanisms, tls: {}, observe });
  return { client, seen: () => seen.join("") };
}

/** A client whose server is played by hand. */
async function attend(mechanisms: string) {
  const [left, right] = memoryPair({ secure: true });
  const peer = new Peer(right);
  const opening = Pop3Client.open(left);
  await peer.say("+OK ready\r\n");
  await peer.hear();
  await peer.say(`+OK\r\nSASL ${mechanisms}\r\n.\r\n`);
  return { client: await opening, peer };
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
    expect(client.capabilities?.saslMechanisms).toEqual(["SCRAM-SHA-256"]);
    expect((await client.authenticate(chooseMechanism(LOGIN))).status).toBe("+OK");
  });

  test("or none, and nothing is said", async () => {
    const { client } = await inTls([PLAIN]);
    await expect(client.authenticate(chooseMechanism({ token: "t" }))).rejects.toMatchObject({ side: "local", code: "no-mechanism" });
    await client.capa();
  });

  test("from nothing where the server does not know CAPA", async () => {
    const [left, right] = memoryPair({ secure: true });
    const peer = new Peer(right);
    const opening = Pop3Client.open(left);
    await peer.say("+OK ready\r\n");
    await peer.hear();
    await peer.say("-ERR what?\r\n");
    const offers: SaslOffer[] = [];
    const login = (await opening).authenticate((offer) => {
      offers.push(offer);
      return cramMd5Client(LOGIN);
    });
    expect(await peer.hear()).toBe("AUTH CRAM-MD5\r\n");
    await peer.say("-ERR no\r\n");
    await expect(login).rejects.toMatchObject({ verb: "auth" });
    expect(offers).toEqual([{ mechanisms: [], secure: true }]);
  });
});

test("in clear, mechanisms that show a password need TLS, the others do not", async () => {
  const [left, right] = memoryPair();
  const cram = cramMd5Server((user) => Promise.resolve(user === "tim" ? new Secret("geheim") : undefined));
  const mechanisms = [PLAIN, cram, externalServer(() => Promise.resolve("x"))];
  servePop3(right, { ...serving(new NotedMaildrop()), allowPlaintextAuth: false, mechanisms });
  const peer = new Peer(left);
  await peer.hear();
  await peer.say("CAPA\r\n");
  expect(await peer.hear("\r\n.\r\n")).toContain("\r\nSASL CRAM-MD5\r\n");
  expect(await peer.ask("AUTH PLAIN")).toBe("-ERR [AUTH] not without TLS\r\n");
  expect(await peer.ask("AUTH EXTERNAL =")).toMatch(/^-ERR/);
  const challenge = await peer.ask("AUTH CRAM-MD5");
  const response = await cramMd5Client(LOGIN).next(Uint8Array.from(atob(challenge.slice(2)), (char) => char.charCodeAt(0)));
  expect(await peer.ask(encodeBase64(response))).toMatch(/^\+OK/);
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
    await client.capa();
  });
});

test("a refused token tells why, as the cause of the refusal", async () => {
  const bearer = oauthBearerServer(() => Promise.resolve({ status: "insufficient_scope", scope: "mail" }));
  const { client, seen } = await inTls([bearer]);
  const failure: unknown = await client.authenticate(oauthBearerClient({ token: "t0ken", user: "tim" })).catch((error: unknown) => error);
  expect(failure).toMatchObject({ verb: "auth", cause: { refusal: { status: "insufficient_scope", scope: "mail" } } });
  expect((failure as Error).cause).toBeInstanceOf(TokenRefusedError);
  expect(seen()).not.toContain("insufficient");
});

test("an initial response that makes the command longer than 255 bytes answers the first challenge (RFC 5034 section 4)", async () => {
  const { client, peer } = await attend("OAUTHBEARER");
  const short = client.authenticate(oauthBearerClient({ token: "t".repeat(159) }));
  const command = await peer.hear();
  expect(command).toMatch(/^AUTH OAUTHBEARER \S+\r\n$/);
  expect(command.length).toBeLessThanOrEqual(255);
  await peer.say("-ERR no\r\n");
  await expect(short).rejects.toThrow();
  const long = client.authenticate(oauthBearerClient({ token: "t".repeat(160) }));
  expect(await peer.hear()).toBe("AUTH OAUTHBEARER\r\n");
  await peer.say("+ \r\n");
  expect(atob((await peer.hear()).trim())).toContain("tttt");
  await peer.say("+OK\r\n");
  await long;
});

test("an empty initial response is written as =, a missing one not at all", async () => {
  const { client, peer } = await attend("EXTERNAL CRAM-MD5");
  const external = client.authenticate({ ...plainClient(LOGIN), mechanism: "EXTERNAL", start: () => Promise.resolve(new Uint8Array()) });
  expect(await peer.hear()).toBe("AUTH EXTERNAL =\r\n");
  await peer.say("-ERR no\r\n");
  await expect(external).rejects.toThrow();
  const cram = client.authenticate(cramMd5Client(LOGIN));
  expect(await peer.hear()).toBe("AUTH CRAM-MD5\r\n");
  await peer.say("+ PGFAYj4=\r\n");
  await peer.hear();
  await peer.say("+OK\r\n");
  await cram;
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
  expect(exchange).toContain(`AUTH ${mechanism}`);
  const said = messages.filter(({ length }) => length > 0);
  expect(said).toHaveLength(count);
  for (const message of said) {
    expect(exchange).not.toContain(latin1(message));
    expect(exchange).not.toContain(encodeBase64(message));
  }
});
