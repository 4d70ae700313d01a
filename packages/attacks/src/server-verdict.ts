// Whether a server kept to what every server must keep to: nothing said in clear has an effect inside TLS.

import type { Attacker } from "./attacker.ts";
import { isGuard } from "./expectation.ts";
import type { Outcome } from "./outcome.ts";
import { describe } from "./outcome.ts";
import { hearReply } from "./reply.ts";
import type { Protocol, Script, Step } from "./script.ts";
import type { Asked, ServerPlan } from "./server-course.ts";
import type { Ending } from "./server-play.ts";
import { verbOf } from "./stand-in.ts";

/** How the server must be set up so that the script makes sense. */
export function serverPlan(script: Script, tls: unknown): ServerPlan {
  const { clear, inside } = phases(script);
  const refusedInside = inside.some((step) => isReply(step, /^530/));
  const refusedInClear = clear.some((step) => isReply(step, /^530/));
  return {
    tls,
    plaintextAuth:
      letsIn(script.protocol, clear) || /plaintext auth\S* (?:enabled|allowed|on)/i.test(script.safeBehaviour) ? "allowed" : "refused",
    demands: refusedInside ? "auth" : refusedInClear ? "tls" : "nothing",
  };
}

/** Asks an open session inside TLS for what it may only grant to whoever has earned it there; gives what was wrong. */
export async function probe(script: Script, attacker: Attacker): Promise<string[]> {
  const { protocol } = script;
  const said = phases(script).inside.flatMap((step) => (step.type === "say" && step.from === "client" ? [step.text] : []));
  const { command, pattern, earnedBy, idle } = PROBES[protocol];
  const violations: string[] = [];
  attacker.say(command);
  const reply = await hearReply(protocol, pattern, attacker);
  if (reply.type === "end") return [];
  if (reply.type === "positive" && !said.some((text) => earnedBy.test(text))) {
    violations.push(`inside TLS ${JSON.stringify(command.trim())} was granted, which nobody had earned there`);
  }
  attacker.say(idle);
  await hearReply(protocol, pattern, attacker);
  const more = await attacker.within(30);
  return more === "" ? violations : [...violations, `${JSON.stringify(more)} was answered to nothing inside TLS`];
}

/** What the handlers were asked that they may not be asked, and an end that is none. */
export function serverViolations(script: Script, plan: ServerPlan, asked: Asked, ending: Ending, outcome: Outcome): string[] {
  const inside = phases(script).inside.flatMap((step) => (step.type === "say" && step.from === "client" ? [step.text] : []));
  const mayLogIn = inside.some((text) => /\b(?:AUTH|AUTHENTICATE|LOGIN|PASS|APOP)\b/i.test(text));
  return [
    ...asked.logins.flatMap(({ user, way }) => {
      if (way === "clear") return plan.plaintextAuth === "allowed" ? [] : [`the login of ${user} was tried in clear`];
      return mayLogIn ? [] : [`the login of ${user} was tried inside TLS, where nobody asked for it`];
    }),
    ...asked.addresses
      .filter(({ address, way }) => way === "tls" && !inside.some((text) => text.includes(address)) && !address.includes("probe"))
      .map(({ address }) => `<${address}> was heard inside TLS, but not said there`),
    ...asked.errors.map((error) => `a handler failed: ${String(error)}`),
    ...(outcome.type === "hang" || outcome.type === "untyped" ? [describe(outcome)] : []),
    ...(ending === "played" || mayLeave(script) || (ending === "refused" && isEncumbered(script))
      ? []
      : [`the server ended it (${ending}) though nothing was wrong`]),
  ];
}

/** An exchange that a server may end at any moment: something in it is out of order. */
function mayLeave(script: Script): boolean {
  if (isGuard(script.attack)) return false;
  const texts = script.steps.flatMap((step) => (step.type === "say" && step.from === "client" ? [step.text] : []));
  const injects = texts.some((text) => /(?:STARTTLS|STLS)\b[^\r\n]*\r?\n[^]/i.test(text));
  const odd = texts.some((text) => /[^\r]\n|\r[^\n]|\0/.test(text) || text.length > 500);
  return injects || odd || saysBeforeTls(script.steps) || /close|drop|abort|BYE|disconnect|handshake fail/i.test(script.safeBehaviour);
}

/** Something that may stand in the way of TLS was said before it (RFC 6856 section 2.1: UTF8). */
function isEncumbered(script: Script): boolean {
  const { clear } = phases(script);
  const harmless = /^(?:EHLO|HELO|LHLO|STARTTLS|CAPA|STLS|CAPABILITY|NOOP)$/;
  return clear.some((step) => step.type === "say" && step.from === "client" && !harmless.test(verbOf(script.protocol, step.text)));
}

/** The client speaks where only its ClientHello may come. */
function saysBeforeTls(steps: readonly Step[]): boolean {
  const upgrade = steps.findIndex((step) => step.type === "say" && step.from === "client" && /\b(?:STARTTLS|STLS)\b/i.test(step.text));
  const rest = upgrade < 0 ? [] : steps.slice(upgrade + 1);
  const next = rest.find((step) => step.type === "tls" || (step.type === "say" && step.from === "client"));
  return next?.type === "say";
}

function phases({ steps }: Script): { readonly clear: readonly Step[]; readonly inside: readonly Step[] } {
  const tls = steps.findIndex((step) => step.type === "tls");
  return tls < 0 ? { clear: steps, inside: [] } : { clear: steps.slice(0, tls), inside: steps.slice(tls + 1) };
}

function isReply(step: Step, pattern: RegExp): boolean {
  return step.type === "say" && step.from === "server" && pattern.test(step.text);
}

/** True where the script waits for a login to succeed, or to go on, in clear. */
function letsIn(protocol: Protocol, steps: readonly Step[]): boolean {
  const granted = { smtp: /^(?:235|334)/, lmtp: /^(?:235|334)/, pop3: /^\+/, imap: /^(?:\+|\S+ OK\b)/ }[protocol];
  return steps.some((step, at) => {
    const next = steps[at + 1];
    if (step.type !== "say" || step.from !== "client" || next === undefined) return false;
    return /^(?:AUTH|AUTHENTICATE|LOGIN|USER|PASS|APOP)$/.test(verbOf(protocol, step.text)) && isReply(next, granted);
  });
}

const SMTP_PROBE = {
  command: "RCPT TO:<probe@mx.example>\r\n",
  pattern: "{any}\r\n",
  earnedBy: /^MAIL\b/im,
  idle: "NOOP\r\n",
};

const PROBES: Readonly<Record<Protocol, typeof SMTP_PROBE>> = {
  smtp: SMTP_PROBE,
  lmtp: SMTP_PROBE,
  pop3: { command: "STAT\r\n", pattern: "{any}\r\n", earnedBy: /^(?:PASS|APOP|AUTH)\b/im, idle: "NOOP\r\n" },
  imap: { command: "probe1 SELECT INBOX\r\n", pattern: "probe1 OK\r\n", earnedBy: /\b(?:LOGIN|AUTHENTICATE)\b/i, idle: "probe2 NOOP\r\n" },
};
