// Whole sessions, cut at every byte: whatever a network does to commands and answers, both ends understand the same.

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSessionDocument } from "@mailwire/transcript";
import { SplitTransport, memoryPair } from "@mailwire/transport";
import { Secret, concat, fromLatin1, latin1, utf8 } from "@mailwire/wire";
import type { ByteTransport, Session, TlsInfo } from "@mailwire/wire";
import { apopDigest, err, ok } from "../src/codec/index.ts";
import type { Command } from "../src/codec/index.ts";
import { Pop3Client } from "../src/client.ts";
import { servePop3 } from "../src/server.ts";
import { ClientSession, ServerSession } from "../src/session/index.ts";
import type { ClientIntent, ServerIntent } from "../src/session/index.ts";
import { drain, join } from "./drain.ts";
import type { Drained } from "./drain.ts";
import { NotedMaildrop, serving } from "./fixture.ts";

/** What the client says, and how the server's application answers; the first one says nothing. */
type Exchange = readonly [ClientIntent | undefined, ...ServerIntent[]];

function asked(command: Command, ...answer: ServerIntent[]): Exchange {
  return [{ type: "command", command }, ...answer];
}

function yes(text: string): ServerIntent {
  return { type: "reply", reply: ok(text) };
}

function body(text: string): ServerIntent {
  return { type: "body", chunk: utf8(text) };
}

const NO: ServerIntent = { type: "reply", reply: err("no, [really]", "SYS/TEMP") };
const LINES: ServerIntent = { type: "reply", reply: ok("lines follow"), follows: "lines" };
const BODY: ServerIntent = { type: "reply", reply: ok("120 octets"), follows: "body" };
const END: ServerIntent = { type: "end" };
const MESSAGE = "Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nx.\r\n\r\n.\r\r\nlast";

/** Every command that there is, and every kind of answer. */
const WHOLE: readonly Exchange[] = [
  [undefined, yes("ready <1@b>")],
  asked({ type: "capa" }, LINES, { type: "line", listing: { type: "capability", name: "SASL", parameters: ["PLAIN", "LOGIN"] } }, END),
  asked({ type: "lang" }, LINES, { type: "line", listing: { type: "language", tag: "de", description: "Deutsch \u00e4" } }, END),
  asked({ type: "lang", range: "de" }, yes("de S\u00e4tze auf Deutsch")),
  asked({ type: "apop", name: "u", digest: apopDigest("<1@b>", "x") }, NO),
  asked({ type: "stls" }, yes("begin TLS")),
  asked({ type: "utf8" }, yes("")),
  asked({ type: "auth", mechanism: "LOGIN" }, { type: "auth-challenge", data: utf8("Username:") }),
  [
    { type: "auth-response", data: utf8("tim") },
    { type: "auth-challenge", data: new Uint8Array() },
  ],
  [{ type: "auth-cancel" }, NO],
  asked({ type: "auth", mechanism: "PLAIN", initialResponse: new Secret(new Uint8Array()) }, NO),
  asked({ type: "user", name: "u" }, yes("and the password?")),
  asked({ type: "pass", password: new Secret(" two  words ") }, yes("2 messages")),
  asked({ type: "stat" }, yes("2 320")),
  asked({ type: "list" }, LINES, { type: "line", listing: { type: "scan", message: 1, octets: 120 } }, END),
  asked({ type: "list", message: 1 }, yes("1 120")),
  asked({ type: "uidl" }, LINES, { type: "line", listing: { type: "unique-id", message: 1, uid: "..a" } }, END),
  asked({ type: "uidl", message: 1 }, NO),
  asked({ type: "retr", message: 1 }, BODY, body(MESSAGE), END),
  asked({ type: "retr", message: 2 }, NO),
  asked({ type: "top", message: 1, lines: 0 }, BODY, END),
  asked({ type: "dele", message: 1 }, yes("message 1 is deleted")),
  asked({ type: "rset" }, yes("")),
  asked({ type: "unknown", keyword: "XTND", argument: "XMIT" }, NO),
  asked({ type: "noop" }, yes("")),
  asked({ type: "quit" }, yes("bye")),
];

const TLS: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };

/** Polls a session dry, and gives it its handshake when it asks for one. */
function settle<Event extends object, Intent>(session: Session<Event, Intent>, onEvent?: (event: Event) => void): Drained {
  const drained = drain(session, onEvent);
  if (drained.end !== "start-tls") return drained;
  session.receiveTls(TLS);
  return join([drained, drain(session)]);
}

/** `text` cut at those of `cuts` that lie in it, which are offsets in a longer text where it begins at `offset`. */
function pieces(text: string, offset: number, cuts: readonly number[]): readonly Uint8Array[] {
  const own = cuts.map((cut) => cut - offset).filter((cut) => cut > 0 && cut < text.length);
  return [0, ...own].map((start, at) => fromLatin1(text.slice(start, own[at])));
}

/** One side of the conversation. */
interface Side {
  /** Begins an exchange. */
  readonly begin: (exchange: Exchange) => Drained;
  /** Hears what the other side says in it. */
  readonly hear: (piece: Uint8Array, exchange: Exchange) => Drained;
}

function clientSide(): Side {
  const session = new ClientSession({ allowPlaintext: true });
  return {
    begin: ([intent]) => {
      if (intent !== undefined) session.send(intent);
      return settle(session);
    },
    hear: (piece) => {
      session.receive(piece);
      return settle(session);
    },
  };
}

function serverSide(): Side {
  const session = new ServerSession({ allowPlaintextAuth: true, stls: "offered", utf8: { user: true } });
  const answer = (answers: readonly ServerIntent[]): void => {
    for (const said of answers) session.send(said);
  };
  return {
    begin: ([intent, ...answers]) => {
      if (intent === undefined) answer(answers);
      return settle(session);
    },
    hear: (piece, [, ...answers]) => {
      session.receive(piece);
      return settle(session, ({ type }) => {
        if (type !== "tls") answer(answers);
      });
    },
  };
}

/** What both sides say to each other, exchange by exchange. */
function converse(): { readonly client: readonly string[]; readonly server: readonly string[] } {
  const [client, server] = [clientSide(), serverSide()];
  const said = WHOLE.map((exchange) => {
    const fromClient = client.begin(exchange).said;
    const fromServer = join([server.begin(exchange), server.hear(fromLatin1(fromClient), exchange)]).said;
    client.hear(fromLatin1(fromServer), exchange);
    return [fromClient, fromServer] as const;
  });
  return { client: said.map(([text]) => text), server: said.map(([, text]) => text) };
}

/** All that comes to pass on a side that hears `heard`, cut at these offsets of it all. */
function play(side: Side, heard: readonly string[], cuts: readonly number[]): Drained {
  let offset = 0;
  const drained = WHOLE.flatMap((exchange, index) => {
    const text = heard[index] ?? "";
    const begun = side.begin(exchange);
    const rest = pieces(text, offset, cuts).map((piece) => side.hear(piece, exchange));
    offset += text.length;
    return [begun, ...rest];
  });
  return join(drained);
}

const SAID = converse();

describe.each([
  ["every reply", clientSide, SAID.server, 38],
  ["every command", serverSide, SAID.client, 26],
] as const)("%s of a whole session", (_, side, heard, events) => {
  const whole = play(side(), heard, []);
  const { length } = heard.join("");

  test("is understood", () => {
    expect(whole.events).toHaveLength(events);
    expect(whole.end).toBe("closed");
    expect(length).toBeGreaterThan(200);
  });

  test("means the same when it is cut at any byte, or at all of them", () => {
    for (let cut = 1; cut < length; cut += 1) expect(play(side(), heard, [cut])).toEqual(whole);
    expect(
      play(
        side(),
        heard,
        Array.from({ length }, (__, cut) => cut),
      ),
    ).toEqual(whole);
  });

  test("means the same when it is cut at any two bytes near each other", () => {
    for (let cut = 1; cut < length; cut += 1) expect(play(side(), heard, [cut, cut + 2])).toEqual(whole);
  });
});

test("an AUTH longer than any other command means the same when it is cut at any byte", () => {
  const line = `AUTH PLAIN ${"QUFB".repeat(100)}\r\nNOOP\r\n`;
  const hear = (...chunks: readonly string[]): Drained => {
    const session = new ServerSession({ allowPlaintextAuth: true });
    session.send(yes("ready"));
    return join(
      ["", ...chunks].map((chunk) => {
        session.receive(fromLatin1(chunk));
        return drain(session, () => session.send(NO));
      }),
    );
  };
  const whole = hear(line);
  expect(whole.events).toMatchObject([{ command: { type: "auth", initialResponse: "A".repeat(300) } }, {}]);
  for (let cut = 1; cut < line.length; cut += 1) expect(hear(line.slice(0, cut), line.slice(cut))).toEqual(whole);
  expect(hear(...Array.from(line))).toEqual(whole);
});

const folder = new URL("./sessions/", import.meta.url);
const recorded = readdirSync(folder).filter((name) => name.endsWith(".md"));

describe.each(recorded)("the recorded session %s", (name) => {
  const lines = readSessionDocument(readFileSync(new URL(name, folder), "utf8")).parts.flatMap(({ wire }) => wire);

  /** What our server says to all that the person typed, cut at this byte. */
  async function answers(cut: number): Promise<string> {
    const typed = concat(lines.flatMap((line) => (line.from === "client" ? line.bytes : [])));
    const [person, end] = memoryPair();
    servePop3(end, { ...serving(new NotedMaildrop("Subject: a\r\n\r\n.\r\n", "b")), verify: ({ user }) => Promise.resolve(user) });
    await person.write([typed.subarray(0, cut)]);
    // Time for the first part to be understood by itself.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    await person.write([typed.subarray(cut)]);
    return readAll(person);
  }

  test("is answered alike wherever its commands are cut", async () => {
    const whole = await answers(0);
    const { length } = concat(lines.flatMap((line) => (line.from === "client" ? line.bytes : [])));
    expect(whole).toMatch(/\r\n\+OK bye\r\n$/);
    for (let cut = 1; cut < length; cut += 1) expect(await answers(cut)).toBe(whole);
  });
});

async function readAll(transport: ByteTransport): Promise<string> {
  let all = "";
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) all += latin1(chunk);
  return all;
}

test.each([1, 2, 3, 5, 7])("client and server talk the same in pieces of %d bytes", async (length) => {
  const texts = ["Subject: one\r\n\r\n.\r\n", `Subject: two\r\n\r\n${"..line\r\n".repeat(30)}`];
  const [left, right] = memoryPair();
  const [ours, theirs] = [new SplitTransport(left), new SplitTransport(right)];
  const maildrop = new NotedMaildrop(...texts);
  servePop3(theirs, { ...serving(maildrop), allowPlaintextAuth: false, tls: {} });
  for (const transport of [ours, theirs]) transport.split({ pieceBytes: [length], pauseMs: 0 });
  const client = await Pop3Client.open(ours, { serverName: "mail.example" });
  await client.login("u", "hush");
  const read: string[] = [];
  for await (const { message, body: content } of client.messages()) {
    read.push(latin1(await content.bytes()));
    await client.dele(message);
  }
  await client.quit();
  expect(read).toEqual(texts);
  expect(maildrop.notes).toEqual(["commit 0,1", "release"]);
});
