// Runs the recorded sessions of this folder both ways: the recorded server against our client session, the recorded person against our server.

import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readSessionDocument, replayToClient } from "@mailwire/transcript";
import type { SessionDocument } from "@mailwire/transcript";
import { memoryPair } from "@mailwire/transport";
import { concat, fromLatin1, latin1 } from "@mailwire/wire";
import type { ByteTransport, Session } from "@mailwire/wire";
import { decodeCommand } from "../src/codec/index.ts";
import { servePop3 } from "../src/server.ts";
import type { Maildrop } from "../src/server.ts";
import { ClientSession } from "../src/session/index.ts";
import type { ClientEvent, ClientIntent } from "../src/session/index.ts";

const folder = new URL("./sessions/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".md"));

/** What the person typed and what came back; the first has typed nothing and got the greeting. */
interface Exchange {
  typed: string;
  answer: string;
}

function exchanges(document: SessionDocument): Exchange[] {
  const all: Exchange[] = [{ typed: "", answer: "" }];
  for (const line of document.parts.flatMap(({ wire }) => wire)) {
    if (line.from === "client") all.push({ typed: latin1(line.bytes), answer: "" });
    const last = all.at(-1);
    if (line.from === "server" && last !== undefined) last.answer += latin1(line.bytes);
  }
  return all;
}

/** A maildrop like the recorded one: messages of the listed sizes, and the content of the one that was retrieved. */
function maildropOf(recorded: readonly Exchange[]): Maildrop {
  const listing = recorded.find(({ typed }) => /^list/i.test(typed))?.answer ?? "";
  const sizes = [...listing.matchAll(/^\d+ (\d+)\r$/gm)].map(([, octets]) => Number(octets));
  const retrieved = recorded.find(({ typed }) => /^retr/i.test(typed))?.answer ?? "";
  const content = retrieved.slice(retrieved.indexOf("\n") + 1, -3);
  return {
    messages: sizes.map((size, index) => ({ size, uid: `uid${index}` })),
    read: () => [fromLatin1(content)],
    commit: () => Promise.resolve(),
    release: () => Promise.resolve(),
  };
}

/** Reads until the answer is whole: as many lines as its kind has. */
async function readAnswer(transport: ByteTransport, kind: "single-line" | "multi-line"): Promise<string> {
  let answer = "";
  for (;;) {
    const chunk = await transport.read();
    if (chunk === null) return answer;
    answer += latin1(chunk);
    if (kind === "single-line" || answer.startsWith("-ERR") ? answer.endsWith("\r\n") : answer.endsWith("\r\n.\r\n")) return answer;
  }
}

function kindOf(answer: string): "single-line" | "multi-line" {
  return answer.endsWith("\r\n.\r\n") ? "multi-line" : "single-line";
}

describe.each(names)("%s", (name) => {
  const document = readSessionDocument(readFileSync(new URL(name, folder), "utf8"));

  test.each([Infinity, 1, 7])("our client understands the recorded server, %d bytes at a time", (pieceBytes) => {
    const session = new ClientSession({ allowPlaintext: true });
    const say = (line: string, to: Session<ClientEvent, ClientIntent>): void =>
      to.send({ type: "command", command: decodeCommand(fromLatin1(line)) });
    const parts = replayToClient(document, session, say, { pieceBytes });
    expect(parts).not.toHaveLength(0);
    for (const { part, yielded } of parts) expect(yielded).toEqual(part.events);
    expect(session.state).toBe("update");
  });

  test("our server answers the recorded person in kind", async () => {
    const recorded = exchanges(document);
    const [person, end] = memoryPair();
    const served = servePop3(end, {
      allowPlaintextAuth: true,
      verify: ({ user }) => Promise.resolve(user),
      open: () => Promise.resolve(maildropOf(recorded)),
    });
    for (const { typed, answer } of recorded) {
      if (typed !== "") await person.write([concat([fromLatin1(typed)])]);
      const ours = await readAnswer(person, kindOf(answer));
      expect([typed, ours.split(/\s/)[0], kindOf(ours)]).toEqual([typed, answer.split(/\s/)[0], kindOf(answer)]);
      // What the person sees of the mailbox is the same, byte for byte; wording and capabilities are each server's own.
      const behind = (text: string): string => text.slice(text.indexOf("\n") + 1);
      expect(/^(?:list|uidl|retr)/i.test(typed) ? behind(ours) : "").toBe(/^(?:list|uidl|retr)/i.test(typed) ? behind(answer) : "");
    }
    expect(await person.read()).toBeNull();
    await person.end();
    expect(await served.closed).toEqual({ reason: "done" });
  });
});
