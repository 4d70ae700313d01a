// What a server session is told, what it tells, and what it can be made to say.

import type { LineEndPolicy, Observer, Secret, TlsInfo } from "@mailwire/wire";
import type { ReceivedCommand } from "../codec/received-command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerLimits } from "./limits.ts";

/** How a {@link ServerSession} behaves. */
export interface ServerSessionOptions {
  /** True when the transport is inside TLS, or safe for another reason. */
  readonly secure: boolean;
  /** What to do with bare CR and LF in a message: refuse and close (the default), or make CRLF of them. */
  readonly lineEnds?: LineEndPolicy;
  /** Limits other than `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** Sees every line and body, both ways, secrets wrapped. */
  readonly observe?: Observer;
}

/** What happens to a server. All but `data` and `tls` wait for an answer; nothing is read before it. */
export type ServerEvent =
  /**
   * A command. `refusal` is what must be answered because the command cannot be read, is out of order or goes beyond a limit;
   * for a command of the verb `unknown` it is what to answer unless the application knows better.
   */
  | { readonly type: "command"; readonly received: ReceivedCommand; readonly refusal: Reply | undefined }
  /** The client's step of the SASL exchange. */
  | { readonly type: "auth-response"; readonly data: Secret<Uint8Array> }
  /** The client gave the exchange up, or said something that is no base64; answer `refusal`. */
  | { readonly type: "auth-cancel"; readonly refusal: Reply }
  /** Bytes of the message. */
  | { readonly type: "data"; readonly chunk: Uint8Array }
  /** The message is complete. With a `refusal` it was too large, and only its beginning was given. */
  | { readonly type: "end-of-data"; readonly sizeBytes: number; readonly refusal: Reply | undefined }
  /** The handshake is done, and the client is nobody again. */
  | { readonly type: "tls"; readonly info: TlsInfo };

/** What a server can say. */
export type ServerIntent =
  /** The greeting, or the answer to the last event; `identity` is who the client turned out to be by AUTH. */
  | { readonly type: "reply"; readonly reply: Reply; readonly identity?: string }
  /** The server's step of an exchange, in answer to AUTH or `auth-response`. */
  | { readonly type: "auth-challenge"; readonly data: Uint8Array }
  /** Ends the conversation with `reply` (a 421) as soon as nothing else is to be answered. */
  | { readonly type: "close"; readonly reply: Reply };
