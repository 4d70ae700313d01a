import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret, utf8 } from "@mailwire/wire";
import { loginClient, loginServer } from "./login.ts";
import type { SaslStep, VerifyPassword } from "./mechanism.ts";

const verify: VerifyPassword = ({ user, password }) => Promise.resolve(password.reveal() === `${user}'s` ? user : undefined);

/** Steps of an exchange in which the client says these responses. */
async function exchange(...responses: (string | null)[]): Promise<SaslStep[]> {
  const server = loginServer(verify, { limits: { maxFieldBytes: 20 } }).start({});
  const steps: SaslStep[] = [];
  for (const response of responses) steps.push(await server.next(response === null ? null : utf8(response)));
  return steps;
}

const askUser: SaslStep = { type: "challenge", data: utf8("Username:") };
const askPassword: SaslStep = { type: "challenge", data: utf8("Password:") };

test("the server asks for the user, then for the password", async () => {
  expect(await exchange(null, "tim", "tim's")).toEqual([askUser, askPassword, { type: "success", identity: "tim" }]);
  expect(await exchange(null, "tim", "tom's")).toMatchObject([askUser, askPassword, { type: "failure" }]);
});

test("an initial response is the user's name", async () => {
  expect(await exchange("tim", "tim's")).toEqual([askPassword, { type: "success", identity: "tim" }]);
});

test("an empty initial response is not a missing one: it is refused", async () => {
  expect(await exchange("")).toMatchObject([{ type: "failure" }]);
});

test.each([
  ["empty", ""],
  ["with NUL", "a\0b"],
  ["too long", "x".repeat(21)],
])("a password that is %s is refused", async (_, password) => {
  expect(await exchange(null, "tim", password)).toMatchObject([
    askUser,
    askPassword,
    { type: "failure", reason: "malformed LOGIN response" },
  ]);
});

test("the mechanism is named, and says that it sends the password in clear", () => {
  expect(loginServer(verify)).toMatchObject({ name: "LOGIN", plaintext: true });
  expect(loginServer(verify).start({}).mechanism).toBe("LOGIN");
});

test("the client waits, answers in order whatever the challenges read, and no third time", async () => {
  const client = loginClient({ user: "tim", password: new Secret("tim's") });
  expect(await client.start()).toBeNull();
  expect(await client.next(utf8("User Name\0"))).toEqual(utf8("tim"));
  expect(await client.next(utf8(""))).toEqual(utf8("tim's"));
  await expect(client.next(utf8("Again:"))).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
});

test("the client refuses what cannot be said", () => {
  expect(() => loginClient({ user: "a\0", password: "p" })).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
});

test("client and server understand each other", async () => {
  const field = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0"));
  await fc.assert(
    fc.asyncProperty(field, async (user) => {
      const client = loginClient({ user, password: `${user}'s` });
      const server = loginServer(verify).start({});
      let step = await server.next(await client.start());
      while (step.type === "challenge") step = await server.next(await client.next(step.data));
      expect(step).toEqual({ type: "success", identity: user });
    }),
  );
});
