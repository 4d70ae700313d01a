// Plays the client of a script against one of mailwire's servers.

import { setTimeout as delay } from "node:timers/promises";
import type { Attacker } from "./attacker.ts";
import { SERVER_NAME } from "./certificates.ts";
import { isGuard } from "./expectation.ts";
import { BAD_RECORD, FATAL_ALERT } from "./fault.ts";
import type { Fault } from "./fault.ts";
import { oldVersionIn, upTo } from "./old-tls.ts";
import { type Reply, hearReply, isExpected } from "./reply.ts";
import type { Script, Step, TlsEvent } from "./script.ts";
import { verbOf } from "./stand-in.ts";

const SEGMENT_MS = 8;
const SILENCE_MS = 60;

/** How the playing ended. */
export type Ending =
  | "played"
  /** The server was gone before the script was over. */
  | "left"
  /** It said no to STARTTLS. */
  | "refused"
  /** There was no TLS where the script wanted it. */
  | "no-tls";

/** The client of one script. */
export class ServerPlay {
  readonly violations: string[] = [];
  readonly #script: Script;
  readonly #attacker: Attacker;
  readonly #trusted: string;
  /** What was said since the last reply, that the next one is about. */
  #said = "";
  #lastReply: Reply | undefined;
  /** The step after a free choice binds only when the choice was not to refuse. */
  #isVoid: "bound" | "void" = "bound";
  #speaker: "server" | "client" = "server";

  constructor(script: Script, attacker: Attacker, trusted: string) {
    this.#script = script;
    this.#attacker = attacker;
    this.#trusted = trusted;
  }

  /** Plays all steps; says how that ended. */
  async run(): Promise<Ending> {
    const { steps } = this.#script;
    for (const [at, step] of steps.entries()) {
      const ending = await this.#take(step, steps.slice(at + 1));
      if (ending !== undefined) return ending;
    }
    if (this.#speaker === "client") await this.#hearTheRest();
    return "played";
  }

  async #take(step: Step, rest: readonly Step[]): Promise<Ending | undefined> {
    const attacker = this.#attacker;
    switch (step.type) {
      case "say":
        if (step.from === "server") return this.#expect(step.text);
        if (this.#speaker === "client") await delay(SEGMENT_MS);
        this.#speak(step.text.replaceAll("{any}", "anything").replaceAll("{tag}", "T"));
        return undefined;
      case "silent":
        return this.#expectSilence(step);
      case "wait":
        await delay(step.ms);
        return undefined;
      case "tls":
        return this.#startTls(step.event, rest);
      case "close":
        if (step.who === "server") return this.#expectEnd();
        if (step.how === "reset") attacker.reset();
        else attacker.end();
        return undefined;
      case "dns":
        return undefined;
    }
  }

  #speak(text: string): void {
    this.#said = this.#speaker === "client" ? this.#said + text : text;
    this.#speaker = "client";
    this.#attacker.say(text);
  }

  async #expect(pattern: string): Promise<Ending | undefined> {
    const reply = await hearReply(this.#script.protocol, pattern, this.#attacker);
    this.#speaker = "server";
    if (reply.type === "end") {
      this.#lastReply = undefined;
      return "left";
    }
    const afterContinuation = this.#lastReply?.type === "continuation";
    this.#lastReply = reply;
    const isVoid = this.#isVoid === "void";
    this.#isVoid = isFree(pattern) && reply.type === "negative" ? "void" : "bound";
    if (reply.type === "nothing") {
      this.violations.push(`no answer where ${JSON.stringify(pattern)} was due`);
      return "left";
    }
    if (afterContinuation && isUpgrade(this.#said) && isGoAhead(this.#script, reply.text)) {
      this.violations.push("data was taken for a command");
    }
    const verdict = isExpected(this.#script, pattern, reply);
    if (verdict === "yes" || isVoid) return undefined;
    // To refuse the upgrade is safe, unless there is nothing wrong with it; the rest cannot be played then.
    if (reply.type === "negative" && isUpgrade(this.#said) && !isGuard(this.#script.attack)) return "refused";
    this.violations.push(`${JSON.stringify(reply.text)} where ${JSON.stringify(pattern)} was due`);
    return undefined;
  }

  async #expectSilence({ who, verbs }: Extract<Step, { type: "silent" }>): Promise<Ending | undefined> {
    const text = await this.#attacker.within(SILENCE_MS);
    if (who === "tls") {
      // Whatever is said, it is not the word to begin TLS.
      if (isGoAhead(this.#script, text)) this.violations.push("TLS was to begin where it may not");
    } else if (who === "server" && text !== "" && (verbs === undefined || verbs.some((verb) => text.includes(verb)))) {
      this.violations.push(`${JSON.stringify(text)} was said where nothing may be`);
    }
    return undefined;
  }

  async #expectEnd(): Promise<Ending | undefined> {
    // A reply on the way out is no harm.
    for (;;) {
      const heard = await this.#attacker.line(1500);
      if (heard.type === "end") return undefined;
      if (heard.type === "nothing") {
        this.violations.push("the connection was not closed");
        return undefined;
      }
    }
  }

  async #startTls(event: TlsEvent, rest: readonly Step[]): Promise<Ending | undefined> {
    const attacker = this.#attacker;
    switch (event.type) {
      case "ok":
      case "certificate": {
        const { type } = await attacker.handshakeAsClient({ ca: this.#trusted, servername: SERVER_NAME, ...versionOf(event) });
        this.#speaker = "server";
        this.#lastReply = undefined;
        return type === "ok" ? undefined : "no-tls";
      }
      case "client-hello":
        attacker.inject(CLIENT_HELLO.subarray(0, 40));
        return undefined;
      case "fault":
        this.#fail(event.fault);
        return rest.length > 0 ? undefined : this.#expectEnd();
    }
  }

  #fail(fault: Fault): void {
    const attacker = this.#attacker;
    switch (fault) {
      case "truncated":
        attacker.inject(CLIENT_HELLO.subarray(0, 40));
        attacker.cut();
        break;
      case "garbage":
        attacker.inject(BAD_RECORD);
        break;
      case "plaintext":
        attacker.say("NOOP\r\n");
        break;
      case "alert":
        attacker.inject(FATAL_ALERT);
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

  /** Nobody says what the last words are answered; but they are data where the server asked for data. */
  async #hearTheRest(): Promise<void> {
    const text = await this.#attacker.within(SILENCE_MS);
    if (this.#lastReply?.type === "continuation" && isGoAhead(this.#script, text)) this.violations.push("data was taken for a command");
  }
}

/** The beginning of a ClientHello of TLS 1.2, as far as it needs to be genuine. */
const CLIENT_HELLO = Uint8Array.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3, ...new Uint8Array(190).fill(7)]);

/** An old client, where the script wants to see one refused. */
function versionOf(event: TlsEvent): object {
  const version = event.type === "certificate" ? oldVersionIn(event.description) : undefined;
  return version === undefined ? {} : upTo(version);
}

function isUpgrade(text: string): boolean {
  return /\b(?:STARTTLS|STLS)\b/i.test(text);
}

function isFree(pattern: string): boolean {
  return /^\{any\}\s*$/i.test(pattern);
}

/** Says that TLS begins: the positive answer to STARTTLS. */
function isGoAhead({ protocol }: Script, text: string): boolean {
  const lines = text.split("\r\n");
  if (protocol === "imap")
    return lines.some((line) => /^\S+ OK .*TLS/i.test(line) && verbOf("imap", line) === "OK" && !line.startsWith("*"));
  return lines.some((line) => (protocol === "pop3" ? /^\+OK.*TLS/i.test(line) : /^220 /.test(line)));
}
