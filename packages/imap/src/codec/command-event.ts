// What a CommandDecoder finds.

import { Secret } from "@mailwire/wire";
import type { Command } from "./command.ts";
import type { AnnouncedMessage } from "./commands/append-reader.ts";
import type { Deviation } from "./deviation.ts";

/** Bytes as they came, with passwords wrapped: fit for an observer. */
export type RawParts = readonly (Uint8Array | Secret<Uint8Array>)[];

/** One thing that {@link CommandDecoder} found. */
export type CommandEvent =
  /** A whole command (for APPEND and REPLACE: all messages have passed, and this is its end). */
  | {
      readonly type: "command";
      readonly tag: string;
      readonly command: Command;
      /** What was tolerated. */
      readonly deviations: readonly Deviation[];
      /** Its bytes in order (views); of an APPEND only what follows the last message, as the rest was in other events. */
      readonly raw: readonly Uint8Array[];
      /** The same, fit for showing. */
      readonly parts: RawParts;
    }
  /** A literal that is an argument waits for the server's `+`: answer with `accept()` (and send `+`) or `refuse()` (and send NO or BAD). */
  | {
      readonly type: "literal";
      readonly tag: string;
      readonly verb: string;
      readonly size: number;
      /** The command up to the literal, fit for showing where it is refused. */
      readonly parts: RawParts;
    }
  /**
   * A message of APPEND or REPLACE is announced, or a part of one: answer with `accept()` or `refuse()`. When it is synchronizing, send `+`
   * with the former and the tagged NO with the latter. Once accepted, `literal-chunk`s follow, then `literal-end`; then another `append`, or
   * the `command` when the line is complete.
   */
  | (AnnouncedMessage & {
      readonly type: "append";
      readonly tag: string;
      /** Whether the client waits for `+`. */
      readonly synchronizing: boolean;
      /** The bytes of the command that were in no event before (views), up to the message. */
      readonly raw: readonly Uint8Array[];
      /** The same, fit for showing. */
      readonly parts: RawParts;
    })
  /** Bytes of the message: a view. */
  | { readonly type: "literal-chunk"; readonly bytes: Uint8Array }
  | { readonly type: "literal-end" }
  /** The line asked for with `expectLine()`, without its line end. */
  | { readonly type: "line"; readonly bytes: Uint8Array }
  /** A line that is no command, or one with bad arguments; it was read to its end, literals included. Answer BAD, untagged where `tag` is null. */
  | {
      readonly type: "bad";
      readonly tag: string | null;
      /** The command's verb in upper case where it could be read. */
      readonly verb: string | null;
      /** Stable name of what is wrong (`no-tag`, `bad-arguments`, `line-too-long`, `literal-too-big` …). */
      readonly reason: string;
      /** Its bytes in order (views), as far as they were kept and in no event before. */
      readonly raw: readonly Uint8Array[];
      /** The same, fit for showing. */
      readonly parts: RawParts;
    };

/** `bytes` with what stands between each pair of indexes wrapped. */
export function withSecrets(bytes: Uint8Array, secrets: readonly (readonly [from: number, to: number])[]): RawParts {
  const parts: (Uint8Array | Secret<Uint8Array>)[] = [];
  let at = 0;
  for (const [from, to] of secrets) {
    if (from > at) parts.push(bytes.subarray(at, from));
    parts.push(new Secret(bytes.subarray(from, to)));
    at = to;
  }
  if (at < bytes.length) parts.push(bytes.subarray(at));
  return parts;
}
