// What a server session tells and what it can be asked to say.

import type { Secret, TlsInfo } from "@mailwire/wire";
import type { RawParts } from "../codec/command-decoder.ts";
import type { Command } from "../codec/command.ts";
import type { AppendCommand, MessageOptions, ReplaceCommand } from "../codec/commands/append-message.ts";
import type { Deviation } from "../codec/deviation.ts";
import type { ResponseCode } from "../codec/response-code.ts";
import type { UntaggedData } from "./untagged-data.ts";

export type { UntaggedData } from "./untagged-data.ts";

/** One thing that happened on a server's connection. */
export type ServerEvent =
  /** A command that is legal now: answer with `complete`, after any `response`s. Nothing is read until then. To IDLE the answer is `accept-idle`, or NO or BAD. */
  | {
      readonly type: "command";
      readonly tag: string;
      readonly command: Exclude<Command, AppendCommand | ReplaceCommand>;
      /** What was tolerated. */
      readonly deviations: readonly Deviation[];
      /** Its bytes in order (views). */
      readonly raw: readonly Uint8Array[];
    }
  /**
   * An APPEND whose message is announced: answer with `accept-append`, or with `complete` to refuse it. What this session does not take is
   * answered BAD: more messages than one, messages in parts or with NULs, extensions, REPLACE.
   */
  | {
      readonly type: "append";
      readonly tag: string;
      readonly command: AppendCommand;
      /** What was said of the message. */
      readonly options: MessageOptions;
      /** Its size in bytes. */
      readonly size: number;
    }
  /** Bytes of the message (a view), of an APPEND that was accepted. */
  | { readonly type: "append-chunk"; readonly bytes: Uint8Array }
  /** The message and its command are complete: answer with `complete`. */
  | { readonly type: "append-end" }
  /**
   * An IDLE that was accepted is over: tell what is still to tell, and answer with `complete`. Without `reason` the client said DONE; else it said
   * something else (`not-done`, `line-too-long` …), and the answer is not OK.
   */
  | { readonly type: "idle-end"; readonly reason?: string }
  /** The answer to `auth-challenge`: send the next one, or `complete`. */
  | { readonly type: "auth-response"; readonly data: Secret<Uint8Array> }
  /** Answered by the session itself, with BAD (or NO): no command, bad arguments, illegal now, an exchange or an APPEND that came to nothing. */
  | {
      readonly type: "rejected";
      /** Null where there was none to read. */
      readonly tag: string | null;
      /** Stable name of the reason (`bad-arguments`, `illegal-now`, `privacy-required`, `cancelled` …). */
      readonly reason: string;
      /** Its bytes, fit for showing. */
      readonly parts: RawParts;
    }
  /** TLS is established; the client begins anew. */
  | { readonly type: "tls"; readonly info: TlsInfo };

/** A status without the word that says whose it is. */
export interface Condition {
  /** The code in brackets; default none. */
  readonly code?: ResponseCode | null;
  /** One line for people. */
  readonly text: string;
}

/** What a server session can be asked to do. */
export type ServerIntent =
  /** The first words; with BYE the connection ends. */
  | ({ readonly type: "greeting"; readonly status: "OK" | "PREAUTH" | "BYE" } & Condition)
  /**
   * An untagged response. Data of a FETCH that is given as a size only must follow as `data-chunk`s. EXPUNGE is legal only while a
   * command other than FETCH, STORE and SEARCH is answered (RFC 3501 section 7.4.1).
   */
  | { readonly type: "response"; readonly response: UntaggedData }
  /** Bytes of the FETCH data that was given as a size. */
  | { readonly type: "data-chunk"; readonly bytes: Uint8Array }
  /** Takes the message of an APPEND. */
  | { readonly type: "accept-append" }
  /** Takes an IDLE: the client hears `+`, and `response`s may be said until it is done (RFC 2177). */
  | { readonly type: "accept-idle" }
  /** Asks for the next step of an AUTHENTICATE exchange. */
  | { readonly type: "auth-challenge"; readonly data: Uint8Array }
  /** The tagged answer. OK to STARTTLS hands over to the transport; OK to LOGOUT ends the connection (say `* BYE` before). */
  | ({ readonly type: "complete"; readonly status: "OK" | "NO" | "BAD" } & Condition)
  /** Ends the connection with `* BYE`. */
  | ({ readonly type: "bye" } & Condition);
