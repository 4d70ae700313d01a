// The answers of the TRANSACTION state (RFC 1939 section 5), from a maildrop and nothing else.

import type { Command } from "../codec/command.ts";
import type { Listing } from "../codec/listing.ts";
import { encodeListing } from "../codec/listing.ts";
import { err, ok } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import type { MaildropMessage, MarkedMaildrop } from "./maildrop.ts";
import { topLines } from "./top-lines.ts";

/** An answer: a reply, and the lines or the message that follow. */
export interface ServerAnswer {
  readonly reply: Reply;
  readonly lines?: Iterable<Listing>;
  readonly body?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Answers a command about the messages of `maildrop`. */
export function answerTransaction(command: Command, maildrop: MarkedMaildrop): ServerAnswer {
  switch (command.type) {
    case "stat":
      return { reply: ok(encodeListing({ type: "drop", ...maildrop.drop })) };
    case "list":
      return list(maildrop, command.message);
    case "uidl":
      return uidl(maildrop, command.message);
    case "retr":
      return aboutMessage(maildrop, command.message, ({ size }) => ({
        reply: ok(`${size} octets`),
        body: maildrop.read(command.message),
      }));
    case "top":
      return aboutMessage(maildrop, command.message, () => ({
        reply: ok("top of the message follows"),
        body: topLines(maildrop.read(command.message), command.lines),
      }));
    case "dele":
      return aboutMessage(maildrop, command.message, () => {
        maildrop.mark(command.message);
        return { reply: ok(`message ${command.message} is deleted`) };
      });
    case "rset":
      maildrop.reset();
      return { reply: ok(`${maildrop.drop.messages} messages`) };
    case "noop":
      return { reply: ok("") };
    default:
      return { reply: err("not implemented") };
  }
}

function list(maildrop: MarkedMaildrop, message: number | undefined): ServerAnswer {
  if (message === undefined) {
    const { messages, octets } = maildrop.drop;
    return { reply: ok(`${messages} messages (${octets} octets)`), lines: maildrop.scan() };
  }
  return aboutMessage(maildrop, message, ({ size }) => ({ reply: ok(encodeListing({ type: "scan", message, octets: size })) }));
}

function uidl(maildrop: MarkedMaildrop, message: number | undefined): ServerAnswer {
  if (message === undefined) return { reply: ok("unique-ids follow"), lines: maildrop.uniqueIds() };
  return aboutMessage(maildrop, message, ({ uid }) => ({ reply: ok(encodeListing({ type: "unique-id", message, uid })) }));
}

function aboutMessage(maildrop: MarkedMaildrop, message: number, answer: (message: MaildropMessage) => ServerAnswer): ServerAnswer {
  const found = maildrop.find(message);
  return "status" in found ? { reply: found } : answer(found);
}
