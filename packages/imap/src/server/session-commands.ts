// CAPABILITY, LOGIN and AUTHENTICATE (RFC 3501 sections 6.1.1, 6.2.2, 6.2.3; RFC 4959).

import { startExchange } from "@mailwire/sasl";
import { decodeBase64 } from "@mailwire/wire";
import type { AuthenticateCommand, LoginCommand } from "../codec/commands/session.ts";
import type { Conversation } from "./conversation.ts";
import type { Completion } from "./options.ts";

/** The capabilities as they are now: before and after login, before and after TLS. */
export function capabilitiesOf(conversation: Conversation): readonly string[] {
  const { info, identity, offered, upgradable, mayShowPasswords, options } = conversation;
  const always = ["IMAP4rev1", "LITERAL+", "SASL-IR"];
  const added = options.capabilities ?? [];
  if (identity !== undefined) return [...always, "CHILDREN", "IDLE", "UNSELECT", ...added];
  const upgrade = upgradable && !info.secure ? ["STARTTLS"] : [];
  const auth = offered.map(({ name }) => `AUTH=${name}`);
  return [...always, ...upgrade, ...(mayShowPasswords ? [] : ["LOGINDISABLED"]), ...auth, ...added];
}

/** LOGIN. */
export async function logIn(conversation: Conversation, { user, password }: LoginCommand): Promise<Completion> {
  const identity = await conversation.options.backend.verifyPassword({ user, password });
  return identity === undefined ? REFUSED : enter(conversation, identity);
}

/** AUTHENTICATE; nothing is answered (`undefined`) when the client gave up, since the session has done so, or is gone. */
export async function authenticate(conversation: Conversation, command: AuthenticateCommand): Promise<Completion | undefined> {
  const { driver, info, offered } = conversation;
  const wanted = command.mechanism.toUpperCase();
  const mechanism = offered.find(({ name }) => name === wanted);
  if (mechanism === undefined) return refusalOf(wanted, conversation);
  let response = initialResponse(command);
  if (response === undefined) return { status: "BAD", text: "The initial response is not base64" };
  const exchange = startExchange(mechanism, info.tls === undefined ? {} : { tls: info.tls });
  for (;;) {
    const step = await exchange.next(response);
    if (step.type === "failure") return REFUSED;
    if (step.type === "success") return enter(conversation, step.identity);
    driver.send({ type: "auth-challenge", data: step.data });
    const event = await driver.next();
    if (event?.type !== "auth-response") return undefined;
    response = event.data.reveal();
  }
}

const REFUSED: Completion = { status: "NO", code: { type: "AUTHENTICATIONFAILED" }, text: "Authentication failed" };

/** Why a mechanism cannot be used here. */
function refusalOf(wanted: string, { mechanisms, mayShowPasswords }: Conversation): Completion {
  const needsTls = !mayShowPasswords && mechanisms.some(({ name, plaintext }) => plaintext && name === wanted);
  if (needsTls) return { status: "NO", code: { type: "PRIVACYREQUIRED" }, text: `${wanted} needs TLS` };
  return { status: "NO", text: "No such mechanism" };
}

/** Null where none was given; `=` stands for an empty one; `undefined` for what is no base64. */
function initialResponse({ initialResponse: given }: AuthenticateCommand): Uint8Array | null | undefined {
  if (given === null) return null;
  return given.reveal() === "=" ? new Uint8Array() : decodeBase64(given.reveal());
}

async function enter(conversation: Conversation, identity: string): Promise<Completion> {
  await conversation.logIn(identity);
  return { status: "OK", code: { type: "CAPABILITY", capabilities: capabilitiesOf(conversation) }, text: "Logged in" };
}
