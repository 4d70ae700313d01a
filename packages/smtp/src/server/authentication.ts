// One SASL exchange on the server's side, from AUTH to its final reply: RFC 4954 section 4.

import { type SaslServer, type SaslServerMechanism, startExchange } from "@mailwire/sasl";
import type { Driver } from "@mailwire/transport";
import { ConnectionError } from "@mailwire/wire";
import type { AuthCommand } from "../codec/command.ts";
import type { Reply } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent } from "../session/server-events.ts";
import type { Awaitable } from "./options.ts";
import * as replies from "./replies.ts";

/** What an exchange works with. */
export interface AuthenticationParts {
  readonly driver: Driver<ServerEvent, ServerIntent>;
  /** The mechanism that was asked for, which is offered. */
  readonly mechanism: SaslServerMechanism | undefined;
  /** What a step of the mechanism gives; a reply when it fails. */
  readonly ask: <T>(step: () => Awaitable<T>) => Awaitable<T | Reply>;
}

/** The final reply, and who the client is when that is 235. */
export interface AuthenticationResult {
  readonly reply: Reply;
  readonly identity?: string;
}

/** Runs the exchange up to its final reply, which is left to the caller to say. */
export async function authenticate(
  { driver, mechanism, ask }: AuthenticationParts,
  { initialResponse }: AuthCommand,
): Promise<AuthenticationResult> {
  const { tls } = driver.info;
  let exchange: SaslServer | undefined;
  let response = initialResponse?.reveal() ?? null;
  for (;;) {
    const said = response;
    const step = await ask(() => (exchange ??= mechanism && startExchange(mechanism, tls === undefined ? {} : { tls }))?.next(said));
    if (step === undefined || !("type" in step)) return { reply: step ?? replies.AUTH_FAILED };
    if (step.type === "failure") return { reply: replies.AUTH_FAILED };
    if (step.type === "success") return { reply: replies.AUTH_OK, identity: step.identity };
    const answer = await challenge(driver, step.data);
    if ("reply" in answer) return answer;
    response = answer.response;
  }
}

/** The client's answer, or the reply when it gave the exchange up. */
async function challenge(
  driver: AuthenticationParts["driver"],
  data: Uint8Array,
): Promise<{ readonly response: Uint8Array } | { readonly reply: Reply }> {
  driver.send({ type: "auth-challenge", data });
  const event = await driver.next();
  if (event?.type === "auth-response") return { response: event.data.reveal() };
  if (event?.type === "auth-cancel") return { reply: event.refusal };
  throw new ConnectionError("eof", "the connection ended inside AUTH", { phase: "auth" });
}
