// What a server session is told, what it tells, and what it can be made to say.

import type { LineEndPolicy, Observer, Secret, TlsInfo } from "@mailwire/wire";
import type { ReceivedCommand } from "../codec/received-command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerLimits } from "./limits.ts";

/** How a {@link ServerSession} behaves. */
export interface ServerSessionOptions {
  /** True when the transport is inside TLS, or safe for another reason. */
  readonly secure: boolean;
  /** Which of the two is spoken (LMTP: RFC 2033); default `smtp`. */
  readonly protocol?: Protocol;
  /**
   * What to do with a client that does not wait where RFC 2920 says that it must, such as behind EHLO or DATA: `refuse` the command that it
   * did not wait for (503), or `allow` it (the default: people paste into telnet, and nothing is lost).
   */
  readonly eagerness?: "allow" | "refuse";
  /** What to do with bare CR and LF in a message: refuse and close (the default), or make CRLF of them. */
  readonly lineEnds?: LineEndPolicy;
  /** Limits other than `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** Sees every line and body, both ways, secrets wrapped. */
  readonly observe?: Observer;
}

/** The protocol, or its sibling for local delivery: LHLO, and an answer for each recipient. */
export type Protocol = "smtp" | "lmtp";

/** What happens to a server. All but `data` and `tls` wait for an answer; nothing is read before it. */
export type ServerEvent =
  /**
   * A command. `refusal` is what must be answered because the command cannot be read, is out of order or goes beyond a limit;
   * for a command of the verb `unknown` it is what to answer unless the application knows better. BDAT is answered twice: `take-chunk` when its
   * bytes are wanted, and a reply behind them; a refusal at once is said when its bytes have been let go.
   */
  | { readonly type: "command"; readonly received: ReceivedCommand; readonly refusal: Reply | undefined }
  /** The client's step of the SASL exchange. */
  | { readonly type: "auth-response"; readonly data: Secret<Uint8Array> }
  /** The client gave the exchange up, or said something that is no base64; answer `refusal`. */
  | { readonly type: "auth-cancel"; readonly refusal: Reply }
  /** Bytes of the message; with them, the longest line that came so far has `longestLineBytes`. */
  | { readonly type: "data"; readonly chunk: Uint8Array; readonly longestLineBytes: number }
  /** A chunk is complete, and more are to come. With a `refusal` something was wrong, and not all was given; the message is lost. */
  | { readonly type: "end-of-chunk"; readonly refusal: Reply | undefined }
  /**
   * The message is complete. With a `refusal` something was wrong (it was too large), and not all was given. It is answered once, and in LMTP
   * once for each of the `recipients` that were accepted, in order. `longestLineBytes` is the length of its longest line, without the line end
   * (and without a dot that stuffing added): beyond `MAX_TEXT_LINE_BYTES` it is longer than RFC 5321 allows, which nothing refuses by itself.
   */
  | {
      readonly type: "end-of-data";
      readonly sizeBytes: number;
      readonly longestLineBytes: number;
      readonly recipients: number;
      readonly refusal: Reply | undefined;
    }
  /** The handshake is done, and the client is nobody again. */
  | { readonly type: "tls"; readonly info: TlsInfo };

/** What a server can say. */
export type ServerIntent =
  /** The greeting, or the answer to the last event; `identity` is who the client turned out to be by AUTH. */
  | { readonly type: "reply"; readonly reply: Reply; readonly identity?: string }
  /** Takes the chunk that BDAT announced. */
  | { readonly type: "take-chunk" }
  /** Answers so far leave now, without those to the rest of a pipelined batch. */
  | { readonly type: "flush" }
  /** The server's step of an exchange, in answer to AUTH or `auth-response`. */
  | { readonly type: "auth-challenge"; readonly data: Uint8Array }
  /** Ends the conversation with `reply` (a 421) as soon as nothing else is to be answered. */
  | { readonly type: "close"; readonly reply: Reply };
