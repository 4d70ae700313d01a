import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret, latin1, utf8 } from "@mailwire/wire";
import { cramMd5Client, cramMd5Server } from "./cram-md5.ts";
import type { SaslServer } from "./mechanism.ts";

const server = (): SaslServer =>
  cramMd5Server((user) => Promise.resolve(user === "nobody" ? undefined : new Secret(`${user}'s`)), {
    hostname: "mail.example",
    limits: { maxFieldBytes: 20 },
  }).start({});

test("RFC 2195 section 2: tim's digest", async () => {
  const client = cramMd5Client({ user: "tim", password: "tanstaaftanstaaf" });
  expect(await client.start()).toBeNull();
  const response = await client.next(utf8("<1896.697170952@postoffice.reston.mci.net>"));
  expect(latin1(response)).toBe("tim b913a602c7eda7a495b4e6e7334d3890");
  await expect(client.next(utf8("again"))).rejects.toMatchObject({ side: "remote", code: "sasl-unexpected-challenge" });
  expect(() => client.finish()).not.toThrow();
});

test("the challenge is a msg-id that names the server and never comes twice", async () => {
  const challenges = await Promise.all([server().next(null), server().next(null)]);
  const texts = challenges.map((step) => (step.type === "challenge" ? latin1(step.data) : step.type));
  for (const text of texts) expect(text).toMatch(/^<[\d.]+@mail\.example>$/);
  expect(texts[0]).not.toBe(texts[1]);
  const step = await cramMd5Server(() => Promise.resolve(undefined))
    .start({})
    .next(null);
  expect(step.type === "challenge" && latin1(step.data)).toMatch(/@localhost>$/);
});

test("client and server understand each other, names with spaces included", async () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 5 }).filter((text) => !text.includes("\0"));
  await fc.assert(
    fc.asyncProperty(name, fc.constantFrom("'s", "'S"), async (user, end) => {
      const client = cramMd5Client({ user, password: `${user}${end}` });
      const exchange = server();
      const asked = await exchange.next(await client.start());
      if (asked.type !== "challenge") throw new Error("no challenge");
      const step = await exchange.next(await client.next(asked.data));
      expect(step).toEqual(end === "'s" ? { type: "success", identity: user } : { type: "failure", reason: "credentials refused" });
    }),
  );
});

test("an unknown user is refused as a wrong password is", async () => {
  const client = cramMd5Client({ user: "nobody", password: "nobody's" });
  const exchange = server();
  const asked = await exchange.next(null);
  if (asked.type !== "challenge") throw new Error("no challenge");
  expect(await exchange.next(await client.next(asked.data))).toEqual({ type: "failure", reason: "credentials refused" });
});

const digest = "b913a602c7eda7a495b4e6e7334d3890";
test.each([
  ["no space", `tim${digest}`],
  ["no user", ` ${digest}`],
  ["no digest", "tim "],
  ["a short digest", `tim ${digest.slice(1)}`],
  ["capitals", `tim ${digest.toUpperCase()}`],
  ["a user too long", `${"t".repeat(21)} ${digest}`],
  ["nothing", ""],
])("%s is malformed", async (_, response) => {
  const exchange = server();
  await exchange.next(null);
  expect(await exchange.next(utf8(response))).toEqual({ type: "failure", reason: "malformed CRAM-MD5 response" });
});

test("the client does not speak first, and not later without saying something", async () => {
  expect(await server().next(utf8(`tim ${digest}`))).toMatchObject({ type: "failure" });
  const exchange = server();
  await exchange.next(null);
  expect(await exchange.next(null)).toMatchObject({ type: "failure" });
});

test("it is named, and does not show the password", () => {
  expect(cramMd5Server(() => Promise.resolve(undefined))).toMatchObject({ name: "CRAM-MD5", plaintext: false });
  expect(() => cramMd5Client({ user: "", password: "p" })).toThrow(expect.objectContaining({ side: "local", code: "bad-credential" }));
});
