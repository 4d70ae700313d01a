// One command as the client sees it: what to say, which untagged data belongs to it, and what comes of it.

import type { Secret } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import type { TaggedResponse } from "../codec/responses/condition.ts";
import type { FetchResponse } from "../codec/responses/fetch.ts";
import type { FetchLiteralStart } from "../codec/response-event.ts";
import type { UntaggedData } from "../session/untagged-data.ts";

/** Takes the FETCH responses of an operation, with large literals as they come. */
export interface MessageSink {
  /** False when it holds enough: unless somebody waits for another answer, nothing more is read. */
  readonly hungry: boolean;
  /** Whether this response is its own; `items` may be the first of several. */
  wants(response: FetchResponse): boolean;
  /** A large literal begins. */
  begin(event: FetchLiteralStart): void;
  /** Bytes of it. */
  chunk(bytes: Uint8Array): void;
  /** The end of it. */
  endChunk(): void;
  /** The response is complete. */
  message(response: FetchResponse): void;
}

/** A command with its meaning. To add a command, write a function that makes one of these and give it to `ImapClient.run`. */
export interface Operation<Result> {
  /** What to say. */
  readonly command: Command;
  /**
   * Looks at untagged data that came between the command and its answer; true keeps it from those said later, and from `onUntagged`. Some data say
   * by its `tag` which command they answer.
   */
  collect?(response: UntaggedData, tag: string): boolean;
  /** Takes FETCH responses. */
  readonly messages?: MessageSink;
  /** The message of an APPEND that the command left out; begun when the server lets it come, and pulled as the server takes it. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** Answers a challenge of AUTHENTICATE; rejecting gives the exchange up. */
  respond?(challenge: Uint8Array): Promise<Uint8Array | Secret<Uint8Array>>;
  /** What comes of the OK. NO and BAD reject with an `ImapResponseError`. */
  result(response: TaggedResponse): Result;
}

/** How long somebody waits for an operation. */
export interface OperationOptions {
  /** Stops waiting when aborted. The server may carry it out all the same; an APPEND half sent costs the connection. */
  readonly signal?: AbortSignal;
}
