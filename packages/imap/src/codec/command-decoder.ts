// From a client's bytes, cut anywhere, to commands (RFC 3501 section 6).

import type { Secret } from "@mailwire/wire";
import type { Command } from "./command.ts";
import type { AppendCommand } from "./commands/append.ts";
import type { Deviation } from "./deviation.ts";
import type { CommandLimits } from "./limits.ts";

/** Bytes as they came, with passwords wrapped: fit for an observer. */
export type RawParts = readonly (Uint8Array | Secret<Uint8Array>)[];

/** One thing that {@link CommandDecoder} found. */
export type CommandEvent =
  /** A whole command (for APPEND: its message has passed, and this is its end). */
  | {
      readonly type: "command";
      readonly tag: string;
      readonly command: Command;
      /** What was tolerated. */
      readonly deviations: readonly Deviation[];
      /** Its bytes in order (views), without those of a literal that streamed. */
      readonly raw: readonly Uint8Array[];
      /** The same, fit for showing. */
      readonly parts: RawParts;
    }
  /** A literal that is an argument waits for the server's `+`: answer with {@link CommandDecoder.accept} (and send `+`) or `refuse` (and send NO or BAD). */
  | { readonly type: "literal"; readonly tag: string; readonly verb: string; readonly size: number }
  /**
   * The message of an APPEND is announced: answer with {@link CommandDecoder.accept} or `refuse`. When it is synchronizing, send `+` with the
   * former and the tagged NO with the latter. Once accepted, `literal-chunk`s follow, then `literal-end`, then the `command` when the line is complete.
   */
  | {
      readonly type: "append";
      readonly tag: string;
      readonly command: AppendCommand;
      readonly size: number;
      /** Whether the client waits for `+`. */
      readonly synchronizing: boolean;
    }
  /** Bytes of the message: a view. */
  | { readonly type: "literal-chunk"; readonly bytes: Uint8Array }
  | { readonly type: "literal-end" }
  /** The line asked for with {@link CommandDecoder.expectLine}, without its line end. */
  | { readonly type: "line"; readonly bytes: Uint8Array }
  /** A line that is no command, or one with bad arguments; it was read to its end, literals included. Answer BAD, untagged where `tag` is null. */
  | {
      readonly type: "bad";
      readonly tag: string | null;
      /** The command's verb in upper case where it could be read. */
      readonly verb: string | null;
      /** Stable name of what is wrong (`no-tag`, `bad-arguments`, `line-too-long`, `literal-too-big` …). */
      readonly reason: string;
      /** Its bytes in order (views), as far as they were kept. */
      readonly raw: readonly Uint8Array[];
      /** The same, fit for showing. */
      readonly parts: RawParts;
    };

/**
 * Decodes what a client sends. Give it bytes with {@link push}, then ask {@link next} until it has no more.
 *
 * It never throws for what a client says, except a remote `ProtocolError` when more than `maxDrainBytes` were refused in one command.
 */
export class CommandDecoder {
  constructor(limits?: Partial<CommandLimits>) {
    void limits;
  }

  /** The bounds; may be changed between commands (greater ones after authentication). */
  set limits(limits: CommandLimits) {
    void limits;
  }

  /** Bytes that were pushed and belong to no event yet: must be 0 before a TLS handshake. */
  get pending(): number {
    return 0;
  }

  /** Takes bytes; views of them are kept. */
  push(chunk: Uint8Array): void {
    void chunk;
  }

  /** Takes the literal of the last `literal` or `append` event. */
  accept(): void {}

  /** Refuses it: the command is over for the caller; a literal that comes all the same is drained. */
  refuse(): void {}

  /** Makes the next line a `line` event instead of a command: a step of AUTHENTICATE. */
  expectLine(): void {}

  /** The next thing found; `undefined` when more bytes are needed, or an answer to `literal` or `append`. */
  next(): CommandEvent | undefined {
    return undefined;
  }
}
