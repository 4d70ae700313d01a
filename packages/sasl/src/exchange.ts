// One exchange as a protocol runs it, on each side: what SMTP, POP3 and IMAP have in common (RFC 4422 section 4). How a step is written, and
// how long it may be, stays with the protocol.

import { ProtocolError, Secret } from "@mailwire/wire";
import type { SaslChoice, SaslContext, SaslOffer, SaslServer, SaslServerMechanism } from "./mechanism.ts";

/** A client's exchange that has begun. */
export interface SaslExchange {
  /** The mechanism to name in the command. */
  readonly mechanism: string;
  /** What goes with the command; `null` when nothing does. Empty, it is written as `=`. */
  readonly initialResponse: Secret<Uint8Array> | null;
  /** Answers a challenge. When it rejects, give the exchange up. */
  respond(challenge: Uint8Array): Promise<Uint8Array>;
  /** See `SaslClient.finish`. */
  finish(): void;
  /** See `SaslClient.refusal`. */
  readonly refusal: Error | undefined;
}

/**
 * Chooses the mechanism and begins. An initial response goes with the command where `fits` says that it can; else it is kept for
 * the server's first challenge, which must be empty (`sasl-unexpected-challenge`).
 */
export async function beginExchange(
  choice: SaslChoice,
  offer: SaslOffer,
  fits: (mechanism: string, initialResponse: Uint8Array) => boolean,
): Promise<SaslExchange> {
  const client = typeof choice === "function" ? await choice(offer) : choice;
  const { mechanism } = client;
  const initial = await client.start();
  const atOnce = initial !== null && fits(mechanism, initial);
  let held = atOnce ? null : initial;
  return {
    mechanism,
    initialResponse: atOnce ? new Secret(initial) : null,
    respond: async (challenge) => {
      if (held === null) return client.next(challenge);
      if (challenge.length > 0) {
        throw new ProtocolError("remote", "sasl-unexpected-challenge", `${mechanism} lets the client speak first`);
      }
      const response = held;
      held = null;
      return response;
    },
    finish: () => client.finish(),
    get refusal() {
      return client.refusal;
    },
  };
}

/** What a server knows of a connection when it offers mechanisms there. */
export interface SaslSurroundings extends SaslContext {
  /** True where a password may go in clear: the way is secure, or that does not matter. */
  readonly mayShowPasswords: boolean;
}

/** Those of a server's mechanisms that it offers, and accepts, on a connection. */
export function offeredMechanisms(
  mechanisms: readonly SaslServerMechanism[],
  { mayShowPasswords, ...context }: SaslSurroundings,
): readonly SaslServerMechanism[] {
  return mechanisms.filter((mechanism) => (mayShowPasswords || !mechanism.plaintext) && mechanism.offeredOn?.(context) !== false);
}

/**
 * Begins an exchange as the server of a protocol whose outcome carries no data: what a success has to say goes as one more challenge, which the
 * client must answer with nothing. No step of it is a success with data.
 */
export function startExchange(mechanism: SaslServerMechanism, context: SaslContext): SaslServer {
  const server = mechanism.start(context);
  let identity: string | undefined;
  return {
    mechanism: server.mechanism,
    next: async (response) => {
      if (identity !== undefined) {
        if (response?.length === 0) return { type: "success", identity };
        return { type: "failure", reason: "the last challenge was not answered with nothing" };
      }
      const step = await server.next(response);
      if (step.type !== "success" || step.data === undefined) return step;
      identity = step.identity;
      return { type: "challenge", data: step.data };
    },
  };
}
