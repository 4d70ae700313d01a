// The attacker's side of a SASL exchange with mailwire's client: it knows the password, since nothing is to be found out by refusing.

import { cramMd5Server, deriveScramKeys, loginServer, plainServer, scramServer, startExchange } from "@mailwire/sasl";
import type { SaslServerMechanism, ScramKeys, ScramVariant } from "@mailwire/sasl";
import { Secret, decodeBase64, encodeBase64 } from "@mailwire/wire";
import type { Attacker } from "./attacker.ts";
import { CANARY } from "./canary.ts";

/** Runs the exchange that `words`, a mechanism and perhaps an initial response, begin; `challenge` says how a challenge is written. */
export async function exchange(
  attacker: Attacker,
  [name = "", initial]: readonly string[],
  challenge: (base64: string) => string,
): Promise<"success" | "failure"> {
  const mechanism = MECHANISMS.find((known) => known.name === name.toUpperCase());
  if (mechanism === undefined) return "failure";
  const server = startExchange(mechanism, {});
  let response = initial === undefined ? null : (decodeBase64(initial === "=" ? "" : initial) ?? null);
  for (;;) {
    const step = await server.next(response);
    if (step.type !== "challenge") return step.type;
    attacker.say(challenge(encodeBase64(step.data)));
    const heard = await attacker.line();
    if (heard.type !== "line" || heard.text.startsWith("*")) return "failure";
    response = decodeBase64(heard.text.trim()) ?? null;
  }
}

const keys = new Map<ScramVariant, Promise<ScramKeys>>();

function keysFor(variant: ScramVariant): Promise<ScramKeys> {
  const known = keys.get(variant) ?? deriveScramKeys(variant, CANARY.password);
  keys.set(variant, known);
  return known;
}

const verify = (): Promise<string> => Promise.resolve(CANARY.user);

const MECHANISMS: readonly SaslServerMechanism[] = [
  plainServer(verify),
  loginServer(verify),
  cramMd5Server(() => Promise.resolve(new Secret(CANARY.password))),
  ...(["SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"] as const).flatMap((variant) => scramServer(variant, () => keysFor(variant))),
];
