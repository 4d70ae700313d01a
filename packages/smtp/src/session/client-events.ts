// What a client session is told, what it tells, and what it can be made to say.

import type { LineEndPolicy, Observer, Secret, TlsInfo } from "@mailwire/wire";
import type { AuthCommand, BdatCommand, Command } from "../codec/command.ts";
import type { Extensions } from "../codec/extensions.ts";
import type { ReceivedReply } from "../codec/received-reply.ts";
import type { ClientLimits } from "./limits.ts";
import type { Protocol } from "./server-events.ts";

/** How a {@link ClientSession} behaves. */
export interface ClientSessionOptions {
  /** True when the transport is inside TLS, or safe for another reason. */
  readonly secure: boolean;
  /** Which of the two is spoken (LMTP: RFC 2033); default `smtp`. */
  readonly protocol?: Protocol;
  /**
   * `eager` lets DATA follow its recipients before they are answered (RFC 2920 section 3.1). The server may then say 354 without a single one: end the
   * message at once. By default DATA waits.
   */
  readonly dataCommand?: "eager" | "waits";
  /** Allows commands that show a message or a credential on a transport that is not secure; `opportunistic`: those that show a message. */
  readonly allowPlaintext?: boolean | "opportunistic";
  /** What to do with bare CR and LF in a message: refuse (the default, a local `ProtocolError`), or make CRLF of them. */
  readonly lineEnds?: LineEndPolicy;
  /** Limits other than `DEFAULT_CLIENT_LIMITS`. */
  readonly limits?: Partial<ClientLimits>;
  /** Sees every line and body, both ways, secrets wrapped. */
  readonly observe?: Observer;
}

/** What happens to a client. */
export type ClientEvent =
  /** The server's first reply: 220, or a refusal behind which only QUIT may be said. */
  | { readonly type: "greeting"; readonly reply: ReceivedReply }
  /** The answer to `command` (the very object that was sent). DATA was taken when it is 354, AUTH when it is 235. */
  | { readonly type: "reply"; readonly command: Command; readonly reply: ReceivedReply }
  /** What EHLO's (or HELO's) positive answer, just given, says. */
  | { readonly type: "extensions"; readonly domain: string; readonly extensions: Extensions }
  /** The server's step of the exchange that `command` began; `auth-response` or `auth-cancel` must follow. */
  | { readonly type: "auth-challenge"; readonly command: AuthCommand; readonly data: Uint8Array }
  /** The answer to the message; in LMTP one for each recipient that was accepted, in order. */
  | { readonly type: "message-reply"; readonly reply: ReceivedReply }
  /** The server said 421, perhaps as the answer just given, and closes; what was not answered never will be. */
  | { readonly type: "closing"; readonly reply: ReceivedReply }
  /** The handshake is done: say EHLO again. */
  | { readonly type: "tls"; readonly info: TlsInfo };

/** What a client can say. */
export type ClientIntent =
  /** A command. It waits where it may not be sent yet: MAIL, RCPT and RSET are pipelined when the server offers that, no other is. BDAT is a `chunk`. */
  | { readonly type: "command"; readonly command: Command }
  /** The client's step of an exchange, after `auth-challenge`. */
  | { readonly type: "auth-response"; readonly data: Secret<Uint8Array> }
  /** Gives the exchange up. */
  | { readonly type: "auth-cancel" }
  /** Bytes of the message, after 354. */
  | { readonly type: "data"; readonly chunk: Uint8Array }
  /** The end of the message. */
  | { readonly type: "end-of-data" }
  /** BDAT: a piece of the message, whole. Only where the server offers CHUNKING; behind another, unanswered, only where it offers PIPELINING too. */
  | { readonly type: "chunk"; readonly bytes: Uint8Array; readonly position: BdatCommand["position"] };
