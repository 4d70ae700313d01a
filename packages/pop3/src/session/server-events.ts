// What a server session tells and is told.

import type { LineEndPolicy, Observer, Secret } from "@mailwire/wire";
import type { Utf8Support } from "../codec/capabilities.ts";
import type { Command } from "../codec/command.ts";
import type { Listing } from "../codec/listing.ts";
import type { Reply } from "../codec/reply.ts";
import type { Follows } from "./client-events.ts";
import type { ServerLimits } from "./limits.ts";

/** Something that the client said. One at a time: nothing more is read before it is answered. */
export type ServerEvent =
  /**
   * A command; answer with `reply`, or `auth-challenge` for AUTH. `refusal` is there when the session cannot allow it (unknown, malformed, out
   * of place, a password over a plain way): it is what to answer, unless you know better.
   */
  | { readonly type: "command"; readonly command: Command; readonly refusal?: Reply; readonly raw: Uint8Array }
  /** The response to an `auth-challenge`; answer with `reply` or the next `auth-challenge`. */
  | { readonly type: "auth-response"; readonly data: Secret<Uint8Array> }
  /** The client gave the exchange up, or its response is not base64; answer with `refusal`. */
  | { readonly type: "auth-abort"; readonly refusal: Reply }
  /** The TLS handshake is done; the session began anew, without a greeting. */
  | { readonly type: "tls" };

/** Something to say to the client. */
export type ServerIntent =
  /** The greeting, or the answer to a command. With `follows` go on with `line` or `body`, and then `end`. */
  | { readonly type: "reply"; readonly reply: Reply; readonly follows?: Follows }
  /** One line of an answer that `follows` with `lines`. */
  | { readonly type: "line"; readonly listing: Listing }
  /** A piece of a message, cut anywhere; dots are stuffed here. */
  | { readonly type: "body"; readonly chunk: Uint8Array }
  /** The end of an answer with `follows`. */
  | { readonly type: "end" }
  /** Asks the client more in an AUTH exchange. */
  | { readonly type: "auth-challenge"; readonly data: Uint8Array }
  /** Says a last negative reply and ends the session; possible between commands only. */
  | { readonly type: "shutdown"; readonly reply: Reply };

/** How a server session behaves. */
export interface ServerSessionOptions {
  /** True when the way to the client is secure from the start (TLS, a tunnel); false, the default, until STLS. */
  readonly secure?: boolean;
  /** True to let USER, PASS, APOP and AUTH be used over a plain way. */
  readonly allowPlaintextAuth?: boolean;
  /** `offered` when STLS can be honoured. */
  readonly stls?: "offered" | "absent";
  /** What of RFC 6856 is offered; nothing by default. With `user`, names and passwords that are no UTF-8 are refused. */
  readonly utf8?: Utf8Support;
  /** What becomes of bare CR and bare LF in messages; `normalize` by default, so that clients see lines. */
  readonly bodyLineEnds?: LineEndPolicy;
  /** See {@link ServerLimits}. */
  readonly limits?: Partial<ServerLimits>;
  /** Sees each unit of the dialogue. */
  readonly observe?: Observer;
}
