import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBase64, latin1, utf8 } from "@mailwire/wire";
import type { TlsInfo } from "@mailwire/wire";
import { tlsWith } from "../../test/tls-with.ts";
import type { SaslStep } from "../mechanism.ts";
import { ScramClient, scramClient } from "./client.ts";
import type { ScramBinding } from "./client.ts";
import { deriveScramKeys } from "./keys.ts";
import { scramServer } from "./server.ts";
import type { ScramServerOptions } from "./accounts.ts";

const keys = await deriveScramKeys("SCRAM-SHA-256", "pencil", { iterations: 4096 });
const sha1Keys = await deriveScramKeys("SCRAM-SHA-1", "pencil", { iterations: 4096 });
const asked: string[] = [];

function offered(options: ScramServerOptions = {}): ReturnType<typeof scramServer> {
  const lookup = (user: string): Promise<typeof keys | undefined> => {
    asked.push(user);
    return Promise.resolve(user === "user" ? keys : user === "old" ? sha1Keys : undefined);
  };
  return scramServer("SCRAM-SHA-256", lookup, { decoy: { iterations: 4096 }, ...options });
}

const exporter = tlsWith({ "tls-exporter": Uint8Array.of(1, 2, 3) });

/** The steps of an exchange with the plain form; a function makes a response from the challenge before it. */
async function exchange(...responses: (string | null | ((challenge: string) => string))[]): Promise<SaslStep[]> {
  const server = offered()[1].start({});
  const steps: SaslStep[] = [];
  for (const response of responses) {
    const last = steps.at(-1);
    const said = typeof response === "function" ? response(last?.type === "challenge" ? latin1(last.data) : "") : response;
    steps.push(await server.next(said === null ? null : utf8(said)));
  }
  return steps;
}

test("both forms are offered, the -PLUS form where there is a binding, neither with the password in clear", () => {
  const [plus, plain] = offered();
  expect(plus).toMatchObject({ name: "SCRAM-SHA-256-PLUS", plaintext: false });
  expect(plain).toMatchObject({ name: "SCRAM-SHA-256", plaintext: false });
  expect(plain).not.toHaveProperty("offeredOn");
  expect(plus.offeredOn?.({})).toBe(false);
  expect(plus.offeredOn?.({ tls: tlsWith({}) })).toBe(false);
  expect(plus.offeredOn?.({ tls: exporter })).toBe(true);
  expect(plus.start({ tls: exporter }).mechanism).toBe("SCRAM-SHA-256-PLUS");
});

describe("first message", () => {
  test("none is asked for by an empty challenge, and only at the start", async () => {
    expect(await exchange(null, "n,,n=user,r=abc", null)).toMatchObject([
      { type: "challenge", data: new Uint8Array() },
      { type: "challenge" },
      { type: "failure", reason: "malformed client-final-message" },
    ]);
  });

  test("the answer continues the nonce, and tells salt and iterations", async () => {
    const [step] = await exchange("n,,n=user,r=abc");
    expect(step?.type === "challenge" && latin1(step.data)).toMatch(/^r=abc[!-+\--~]{24},s=[A-Za-z0-9+/]{22}==,i=4096$/);
  });

  test.each([
    ["empty", ""],
    ["without a header", "n=user,r=abc"],
    ["with another binding flag", "x,,n=user,r=abc"],
    ["with a binding flag in capitals", "N,,n=user,r=abc"],
    ["with a GSS-API flag", "F,n,,n=user,r=abc"],
    ["with a binding flag with a value", "n=x,,n=user,r=abc"],
    ["with a mandatory extension", "n,,m=x,n=user,r=abc"],
    ["with a mandatory extension at the end", "n,,n=user,r=abc,m=x"],
    ["with a second nonce", "n,,n=user,r=abc,r=def"],
    ["out of order", "n,,r=abc,n=user"],
    ["without a user", "n,,n=,r=abc"],
    ["without a nonce", "n,,n=user,r="],
    ["with an extension without a value", "n,,n=user,r=abc,x="],
    ["with a comma at the end", "n,,n=user,r=abc,"],
    ["with a bad escape in the user", "n,,n=us=2cer,r=abc"],
    ["with a bad escape in the authorization identity", "n,a=us=er,n=user,r=abc"],
    ["with an empty authorization identity", "n,a=,n=user,r=abc"],
    ["with NUL in the user", "n,,n=us\0er,r=abc"],
    ["with NUL in an extension", "n,,n=user,r=abc,x=\0"],
    ["with a nonce that is not printable", "n,,n=user,r=ab c"],
    ["with a nonce that is not ASCII", "n,,n=user,r=ab\u00e9"],
  ])("%s is malformed", async (_, message) => {
    expect(await exchange(message)).toEqual([{ type: "failure", reason: "malformed client-first-message" }]);
  });

  test("not UTF-8, or too long: refused unread", async () => {
    const refused = { type: "failure", reason: "a SCRAM message that is too long or not UTF-8" };
    expect(
      await offered()[1]
        .start({})
        .next(Uint8Array.from([...utf8("n,,n="), 0xff, ...utf8(",r=abc")])),
    ).toEqual(refused);
    const message = utf8("n,,n=user,r=abc");
    expect(
      await offered({ limits: { maxMessageBytes: message.length - 1 } })[1]
        .start({})
        .next(message),
    ).toEqual(refused);
    expect(
      await offered({ limits: { maxMessageBytes: message.length } })[1]
        .start({})
        .next(message),
    ).toMatchObject({ type: "challenge" });
  });

  test.each([
    ["prohibited", "n,,n=a\u0007,r=abc"],
    ["nothing", "n,,n=\u00ad,r=abc"],
  ])("a user that SASLprep makes %s is refused without asking", async (_, message) => {
    asked.length = 0;
    expect(await exchange(message)).toEqual([{ type: "failure", reason: "a user's name that SASLprep does not allow" }]);
    expect(asked).toEqual([]);
  });

  test("the user is looked up as SASLprep has the name, without escapes", async () => {
    asked.length = 0;
    await exchange("n,,n=\u00aa=2C=3D2C\u{1f600},r=abc");
    expect(asked).toEqual(["a,=2C\u{1f600}"]);
  });

  test("what the search throws comes out", async () => {
    const [, broken] = scramServer("SCRAM-SHA-1", () => Promise.reject(new Error("database down")));
    await expect(broken.start({}).next(utf8("n,,n=user,r=abc"))).rejects.toThrow("database down");
  });
});

describe("final message", () => {
  const nonce = (challenge: string): string => /^r=([^,]*)/.exec(challenge)?.[1] ?? "";
  test.each([
    ["empty", () => "", "malformed client-final-message"],
    ["without a proof", (c: string) => `c=biws,r=${nonce(c)}`, "malformed client-final-message"],
    ["with a proof that is not base64", (c: string) => `c=biws,r=${nonce(c)},p=A`, "malformed client-final-message"],
    ["with a header that is not base64", (c: string) => `c=biw,r=${nonce(c)},p=AAAA`, "malformed client-final-message"],
    ["with a mandatory extension", (c: string) => `c=biws,r=${nonce(c)},m=x,p=AAAA`, "malformed client-final-message"],
    ["with something after the proof", (c: string) => `c=biws,r=${nonce(c)},p=AAAA,x=y`, "malformed client-final-message"],
    ["with another nonce", () => "c=biws,r=abcdef,p=AAAA", "not this exchange's nonce"],
    ["with a longer nonce", (c: string) => `c=biws,r=${nonce(c)}x,p=AAAA`, "not this exchange's nonce"],
    ["with another header", (c: string) => `c=eSws,r=${nonce(c)},p=AAAA`, "the channel bindings do not match"],
    ["with binding data", (c: string) => `c=biwsYWJj,r=${nonce(c)},p=AAAA`, "the channel bindings do not match"],
    ["with a short proof", (c: string) => `c=biws,r=${nonce(c)},p=AAAA`, "credentials refused"],
    ["with a wrong proof", (c: string) => `c=biws,r=${nonce(c)},p=${"A".repeat(43)}=`, "credentials refused"],
    ["with a long proof and an extension", (c: string) => `c=biws,r=${nonce(c)},x=y,p=${"A".repeat(64)}`, "credentials refused"],
  ])("%s", async (_, final, reason) => {
    const steps = await exchange("n,,n=user,r=abc", final, final);
    expect(steps).toMatchObject([
      { type: "challenge" },
      { type: "failure", reason },
      { type: "failure", reason: "the SCRAM exchange is over" },
    ]);
  });
});

/** How the server answers a client that logs in with this. */
async function login(user: string, password: string, options: ScramServerOptions = {}, authorizationIdentity?: string): Promise<SaslStep> {
  const server = offered(options)[1].start({});
  const client = scramClient("SCRAM-SHA-256", { user, password, ...(authorizationIdentity !== undefined && { authorizationIdentity }) });
  const step = await server.next(await client.start());
  if (step.type !== "challenge") return step;
  return server.next(await client.next(step.data));
}

describe("identity", () => {
  test.each([
    ["user", undefined, "user"],
    ["u\u00adser", undefined, "user"],
    ["user", "user", "user"],
  ])("%j acting as %j is %j", async (user, authorizationIdentity, identity) => {
    expect(await login(user, "pencil", {}, authorizationIdentity)).toMatchObject({ type: "success", identity });
  });

  test("nobody may act as somebody else, unless the application says so", async () => {
    expect(await login("user", "pencil", {}, "admin")).toEqual({ type: "failure", reason: "the user may not act as that identity" });
    const authorize: ScramServerOptions["authorize"] = (proof) => Promise.resolve(JSON.stringify(proof));
    const granted = '{"user":"user","authorizationIdentity":"a=d,min"}';
    expect(await login("user", "pencil", { authorize }, "a=d,min")).toMatchObject({ type: "success", identity: granted });
  });

  test("nobody is asked before the proof", async () => {
    const authorize = (): Promise<string> => Promise.reject(new Error("asked"));
    expect(await login("user", "wrong", { authorize })).toEqual({ type: "failure", reason: "credentials refused" });
    await expect(login("user", "pencil", { authorize })).rejects.toThrow("asked");
  });
});

describe("users without keys", () => {
  const secret = utf8("0123456789abcdef");

  /** Salt and iterations that a user is told. */
  async function told(user: string, options: ScramServerOptions = {}): Promise<string> {
    const step = await offered(options)[1]
      .start({})
      .next(utf8(`n,,n=${user},r=abc`));
    return step.type === "challenge" ? latin1(step.data).replace(/^r=[^,]*/, "") : step.type;
  }

  test("look like others: salt of the same size, same iterations, same failure", async () => {
    expect((await told("nobody")).replace(/s=[^,]{22}==/, "")).toBe((await told("user")).replace(/s=[^,]{22}==/, ""));
    expect(await login("nobody", "pencil")).toEqual(await login("user", "wrong"));
  });

  test("have the same salt each time, and each another one", async () => {
    const [, plain] = offered();
    const salts = await Promise.all(
      ["nobody", "nobody", "n\u00adobody", "no-one"].map(async (user) => {
        const step = await plain.start({}).next(utf8(`n,,n=${user},r=abc`));
        return step.type === "challenge" ? latin1(step.data).replace(/^r=[^,]*/, "") : "";
      }),
    );
    expect(new Set(salts.slice(0, 3)).size).toBe(1);
    expect(new Set(salts).size).toBe(2);
  });

  test("have the same salt after a restart, when the secret is kept", async () => {
    const decoy = { secret, iterations: 5000 };
    expect(await told("nobody", { decoy })).toBe(await told("nobody", { decoy }));
    expect(await told("nobody", { decoy })).toMatch(/,i=5000$/);
    expect(await told("nobody")).not.toBe(await told("nobody"));
  });

  test("have the default's iterations", async () => {
    expect(await told("nobody", { decoy: { secret } })).toMatch(/,i=15000$/);
  });

  test("keys of another variant are none, and their salt is not told", async () => {
    expect(await told("old")).not.toContain(encodeBase64(sha1Keys.salt));
    expect(await login("old", "pencil")).toEqual({ type: "failure", reason: "credentials refused" });
  });

  test.each([
    ["a short secret", { secret: secret.subarray(1) }],
    ["no iterations", { secret, iterations: 0 }],
    ["iterations that are no number", { secret, iterations: NaN }],
  ])("%s is refused", (_, decoy) => {
    expect(() => offered({ decoy })).toThrow(expect.objectContaining({ side: "local", code: "bad-decoy" }));
  });
});

describe("channel binding", () => {
  /** How a form of the server, on a connection, answers a client that is bound so. */
  async function bound(form: "plus" | "plain", tls: TlsInfo | undefined, binding: ScramBinding): Promise<SaslStep> {
    const [plus, plain] = offered();
    const server = (form === "plus" ? plus : plain).start({ ...(tls !== undefined && { tls }) });
    const client = new ScramClient("SCRAM-SHA-256", { user: "user", password: "pencil" }, { binding }, "abc");
    const step = await server.next(await client.start());
    return step.type === "challenge" ? server.next(await client.next(step.data)) : step;
  }

  const used = (name: string, ...data: number[]): ScramBinding => ({ type: "used", name, data: Uint8Array.from(data) });
  const endPoint = tlsWith({ "tls-server-end-point": Uint8Array.of(4, 5) });
  const unkept = { ...tlsWith({ "tls-exporter": Uint8Array.of(1) }), channelBinding: (): Promise<undefined> => Promise.resolve(undefined) };

  test.each([
    ["p, tls-exporter", "plus", exporter, used("tls-exporter", 1, 2, 3)],
    ["p, tls-server-end-point", "plus", endPoint, used("tls-server-end-point", 4, 5)],
    ["n outside TLS", "plain", undefined, { type: "unsupported" }],
    ["n where there is a binding", "plain", exporter, { type: "unsupported" }],
    ["y outside TLS", "plain", undefined, { type: "not-offered" }],
    ["y in TLS without a binding", "plain", tlsWith({}), { type: "not-offered" }],
  ] as const)("%s: in", async (_, form, tls, binding) => {
    expect(await bound(form, tls, binding)).toMatchObject({ type: "success", identity: "user" });
  });

  const DOWNGRADE = "downgrade: the client believes that there is no channel binding here";
  const WRONG_FLAG = "the client's channel binding flag is not that of the mechanism";
  const NOT_HERE = "a channel binding that is not to be had here";
  test.each([
    ["y where -PLUS was offered", "plain", exporter, { type: "not-offered" }, DOWNGRADE],
    ["p in the plain form", "plain", exporter, used("tls-exporter", 1, 2, 3), WRONG_FLAG],
    ["n in the -PLUS form", "plus", exporter, { type: "unsupported" }, WRONG_FLAG],
    ["y in the -PLUS form", "plus", exporter, { type: "not-offered" }, WRONG_FLAG],
    ["-PLUS outside TLS", "plus", undefined, used("tls-exporter", 1, 2, 3), NOT_HERE],
    ["a binding that the connection does not have", "plus", endPoint, used("tls-exporter", 1, 2, 3), NOT_HERE],
    ["a binding that this side does not know", "plus", exporter, used("tls-unique", 1, 2, 3), NOT_HERE],
    ["a binding that the platform promised and does not give", "plus", unkept, used("tls-exporter", 1), NOT_HERE],
    ["another connection", "plus", exporter, used("tls-exporter", 1, 2, 4), "the channel bindings do not match"],
    ["a part of the binding", "plus", exporter, used("tls-exporter", 1, 2), "the channel bindings do not match"],
  ] as const)("%s: refused", async (_, form, tls, binding, reason) => {
    expect(await bound(form, tls, binding)).toEqual({ type: "failure", reason });
  });
});

test("any bytes as any message give a step, never success, never an error", async () => {
  const part = fc.constantFrom(
    "n,",
    "y,",
    "p=tls-exporter,",
    "a=x,",
    ",",
    "n=user",
    "r=abc",
    "c=biws",
    "p=AAAA",
    "m=x",
    "x=y",
    "=2C",
    "\u0007",
  );
  const message = fc.oneof(
    fc.uint8Array(),
    fc.array(part).map((parts) => utf8(parts.join(""))),
    fc.constant(utf8("n,,n=user,r=abc")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(message), { maxLength: 4 }), fc.constantFrom<0 | 1>(0, 1), async (messages, form) => {
      const server = offered()[form].start({ tls: exporter });
      for (const response of messages) expect((await server.next(response)).type).toMatch(/challenge|failure/);
    }),
  );
});
