// The server says no.

import { printable } from "@mailwire/wire";
import type { CommandType } from "../codec/command.ts";
import { hasCode } from "../codec/reply.ts";
import type { Reply, ResponseCode } from "../codec/reply.ts";

/** The server answered `-ERR`; the message shows what it said with control characters escaped. The session goes on, except after the greeting and after QUIT. */
export class Pop3ReplyError extends Error {
  override readonly name = "Pop3ReplyError";
  /** What it said. */
  readonly reply: Reply;
  /** To what it said so; `unsolicited` when it was to nothing. */
  readonly verb: CommandType | "greeting" | "unsolicited";

  constructor(verb: CommandType | "greeting" | "unsolicited", reply: Reply) {
    const code = reply.code === undefined ? "" : `[${reply.code}] `;
    super(`${verb.toUpperCase()}: ${code}${reply.text === "" ? "-ERR" : printable(reply.text)}`);
    this.verb = verb;
    this.reply = reply;
  }

  /** The response code, in upper case; {@link Pop3ReplyError.has} compares it. */
  get code(): ResponseCode | (string & {}) | undefined {
    return this.reply.code;
  }

  /** True when the code is this one, or one that says more behind a `/`: `SYS/TEMP` is among `SYS`. */
  has(code: ResponseCode | (string & {})): boolean {
    return hasCode(this.reply, code);
  }
}
