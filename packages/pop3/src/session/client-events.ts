// What a client session tells and is told.

import type { LineEndPolicy, Observer } from "@mailwire/wire";
import type { Command } from "../codec/command.ts";
import type { Listing } from "../codec/listing.ts";
import type { Reply } from "../codec/reply.ts";
import type { ClientLimits } from "./limits.ts";

/** What comes behind a positive reply: `lines` (listings) or a `body` (a message). */
export type Follows = "lines" | "body";

/** Something that the server said. Answers come in the order of their commands; `line`, `body` and `end` belong to the last `reply`. */
export type ClientEvent =
  /** The first line of the session; `timestamp` is there when APOP is possible. */
  | { readonly type: "greeting"; readonly reply: Reply; readonly timestamp?: string; readonly raw: Uint8Array }
  /**
   * The answer to `command`, the very object that was sent. `listing` holds the data of STAT, and of LIST and UIDL with a number. With
   * `follows` more events come, up to `end`.
   */
  | {
      readonly type: "reply";
      readonly command: Command;
      readonly reply: Reply;
      readonly listing?: Listing;
      readonly follows?: Follows;
      readonly raw: Uint8Array;
    }
  /** One line of an answer. */
  | { readonly type: "line"; readonly listing: Listing; readonly raw: Uint8Array }
  /** A piece of a message, its stuffed dots removed: a view, which the session does not touch again. */
  | { readonly type: "body"; readonly chunk: Uint8Array }
  /** The end of an answer with `follows`. */
  | { readonly type: "end" }
  /** AUTH goes on: send `auth-response` or `auth-cancel`. */
  | { readonly type: "auth-challenge"; readonly data: Uint8Array }
  /** The TLS handshake that STLS asked for is done; the session began anew. */
  | { readonly type: "tls" }
  /** A negative reply to nothing: the server is about to close (inactivity, shutdown). */
  | { readonly type: "unsolicited"; readonly reply: Reply; readonly raw: Uint8Array };

/** Something to say to the server. */
export type ClientIntent =
  /**
   * A command. It is transmitted at once when the server pipelines or nothing is in flight, else in its turn. `follows` says what comes
   * behind a positive reply to a command that is `unknown` or `invalid`; for the others it is known.
   */
  | { readonly type: "command"; readonly command: Command; readonly follows?: Follows }
  /** The response to an `auth-challenge`. */
  | { readonly type: "auth-response"; readonly data: Uint8Array }
  /** Gives the AUTH exchange up; the server answers with `-ERR`. */
  | { readonly type: "auth-cancel" };

/** How a client session behaves. */
export interface ClientSessionOptions {
  /** True when the way to the server is secure from the start (TLS, a tunnel); false, the default, until STLS. */
  readonly secure?: boolean;
  /** True to let USER, PASS, APOP and AUTH go over a plain way. */
  readonly allowPlaintext?: boolean;
  /** When commands are sent ahead of answers: when the server `offered` it (default), `always` or `never`. */
  readonly pipelining?: "offered" | "always" | "never";
  /** When names and passwords may have characters beyond ASCII: when the server `offered` it by `UTF8 USER` (default), or `always`. */
  readonly utf8Credentials?: "offered" | "always";
  /** What becomes of bare CR and bare LF in messages; `keep` by default, for maildrops hold what they hold. */
  readonly bodyLineEnds?: LineEndPolicy;
  /** See {@link ClientLimits}. */
  readonly limits?: Partial<ClientLimits>;
  /** Sees each unit of the dialogue. */
  readonly observe?: Observer;
}
