// IMAP's codec with two servers in long sessions: commands are values, everything said is read without deviation and written again, and
// Python's imaplib and node-imap have the same values.

import { encodeResponse, type Response, ResponseDecoder } from "@mailwire/imap/codec";
import { concat, latin1 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCyrus } from "../src/cyrus.ts";
import { startDovecot } from "../src/dovecot.ts";
import { commandOf, type Exchange, ImapDialogue } from "../src/imap-dialogue.ts";
import { appends, SCRIPT, type ScriptLine } from "../src/imap-script.ts";
import { askByValues, askImaplib } from "../src/imaplib.ts";
import { message } from "../src/messages.ts";
import { MIME_SHAPES } from "../src/mime-shapes.ts";
import { asNodeImap, readByNodeImap } from "../src/node-imap.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

/** Dovecot with all that it has. */
const DOVECOT = `
mail_plugins = $mail_plugins quota acl
mail_attribute_dict = file:%h/attributes
protocol imap {
  mail_plugins = $mail_plugins imap_quota imap_acl
  imap_metadata = yes
}
plugin {
  quota = count:User quota
  quota_rule = *:storage=100M
  quota_vsizes = yes
  acl = vfile
}
namespace inbox {
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
`;

const SERVERS = [
  {
    name: "Dovecot",
    start: (directory: string): ReturnType<typeof startDovecot> => startDovecot(directory, DOVECOT),
    lacks: ["CREATE-SPECIAL-USE", "XLIST", "LIST-MYRIGHTS", "LIST-METADATA", "OBJECTID", "SEARCH=FUZZY", "REPLACE"],
    untyped: [],
    respelled: ["ESEARCH", "FETCH"],
  },
  {
    name: "Cyrus",
    start: startCyrus,
    lacks: ["SEARCHRES", "CONTEXT=SEARCH", "REPLACE", "NOTIFY"],
    // RFC 5257
    untyped: ["ANNOTATIONS"],
    respelled: ["ESEARCH", "FETCH", "METADATA"],
  },
];

describe.each(SERVERS)("$name", ({ start, lacks, untyped, respelled }) => {
  let scratch: string;
  let server: Awaited<ReturnType<typeof start>>;
  let dialogue: ImapDialogue;
  const said: { readonly line: ScriptLine; readonly exchange: Exchange }[] = [];
  const skipped: ScriptLine[] = [];

  beforeAll(async () => {
    scratch = await makeScratch();
    server = await start(scratch);
    dialogue = await ImapDialogue.open(server.imap);
    let capabilities: readonly string[] = [];
    for (const line of SCRIPT) {
      if (line.needs !== undefined && !capabilities.includes(line.needs)) {
        skipped.push(line);
        continue;
      }
      const exchange = await dialogue.say(commandOf(line.say, line.bodies), line.bodies);
      capabilities =
        exchange.responses.flatMap(({ response }) => (response.type === "CAPABILITY" ? [response.capabilities] : []))[0] ?? capabilities;
      said.push({ line, exchange });
    }
  });

  afterAll(async () => {
    dialogue.close();
    await server.stop();
    await removeScratch(scratch);
  });

  test("every command is a value, and ends as it should", () => {
    const ends = said.map(({ line, exchange }) => ({ say: line.say, end: line.ends === "any" ? "any" : exchange.end.status }));
    expect(ends).toEqual(said.map(({ line }) => ({ say: line.say, end: line.ends ?? "OK" })));
    const verbs = said.flatMap(({ exchange: { command } }) => (command.name === "unknown" ? [command.verb] : []));
    expect(verbs).toEqual(["NONSENSE"]);
    expect([...new Set(skipped.map(({ needs }) => needs))]).toEqual(lacks);
  });

  test("everything is read, without deviation, and its bytes are those that came", () => {
    const { heard } = dialogue;
    expect(
      heard.filter(({ deviations }) => deviations.length > 0).map(({ raw, deviations }) => ({ raw: latin1(concat(raw)), deviations })),
    ).toEqual([]);
    expect(latin1(concat(heard.flatMap(({ raw }) => raw)))).toBe(latin1(dialogue.transcript()));
    const nameless = heard.filter(({ response }) => response.type === "unknown" || response.type === "invalid");
    expect(nameless.map(({ raw }) => latin1(concat(raw)))).toEqual([]);
    const found = heard.flatMap(({ response }) => ("code" in response && response.code?.type === "unknown" ? [response.code.name] : []));
    expect([...new Set(found)]).toEqual(untyped);
  });

  // Servers write strings with quotes or of 8 bits as literals, empty literals and the names of entries in quotes, and results of ESEARCH in an order of
  // their own: of these responses it is the values that are the same.
  test("everything is written again, with the same bytes or with other ones for the same value", () => {
    const others = new Set<string>();
    for (const { response, raw } of dialogue.heard) {
      const written = writtenOf(response);
      if (latin1(written) === latin1(concat(raw))) continue;
      expect(readOnce(written)).toEqual(response);
      others.add(response.type);
    }
    expect([...others].sort()).toEqual(respelled);
  });

  test("IDLE tells what another session does", async () => {
    const [watcher, other] = [await ImapDialogue.open(server.imap), await ImapDialogue.open(server.imap)];
    for (const one of [watcher, other]) await one.say(commandOf("LOGIN alice secret1"));
    await watcher.say(commandOf("SELECT INBOX"));
    const { responses, end } = await watcher.say(commandOf("IDLE"), [], async () => {
      const from = watcher.heard.length;
      await other.say(commandOf("APPEND INBOX {}", [message("news")]), [message("news")]);
      await watcher.hears(from, ({ type }) => type === "EXISTS");
      return "DONE\r\n";
    });
    expect(end.status).toBe("OK");
    expect(responses.map(({ response }) => response)).toContainEqual({ type: "EXISTS", count: 1 });
    expect(responses.flatMap(({ deviations }) => deviations)).toEqual([]);
    for (const one of [watcher, other]) one.close();
  });

  describe("with a mailbox of many shapes", () => {
    let reader: ImapDialogue;

    beforeAll(async () => {
      reader = await ImapDialogue.open(server.imap);
      await reader.say(commandOf("LOGIN alice secret1"));
      await reader.say(commandOf("CREATE peers"));
      for (const { say, bodies } of appends("peers")) await reader.say(commandOf(say, bodies), bodies);
    });

    afterAll(() => reader.close());

    test("Python's imaplib has the same values", async () => {
      const facts = await askByValues(reader, "peers");
      expect(facts.messages.map(({ body }) => body)).toEqual(Object.values(MIME_SHAPES).map((bytes) => latin1(bytes)));
      expect(await askImaplib(server.imap, "peers")).toEqual(facts);
    });

    test("node-imap has the same values", async () => {
      await reader.say(commandOf("EXAMINE peers"));
      const { responses } = await reader.say(commandOf("FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)"));
      // It takes 8-bit strings for UTF-8.
      const odd = Object.keys(MIME_SHAPES).indexOf("bytes beyond ASCII") + 1;
      const theirs = await readByNodeImap(concat(responses.flatMap(({ raw }) => raw)));
      const fetches = responses.map(({ response }) => response).filter((response) => response.type === "FETCH");
      expect(fetches).toHaveLength(Object.keys(MIME_SHAPES).length);
      for (const { sequenceNumber, items } of fetches) {
        if (sequenceNumber !== odd) expect(theirs.get(sequenceNumber)).toEqual(asNodeImap(items));
      }
    });
  });
});

function writtenOf(response: Response): Uint8Array {
  return concat(encodeResponse(response).map((segment) => (segment.type === "bytes" ? segment.bytes : new Uint8Array(0))));
}

function readOnce(bytes: Uint8Array): Response | undefined {
  const decoder = new ResponseDecoder({ streamLiteralBytes: bytes.length + 1 });
  decoder.push(bytes);
  const event = decoder.next();
  return event?.type === "response" ? event.response : undefined;
}
