import {
  chooseMechanism,
  cramMd5Client,
  cramMd5Server,
  deriveScramKeys,
  externalServer,
  oauthBearerClient,
  oauthBearerServer,
  plainClient,
  plainServer,
  type MechanismName,
  type SaslChoice,
  type SaslOffer,
  type SaslServerMechanism,
  scramClient,
  scramServer,
  TokenRefusedError,
} from "@mailwire/sasl";
import { encodeBase64, latin1, Secret, type Unit, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { attend, meet, visit } from "../../test/meeting.ts";

const KEYS = await deriveScramKeys("SCRAM-SHA-256", "geheim", { iterations: 4096 });
const SCRAM = scramServer("SCRAM-SHA-256", (user) => Promise.resolve(user === "tim" ? KEYS : undefined));
const PLAIN = plainServer(({ user, password }) => Promise.resolve(password.reveal() === "geheim" ? user : undefined));
const LOGIN = { user: "tim", password: "geheim" };

/** Both ends with STARTTLS between them, and all that their observers see as text. */
async function inTls(mechanisms: readonly SaslServerMechanism[]) {
  const seen: string[] = [];
  const observe = ({ parts }: Unit): void => {
    seen.push(parts.map((part) => (part instanceof Uint8Array ? latin1(part) : String(part))).join(""));
  };
  const { client } = await meet({
    secure: false,
    server: { mechanisms, tls: {}, observe },
    client: { serverName: "mx.example", observe },
  });
  return { client, seen: () => seen.join("") };
}

describe("the mechanism is chosen", () => {
  test("from what the server offers on this connection, inside TLS", async () => {
    const { client } = await inTls([...SCRAM, externalServer(() => Promise.resolve("x")), PLAIN]);
    const offers: SaslOffer[] = [];
    await client.auth((offer) => {
      offers.push(offer);
      return chooseMechanism(LOGIN)(offer);
    });
    expect(offers).toMatchObject([{ mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN"], secure: true }]);
    expect(offers[0]?.tls?.channelBindings).toContain("tls-exporter");
  });

  test("from what it offers in clear: what shows no password", async () => {
    const server = { mechanisms: [...SCRAM, PLAIN] };
    const { client } = await meet({ secure: false, server, client: { allowPlaintext: true } });
    expect(client.extensions.authMechanisms).toEqual(["SCRAM-SHA-256"]);
    expect((await client.auth(chooseMechanism(LOGIN))).code).toBe(235);
  });

  test("or none, and nothing is said", async () => {
    const { client } = await meet({ server: { mechanisms: [PLAIN] } });
    await expect(client.auth(chooseMechanism({ token: "t" }))).rejects.toMatchObject({ side: "local", code: "no-mechanism" });
    await client.noop();
  });
});

describe("in clear", () => {
  test("mechanisms that show a password need TLS, the others do not", async () => {
    const cram = cramMd5Server((user) => Promise.resolve(user === "tim" ? new Secret("geheim") : undefined));
    const { person } = await visit({ mechanisms: [PLAIN, cram, externalServer(() => Promise.resolve("x"))] });
    await person.say("EHLO a");
    expect(await person.lines(9)).toContain("250 AUTH CRAM-MD5");
    expect(await person.ask("AUTH PLAIN")).toMatch(/^538 /);
    expect(await person.ask("AUTH EXTERNAL =")).toMatch(/^504 /);
    const challenge = await person.ask("AUTH CRAM-MD5");
    const response = await cramMd5Client(LOGIN).next(Uint8Array.from(atob(challenge?.slice(4) ?? ""), (char) => char.charCodeAt(0)));
    expect(await person.ask(encodeBase64(response))).toMatch(/^235 /);
  });
});

describe("the server's success is not believed", () => {
  test("when SCRAM has not seen its signature: the connection is dropped", async () => {
    const impostor: SaslServerMechanism = {
      name: "SCRAM-SHA-256",
      plaintext: false,
      start: () => ({ mechanism: "SCRAM-SHA-256", next: () => Promise.resolve({ type: "success", identity: "tim" }) }),
    };
    const { client } = await inTls([impostor]);
    const failure = client.auth(scramClient("SCRAM-SHA-256", LOGIN));
    await expect(failure).rejects.toMatchObject({ side: "remote", code: "sasl-unfinished" });
    expect(await client.closed).toMatchObject({ reason: "aborted" });
    expect(client.isOpen).toBe(false);
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
    const { client } = await meet({ server: { mechanisms: [impostor] } });
    await expect(client.auth(scramClient("SCRAM-SHA-256", LOGIN))).rejects.toMatchObject({ code: "scram-signature" });
    await client.noop();
  });
});

test("a refused token tells why, as the cause of the refusal", async () => {
  const bearer = oauthBearerServer(() => Promise.resolve({ status: "insufficient_scope", scope: "mail" }));
  const { client, seen } = await inTls([bearer]);
  const failure: unknown = await client.auth(oauthBearerClient({ token: "t0ken", user: "tim" })).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    command: "AUTH",
    reply: { code: 535 },
    cause: { refusal: { status: "insufficient_scope", scope: "mail" } },
  });
  expect((failure as Error).cause).toBeInstanceOf(TokenRefusedError);
  expect(seen()).not.toContain("insufficient");
});

test("an initial response that makes the command longer than 512 bytes answers the first challenge (RFC 4954 section 4)", async () => {
  const { client, person } = await attend(["AUTH OAUTHBEARER"]);
  const short = client.auth(oauthBearerClient({ token: "t".repeat(351) }));
  const [command] = await person.replies("235 Welcome");
  expect(command).toMatch(/^AUTH OAUTHBEARER \S+$/);
  expect(`${command}\r\n`.length).toBeLessThanOrEqual(512);
  await short;
  const again = await attend(["AUTH OAUTHBEARER"]);
  const long = again.client.auth(oauthBearerClient({ token: "t".repeat(352) }));
  const [bare, response = ""] = await again.person.replies("334 ", "235 Welcome");
  expect(bare).toBe("AUTH OAUTHBEARER");
  expect(atob(response)).toContain("tttt");
  await long;
});

test("an empty initial response is written as =, a missing one not at all", async () => {
  const { client, person } = await attend(["AUTH EXTERNAL CRAM-MD5"]);
  const external = client.auth({ ...plainClient(LOGIN), mechanism: "EXTERNAL", start: () => Promise.resolve(new Uint8Array()) });
  expect(await person.replies("535 No")).toEqual(["AUTH EXTERNAL ="]);
  await expect(external).rejects.toMatchObject({ reply: { code: 535 } });
  const cram = client.auth(cramMd5Client(LOGIN));
  expect(await person.replies("334 PGFAYj4=", "235 Welcome")).toEqual(["AUTH CRAM-MD5", expect.any(String)]);
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
  await client.auth(noting(chooseMechanism({ ...LOGIN, token: "t0ken" }, { only: [mechanism] }), messages));
  const exchange = seen().slice(before);
  expect(exchange).toContain(`AUTH ${mechanism}`);
  const said = messages.filter(({ length }) => length > 0);
  expect(said).toHaveLength(count);
  for (const message of said) {
    expect(exchange).not.toContain(latin1(message));
    expect(exchange).not.toContain(encodeBase64(message));
  }
});
