// What a person typed, as intents of our client sessions, and the events that tell that an answer is complete.

import { CommandDecoder } from "@mailwire/imap/codec";
import { ClientSession as ImapSession, type ClientIntent as ImapIntent } from "@mailwire/imap/session";
import { decodeCommand as decodePop3 } from "@mailwire/pop3/codec";
import { ClientSession as Pop3Session, type ClientIntent as Pop3Intent } from "@mailwire/pop3/session";
import { decodeCommand as decodeSmtp } from "@mailwire/smtp/codec";
import { ClientSession as SmtpSession, type ClientIntent as SmtpIntent } from "@mailwire/smtp/session";
import { drive, type DriveOptions } from "@mailwire/transport";
import { type ByteTransport, fromLatin1 } from "@mailwire/wire";
import type { ProtocolName } from "./recordings.ts";

/** A client session over a transport, told what to say as a person tells telnet. */
export interface Speaker {
  /** The next thing that happened; `null` at the end. */
  next(): Promise<{ readonly type: string } | null>;
  /** Says a typed line. */
  say(line: string): void;
  /** True when the event ends the answer to a line. */
  isAnswer(event: { readonly type: string }): boolean;
  /** Leaves without a word. */
  abort(): void;
}

/** Makes the speaker of a protocol. The person at telnet had no TLS unless the recording says so, so plaintext is allowed. */
export const SPEAKERS: Readonly<Record<ProtocolName, (transport: ByteTransport, options: DriveOptions) => Speaker>> = {
  smtp: (transport, options) => {
    const session = new SmtpSession({ secure: transport.info.secure, allowPlaintext: true });
    const driver = drive(session, transport, options);
    return {
      next: () => driver.next(),
      say: (line) => driver.send(session.state === "data" ? smtpData(line) : smtpCommand(line)),
      isAnswer: ({ type }) => ["greeting", "reply", "message-reply", "tls"].includes(type),
      abort: () => driver.abort(),
    };
  },
  pop3: (transport, options) => {
    const driver = drive(new Pop3Session({ secure: transport.info.secure, allowPlaintext: true }), transport, options);
    return {
      next: () => driver.next(),
      say: (line) => driver.send(pop3Command(line)),
      isAnswer: (event) => ["greeting", "end", "tls"].includes(event.type) || (event.type === "reply" && !("follows" in event)),
      abort: () => driver.abort(),
    };
  },
  imap: (transport, options) => {
    const driver = drive(new ImapSession({ secure: transport.info.secure, allowPlaintext: true }), transport, options);
    return {
      next: () => driver.next(),
      say: (line) => driver.send(imapCommand(line)),
      isAnswer: ({ type }) => ["greeting", "completed", "tls"].includes(type),
      abort: () => driver.abort(),
    };
  },
};

function smtpData(line: string): SmtpIntent {
  return line === "." ? { type: "end-of-data" } : { type: "data", chunk: fromLatin1(`${line}\r\n`) };
}

function smtpCommand(line: string): SmtpIntent {
  const { command } = decodeSmtp(fromLatin1(line));
  if (command.verb === "invalid") throw new Error(`cannot be said: ${line}`);
  // Our client says no control characters: what was mistyped becomes another word that no server knows.
  if (command.verb === "unknown" && /[^!-~]/.test(command.name)) return { type: "command", command: { ...command, name: "dXta" } };
  return { type: "command", command };
}

function pop3Command(line: string): Pop3Intent {
  return { type: "command", command: decodePop3(fromLatin1(line)) };
}

function imapCommand(line: string): ImapIntent {
  const [, tag = "", verb = "", rest = ""] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
  const decoder = new CommandDecoder();
  decoder.push(fromLatin1(`${line}\r\n`));
  const event = decoder.next();
  // What was mistyped is said all the same, as a command that no type knows.
  const mistyped = { name: "unknown", verb: verb.toUpperCase(), arguments: fromLatin1(rest) } as const;
  return { type: "command", tag, command: event?.type === "command" ? event.command : mistyped };
}
