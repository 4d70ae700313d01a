// What a script demands: by what it does, and by what it says of itself where that leaves a choice.

import { certificateCase } from "./certificates.ts";
import type { Script, Step } from "./script.ts";

/** How mailwire's side must end: well, with a typed error, or either. */
export type Expectation = "success" | "error" | "either";

/** What mailwire's client must come to. */
export function clientExpectation(script: Script): Expectation {
  const { safeBehaviour: safe, attack, steps } = script;
  const certificate = certificateOf(script);
  if (certificate !== undefined) {
    if (/^\W*accept/i.test(safe)) return "success";
    if (/^\W*(?:reject|do not deliver|refuse|fail|abort)/i.test(safe)) return "error";
    if (policyOf(script) === "opportunistic") return "success";
    return certificateCase(certificate).verdict === "accept" ? "success" : "error";
  }
  if (policyOf(script) === "opportunistic" && /^\W*deliver/i.test(safe)) return "success";
  if (/^\W*(?:do not|treat\b.*\bunreachable|fail the|reject|defer|abort)/i.test(safe)) return "error";
  if (isCutOff(steps)) return "error";
  const isBenign =
    /^\W*(?:accept|consume|ignored?\b|go(?:es)? on|continue|proceed|upgrade normally|deliver|legal|no (?:alarm|error))/i.test(safe);
  return isBenign || isGuard(attack) ? "success" : "either";
}

/** True where the exchange is legal, and is there to be accepted. */
export function isGuard(attack: string): boolean {
  return /false.?positive|\bguard\b|\blegal\b|\bbenign\b|\bharmless\b/i.test(attack);
}

/** The description of the certificate that the attacker shows. */
export function certificateOf({ steps }: Script): string | undefined {
  for (const step of steps) if (step.type === "tls" && step.event.type === "certificate") return step.event.description;
  return undefined;
}

/** What a relay was told about the server, besides the server itself. */
export function policyOf({ attack, safeBehaviour }: Script): "require" | "opportunistic" {
  if (/mode\s*=\s*(?:testing|none)|opportunistic/i.test(attack)) return "opportunistic";
  return /^\W*deliver\b/i.test(safeBehaviour) ? "opportunistic" : "require";
}

/** What DANE says of the server's key. */
export function pinOf(script: Script): "none" | "usual" {
  return /\btlsa\b|\bdane\b|\bpin(?:ned|ning)?\b/i.test(script.attack) ? "usual" : "none";
}

/** True where the connection ends before mailwire had a chance to finish. */
function isCutOff(steps: readonly Step[]): boolean {
  const tls = steps.findIndex((step) => step.type === "tls");
  const event = steps[tls];
  if (event?.type === "tls" && event.event.type !== "ok") return true;
  const said = steps.some((step) => step.type === "say" && step.from === "client" && /^(?:\S+ )?(?:QUIT|LOGOUT)\b/i.test(step.text));
  return !said && steps.some((step) => step.type === "close");
}
