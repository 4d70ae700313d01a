// "The server says no", as an error that carries what it said.

import { printable } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import type { RecipientResult } from "./mail.ts";

/** The server refused. `reply` is what it said, untrusted text included; the message shows it with control characters escaped. */
export class SmtpReplyError extends Error {
  /** Always `SmtpReplyError`. */
  override readonly name = "SmtpReplyError";
  /** The refusal. */
  readonly reply: Reply;
  /** What was refused: a verb, `greeting` or `message`. */
  readonly command: string;
  /** For a mail: what became of each recipient that was asked for before. */
  readonly recipients: readonly RecipientResult[];

  constructor(command: string, reply: Reply, recipients: readonly RecipientResult[] = []) {
    super(`${command}: ${reply.code} ${printable([reply.enhancedCode ?? "", ...reply.lines].join(" ").trim())}`);
    this.command = command;
    this.reply = reply;
    this.recipients = recipients;
  }
}
