// The server says no.

import { printable } from "@mailwire/wire";
import type { ResponseCode } from "../codec/response-code.ts";
import type { TaggedResponse, UntaggedResponse } from "../codec/responses/condition.ts";

/** The server answered NO or BAD to a command, or BYE instead of a greeting; control characters are escaped in the message. After NO and BAD the session goes on. */
export class ImapResponseError extends Error {
  override readonly name = "ImapResponseError";
  /** What it said. */
  readonly response: TaggedResponse | UntaggedResponse;
  /** To what it said so: the name of a command, a raw one's first word, or `greeting`. */
  readonly command: string;

  constructor(command: string, response: TaggedResponse | UntaggedResponse) {
    const { status, code, text } = response;
    const words = [`${command}:`, status, code && `[${"name" in code ? code.name : code.type}]`, text];
    super(printable(words.filter(Boolean).join(" ")));
    this.command = command;
    this.response = response;
  }

  /** The response code (`AUTHENTICATIONFAILED`, `TRYCREATE`, `NONEXISTENT` …); null without one. */
  get code(): ResponseCode | null {
    return this.response.code;
  }
}
