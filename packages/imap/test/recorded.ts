// The recorded sessions of this folder, and how our client session says what the person said.

import { readdirSync, readFileSync } from "node:fs";
import { readSessionDocument } from "@mailwire/transcript";
import type { SessionDocument } from "@mailwire/transcript";
import { fromLatin1 } from "@mailwire/wire";
import type { Session } from "@mailwire/wire";
import { CommandDecoder } from "../src/codec/index.ts";
import type { Command } from "../src/codec/index.ts";
import { ClientSession } from "../src/session/index.ts";
import type { ClientEvent, ClientIntent, ClientSessionOptions } from "../src/session/index.ts";

const FOLDER = new URL("./sessions/", import.meta.url);

export const NAMES: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".md"))
  .sort();

/** A document by its name. */
export function recorded(name: string): SessionDocument {
  return readSessionDocument(readFileSync(new URL(name, FOLDER), "utf8"));
}

/** How the way to the recorded server was: TLS from the start, TLS by STARTTLS, or none at all. */
export function wayOf(name: string): ClientSessionOptions {
  if (name.includes("implicit-tls")) return { secure: true };
  return name.includes("starttls") ? {} : { allowPlaintext: true };
}

/** A client session for a document. */
export function clientFor(name: string): ClientSession {
  return new ClientSession(wayOf(name));
}

/** Says what the person typed. */
export function say(line: string, session: Session<ClientEvent, ClientIntent>): void {
  const [, tag = "", verb = "", rest = ""] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
  session.send({ type: "command", tag, command: read(line) ?? { name: "unknown", verb: verb.toUpperCase(), arguments: fromLatin1(rest) } });
}

/** The command of a line; `undefined` when it is mistyped. */
function read(line: string): Command | undefined {
  const decoder = new CommandDecoder();
  decoder.push(fromLatin1(`${line}\r\n`));
  const event = decoder.next();
  return event?.type === "command" ? event.command : undefined;
}
