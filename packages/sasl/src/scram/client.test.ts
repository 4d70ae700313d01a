import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { ProtocolError, Secret, decodeBase64, latin1, utf8 } from "@mailwire/wire";
import { ScramCache } from "./cache.ts";
import { ScramClient, ScramServerError, scramClient } from "./client.ts";
import type { ScramClientOptions } from "./client.ts";

const NONCE = "rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE = `${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
const SERVER_FIRST = `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";
const pencil = { user: "user", password: "pencil" };

/** The client of RFC 7677 section 3 after its first message. */
async function started(options: ScramClientOptions = {}): Promise<ScramClient> {
  const client = new ScramClient("SCRAM-SHA-256", pencil, options, NONCE);
  await client.start();
  return client;
}

describe("first message", () => {
  test.each([
    ["a plain name", pencil, "n,,n=user,r="],
    ["a wrapped password", { user: "user", password: new Secret("pencil") }, "n,,n=user,r="],
    ["comma and equals sign", { user: "a=b,c", password: "p" }, "n,,n=a=3Db=2Cc,r="],
    ["a name to be prepared", { user: "I\u00adX\u2168", password: "p" }, "n,,n=IXIX,r="],
    ["an authorization identity, which is not prepared", { ...pencil, authorizationIdentity: "a,\u00aa=" }, "n,a=a=2C\u00aa=3D,n=user,r="],
  ])("%s", async (_, credentials, message) => {
    const first = new TextDecoder().decode((await scramClient("SCRAM-SHA-256", credentials).start()) ?? undefined);
    expect(first.slice(0, -24)).toBe(message);
    expect(decodeBase64(first.slice(-24))).toHaveLength(18);
  });

  test("the nonce is another one each time", async () => {
    const [one, other] = [scramClient("SCRAM-SHA-1", pencil), scramClient("SCRAM-SHA-1", pencil)];
    expect(await one.start()).not.toEqual(await other.start());
  });

  test.each([
    ["unsupported", { type: "unsupported" }, "SCRAM-SHA-512", "n,,"],
    ["not offered", { type: "not-offered" }, "SCRAM-SHA-512", "y,,"],
    ["used", { type: "used", name: "tls-exporter", data: Uint8Array.of(1) }, "SCRAM-SHA-512-PLUS", "p=tls-exporter,,"],
  ] as const)("channel binding %s", async (_, binding, mechanism, header) => {
    const client = scramClient("SCRAM-SHA-512", pencil, { binding });
    expect(client.mechanism).toBe(mechanism);
    expect(latin1((await client.start()) ?? new Uint8Array())).toMatch(new RegExp(`^${header}n=user,r=`));
  });

  test("the header and the binding are said again in the second message", async () => {
    const client = await started({ binding: { type: "used", name: "x", data: Uint8Array.of(255, 0) } });
    const [, input = ""] = /^c=([^,]+),/.exec(latin1(await client.next(utf8(SERVER_FIRST)))) ?? [];
    expect(decodeBase64(input)).toEqual(Uint8Array.of(...utf8("p=x,,"), 255, 0));
  });
});

describe("misuse is refused before anything is said", () => {
  test.each([
    ["an empty user", { user: "", password: "p" }],
    ["a user of which nothing is left", { user: "\u00ad", password: "p" }],
    ["a user with a control character", { user: "a\nb", password: "p" }],
    ["a user with NUL", { user: "a\0b", password: "p" }],
    ["a user with a lone surrogate", { user: "\ud800", password: "p" }],
    ["an empty password", { user: "u", password: "" }],
    ["a password with a private use character", { user: "u", password: "\ue000" }],
    ["a password with an emoji, unknown to Unicode 3.2", { user: "u", password: "\u{1f600}" }],
    ["an empty authorization identity", { user: "u", password: "p", authorizationIdentity: "" }],
    ["an authorization identity with NUL", { user: "u", password: "p", authorizationIdentity: "a\0" }],
    ["an authorization identity with a lone surrogate", { user: "u", password: "p", authorizationIdentity: "\udc00" }],
  ])("%s", (_, credentials) => {
    expect(() => scramClient("SCRAM-SHA-256", credentials)).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
  });

  test.each([
    ["no data", "tls-exporter", new Uint8Array()],
    ["no name", "", Uint8Array.of(1)],
    ["a name with a comma", "a,b", Uint8Array.of(1)],
    ["a name with a line end", "tls-exporter\n", Uint8Array.of(1)],
  ])("a binding with %s", (_, name, data) => {
    const misuse = (): unknown => scramClient("SCRAM-SHA-256", pencil, { binding: { type: "used", name, data } });
    expect(misuse).toThrow(expect.objectContaining({ side: "local", code: "bad-binding" }));
  });

  test("a limit of nothing", () => {
    const limits = { maxIterations: 0 };
    expect(() => scramClient("SCRAM-SHA-256", pencil, { limits })).toThrow(expect.objectContaining({ code: "bad-limit" }));
  });

  test("an answer before the first message", async () => {
    const client = scramClient("SCRAM-SHA-256", pencil);
    await expect(client.next(utf8(SERVER_FIRST))).rejects.toMatchObject({ side: "local", code: "illegal-now" });
  });
});

describe("server's first message", () => {
  test.each([
    ["empty", "", "scram-malformed"],
    ["the final one", SERVER_FINAL, "scram-malformed"],
    ["a mandatory extension", `m=x,${SERVER_FIRST}`, "scram-malformed"],
    ["a mandatory extension at the end", `${SERVER_FIRST},m=x`, "scram-malformed"],
    ["attributes out of order", `s=W22ZaJ0SNY7soEsUEjb6gQ==,r=${SERVER_NONCE},i=4096`, "scram-malformed"],
    ["a second salt", `${SERVER_FIRST},s=QUJD`, "scram-malformed"],
    ["no salt", `r=${SERVER_NONCE},s=,i=4096`, "scram-malformed"],
    ["a salt that is not base64", `r=${SERVER_NONCE},s=QUJ,i=4096`, "scram-malformed"],
    ["iterations that are no number", `r=${SERVER_NONCE},s=QUJD,i=4096x`, "scram-malformed"],
    ["iterations with a leading zero", `r=${SERVER_NONCE},s=QUJD,i=04096`, "scram-malformed"],
    ["negative iterations", `r=${SERVER_NONCE},s=QUJD,i=-4096`, "scram-malformed"],
    ["more than the limit", `${SERVER_FIRST},x=${"y".repeat(5000)}`, "scram-malformed"],
    ["a nonce without the server's part", `r=${NONCE},s=QUJD,i=4096`, "scram-nonce"],
    ["another nonce", `r=x${SERVER_NONCE},s=QUJD,i=4096`, "scram-nonce"],
    ["a part of our nonce", `r=${NONCE.slice(1)},s=QUJD,i=4096`, "scram-nonce"],
    ["a nonce with a space", `r=${SERVER_NONCE} x,s=QUJD,i=4096`, "scram-malformed"],
    ["too few iterations", `r=${SERVER_NONCE},s=QUJD,i=4095`, "scram-iterations"],
    ["too many iterations", `r=${SERVER_NONCE},s=QUJD,i=100001`, "scram-iterations"],
    ["iterations for years", `r=${SERVER_NONCE},s=QUJD,i=999999999`, "scram-iterations"],
    ["iterations beyond all counts", `r=${SERVER_NONCE},s=QUJD,i=9999999999`, "scram-malformed"],
  ])("%s", async (_, message, code) => {
    const client = await started();
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    await expect(client.next(utf8(message))).rejects.toMatchObject({ side: "remote", code });
    expect(derive).not.toHaveBeenCalled();
    derive.mockRestore();
    expect(() => client.finish()).toThrow(expect.objectContaining({ side: "remote", code: "sasl-unfinished" }));
    await expect(client.next(utf8(SERVER_FIRST))).rejects.toMatchObject({ code: "sasl-unexpected-challenge" });
  });

  test("optional extensions are skipped, and hashed", async () => {
    const client = await started();
    expect(latin1(await client.next(utf8(`${SERVER_FIRST},x=y,Z==`)))).toMatch(/^c=biws,r=.*,p=/);
    await expect(client.next(utf8(SERVER_FINAL))).rejects.toMatchObject({ code: "scram-signature" });
  });

  test("the bounds of iterations are the caller's", async () => {
    const client = await started({ limits: { minIterations: 1, maxIterations: 2 } });
    await expect(client.next(utf8(SERVER_FIRST))).rejects.toMatchObject({ code: "scram-iterations" });
    const other = await started({ limits: { minIterations: 1, maxIterations: 2 } });
    expect(latin1(await other.next(utf8(`r=${SERVER_NONCE},s=QUJD,i=2`)))).toMatch(/^c=biws/);
  });
});

describe("server's final message", () => {
  test.each([
    ["empty", "", "scram-malformed"],
    ["the first one again", SERVER_FIRST, "scram-malformed"],
    ["not base64", "v=6rri!", "scram-malformed"],
    ["another signature", "v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "scram-signature"],
    ["the start of the signature", "v=6rri", "scram-signature"],
  ])("%s", async (_, message, code) => {
    const client = await started();
    await client.next(utf8(SERVER_FIRST));
    await expect(client.next(utf8(message))).rejects.toMatchObject({ side: "remote", code });
    expect(() => client.finish()).toThrow(expect.objectContaining({ side: "remote", code: "sasl-unfinished" }));
  });

  test.each(["first", "second"])("an error as %s message is told by its value", async (which) => {
    const client = await started();
    if (which === "second") await client.next(utf8(SERVER_FIRST));
    const error: unknown = await client.next(utf8("e=unknown-user,x=y")).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ScramServerError);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ side: "remote", code: "scram-refused", value: "unknown-user" });
  });

  test("success before the signature is an impostor's", async () => {
    const client = await started();
    expect(() => client.finish()).toThrow(expect.objectContaining({ side: "remote", code: "sasl-unfinished" }));
    await client.next(utf8(SERVER_FIRST));
    expect(() => client.finish()).toThrow(expect.objectContaining({ side: "remote", code: "sasl-unfinished" }));
  });

  test("after the signature there is nothing to say", async () => {
    const client = await started();
    await client.next(utf8(SERVER_FIRST));
    await client.next(utf8(SERVER_FINAL));
    await expect(client.next(utf8(""))).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  });
});

describe("cache", () => {
  test("the iterations are gone through once for the same credentials and salt", async () => {
    const derive = vi.spyOn(crypto.subtle, "deriveBits");
    const cache = new ScramCache();
    for (let login = 0; login < 3; login += 1) {
      const client = await started({ cache });
      await client.next(utf8(SERVER_FIRST));
      await client.next(utf8(SERVER_FINAL));
      client.finish();
    }
    expect(derive).toHaveBeenCalledTimes(1);
    derive.mockRestore();
  });

  test.each([
    ["another salt", { password: "pencil", message: `r=${SERVER_NONCE},s=QUJD,i=4096` }],
    ["another count", { password: "pencil", message: `r=${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4097` }],
    ["another password", { password: "Pencil", message: SERVER_FIRST }],
  ])("%s is not answered from memory", async (_, { password, message }) => {
    const answer = async (cache: ScramCache): Promise<Uint8Array> => {
      const client = new ScramClient("SCRAM-SHA-256", { user: "user", password }, { cache }, NONCE);
      await client.start();
      return client.next(utf8(message));
    };
    const cache = new ScramCache();
    await (await started({ cache })).next(utf8(SERVER_FIRST));
    expect(await answer(cache)).toEqual(await answer(new ScramCache()));
  });
});

test("any bytes as any message give an answer or a remote ProtocolError", async () => {
  const attribute = fc.tuple(
    fc.constantFrom("r", "s", "i", "v", "e", "m", "x"),
    fc.oneof(fc.constantFrom(SERVER_NONCE, "QUJD", "4096"), fc.string()),
  );
  const message = fc.oneof(
    fc.uint8Array(),
    fc.array(attribute).map((attributes) => utf8(attributes.map(([name, value]) => `${name}=${value}`).join(","))),
    fc.constant(utf8(SERVER_FIRST)),
  );
  await fc.assert(
    fc.asyncProperty(message, message, async (first, second) => {
      const client = await started();
      for (const challenge of [first, second]) {
        const outcome: unknown = await client.next(challenge).catch((error: unknown) => error);
        expect(outcome instanceof Uint8Array || (outcome instanceof ProtocolError && outcome.side === "remote")).toBe(true);
      }
      expect(() => client.finish()).toThrow(ProtocolError);
    }),
  );
});
