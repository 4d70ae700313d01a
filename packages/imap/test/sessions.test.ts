// Runs the recorded sessions of this folder both ways.

import { replayToClient } from "@mailwire/transcript";
import type { SessionDocument } from "@mailwire/transcript";
import { memoryPair } from "@mailwire/transport";
import { concat, fromLatin1, latin1 } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { ResponseDecoder } from "../src/codec/index.ts";
import type { Response } from "../src/codec/index.ts";
import { serveImap } from "../src/server.ts";
import { TestBackend } from "./backend.ts";
import type { TestBackendOptions } from "./backend.ts";
import { NAMES, clientFor, recorded, say, wayOf } from "./recorded.ts";

const MESSAGE = "Subject: hello\r\n\r\nGreetings\r\n";

/** What the recorded servers had in store. */
const STORES: Readonly<Record<string, TestBackendOptions>> = {
  "mdaemon-imap.md": { messages: [MESSAGE], recent: 1 },
  "mdaemon-imap-mistyped.md": { messages: [MESSAGE, MESSAGE, MESSAGE, MESSAGE] },
  "myoffice-implicit-tls.md": { mailboxes: ["Drafts", "INBOX", "Junk", "Sent", "Trash"] },
  "myoffice-starttls.md": { mailboxes: ["Drafts", "INBOX", "Junk", "Sent", "Trash"] },
  "postfix-dovecot-imap.md": { messages: [MESSAGE], recent: 1 },
  "telnet-guide-imap.md": { messages: [MESSAGE], recent: 1, delimiter: "." },
};

describe.each(NAMES)("%s", (name) => {
  const document = recorded(name);

  test("our client understands the recorded server, however its bytes are cut", () => {
    for (let pieceBytes = 1; pieceBytes <= longestTurn(document); pieceBytes += 1) {
      const session = clientFor(name);
      const parts = replayToClient(document, session, say, { pieceBytes });
      for (const { part, yielded, transmitted } of parts) {
        expect(yielded).toEqual(part.events);
        const said = concat(part.wire.flatMap((line) => (line.from === "client" ? [line.bytes] : [])));
        expect(plain(transmitted)).toBe(plain(latin1(said)));
      }
    }
  });

  test("our server answers the person in kind", async () => {
    const exchanges = await play(name);
    expect(exchanges.length).toBeGreaterThan(3);
    for (const { said, expected, answered } of exchanges)
      expect({ said, shape: shapeOf(answered) }).toEqual({ said, shape: shapeOf(expected) });
  });
});

/** The bytes that the recorded server said in the longest of its turns: pieces of each size up to it cut every turn at every place. */
function longestTurn(document: SessionDocument): number {
  let turn = 0;
  let longest = 0;
  for (const line of document.parts.flatMap(({ wire }) => wire)) {
    turn = line.from === "server" ? turn + line.bytes.length : 0;
    longest = Math.max(longest, turn);
  }
  return longest;
}

/** What the person typed, without what can be said in two ways: case, quotes, parentheses around one item. */
function plain(text: string): string {
  return text.toLowerCase().replace(/["()]/g, "");
}

interface Exchange {
  readonly said: string;
  readonly expected: Uint8Array;
  readonly answered: Uint8Array;
}

/** Types the lines of the document at our server; each is answered before the next. */
async function play(name: string): Promise<Exchange[]> {
  const { secure = false, allowPlaintext = false } = wayOf(name);
  const [left, server] = memoryPair({ secure });
  serveImap(server, { backend: new TestBackend(STORES[name]), tls: {}, allowPlaintextAuth: allowPlaintext });
  let client: ByteTransport = left;
  const exchanges: Exchange[] = [];
  let expected: Uint8Array[] = [];
  let said = "";
  const finish = async (): Promise<void> => {
    if (expected.length === 0) return;
    exchanges.push({ said, expected: concat(expected), answered: await hear(client, said === "" ? "*" : (said.split(" ")[0] ?? "")) });
    expected = [];
  };
  for (const line of recorded(name).parts.flatMap(({ wire }) => wire)) {
    if (line.from === "server") expected.push(line.bytes);
    else {
      await finish();
      if (line.from === "tls") client = (await client.startTls?.({ side: "client", serverName: "localhost" })) ?? client;
      else {
        said = latin1(line.bytes).trimEnd();
        await client.write([line.bytes]);
      }
    }
  }
  await finish();
  return exchanges;
}

/** Reads until the line that begins with `tag` is complete. */
async function hear(client: ByteTransport, tag: string): Promise<Uint8Array> {
  let heard = "";
  const end = new RegExp(`(^|\r\n)${tag.replace(/[.*]/g, "\\$&")} [^\r\n]*\r\n$`);
  while (!end.test(heard)) {
    const chunk = await client.read();
    if (chunk === null) throw new Error(`closed after ${JSON.stringify(heard)}`);
    heard += latin1(chunk);
  }
  return fromLatin1(heard);
}

/** What is told, whatever the order, the wording and the figures of the moment. */
function shapeOf(bytes: Uint8Array): string[] {
  const decoder = new ResponseDecoder();
  decoder.push(bytes);
  const shapes = new Set<string>();
  for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
    if (event.type === "response") shapes.add(shapeOfOne(event.response));
  }
  // Capabilities come unasked at the login, in one way or another; the rest is an extension's.
  shapes.delete("OK NOMODSEQ");
  shapes.delete("CAPABILITY");
  return [...shapes].sort();
}

function shapeOfOne(response: Response): string {
  switch (response.type) {
    case "tagged":
    case "untagged": {
      const { status, code } = response;
      const kept = code === null || code.type === "CAPABILITY" ? "" : ` ${code.type}`;
      return `${response.type === "tagged" ? response.tag : ""} ${status}${kept}`.trim();
    }
    case "FETCH":
      return `FETCH ${response.sequenceNumber} ${response.items.map(({ type }) => type).join(" ")}`;
    case "LIST":
      return `LIST ${response.mailbox.raw} ${response.delimiter ?? "NIL"}`;
    case "EXISTS":
    case "RECENT":
      return `${response.type} ${response.count}`;
    case "SEARCH":
      return `SEARCH ${response.numbers.join(" ")}`;
    default:
      return response.type;
  }
}
