import { readFileSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { leftOutIn, lineAbout, playAll, violationsIn } from "./play-all.ts";
import { Runner } from "./runner.ts";
import { readScripts } from "./script.ts";

const FOLDER = new URL("../scripts/", import.meta.url);
const scripts = readdirSync(FOLDER).flatMap((file) => readScripts(readFileSync(new URL(file, FOLDER), "utf8")));

/** The line about each script, and how it went. */
const played = new Map<string, { readonly line: string; readonly outcome: "ok" | "failed" | "left out" }>();

beforeAll(async () => {
  for await (const [script, verdicts] of playAll(new Runner(), scripts)) {
    const outcome = leftOutIn(verdicts) !== undefined ? "left out" : violationsIn(verdicts).length === 0 ? "ok" : "failed";
    played.set(script.id, { line: lineAbout(script, verdicts), outcome });
  }
}, 120_000);

/** Every class of attacks, and the scripts that belong to it. */
const CLIENT_CLASSES: readonly (readonly [string, RegExp])[] = [
  ["STARTTLS is taken out of the offer", /-client-(?:strip|no-capabilities)/],
  ["STARTTLS is refused, or answered by something else", /-client-refused/],
  ["the way to STARTTLS is refused: greeting and EHLO", /-client-(?:greeting|ehlo-\d)/],
  ["replies are injected behind the go-ahead, in the same piece", /-client-injected-(?!later|after)/],
  ["replies are injected behind the go-ahead, in a later piece", /-client-injected-(?:later|after)/],
  ["answers come before their commands", /-client-(?:go-ahead-too-early|answers-ahead|tags-foreseen|answered-twice|unasked)/],
  ["the session is said to be authenticated", /-client-preauth/],
  ["hosts and addresses are told in clear", /-client-(?:redirect|referral)/],
  [
    "what is offered in clear is believed inside TLS",
    /-client-(?:capabilit|nothing-inside|helo-inside|ehlo-fails|logins-disabled|requiretls|no-list|starttls-inside)/,
  ],
  ["data of an account is planted in clear", /-client-tampered/],
  ["literals and lists in clear swallow what follows", /-client-(?:literal|endless)/],
  ["texts in clear write on the screen", /-client-escapes/],
  ["a timestamp in clear lures", /-client-timestamp/],
  ["the connection ends, or nothing comes", /-client-(?:closed|half|reset|silent|bye)/],
  ["the client speaks before the go-ahead", /-client-talks-ahead/],
  ["the certificate is not the server's", /-client-certificate/],
  ["the policy of a relay is not kept", /-client-(?:policy|dane)/],
  ["the handshake does not come to its end", /-client-handshake/],
  ["what is legal is refused", /-client-(?:guard|implicit)/],
];

const SERVER_CLASSES: readonly (readonly [string, RegExp])[] = [
  ["commands are injected behind STARTTLS, in the same piece", /-server-injected-(?!later)/],
  ["commands are injected behind STARTTLS, in a later piece", /-server-injected-later/],
  ["commands in clear take the place of the handshake", /-server-(?:clear-for|plaintext-for|cut)/],
  ["a bare line end hides a command", /-server-(?:bare|nul)/],
  ["what was done in clear holds inside TLS", /-server-(?:\w+-kept)/],
  ["logins are taken in clear", /-server-(?:login-in-clear|auth-in-clear|select-in-clear)/],
  ["STARTTLS comes where it may not", /-server-(?:starttls|stls)-(?:twice|after|with|before)|-server-compressed/],
  ["STARTTLS is data", /-server-(?:starttls|stls)-(?:as|in)-/],
  ["the handshake does not come to its end", /-server-(?:handshake|old)/],
  ["what is legal is refused", /-server-guard/],
];

function failedOf(pattern: RegExp): string[] {
  return [...played].flatMap(([id, { line, outcome }]) => (pattern.test(id) && outcome === "failed" ? [line] : []));
}

describe("clients", () => {
  test.each(CLIENT_CLASSES)("%s", (_class, pattern) => {
    expect(scripts.some(({ id }) => pattern.test(id))).toBe(true);
    expect(failedOf(pattern)).toEqual([]);
  });
});

describe("servers", () => {
  test.each(SERVER_CLASSES)("%s", (_class, pattern) => {
    expect(scripts.some(({ id }) => pattern.test(id))).toBe(true);
    expect(failedOf(pattern)).toEqual([]);
  });
});

test("every script belongs to a class, and was played", () => {
  const classes = [...CLIENT_CLASSES, ...SERVER_CLASSES];
  expect(scripts.filter(({ id }) => !classes.some(([, pattern]) => pattern.test(id))).map(({ id }) => id)).toEqual([]);
  expect(played.size).toBe(scripts.length);
  expect([...played.values()].filter(({ outcome }) => outcome === "left out")).toEqual([]);
});
