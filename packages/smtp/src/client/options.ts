// How a client connects.

import type { LineEndPolicy, Observer } from "@mailwire/wire";
import type { ClientSessionOptions } from "../session/client-events.ts";
import type { ClientLimits } from "../session/limits.ts";
import type { Protocol } from "../session/server-events.ts";

/** How {@link SmtpClient.open} opens. */
export interface SmtpClientOptions {
  /** Which of the two the server speaks (LMTP: RFC 2033); default `smtp`. */
  readonly protocol?: Protocol;
  /** See {@link ClientSessionOptions.dataCommand}. */
  readonly dataCommand?: ClientSessionOptions["dataCommand"];
  /** How this end introduces itself: its domain, or its address in brackets; default `[127.0.0.1]`. */
  readonly hostname?: string;
  /** The name that the server's certificate must carry; needed wherever STARTTLS is. */
  readonly serverName?: string;
  /** TLS options for the transport's upgrade. */
  readonly tlsOptions?: unknown;
  /**
   * Talks without TLS: messages and credentials can be read on the way. By default a transport that is not secure is upgraded, or left. `opportunistic`
   * (RFC 7435), for relays that no policy tells more: upgrades where STARTTLS is offered and granted, else sends mail in clear, though never
   * credentials; whoever is on the way can take the offer away. What became of it is in {@link SmtpClient.info}.
   */
  readonly allowPlaintext?: boolean | "opportunistic";
  /** What to do with bare CR and LF in messages: refuse to send them (the default; it costs the connection), or make CRLF of them (`normalize`). */
  readonly lineEnds?: LineEndPolicy;
  /** Limits other than `DEFAULT_CLIENT_LIMITS`. */
  readonly limits?: Partial<ClientLimits>;
  /** Drops the connection when aborted. */
  readonly signal?: AbortSignal;
  /** Sees every line and body, both ways, secrets wrapped. */
  readonly observe?: Observer;
}
