import { describe, expect, test } from "vitest";
import { decodeBase64, latin1, utf8 } from "@mailwire/wire";
import type { PlainCredentials } from "../plain.ts";
import { ScramAccounts } from "./accounts.ts";
import type { ScramProof } from "./accounts.ts";
import { ScramClient } from "./client.ts";
import type { ScramBinding } from "./client.ts";
import type { ScramVariant } from "./hash.ts";
import { deriveScramKeys } from "./keys.ts";
import type { ScramKeys } from "./keys.ts";
import { ScramServer } from "./server.ts";
import { tlsWith } from "../../test/tls-with.ts";

interface Vector {
  readonly source: string;
  readonly variant: ScramVariant;
  readonly credentials: PlainCredentials;
  readonly binding?: ScramBinding & { readonly type: "used" };
  readonly salt: string;
  readonly clientNonce: string;
  readonly serverNonce: string;
  /** From the client's first message to the server's last. */
  readonly messages: readonly [string, string, string, string];
}

const pencil = { user: "user", password: "pencil" };

const VECTORS: Vector[] = [
  {
    source: "RFC 5802 section 5",
    variant: "SCRAM-SHA-1",
    credentials: pencil,
    salt: "QSXCR+Q6sek8bf92",
    clientNonce: "fyko+d2lbbFgONRv9qkxdawL",
    serverNonce: "3rfcNHYJY1ZVvWVs7j",
    messages: [
      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
  },
  {
    source: "RFC 7677 section 3",
    variant: "SCRAM-SHA-256",
    credentials: pencil,
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    clientNonce: "rOprNGfwEbeRWgbNEkqO",
    serverNonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    messages: [
      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
  },
  // Computed with Python's hashlib.pbkdf2_hmac and hmac from the formulas of RFC 5802 section 3, with the nonces and the salt of RFC 7677.
  {
    source: "Python",
    variant: "SCRAM-SHA-512",
    credentials: pencil,
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    clientNonce: "rOprNGfwEbeRWgbNEkqO",
    serverNonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    messages: [
      "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
      "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==",
    ],
  },
  // The same way: a name and an authorization identity to be escaped, a password to be prepared ("IIXX" there), the channel bound.
  {
    source: "Python",
    variant: "SCRAM-SHA-256",
    credentials: { user: "a=b,c", password: "I\u2168\u00adX", authorizationIdentity: "ad,min" },
    binding: { type: "used", name: "tls-exporter", data: Uint8Array.from({ length: 32 }, (_, at) => at) },
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    clientNonce: "rOprNGfwEbeRWgbNEkqO",
    serverNonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    messages: [
      "p=tls-exporter,a=ad=2Cmin,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO",
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
      "c=cD10bHMtZXhwb3J0ZXIsYT1hZD0yQ21pbiwAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=vO0B7UxO1SpBTTwuMvtPZv8wvEaQNAVo0kQq9wf6Egw=",
      "v=r7aRGdnzaXEASQ8ax9NUY2mwsyHn2g2RuDlJIWzehz0=",
    ],
  },
];

describe.each(VECTORS)("$variant: $source", ({ variant, credentials, binding, salt, clientNonce, serverNonce, messages }) => {
  test("the client says the vector's messages and believes the server", async () => {
    const client = new ScramClient(variant, credentials, { ...(binding !== undefined && { binding }) }, clientNonce);
    expect(latin1(await client.start())).toBe(messages[0]);
    expect(latin1(await client.next(utf8(messages[1])))).toBe(messages[2]);
    expect(await client.next(utf8(messages[3]))).toEqual(new Uint8Array());
    expect(() => client.finish()).not.toThrow();
  });

  test("the server says the vector's messages and believes the client", async () => {
    const { user, password, authorizationIdentity } = credentials;
    const keys = await deriveScramKeys(variant, password, { salt: decodeBase64(salt) ?? new Uint8Array(), iterations: 4096 });
    const lookup = (name: string): Promise<ScramKeys | undefined> => Promise.resolve(name === user ? keys : undefined);
    const authorize = (proof: ScramProof): Promise<string> => Promise.resolve(proof.authorizationIdentity ?? proof.user);
    const accounts = new ScramAccounts(variant, lookup, { authorize });
    const server =
      binding === undefined
        ? new ScramServer(variant, accounts, undefined, serverNonce)
        : new ScramServer(`${variant}-PLUS`, accounts, tlsWith({ "tls-exporter": binding.data }), serverNonce);
    expect(await server.next(utf8(messages[0]))).toEqual({ type: "challenge", data: utf8(messages[1]) });
    const identity = authorizationIdentity ?? user;
    expect(await server.next(utf8(messages[2]))).toEqual({ type: "success", identity, data: utf8(messages[3]) });
  });
});
