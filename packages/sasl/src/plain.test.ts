import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret, utf8 } from "@mailwire/wire";
import { plainClient, plainServer } from "./plain.ts";
import type { PasswordCredentials, SaslStep } from "./mechanism.ts";

/** What the verification was asked and what the exchange came to. */
async function say(message: Uint8Array | null, maxFieldBytes = 255): Promise<{ asked: unknown[]; step: SaslStep }> {
  const asked: unknown[] = [];
  const verify = ({ user, password, authorizationIdentity }: PasswordCredentials): Promise<string | undefined> => {
    asked.push([authorizationIdentity, user, password.reveal()]);
    return Promise.resolve(password.reveal() === "wrong" ? undefined : (authorizationIdentity ?? user));
  };
  const step = await plainServer(verify, { limits: { maxFieldBytes } }).start({}).next(message);
  return { asked, step };
}

describe("client", () => {
  test("RFC 4616 section 4: without and with an authorization identity", async () => {
    const tim = plainClient({ user: "tim", password: "tanstaaftanstaaf" });
    expect(await tim.start()).toEqual(utf8("\0tim\0tanstaaftanstaaf"));
    const ursel = plainClient({ user: "Kurt", password: new Secret("xipj3plmq"), authorizationIdentity: "Ursel" });
    expect(await ursel.start()).toEqual(utf8("Ursel\0Kurt\0xipj3plmq"));
  });

  test.each([
    ["empty user", { user: "", password: "p" }],
    ["empty password", { user: "u", password: "" }],
    ["empty authorization identity", { user: "u", password: "p", authorizationIdentity: "" }],
    ["NUL in the user", { user: "a\0b", password: "p" }],
    ["NUL in the password", { user: "u", password: "a\0b" }],
    ["lone surrogate", { user: "\ud800", password: "p" }],
  ])("refuses %s without showing it", (_, credentials) => {
    expect(() => plainClient(credentials)).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
  });

  test("has no answer to a challenge", async () => {
    await expect(plainClient({ user: "u", password: "p" }).next(utf8("?"))).rejects.toMatchObject({
      side: "remote",
      code: "sasl-unexpected-challenge",
    });
  });
});

describe("server", () => {
  test("asks with an empty challenge when there is no initial response", async () => {
    expect(await say(null)).toEqual({ asked: [], step: { type: "challenge", data: new Uint8Array() } });
  });

  test("is named, and says that it sends the password in clear", () => {
    expect(plainServer(() => Promise.resolve(undefined))).toMatchObject({ name: "PLAIN", plaintext: true });
  });

  test("gives the identity that the verification gave", async () => {
    expect(await say(utf8("\0tim\0secret"))).toEqual({ asked: [[undefined, "tim", "secret"]], step: { type: "success", identity: "tim" } });
    expect(await say(utf8("Ursel\0Kurt\0secret"))).toEqual({
      asked: [["Ursel", "Kurt", "secret"]],
      step: { type: "success", identity: "Ursel" },
    });
  });

  test("fails on a wrong password", async () => {
    expect((await say(utf8("\0tim\0wrong"))).step).toMatchObject({ type: "failure" });
  });

  test("what the verification throws comes out", async () => {
    const broken = plainServer(() => Promise.reject(new Error("database down"))).start({});
    await expect(broken.next(utf8("\0a\0b"))).rejects.toThrow("database down");
  });

  test.each([
    ["nothing", utf8("")],
    ["no NUL", utf8("tim")],
    ["one NUL", utf8("tim\0secret")],
    ["three NULs", utf8("\0tim\0sec\0ret")],
    ["an empty user", utf8("\0\0secret")],
    ["an empty password", utf8("\0tim\0")],
    ["bytes that are not UTF-8", Uint8Array.of(0, 0xff, 0, 0x61)],
    ["an authorization identity that is not UTF-8", Uint8Array.of(0xff, 0, 0x61, 0, 0x61)],
    ["a user over the limit", utf8(`\0${"u".repeat(256)}\0secret`)],
    ["a password over the limit", utf8(`\0tim\0${"p".repeat(256)}`)],
  ])("fails on %s without asking", async (_, message) => {
    expect(await say(message)).toMatchObject({ asked: [], step: { type: "failure", reason: "malformed PLAIN message" } });
  });

  test("takes fields of 255 bytes", async () => {
    expect((await say(utf8(`${"z".repeat(255)}\0${"u".repeat(255)}\0${"p".repeat(255)}`))).step.type).toBe("success");
  });
});

test("what the client says, the server reads", async () => {
  const field = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0"));
  await fc.assert(
    fc.asyncProperty(field, field, fc.option(field, { nil: undefined }), async (user, password, authorizationIdentity) => {
      const client = plainClient({ user, password, ...(authorizationIdentity !== undefined && { authorizationIdentity }) });
      expect((await say(await client.start(), 4096)).asked).toEqual([[authorizationIdentity, user, password]]);
    }),
  );
});

test("any bytes give a step, never an error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array(), async (message) => {
      expect(["success", "failure"]).toContain((await say(message)).step.type);
    }),
  );
});
