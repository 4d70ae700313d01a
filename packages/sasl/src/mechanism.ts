// What a SASL mechanism is (RFC 4422 section 3), for each side: bytes in, bytes out, one step at a time. Base64, `=` and `*` belong to
// the protocol that carries the exchange, not to the mechanism.

import type { Secret, TlsInfo } from "@mailwire/wire";

/** One exchange as the client. Make a new one for each attempt. */
export interface SaslClient {
  /** The registered name: `PLAIN`, `SCRAM-SHA-256`. */
  readonly mechanism: string;
  /**
   * The initial response; `null` when the server speaks first. An empty array is an initial response without content, which
   * protocols write as `=`. Call it once, before {@link SaslClient.next}.
   */
  start(): Promise<Uint8Array | null>;
  /** Answers a challenge. Rejects with a remote `ProtocolError` when the server asks what the mechanism does not know; cancel then. */
  next(challenge: Uint8Array): Promise<Uint8Array>;
  /**
   * Call it when the server says that the exchange succeeded. Throws a remote `ProtocolError` (`sasl-unfinished`) when the server has not
   * shown what it must have shown by then (SCRAM: its signature): it is an impostor, so drop the connection. What a server says with
   * success was a challenge before, so there is nothing to give.
   */
  finish(): void;
  /** What the mechanism was told of why it is refused (OAUTHBEARER); it becomes the `cause` of the error with which the protocol's client rejects. */
  readonly refusal?: Error | undefined;
}

/** What a client chooses a mechanism from. */
export interface SaslOffer {
  /** What the server lists, in capitals; empty when it has not told. */
  readonly mechanisms: readonly string[];
  /** True when nobody can listen on the way, as in `TransportInfo`. */
  readonly secure: boolean;
  /** Facts about the TLS connection (channel binding); absent outside TLS. */
  readonly tls?: TlsInfo;
}

/** How a client logs in: by this mechanism, or by the one that a function chooses when the offer is known (`chooseMechanism` makes such functions). */
export type SaslChoice = SaslClient | ((offer: SaslOffer) => SaslClient | Promise<SaslClient>);

/** One exchange as the server. */
export interface SaslServer {
  /** The registered name. */
  readonly mechanism: string;
  /**
   * Takes what the client said: first the initial response, `null` when it gave none, then one response per challenge. A broken
   * response is a failure, never an error; it rejects only when the verification itself could not be done. After success or failure
   * the exchange is over.
   */
  next(response: Uint8Array | null): Promise<SaslStep>;
}

/** What a server says next in an exchange. */
export type SaslStep =
  /** Ask the client more; `data` may be empty. */
  | { readonly type: "challenge"; readonly data: Uint8Array }
  /** The client is `identity`. `data` goes with the outcome where the protocol can carry it, else as one more challenge. */
  | { readonly type: "success"; readonly identity: string; readonly data?: Uint8Array }
  /** Refused. `reason` is for logs: a peer learns no more than that it failed. */
  | { readonly type: "failure"; readonly reason?: string };

/** A mechanism that a server offers; it starts one {@link SaslServer} per attempt. */
export interface SaslServerMechanism {
  /** The registered name, as it is advertised. */
  readonly name: string;
  /** True when it sends the password in clear: offer it only where the way is secure. */
  readonly plaintext: boolean;
  /** Whether it can be used on a connection (EXTERNAL wants a client certificate, `-PLUS` a channel binding); absent: everywhere. */
  offeredOn?(context: SaslContext): boolean;
  /** Begins an exchange on a connection. */
  start(context: SaslContext): SaslServer;
}

/** What a mechanism may know of the connection. */
export interface SaslContext {
  /** Facts about the TLS connection (channel binding, the client's certificate); absent outside TLS. */
  readonly tls?: TlsInfo;
}

/** A name and its password, as a client gave them. */
export interface PasswordCredentials {
  /** Whose password it is (the authentication identity). */
  readonly user: string;
  /** The password as it came; compare it with the help of {@link equalBytes} or, better, through a slow hash. */
  readonly password: Secret<string>;
  /** Whom to act as; absent when the client leaves that to the server. */
  readonly authorizationIdentity?: string;
}

/**
 * Checks a password. Resolves to the identity that the session gets, or to `undefined` to refuse; it must refuse an
 * `authorizationIdentity` that `user` may not act as. Rejecting means that the check could not be done.
 */
export type VerifyPassword = (credentials: PasswordCredentials) => Promise<string | undefined>;
