// Runs the recorded sessions of this folder both ways.

import { readdirSync, readFileSync } from "node:fs";
import { readSessionDocument, replayToClient, replayToServer } from "@mailwire/transcript";
import { describe, expect, test } from "vitest";
import { type Command, decodeCommand, type Reply, reply } from "../src/codec/index.ts";
import {
  type ClientEvent,
  type ClientIntent,
  ClientSession,
  type ServerEvent,
  type ServerIntent,
  ServerSession,
} from "../src/session/index.ts";
import { fromLatin1, type Session } from "@mailwire/wire";

const folder = new URL("./sessions/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".md"));

/** Says what the person typed: a command, or a line of the message. */
function say(line: string, session: Session<ClientEvent, ClientIntent>): void {
  if (!(session instanceof ClientSession)) return;
  if (session.state === "data") {
    if (line === ".") session.send({ type: "end-of-data" });
    else session.send({ type: "data", chunk: fromLatin1(`${line}\r\n`) });
    return;
  }
  const { command } = decodeCommand(fromLatin1(line));
  if (command.verb === "invalid") throw new Error(`cannot be said: ${line}`);
  // The strict encoder takes no control characters: the mistyped word becomes another that no server knows.
  const sendable: Command =
    command.verb === "unknown" && /[^!-~]/.test(command.name) ? { verb: "unknown", name: "dXta", argument: "" } : command;
  session.send({ type: "command", command: sendable });
}

const POSITIVE: Readonly<Record<string, Reply>> = { DATA: reply(354, "Go on"), QUIT: reply(221, "Bye", "2.0.0") };

/** Grants all that can be granted. */
function grant(event: ServerEvent, session: Session<ServerEvent, ServerIntent>): void {
  if (event.type === "command") {
    session.send({ type: "reply", reply: event.refusal ?? POSITIVE[event.received.command.verb] ?? reply(250, "Ok", "2.0.0") });
  } else if (event.type === "end-of-data") session.send({ type: "reply", reply: event.refusal ?? reply(250, "Taken", "2.0.0") });
}

/** The code of each reply in a text. */
function codes(text: string): string[] {
  return text
    .split("\r\n")
    .filter((line) => /^\d{3}( |$)/.test(line))
    .map((line) => line.slice(0, 3));
}

describe.each(names)("%s", (name) => {
  const document = readSessionDocument(readFileSync(new URL(name, folder), "utf8"));

  // Pieces of each size from one byte to the longest line cut every line at every place.
  const sizes = [...Array.from({ length: 110 }, (_, at) => at + 1), Infinity];

  test("our client understands the recorded server, however its bytes are cut", () => {
    for (const pieceBytes of sizes) {
      const session = new ClientSession({ secure: false, allowPlaintext: true });
      for (const { part, yielded } of replayToClient(document, session, say, { pieceBytes })) expect(yielded).toEqual(part.events);
    }
  });

  test("our server answers what was typed with the recorded codes, however the bytes are cut", () => {
    for (const pieceBytes of sizes) {
      const session = new ServerSession({ secure: false });
      session.send({ type: "reply", reply: reply(220, "ready") });
      const exchanges = replayToServer(document, session, grant, { pieceBytes });
      for (const { recorded, answered } of exchanges) expect(codes(answered)).toEqual(codes(recorded));
      expect(exchanges.length).toBeGreaterThan(4);
    }
  });
});
