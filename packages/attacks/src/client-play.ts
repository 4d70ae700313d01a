// Plays the server of a script against one of mailwire's clients.

import { setTimeout as delay } from "node:timers/promises";
import type { Attacker, Handshake } from "./attacker.ts";
import type { CertificateMaker } from "./certificates.ts";
import { certificateCase } from "./certificates.ts";
import { BAD_RECORD, FATAL_ALERT } from "./fault.ts";
import type { Fault } from "./fault.ts";
import type { Script, Step, TlsEvent } from "./script.ts";
import { standInFor, verbOf } from "./stand-in.ts";
import { fillTags, rememberTag } from "./tags.ts";

/** More lines than any client says out of turn. */
const MAX_EXTRA_LINES = 40;
/** Long enough for the next words to be another segment. */
const SEGMENT_MS = 8;
const SILENCE_MS = 100;

/** What was seen while the script was played. */
export interface Sightings {
  readonly violations: string[];
  /** True when the whole script was played. */
  played: boolean;
}

/** The server of one script. */
export class ClientPlay {
  readonly #script: Script;
  readonly #attacker: Attacker;
  readonly #certificates: CertificateMaker;
  readonly #violations: string[] = [];
  /** Script tags by what stands in for them. */
  readonly #tags = new Map<string, string>();
  /** A command that nobody has answered yet. */
  #unanswered: string | undefined;
  #latestTag = "*";
  #said: "server" | "client" = "client";

  constructor(script: Script, attacker: Attacker, certificates: CertificateMaker) {
    this.#script = script;
    this.#attacker = attacker;
    this.#certificates = certificates;
  }

  /** Plays all steps, and then whatever mailwire still wants; resolves when mailwire is gone. */
  async run(): Promise<Sightings> {
    let played = true;
    for (const [at, step] of this.#script.steps.entries()) {
      if (await this.#take(step, this.#script.steps.slice(at + 1))) continue;
      played = false;
      break;
    }
    await this.#goOn(this.#hasEnded() ? "refused" : "offered");
    return { violations: this.#violations, played };
  }

  /** Takes one step; false when mailwire is gone, so that the rest cannot be played. */
  async #take(step: Step, rest: readonly Step[]): Promise<boolean> {
    const attacker = this.#attacker;
    switch (step.type) {
      case "say":
        if (step.from === "client") return this.#expect(step.text, rest);
        await this.#say(step.text);
        return true;
      case "silent":
        await this.#expectSilence(step);
        return true;
      case "wait":
        await delay(step.ms);
        return true;
      case "tls":
        return this.#startTls(step.event, rest);
      case "close":
        if (step.who === "client") return attacker.untilEnd(SILENCE_MS);
        if (step.how === "reset") attacker.reset();
        else attacker.end();
        return true;
      case "dns":
        return true;
    }
  }

  async #say(text: string): Promise<void> {
    if (this.#said === "server") await delay(SEGMENT_MS);
    this.#said = "server";
    this.#unanswered = undefined;
    const filled = fillTags(text, this.#tags, this.#latestTag);
    // What comes behind a positive answer to STARTTLS is not in clear any more, as far as mailwire is concerned.
    this.#attacker.say(filled.replaceAll("{any}", "anything"));
  }

  /** Hears commands until the one comes that the script waits for; others are answered as usual. */
  async #expect(pattern: string, rest: readonly Step[]): Promise<boolean> {
    const { protocol } = this.#script;
    const verb = verbOf(protocol, pattern);
    const upgrade = /^(?:STARTTLS|STLS)$/.test(verb) || mentionsTls(rest) ? "offered" : "refused";
    for (let extra = 0; extra < MAX_EXTRA_LINES; extra += 1) {
      if (this.#unanswered !== undefined) await this.#answer(this.#unanswered, upgrade);
      const heard = await this.#attacker.line();
      if (heard.type !== "line") return false;
      this.#hear(heard.text);
      if (isMeant(protocol, verb, heard.text)) {
        if (protocol === "imap") rememberTag(pattern, heard.text, this.#tags);
        return true;
      }
    }
    return false;
  }

  #hear(line: string): void {
    this.#said = "client";
    this.#unanswered = line;
    if (this.#script.protocol === "imap") this.#latestTag = line.split(" ")[0] ?? "*";
  }

  async #answer(line: string, upgrade: "offered" | "refused"): Promise<void> {
    this.#unanswered = undefined;
    const startTls = async (): Promise<void> => {
      await this.#startTls({ type: "ok" }, []);
    };
    await standInFor(this.#script.protocol)(line, { attacker: this.#attacker, upgrade, startTls });
  }

  async #expectSilence({ who, verbs: forbidden }: Extract<Step, { type: "silent" }>): Promise<void> {
    const text = await this.#attacker.within(SILENCE_MS);
    if (who === "server" || text === "") return;
    const verbs = text.split("\r\n").map((line) => verbOf(this.#script.protocol, line));
    // To take one's leave gives nothing away.
    const wrong = verbs.filter((said) => (forbidden === undefined ? !/^(?:QUIT|LOGOUT|)$/.test(said) : forbidden.includes(said)));
    if (wrong.length > 0) this.#violations.push(`${wrong.join(" ")} was said where nothing may be`);
  }

  async #startTls(event: TlsEvent, rest: readonly Step[]): Promise<boolean> {
    const attacker = this.#attacker;
    attacker.beginTls();
    switch (event.type) {
      case "ok":
        return isDone(await attacker.handshakeAsServer(await this.#certificates.server(certificateCase(""))));
      case "certificate": {
        const shown = certificateCase(event.description);
        return isDone(await attacker.handshakeAsServer(await this.#certificates.server(shown)));
      }
      case "client-hello":
        await attacker.clientHello();
        // What is said now goes onto the wire as it is.
        return true;
      case "fault":
        await attacker.clientHello();
        this.#fail(event.fault);
        return rest.length > 0;
    }
  }

  #fail(fault: Fault): void {
    const attacker = this.#attacker;
    switch (fault) {
      case "truncated":
        // The beginning of a ServerHello.
        attacker.inject(Uint8Array.of(0x16, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3, 1, 2, 3, 4));
        attacker.cut();
        break;
      case "garbage":
        attacker.inject(BAD_RECORD);
        break;
      case "plaintext":
        attacker.say("250 go on\r\n");
        break;
      case "alert":
        attacker.inject(FATAL_ALERT);
        attacker.cut();
        break;
      case "end":
        attacker.cut();
        break;
      case "reset":
        attacker.reset();
        break;
      case "stall":
    }
  }

  /** Answers whatever else mailwire says, until it is gone. */
  async #goOn(upgrade: "offered" | "refused"): Promise<void> {
    for (let extra = 0; extra < MAX_EXTRA_LINES; extra += 1) {
      if (this.#unanswered !== undefined) await this.#answer(this.#unanswered, upgrade);
      const heard = await this.#attacker.line();
      if (heard.type === "client-hello") {
        // Whoever goes on after all that is helped to it.
        if (this.#hasHandshake() || !(await this.#startTls({ type: "ok" }, []))) return;
      } else if (heard.type === "line") this.#hear(heard.text);
      else return;
    }
  }

  /** True when the script says itself what becomes of the handshake. */
  #hasHandshake(): boolean {
    return this.#script.steps.some(({ type }) => type === "tls");
  }

  /** True when the script ends with mailwire's leaving, or in a handshake that fails: there is no TLS to be had. */
  #hasEnded(): boolean {
    const { steps } = this.#script;
    const isStripped = !mentionsTls(steps) && !steps.some((step) => step.type === "say" && step.from === "client" && isUpgrade(step.text));
    return steps.some((step) => step.type === "close") || (isStripped && /strip|policy|lacks|without/i.test(this.#script.attack));
  }
}

function mentionsTls(steps: readonly Step[]): boolean {
  return steps.some((step) => step.type === "tls" || (step.type === "say" && step.from === "client" && isUpgrade(step.text)));
}

function isUpgrade(text: string): boolean {
  return /\b(?:STARTTLS|STLS)\b/i.test(text);
}

function isDone(handshake: Handshake): boolean {
  return handshake.type === "ok";
}

/** The same command; greetings of one kind stand for each other, and `{any}` for every one. */
function isMeant(protocol: Script["protocol"], verb: string, line: string): boolean {
  const said = verbOf(protocol, line);
  return verb === said || verb === "{ANY}" || verb === "" || (verb === "EHLO" && said === "LHLO");
}
