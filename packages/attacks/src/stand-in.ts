// What the attacker says beyond its script: a plain server that grants everything, so that whoever is willing to talk does talk.

import type { Attacker } from "./attacker.ts";
import { exchange } from "./sasl.ts";
import type { Protocol } from "./script.ts";

/** Where and how a stand-in answers. */
interface StandInContext {
  readonly attacker: Attacker;
  /** What it does when mailwire asks for TLS. */
  readonly upgrade: "offered" | "refused";
  /** Shakes hands, once the positive answer was said. */
  readonly startTls: () => Promise<void>;
}

/** Answers one command of mailwire. */
export type StandIn = (line: string, context: StandInContext) => Promise<void>;

/** The stand-in for a server of this protocol. */
export function standInFor(protocol: Protocol): StandIn {
  return { smtp: answerSmtp, lmtp: answerSmtp, pop3: answerPop3, imap: answerImap }[protocol];
}

/** The verb of a command, in capitals; for IMAP the one behind the tag. */
export function verbOf(protocol: Protocol, line: string): string {
  const words = line.trim().split(/[ \r\n]+/);
  return (words[protocol === "imap" ? 1 : 0] ?? "").toUpperCase();
}

async function answerSmtp(line: string, { attacker, upgrade, startTls }: StandInContext): Promise<void> {
  const [verb = "", ...rest] = line.trim().split(" ");
  switch (verb.toUpperCase()) {
    case "EHLO":
    case "LHLO": {
      const offer = attacker.secure ? ["AUTH PLAIN"] : upgrade === "offered" ? ["STARTTLS"] : ["AUTH PLAIN LOGIN"];
      attacker.say(`250-mx.example\r\n${offer.map((keyword) => `250 ${keyword}\r\n`).join("")}`);
      break;
    }
    case "STARTTLS":
      if (upgrade === "refused" || attacker.secure) attacker.say("502 5.5.1 no\r\n");
      else {
        attacker.say("220 go ahead\r\n");
        await startTls();
      }
      break;
    case "AUTH": {
      const outcome = await exchange(attacker, rest, (data) => `334 ${data}\r\n`);
      attacker.say(outcome === "success" ? "235 2.7.0 welcome\r\n" : "535 5.7.8 no\r\n");
      break;
    }
    case "DATA":
      attacker.say("354 go on\r\n");
      for (let heard = await attacker.line(); heard.type === "line" && heard.text !== ".\r\n";) heard = await attacker.line();
      attacker.say("250 2.0.0 taken\r\n");
      break;
    case "QUIT":
      attacker.say("221 2.0.0 bye\r\n");
      attacker.end();
      break;
    default:
      attacker.say("250 2.0.0 ok\r\n");
  }
}

async function answerPop3(line: string, { attacker, upgrade, startTls }: StandInContext): Promise<void> {
  const [verb = "", ...rest] = line.trim().split(" ");
  switch (verb.toUpperCase()) {
    case "CAPA": {
      const offer = !attacker.secure && upgrade === "offered" ? "STLS" : "USER\r\nSASL PLAIN";
      attacker.say(`+OK\r\n${offer}\r\nUIDL\r\n.\r\n`);
      break;
    }
    case "STLS":
      if (upgrade === "refused" || attacker.secure) attacker.say("-ERR no\r\n");
      else {
        attacker.say("+OK go ahead\r\n");
        await startTls();
      }
      break;
    case "AUTH": {
      const outcome = await exchange(attacker, rest, (data) => `+ ${data}\r\n`);
      attacker.say(outcome === "success" ? "+OK welcome\r\n" : "-ERR [AUTH] no\r\n");
      break;
    }
    case "STAT":
      attacker.say("+OK 0 0\r\n");
      break;
    case "QUIT":
      attacker.say("+OK bye\r\n");
      attacker.end();
      break;
    default:
      attacker.say("+OK\r\n");
  }
}

async function answerImap(line: string, { attacker, upgrade, startTls }: StandInContext): Promise<void> {
  const [tag = "*", verb = "", ...rest] = line.trim().split(" ");
  const ok = (text = "done"): void => attacker.say(`${tag} OK ${text}\r\n`);
  switch (verb.toUpperCase()) {
    case "CAPABILITY": {
      const offer = !attacker.secure && upgrade === "offered" ? "STARTTLS LOGINDISABLED" : "AUTH=PLAIN SASL-IR";
      attacker.say(`* CAPABILITY IMAP4rev1 ${offer}\r\n`);
      ok();
      break;
    }
    case "STARTTLS":
      if (upgrade === "refused" || attacker.secure) attacker.say(`${tag} BAD no\r\n`);
      else {
        ok("go ahead");
        await startTls();
      }
      break;
    case "AUTHENTICATE": {
      const outcome = await exchange(attacker, rest, (data) => `+ ${data}\r\n`);
      attacker.say(outcome === "success" ? `${tag} OK welcome\r\n` : `${tag} NO no\r\n`);
      break;
    }
    case "SELECT":
      attacker.say("* FLAGS (\\Seen)\r\n* 0 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] fresh\r\n");
      ok("[READ-WRITE] selected");
      break;
    case "LOGOUT":
      attacker.say("* BYE going\r\n");
      ok();
      attacker.end();
      break;
    default:
      await hearLiterals(line, attacker);
      ok();
  }
}

/** Asks for the literals that a command announces, and hears the rest of it. */
async function hearLiterals(line: string, attacker: Attacker): Promise<void> {
  let rest = line;
  for (;;) {
    const [, size, plus] = /\{(\d+)(\+?)\}\r\n$/.exec(rest) ?? [];
    if (size === undefined) return;
    if (plus === "") attacker.say("+ go on\r\n");
    await attacker.exactly(Number(size));
    const heard = await attacker.line();
    rest = heard.type === "line" ? heard.text : "";
  }
}
