// One exchange as a protocol carries it, on each side: what SMTP, POP3 and IMAP have in common (RFC 4422 section 4). How a step is written,
// and how long it may be, stays with the protocol.

import { ProtocolError, Secret } from "@mailwire/wire";
import type { SaslChoice, SaslClient, SaslContext, SaslOffer, SaslServer, SaslServerMechanism } from "./mechanism.ts";

/** A client's exchange that has begun. */
export interface SaslExchange {
  /** The mechanism to name in the command. */
  readonly mechanism: string;
  /** What goes with the command; `null` when nothing does. Empty, it is written as `=`. */
  readonly initialResponse: Secret<Uint8Array> | null;
  /** Answers a challenge. When it rejects, give the exchange up. */
  readonly respond: (challenge: Uint8Array) => Promise<Uint8Array>;
}

/** What a protocol's client does to carry an exchange. */
export interface SaslCarrier<Answer> {
  /** What there is to choose from. */
  readonly offer: SaslOffer;
  /** Whether the command can take the mechanism's name, a space and the initial response in base64, which are `length` characters. */
  fits(length: number): boolean;
  /** Says the command, answers the challenges; resolves when the server has said yes, and rejects when it has said no. */
  say(exchange: SaslExchange): Promise<Answer>;
  /** Drops the connection. */
  drop(reason: unknown): void;
}

/**
 * Authenticates as the client of a protocol: chooses, begins, carries, and asks the mechanism whether to believe a success; where it does
 * not, the connection is dropped and the mechanism's error thrown. An initial response that does not fit into the command answers the server's
 * first challenge, which must be empty then. What the mechanism knows about a refusal becomes its `cause`.
 */
export async function carryExchange<Answer>(choice: SaslChoice, carrier: SaslCarrier<Answer>): Promise<Answer> {
  const client = typeof choice === "function" ? await choice(carrier.offer) : choice;
  const exchange = await begin(client, (length) => carrier.fits(length));
  const answer = await carrier.say(exchange).catch((error: unknown) => {
    if (error instanceof Error && client.refusal !== undefined) error.cause ??= client.refusal;
    throw error;
  });
  try {
    client.finish();
  } catch (error) {
    carrier.drop(error);
    throw error;
  }
  return answer;
}

async function begin(client: SaslClient, fits: (length: number) => boolean): Promise<SaslExchange> {
  const { mechanism } = client;
  const initial = await client.start();
  const atOnce = initial !== null && fits(lengthOf(mechanism, initial));
  let held = atOnce ? null : initial;
  const respond = async (challenge: Uint8Array): Promise<Uint8Array> => {
    if (held === null) return client.next(challenge);
    if (challenge.length > 0) throw new ProtocolError("remote", "sasl-unexpected-challenge", `${mechanism} lets the client speak first`);
    const response = held;
    held = null;
    return response;
  };
  return { mechanism, initialResponse: atOnce ? new Secret(initial) : null, respond };
}

function lengthOf(mechanism: string, initialResponse: Uint8Array): number {
  return mechanism.length + 1 + Math.max(1, 4 * Math.ceil(initialResponse.length / 3));
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
