// Whether a client kept to what every client must keep to, by what was on the wire, whatever the script.

import type { Attacker } from "./attacker.ts";
import { canariesIn } from "./canary.ts";
import type { Beliefs } from "./client-course.ts";
import type { Expectation } from "./expectation.ts";
import type { Outcome } from "./outcome.ts";
import { describe } from "./outcome.ts";
import type { Protocol, Script } from "./script.ts";
import { verbOf } from "./stand-in.ts";

/** What may be said in clear: it shows nothing and changes nothing. */
const HARMLESS: Readonly<Record<Protocol, ReadonlySet<string>>> = {
  smtp: new Set(["EHLO", "HELO", "STARTTLS", "NOOP", "RSET", "QUIT"]),
  lmtp: new Set(["LHLO", "STARTTLS", "NOOP", "RSET", "QUIT"]),
  pop3: new Set(["CAPA", "STLS", "NOOP", "QUIT"]),
  imap: new Set(["CAPABILITY", "STARTTLS", "NOOP", "LOGOUT"]),
};

/** The first command inside TLS: what was known before is forgotten. */
const FIRST: Readonly<Record<Protocol, RegExp>> = {
  smtp: /^EHLO$/,
  lmtp: /^LHLO$/,
  pop3: /^CAPA$/,
  imap: /^(?:CAPABILITY|LOGOUT)$/,
};

/** What a client may hear of before TLS: that the server leaves, and what it offers, which is forgotten at the handshake. */
const TELLABLE: ReadonlySet<string> = new Set(["BYE", "CAPABILITY"]);

/** All that is to be judged. */
export interface ClientCase {
  readonly script: Script;
  readonly attacker: Attacker;
  readonly outcome: Outcome;
  readonly beliefs: Beliefs;
  readonly expectation: Expectation;
  readonly policy: "require" | "opportunistic";
  /** Implicit TLS has nothing in clear, and the greeting inside. */
  readonly mode: "starttls" | "implicit";
  /** Everything that was said to the client inside TLS. */
  readonly toldInside: string;
}

/** What was wrong. */
export function clientViolations({ outcome, expectation, ...facts }: ClientCase): string[] {
  return [
    ...endViolations(outcome, expectation),
    ...clearViolations(facts),
    ...recordViolations(facts),
    ...insideViolations(facts, expectation),
    ...beliefViolations(facts),
  ];
}

type Facts = Omit<ClientCase, "outcome" | "expectation">;

function endViolations(outcome: Outcome, expectation: Expectation): string[] {
  if (outcome.type === "hang" || outcome.type === "untyped") return [describe(outcome)];
  if (outcome.type === "typed" && /\p{Cc}/u.test(messages(outcome.error))) return ["what the attacker said writes on the screen"];
  if (expectation === "success" && outcome.type !== "success") return [`a legal exchange was refused: ${describe(outcome)}`];
  return expectation === "error" && outcome.type === "success" ? ["all was done as if nothing had happened"] : [];
}

/** The error's message, and those of its causes that are mailwire's. */
function messages(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const own = /^(?:Protocol|Connection|SmtpReply|Pop3Reply|ImapResponse)Error$/.test(error.name) ? error.message : "";
  return `${own.trim()} ${messages(error.cause)}`;
}

function clearViolations({ script, attacker, policy }: Facts): string[] {
  const { clear } = attacker;
  const canaries = canariesIn(clear).filter((name) => policy === "require" || /^(?:user|password)$/.test(name));
  if (policy === "opportunistic") return canaries.map((name) => `the ${name} was said in clear`);
  const lines = clear.split("\r\n").slice(0, -1);
  const odd = lines.map((line) => verbOf(script.protocol, line)).filter((verb) => !HARMLESS[script.protocol].has(verb));
  return [...canaries.map((name) => `the ${name} was said in clear`), ...odd.map((verb) => `${verb} was said in clear`)];
}

/** What follows the go-ahead is TLS, record by record, and nothing else. */
function recordViolations({ attacker, policy }: Facts): string[] {
  const { records } = attacker;
  if (policy === "opportunistic") return [];
  for (let at = 0; at + 5 <= records.length; at += 5 + (records[at + 3] ?? 0) * 256 + (records[at + 4] ?? 0)) {
    const type = records[at] ?? 0;
    if (type < 0x14 || type > 0x17 || records[at + 1] !== 3) return ["something that is not TLS was said where TLS had to be"];
  }
  return [];
}

function insideViolations({ script, attacker, mode }: Facts, expectation: Expectation): string[] {
  const { inside } = attacker;
  const shown = script.steps.some((step) => step.type === "tls" && step.event.type === "certificate");
  if (shown && expectation === "error") return inside === "" ? [] : ["something was said to a server that is not the right one"];
  const [first] = inside.split("\r\n");
  if (mode === "implicit" || inside === "" || first === undefined) return [];
  const verb = verbOf(script.protocol, first);
  return FIRST[script.protocol].test(verb) ? [] : [`the first command inside TLS was ${verb}`];
}

/** What is believed inside TLS was said there. */
function beliefViolations({ beliefs, toldInside, policy, attacker, script }: Facts): string[] {
  const told = toldInside.toUpperCase();
  const planted = policy === "require" ? beliefs.capabilities.filter((name) => !told.includes(name)) : [];
  const [, used] = /^(?:\S+ )??(?:AUTH|AUTHENTICATE) (\S+)/m.exec(attacker.inside) ?? [];
  const offered = used === undefined || told.includes(used.toUpperCase());
  return [
    ...planted.map((name) => `${name} was believed, but not said inside TLS`),
    ...beliefs.leftovers.map((what) => `${what} crossed into TLS`),
    ...beliefs.toldInClear.filter((what) => !TELLABLE.has(what)).map((what) => `${what} was told before TLS`),
    ...(offered ? [] : [`${used} was used, but not offered inside TLS`]),
    ...(script.protocol !== "imap" || !/^\S+ LOGIN\b/m.test(attacker.inside) || !told.includes("LOGINDISABLED")
      ? []
      : ["LOGIN in spite of LOGINDISABLED"]),
  ];
}
