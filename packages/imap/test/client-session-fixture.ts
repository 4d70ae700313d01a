// A client session in any state, commanded as if typed.

import { fromLatin1 } from "@mailwire/wire";
import { CommandDecoder } from "../src/codec/command-decoder.ts";
import type { Command } from "../src/codec/command.ts";
import type { AppendCommand, StreamedLiteral } from "../src/codec/index.ts";
import { mailboxName } from "../src/codec/mailbox-name.ts";
import { ClientSession } from "../src/session/index.ts";
import type { ClientSessionOptions, State } from "../src/session/index.ts";
import { hear, settle } from "./rig.ts";

/** What the server says first. */
export const GREETING = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n";

/** A command as it would be typed. */
export function command(line: string): Command {
  const decoder = new CommandDecoder();
  decoder.push(fromLatin1(`x ${line}\r\n`));
  const event = decoder.next();
  if (event?.type !== "command") throw new Error(`no command: ${line}`);
  return event.command;
}

/** Says a command and gives what was transmitted. */
export function say(session: ClientSession, tag: string, line: string): string {
  session.send({ type: "command", tag, command: command(line) });
  return settle(session).said;
}

/** A session in a state. */
export function sessionIn(state: State, options: ClientSessionOptions = { secure: true }): ClientSession {
  const session = new ClientSession(options);
  if (state === "greeting") return session;
  hear(session, GREETING);
  if (state === "authenticated" || state === "selected") {
    say(session, "l", "LOGIN u p");
    hear(session, "l OK in\r\n");
  }
  if (state === "selected") {
    say(session, "s", "SELECT INBOX");
    hear(session, "s OK [READ-WRITE] open\r\n");
  }
  if (state === "logout" || state === "closed") {
    say(session, "o", "LOGOUT");
    hear(session, "* BYE\r\n");
  }
  if (state === "closed") hear(session, "o OK bye\r\n");
  if (session.state !== state) throw new Error(`in the state ${session.state}`);
  return session;
}

/** An APPEND of nothing. */
export const APPEND: AppendCommand = appendOf(new Uint8Array());

/** An APPEND of one message. */
export function appendOf(bytes: Uint8Array | StreamedLiteral): AppendCommand {
  return {
    name: "APPEND",
    mailbox: mailboxName("m"),
    messages: [{ flags: [], date: null, extensions: [], data: { type: "literal", bytes } }],
  };
}
