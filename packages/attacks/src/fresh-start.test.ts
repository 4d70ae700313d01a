// The invariant of the upgrade, for any bytes: inside TLS a session behaves as if it had just begun, or it has ended with a typed error, and
// nothing was shown in clear. Over memory, where the handshake takes no time.

import { memoryPair } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLIENTS, SERVERS } from "../test/dialogues.ts";
import { type Injection, NOTHING, injections, withInjection } from "../test/injection.ts";
import { Lines } from "../test/lines.ts";
import { canariesIn } from "./canary.ts";
import { type Beliefs, CLIENT_COURSES } from "./client-course.ts";
import { octets } from "./octets.ts";
import { describe as inWords, failure } from "./outcome.ts";
import type { Protocol } from "./script.ts";
import { type Asked, SERVER_COURSES } from "./server-course.ts";

/** What may be said in clear. */
const HARMLESS = /^(?:\w+ )?(?:EHLO|LHLO|HELO|STARTTLS|CAPA|STLS|CAPABILITY|NOOP|QUIT|LOGOUT)\b/i;

/** The positive answer to STARTTLS, behind which no more is read in clear. */
const GO_AHEAD = /^(?:220|\+OK|\w+ OK) .*TLS/i;

/** Resolves when the other side has had every chance to go on. */
function idle(): Promise<"idle"> {
  return new Promise((resolve) => setTimeout(() => resolve("idle"), 6));
}

/** Says the pieces of a turn, each as soon as it should come. */
async function sayPieces(pieces: readonly string[], { timing }: Injection, say: (piece: string) => Promise<void>): Promise<void> {
  for (const [at, piece] of pieces.entries()) {
    if (at > 0 && timing === "later piece") await idle();
    await say(piece);
  }
}

const awaited = new WeakMap<Lines, Promise<string | undefined>>();

/** The next line; undefined where none comes. It is waited for until it is there: transports are read by one reader at a time. */
async function nextLine(lines: Lines): Promise<string | undefined> {
  const line = awaited.get(lines) ?? lines.line().catch(() => undefined);
  awaited.set(lines, line);
  const heard = await Promise.race([line, idle()]);
  if (heard === "idle") return undefined;
  awaited.delete(lines);
  return heard;
}

/** What a client says inside TLS, or how it ended, after these bytes were added in clear. */
async function clientAfter(
  protocol: Protocol,
  injection: Injection,
): Promise<{ inside: string[]; capabilities: readonly string[]; end: string }> {
  const [left, right] = memoryPair({ chunkSizes: injection.chunkSizes });
  const beliefs: Beliefs = { capabilities: [], toldInClear: [], leftovers: [] };
  const plan = { serverName: "mx.example", tlsOptions: {}, policy: "require", requireTls: "absent" } as const;
  const ended = CLIENT_COURSES[protocol](left, plan, beliefs).then(
    () => "success",
    (error: unknown) => expectTyped(error),
  );
  const { clear, inside } = SERVERS[protocol];
  const server = new Lines(right);
  let tag = "*";
  const say = async (text: string): Promise<void> => {
    const filled = text.replaceAll("{tag}", tag).replaceAll("{next}", tagAfter(tag));
    await Promise.resolve(server.transport.write([octets(filled)])).catch(() => undefined);
  };
  const heard: string[] = [];
  for (const [at, pieces] of withInjection(clear, injection).entries()) {
    const line = at === 0 ? undefined : await nextLine(server);
    if (line !== undefined) heard.push(line);
    tag = line?.split(" ")[0] ?? tag;
    await sayPieces(pieces, injection, say);
  }
  expect(heard.filter((line) => !HARMLESS.test(line))).toEqual([]);
  expect(canariesIn(heard.join())).toEqual([]);
  const secured = await upgraded(right, ended);
  const said: string[] = [];
  if (secured !== undefined) {
    server.transport = secured;
    for (const text of inside) {
      const line = await server.line().catch(() => undefined);
      if (line === undefined) break;
      tag = /^[A-Z]{4}\d+ /.exec(line)?.[0].trim() ?? tag;
      said.push(line.replace(/^[A-Z]{4}\d+ /, ""));
      // Three more lines of the message: the last one is its dot, or what follows the literal.
      if (line.startsWith("Subject:")) for (let more = 0; more < 3; more += 1) await server.line();
      await say(text);
    }
    await Promise.resolve(secured.end()).catch(() => undefined);
  } else right.abort();
  expect(beliefs.toldInClear.filter((what) => what !== "BYE" && what !== "CAPABILITY")).toEqual([]);
  expect(beliefs.leftovers).toEqual([]);
  return { inside: said, capabilities: beliefs.capabilities, end: await ended };
}

/** Tags are numbers behind a name. */
function tagAfter(tag: string): string {
  return tag.replace(/\d+$/, (digits) => String(Number(digits) + 1).padStart(digits.length, "0"));
}

/** The attacker's end inside TLS, where the client wants it. */
async function upgraded(right: ByteTransport, ended: Promise<string>): Promise<ByteTransport | undefined> {
  const upgrade = right.startTls?.({ side: "server", reply: new Uint8Array(), tls: {} }).catch(() => undefined);
  const first = await Promise.race([upgrade, ended.then(() => undefined), idle()]);
  return first === "idle" ? undefined : first;
}

function expectTyped(error: unknown): string {
  const outcome = failure(error);
  // Nor is it the caller's fault, whatever came.
  expect(inWords(outcome)).not.toMatch(/without a type|ProtocolError local/);
  return inWords(outcome);
}

/** What a server answers inside TLS after these bytes were added in clear; nothing where there was no TLS. */
async function serverAfter(protocol: Protocol, injection: Injection): Promise<{ answers: string; asked: Asked }> {
  const [left, right] = memoryPair({ chunkSizes: injection.chunkSizes });
  const asked: Asked = { logins: [], addresses: [], errors: [] };
  const served = SERVER_COURSES[protocol](right, { tls: {}, plaintextAuth: "refused", demands: "auth" }, asked);
  const { clear, inside } = CLIENTS[protocol];
  const client = new Lines(left);
  await client.line();
  let heard: string | undefined = "";
  for (const pieces of withInjection(clear, injection)) {
    await sayPieces(pieces, injection, (piece) => Promise.resolve(left.write([octets(piece)])).catch(() => undefined));
    do heard = await nextLine(client);
    while (heard !== undefined && !GO_AHEAD.test(heard));
    if (heard !== undefined) break;
  }
  expect(asked.logins).toEqual([]);
  const secured = heard === undefined ? undefined : await upgradedAsClient(left);
  if (secured === undefined) left.abort();
  client.transport = secured ?? left;
  let answers = "";
  for (const text of secured === undefined ? [] : inside) {
    await Promise.resolve(secured?.write([octets(text)])).catch(() => undefined);
    for (let line = await nextLine(client); line !== undefined; line = await nextLine(client)) answers += `${line}\n`;
  }
  left.abort();
  secured?.abort();
  await served.closed;
  expect(asked.errors).toEqual([]);
  return { answers, asked };
}

async function upgradedAsClient(left: ByteTransport): Promise<ByteTransport | undefined> {
  const upgrade = left.startTls?.({ side: "client", serverName: "mx.example", tls: {} }).catch(() => undefined);
  const first = await Promise.race([upgrade, idle()]);
  return first === "idle" ? undefined : first;
}

const RUNS = { numRuns: 80 };

describe("whatever an attacker adds in clear, a client inside TLS behaves as if it had just begun, or ended with a typed error, and showed nothing", () => {
  test.each<[Protocol]>([["smtp"], ["lmtp"], ["pop3"], ["imap"]])("%s", async (protocol) => {
    const control = await clientAfter(protocol, NOTHING);
    expect(control.end).toBe("success");
    await fc.assert(
      fc.asyncProperty(injections(protocol, "client"), async (injection) => {
        const outcome = await clientAfter(protocol, injection);
        expect(outcome.inside.length > 0 ? outcome : { ...control, ended: outcome.end !== "success" }).toEqual(
          outcome.inside.length > 0 ? control : { ...control, ended: true },
        );
      }),
      RUNS,
    );
  });
});

describe("whatever an attacker adds in clear, a server inside TLS behaves as if it had just begun, or there is no TLS, and no login was tried", () => {
  test.each<[Protocol]>([["smtp"], ["lmtp"], ["pop3"], ["imap"]])("%s", { timeout: 60_000 }, async (protocol) => {
    const control = await serverAfter(protocol, NOTHING);
    expect(control.answers).not.toBe("");
    await fc.assert(
      fc.asyncProperty(injections(protocol, "server"), async (injection) => {
        const outcome = await serverAfter(protocol, injection);
        expect(outcome.answers === "" ? control : outcome).toEqual(control);
      }),
      { numRuns: 40 },
    );
  });
});
