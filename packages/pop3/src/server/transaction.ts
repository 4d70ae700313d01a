// The answers of the TRANSACTION state (RFC 1939 section 5), from a maildrop and nothing else.

import type { Command } from "../codec/command.ts";
import { err, ok } from "../codec/reply.ts";
import type { MaildropMessage, MarkedMaildrop } from "./maildrop.ts";
import type { Chunks, ServerAnswer } from "./answer.ts";
import { topLines } from "./top-lines.ts";

/** Answers a command about the messages of `maildrop`; `mode` is that of the session (RFC 6856). */
export async function answerTransaction(command: Command, maildrop: MarkedMaildrop, mode: "ascii" | "utf8"): Promise<ServerAnswer> {
  switch (command.type) {
    case "stat":
      return { listing: { type: "drop", ...maildrop.drop } };
    case "list":
      return list(maildrop, command.message);
    case "uidl":
      return uidl(maildrop, command.message);
    case "retr":
      return read(maildrop, command.message, mode, ({ size }, body) => ({ reply: ok(`${size} octets`), body }));
    case "top":
      return read(maildrop, command.message, mode, (_, body) => ({
        reply: ok("top of the message follows"),
        body: topLines(body, command.lines),
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

async function read(
  maildrop: MarkedMaildrop,
  message: number,
  mode: "ascii" | "utf8",
  answer: (message: MaildropMessage, body: Chunks) => ServerAnswer,
): Promise<ServerAnswer> {
  const found = maildrop.find(message);
  if ("status" in found) return { reply: found };
  if (mode === "ascii" && (await maildrop.requiresUtf8(message))) return { reply: err("this message needs UTF8", "UTF8") };
  const body = await maildrop.read(message);
  return body === undefined ? { reply: err(`message ${message} is not there any more`, "SYS/PERM") } : answer(found, body);
}

function list(maildrop: MarkedMaildrop, message: number | undefined): ServerAnswer {
  if (message === undefined) {
    const { messages, octets } = maildrop.drop;
    return { reply: ok(`${messages} messages (${octets} octets)`), lines: maildrop.scan() };
  }
  return aboutMessage(maildrop, message, ({ size }) => ({ listing: { type: "scan", message, octets: size } }));
}

function uidl(maildrop: MarkedMaildrop, message: number | undefined): ServerAnswer {
  if (message === undefined) return { reply: ok("unique-ids follow"), lines: maildrop.uniqueIds() };
  return aboutMessage(maildrop, message, ({ uid }) => ({ listing: { type: "unique-id", message, uid } }));
}

function aboutMessage(maildrop: MarkedMaildrop, message: number, answer: (message: MaildropMessage) => ServerAnswer): ServerAnswer {
  const found = maildrop.find(message);
  return "status" in found ? { reply: found } : answer(found);
}
