// The invariant of the upgrade, for any bytes: inside TLS a session behaves as if it had just begun, or it has ended with a typed error, and
// nothing was shown in clear. Over memory, where the handshake takes no time.

import { memoryPair } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lines } from "../test/lines.ts";
import { canariesIn } from "./canary.ts";
import { type Beliefs, CLIENT_COURSES } from "./client-course.ts";
import { octets, textOf } from "./octets.ts";
import { describe as inWords, failure } from "./outcome.ts";
import { type Asked, SERVER_COURSES } from "./server-course.ts";

type Protocol = keyof typeof CLIENT_COURSES;

/** What the honest side says in clear, and the conversation inside TLS. `{tag}` is the client's latest. */
interface Dialogue {
  readonly clear: readonly string[];
  readonly inside: readonly string[];
}

/** Servers, for clients. */
const SERVERS: Readonly<Record<Protocol, Dialogue>> = {
  smtp: {
    clear: ["220 mx.example\r\n", "250-mx.example\r\n250-SIZE 9\r\n250 STARTTLS\r\n", "220 go\r\n"],
    inside: [
      "250-mx.example\r\n250 AUTH PLAIN\r\n",
      "235 in\r\n",
      "250 ok\r\n",
      "250 ok\r\n",
      "354 go\r\n",
      "250 taken\r\n",
      "221 bye\r\n",
    ],
  },
  lmtp: {
    clear: ["220 mx.example\r\n", "250-mx.example\r\n250-SIZE 9\r\n250 STARTTLS\r\n", "220 go\r\n"],
    inside: [
      "250-mx.example\r\n250 AUTH PLAIN\r\n",
      "235 in\r\n",
      "250 ok\r\n",
      "250 ok\r\n",
      "354 go\r\n",
      "250 taken\r\n",
      "221 bye\r\n",
    ],
  },
  pop3: {
    clear: ["+OK <1.2@mx.example>\r\n", "+OK\r\nSTLS\r\nSASL PLAIN\r\n.\r\n", "+OK go\r\n"],
    inside: ["+OK\r\nSASL PLAIN\r\n.\r\n", "+OK in\r\n", "+OK 0 0\r\n", "+OK bye\r\n"],
  },
  imap: {
    clear: ["* OK hi\r\n", "* CAPABILITY IMAP4rev1 STARTTLS LITERAL+\r\n{tag} OK\r\n", "{tag} OK go\r\n"],
    inside: [
      "* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\n{tag} OK\r\n",
      "{tag} OK in\r\n",
      "{tag} OK selected\r\n",
      "+ go\r\n",
      "{tag} OK\r\n",
      "* BYE x\r\n{tag} OK\r\n",
    ],
  },
};

/** Clients, for servers. */
const CLIENTS: Readonly<Record<Protocol, Dialogue>> = {
  smtp: {
    clear: ["EHLO a\r\n", "STARTTLS\r\n"],
    inside: ["MAIL FROM:<a@b.example>\r\n", "EHLO a\r\n", "AUTH PLAIN AHRpbQB0aW0=\r\n", "RCPT TO:<a@b.example>\r\n", "QUIT\r\n"],
  },
  lmtp: {
    clear: ["LHLO a\r\n", "STARTTLS\r\n"],
    inside: ["MAIL FROM:<a@b.example>\r\n", "LHLO a\r\n", "AUTH PLAIN AHRpbQB0aW0=\r\n", "RCPT TO:<a@b.example>\r\n", "QUIT\r\n"],
  },
  pop3: {
    clear: ["CAPA\r\n", "STLS\r\n"],
    inside: ["STAT\r\n", "CAPA\r\n", "PASS tim\r\n", "USER tim\r\n", "PASS tim\r\n", "STAT\r\n", "QUIT\r\n"],
  },
  imap: {
    clear: ["A CAPABILITY\r\n", "B STARTTLS\r\n"],
    inside: ["C SELECT INBOX\r\n", "D CAPABILITY\r\n", "E LOGIN tim tim\r\n", "F LOGOUT\r\n"],
  },
};

/** What may be said in clear. */
const HARMLESS = /^(?:\w+ )?(?:EHLO|LHLO|HELO|STARTTLS|CAPA|STLS|CAPABILITY|NOOP|QUIT|LOGOUT)\b/i;

/** The positive answer to STARTTLS, behind which no more is read in clear. */
const GO_AHEAD = /^(?:220|\+OK|\w+ OK) .*TLS/i;

/** Words that mean something somewhere, and bytes that mean nothing. */
const injected = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 30 }).map(textOf),
  fc
    .array(
      fc.constantFrom(
        ...[
          "\r\n",
          "\n",
          "\0",
          "220 go\r\n",
          "250 AUTH PLAIN LOGIN\r\n",
          "421 x\r\n",
          "+OK\r\n",
          ".\r\n",
          "-ERR x\r\n",
          "* PREAUTH x\r\n",
          "+ \r\n",
          "{3}\r\n",
        ],
        ...[
          "* CAPABILITY AUTH=PLAIN\r\n",
          "* 1 EXISTS\r\n",
          '* LIST () "/" {9}\r\n',
          "* BYE x\r\n",
          "STARTTLS\r\n",
          "STLS\r\n",
          "EHLO evil\r\n",
          "NOOP\r\n",
        ],
        ...[
          "MAIL FROM:<evil@x>\r\n",
          "AUTH PLAIN AGV2aWwAZXZpbA==\r\n",
          "USER evil\r\n",
          "PASS evil\r\n",
          "UTF8\r\n",
          "Z LOGIN evil evil\r\n",
          "Z LOGIN {4}\r\n",
        ],
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((words) => words.join("")),
);

/** Bytes, and where they are added: in which piece, how far into it. */
interface Injection {
  readonly piece: number;
  readonly offset: number;
  readonly bytes: string;
}

const place = fc.record({ piece: fc.nat({ max: 2 }), offset: fc.nat({ max: 60 }), bytes: injected });

function withInjection(clear: readonly string[], { piece, offset, bytes }: Injection): string[] {
  const at = piece % clear.length;
  return clear.map((text, index) => (index === at ? text.slice(0, offset) + bytes + text.slice(offset) : text));
}

/** Resolves when the other side has had every chance to go on. */
function idle(): Promise<"idle"> {
  return new Promise((resolve) => setTimeout(() => resolve("idle"), 6));
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
  const [left, right] = memoryPair();
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
    await Promise.resolve(server.transport.write([octets(text.replaceAll("{tag}", tag))])).catch(() => undefined);
  };
  const heard: string[] = [];
  for (const [at, text] of withInjection(clear, injection).entries()) {
    const line = at === 0 ? undefined : await nextLine(server);
    if (line !== undefined) heard.push(line);
    tag = line?.split(" ")[0] ?? tag;
    await say(text);
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

/** The attacker's end inside TLS, where the client wants it. */
async function upgraded(right: ByteTransport, ended: Promise<string>): Promise<ByteTransport | undefined> {
  const upgrade = right.startTls?.({ side: "server", reply: new Uint8Array(), tls: {} }).catch(() => undefined);
  const first = await Promise.race([upgrade, ended.then(() => undefined), idle()]);
  return first === "idle" ? undefined : first;
}

function expectTyped(error: unknown): string {
  const outcome = failure(error);
  expect(inWords(outcome)).not.toContain("without a type");
  return inWords(outcome);
}

/** What a server answers inside TLS after these bytes were added in clear; nothing where there was no TLS. */
async function serverAfter(protocol: Protocol, injection: Injection): Promise<{ answers: string; asked: Asked }> {
  const [left, right] = memoryPair();
  const asked: Asked = { logins: [], addresses: [], errors: [] };
  const served = SERVER_COURSES[protocol](right, { tls: {}, plaintextAuth: "refused", demands: "auth" }, asked);
  const { clear, inside } = CLIENTS[protocol];
  const client = new Lines(left);
  await client.line();
  let heard: string | undefined = "";
  for (const text of withInjection(clear, { ...injection, piece: injection.piece % 2 })) {
    await Promise.resolve(left.write([octets(text)])).catch(() => undefined);
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

const NOTHING: Injection = { piece: 0, offset: 0, bytes: "" };
const RUNS = { numRuns: 60 };

describe("whatever an attacker adds in clear, a client inside TLS behaves as if it had just begun, or ended with a typed error, and showed nothing", () => {
  test.each<[Protocol]>([["smtp"], ["lmtp"], ["pop3"], ["imap"]])("%s", async (protocol) => {
    const control = await clientAfter(protocol, NOTHING);
    expect(control.end).toBe("success");
    await fc.assert(
      fc.asyncProperty(place, async (injection) => {
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
      fc.asyncProperty(place, async (injection) => {
        const outcome = await serverAfter(protocol, injection);
        expect(outcome.answers === "" ? control : outcome).toEqual(control);
      }),
      { numRuns: 25 },
    );
  });
});
