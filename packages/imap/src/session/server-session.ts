// The server's side of a connection: one command at a time, in order, each legal in its state, answered once (RFC 3501 sections 3, 6, 7).

import {
  CLOSED,
  concat,
  decodeBase64,
  encodeBase64,
  fromLatin1,
  keepOne,
  latin1,
  NEED_INPUT,
  OutputQueue,
  PAUSED,
  ProtocolError,
  Secret,
  withLimits,
} from "@mailwire/wire";
import type { Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { CommandDecoder } from "../codec/command-decoder.ts";
import type { CommandEvent, RawParts } from "../codec/command-decoder.ts";
import { UNAUTHENTICATED_COMMAND_LIMITS } from "../codec/limits.ts";
import { encodeResponse } from "../codec/response-encoder.ts";
import type { Response } from "../codec/response.ts";
import { DEFAULT_SERVER_LIMITS, commandLimits } from "./limits.ts";
import type { ServerLimits } from "./limits.ts";
import { clientUnit, isDone } from "./client-units.ts";
import { NOT_OFFERED, objectionTo } from "./objection.ts";
import type { Objection } from "./objection.ts";
import { isAppending, isPlainAppend, plainAppend } from "./plain-append.ts";
import { ResponseWriter } from "./response-writer.ts";
import type { Condition, ServerEvent, ServerIntent } from "./server-events.ts";
import type { ServerSessionOptions } from "./server-options.ts";
import { serverPatience } from "./server-patience.ts";
import { stateAfter } from "./state.ts";
import type { Answer, State, Verb } from "./state.ts";
import { Strikes } from "./strikes.ts";
import type { UntaggedData } from "./untagged-data.ts";
import { verbOf, verbOfWord } from "./verb.ts";
import { REST, awaitsApplication, mayExpunge } from "./work.ts";
import type { Way, Work } from "./work.ts";

const ANSWERS = { OK: "ok", NO: "no", BAD: "bad" } as const satisfies Record<string, Answer>;
const GREETINGS = { OK: "ok", PREAUTH: "preauth", BYE: "bye" } as const satisfies Record<string, Answer>;
const PLUS = fromLatin1("+ ");
const CRLF = fromLatin1("\r\n");

type Received<Type extends CommandEvent["type"]> = Extract<CommandEvent, { readonly type: Type }>;

/** The server's side of an IMAP connection, without I/O. It waits for the `greeting` first. */
export class ServerSession implements Session<ServerEvent, ServerIntent> {
  readonly #options: ServerSessionOptions;
  readonly #limits: ServerLimits;
  readonly #out = new OutputQueue<ServerEvent>();
  readonly #writer: ResponseWriter;
  #decoder: CommandDecoder;
  #state: State = "greeting";
  #way: Way;
  #work: Work = REST;
  #input: "open" | "ended" = "open";
  #strikes: Strikes;
  #patience: Patience | undefined;

  constructor(options: ServerSessionOptions = {}) {
    keepOne(ServerSession);
    this.#options = options;
    this.#limits = withLimits(DEFAULT_SERVER_LIMITS, options.limits);
    this.#decoder = new CommandDecoder(commandLimits(this.#limits, UNAUTHENTICATED_COMMAND_LIMITS));
    this.#strikes = new Strikes(this.#limits);
    this.#way = { at: options.secure === true ? "secure" : "plaintext" };
    this.#writer = new ResponseWriter({
      transmit: (bytes) => this.#out.transmit(bytes),
      show: (kind, parts) => options.observe?.({ from: "server", kind, parts }),
    });
  }

  /** Where the conversation stands. */
  get state(): State {
    return this.#state;
  }

  get patience(): Patience {
    const waiting = { state: this.#state, way: this.#way.at, work: this.#work.at };
    return (this.#patience ??= serverPatience(waiting, this.#limits));
  }

  receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  receiveEof(): void {
    this.#input = "ended";
  }

  receiveTls(info: TlsInfo): void {
    if (this.#way.at !== "handshake") throw new ProtocolError("local", "illegal-now", "TLS was not asked for");
    this.#refuseLeftovers();
    this.#way = { at: "secure" };
    this.#state = stateAfter(this.#state, "tls", "ok");
    this.#decoder = new CommandDecoder(commandLimits(this.#limits, UNAUTHENTICATED_COMMAND_LIMITS));
    this.#strikes = new Strikes(this.#limits);
    this.#patience = undefined;
    this.#options.observe?.({ from: "server", kind: "tls", parts: [] });
    this.#out.event({ type: "tls", info });
  }

  send(intent: ServerIntent): void {
    switch (intent.type) {
      case "greeting":
        this.#greet(intent.status, intent);
        break;
      case "response":
        this.#response(intent.response);
        break;
      case "data-chunk":
        this.#writer.chunk(intent.bytes);
        break;
      case "accept-append":
        this.#acceptAppend();
        break;
      case "accept-idle":
        this.#acceptIdle();
        break;
      case "auth-challenge":
        this.#challenge(intent.data);
        break;
      case "complete":
        this.#complete(intent.status, intent);
        break;
      case "bye":
        this.#bye(intent);
        break;
    }
  }

  poll(): Output<ServerEvent> {
    for (;;) {
      const output = this.#out.shift();
      if (output !== undefined) return output;
      if (this.#state === "logout") this.#state = "closed";
      if (this.#state === "closed") return CLOSED;
      if (this.#state === "greeting" || awaitsApplication(this.#work)) return PAUSED;
      try {
        if (this.#way.at === "handshake" || this.#way.at === "upgrading") this.#refuseLeftovers();
        if (this.#way.at === "upgrading") return this.#startTls(this.#way.reply);
        const event = this.#decoder.next();
        if (event !== undefined) this.#take(event);
        // In the middle of something the end of input is the driver's to report: the connection was lost.
        else if (this.#input === "open" || this.#work.at !== "rest" || this.#decoder.pending > 0) return NEED_INPUT;
        else this.#state = "closed";
      } catch (error) {
        this.#state = "closed";
        throw error;
      }
    }
  }

  #take(found: CommandEvent): void {
    // A step of an exchange that is too long for a line is as secret as any other.
    const isStep = found.type === "bad" && this.#work.at === "exchange";
    const event = isStep ? { ...found, parts: [new Secret(concat(found.raw))] } : found;
    const unit = this.#options.observe && clientUnit(event, this.#work);
    if (unit !== undefined) this.#options.observe?.(unit);
    switch (event.type) {
      case "command":
        this.#command(event);
        break;
      case "append":
        this.#append(event);
        break;
      case "literal":
        this.#literal(event);
        break;
      case "literal-chunk":
        if (this.#work.at === "body") this.#out.event({ type: "append-chunk", bytes: event.bytes });
        break;
      case "literal-end":
        break;
      case "line":
        if (this.#work.at === "idle") this.#endIdle(isDone(event.bytes) ? undefined : "not-done");
        else this.#step(event.bytes);
        break;
      case "bad":
        this.#bad(event);
        break;
    }
  }

  #command({ tag, command, deviations, raw, parts }: Received<"command">): void {
    const work = this.#work;
    if (work.at === "drain") this.#turn(REST);
    else if (work.at === "body" && isPlainAppend(command)) {
      this.#turn({ ...work, at: "answer" });
      this.#out.event({ type: "append-end" });
    } else {
      this.#turn(REST);
      const objection = this.#objection(verbOf(command));
      if (isAppending(command)) this.#reject(tag, objection ?? NOT_OFFERED, parts);
      else if (objection !== undefined) this.#reject(tag, objection, parts);
      else {
        this.#turn(command.name === "IDLE" ? { at: "idle", tag, command, stage: "offer" } : { at: "answer", tag, command });
        this.#out.event({ type: "command", tag, command, deviations, raw });
      }
    }
  }

  #append(event: Received<"append">): void {
    const { tag, options, size, synchronizing, parts } = event;
    const command = plainAppend(event);
    const objection = this.#objection(verbOfWord(event.command.name));
    if (objection === undefined && command !== undefined) {
      this.#turn({ at: "offer", tag, command, synchronizing });
      this.#out.event({ type: "append", tag, command, options, size });
    } else this.#refuse(tag, objection ?? NOT_OFFERED, parts);
  }

  /** Refuses the literal that is announced, and with it the command, which may have been answered before. */
  #refuse(tag: string, objection: Objection, parts: RawParts): void {
    const { at } = this.#work;
    this.#turn(REST);
    if (at !== "drain") this.#reject(tag, objection, parts);
    this.#decoder.refuse();
  }

  #literal({ tag, verb, parts }: Received<"literal">): void {
    const objection = this.#work.at === "drain" ? NOT_OFFERED : this.#objection(verbOfWord(verb));
    if (objection === undefined) {
      this.#decoder.accept();
      this.#writer.write({ type: "continuation", text: "OK" });
    } else {
      this.#options.observe?.({ from: "client", kind: "line", parts });
      this.#refuse(tag, objection, parts);
    }
  }

  #bad({ tag, reason, parts }: Received<"bad">): void {
    const work = this.#work;
    if (work.at === "idle") {
      this.#endIdle(reason);
      return;
    }
    this.#turn(REST);
    if (work.at === "drain") return;
    this.#reject(work.at === "rest" ? tag : work.tag, { reason, status: "BAD", text: `Not understood (${reason})` }, parts);
  }

  /** A step of AUTHENTICATE: base64, or `*` to give up (RFC 3501 section 6.2.2). */
  #step(line: Uint8Array): void {
    const work = this.#work;
    if (work.at !== "exchange") return;
    const text = latin1(line);
    const data = text === "*" ? undefined : decodeBase64(text);
    if (data === undefined) {
      this.#turn(REST);
      const reason = text === "*" ? "cancelled" : "bad-base64";
      this.#reject(work.tag, { reason, status: "BAD", text: `Authentication given up (${reason})` }, []);
    } else {
      this.#turn({ ...work, at: "answer" });
      this.#out.event({ type: "auth-response", data: new Secret(data) });
    }
  }

  /** The line behind IDLE has come (RFC 2177 section 3). The application answers in any case, since it may be about to tell something. */
  #endIdle(reason?: string): void {
    const work = this.#work;
    if (work.at !== "idle") return;
    this.#turn(reason === undefined ? { at: "answer", tag: work.tag, command: work.command } : { ...work, stage: "spoilt" });
    this.#out.event({ type: "idle-end", ...(reason !== undefined && { reason }) });
  }

  #objection(verb: Verb | undefined): Objection | undefined {
    const { allowPlaintextAuth } = this.#options;
    return objectionTo(verb, { state: this.#state, way: this.#way.at, allowPlaintextAuth });
  }

  #reject(tag: string | null, { reason, status, code = null, text }: Objection, parts: RawParts): void {
    const said = { status, code, text };
    this.#writer.write(tag === null ? { type: "untagged", ...said } : { type: "tagged", tag, ...said });
    this.#out.event({ type: "rejected", tag, reason, parts });
    this.#patience = undefined;
    this.#strikes.rejected(status, this.#state);
    this.#judge();
  }

  #greet(status: "OK" | "PREAUTH" | "BYE", { code = null, text }: Condition): void {
    if (this.#state !== "greeting") throw illegal("the greeting is said once");
    this.#writer.write({ type: "untagged", status, code, text });
    this.#move("greeting", GREETINGS[status]);
  }

  #response(response: UntaggedData): void {
    if (this.#state === "greeting" || this.#state === "logout" || this.#state === "closed") throw illegal(`in the state ${this.#state}`);
    if (this.#way.at === "upgrading" || this.#way.at === "handshake") throw illegal("between STARTTLS and TLS");
    if (response.type === "EXPUNGE" && !mayExpunge(this.#work)) {
      throw illegal("EXPUNGE may only be told while a command other than FETCH, STORE and SEARCH is answered");
    }
    this.#writer.write(response);
  }

  #acceptAppend(): void {
    const work = this.#work;
    if (work.at !== "offer") throw illegal("no APPEND is offered");
    if (work.synchronizing) this.#writer.write({ type: "continuation", text: "OK" });
    this.#decoder.accept();
    this.#turn({ at: "body", tag: work.tag, command: work.command });
  }

  #acceptIdle(): void {
    const work = this.#work;
    if (work.at !== "idle" || work.stage !== "offer") throw illegal("no IDLE waits to be taken");
    this.#writer.write({ type: "continuation", text: "idling" });
    this.#decoder.expectLine();
    this.#turn({ ...work, stage: "open" });
  }

  #challenge(data: Uint8Array): void {
    const work = this.#work;
    if (work.at !== "answer" || work.command.name !== "AUTHENTICATE") throw illegal("no AUTHENTICATE waits for a challenge");
    const text = encodeBase64(data);
    this.#out.transmit(fromLatin1(`+ ${text}\r\n`));
    this.#options.observe?.({ from: "server", kind: "sasl", parts: [PLUS, new Secret(fromLatin1(text)), CRLF] });
    this.#decoder.expectLine();
    this.#turn({ ...work, at: "exchange" });
  }

  #complete(status: "OK" | "NO" | "BAD", { code = null, text }: Condition): void {
    const work = this.#work;
    if (work.at === "rest" || work.at === "drain" || work.at === "exchange" || (work.at === "idle" && work.stage === "open")) {
      throw illegal("no command waits for an answer");
    }
    if (work.at !== "answer" && status === "OK") throw illegal(`the ${work.command.name} is not at its end yet`);
    const response = { type: "tagged", tag: work.tag, status, code, text } as const;
    const verb = verbOf(work.command);
    if (verb === "STARTTLS" && status === "OK") this.#upgrade(response);
    else this.#writer.write(response);
    if (work.at === "offer") this.#decoder.refuse();
    this.#turn(work.at === "body" ? { at: "drain" } : REST);
    if (verb !== undefined) this.#move(verb, ANSWERS[status]);
    this.#strikes.answered(status, this.#state);
    if (status !== "OK" && (verb === "LOGIN" || verb === "AUTHENTICATE")) this.#strikes.loginFailed();
    this.#judge();
  }

  #bye({ code = null, text }: Condition): void {
    if (this.#state === "logout" || this.#state === "closed") throw illegal("the conversation is over");
    this.#writer.write({ type: "untagged", status: "BYE", code, text });
    this.#state = "logout";
  }

  /** Ends it when there were too many strikes. */
  #judge(): void {
    const { enough } = this.#strikes;
    if (enough !== undefined && this.#state !== "logout") this.#bye({ text: enough });
  }

  #move(verb: Verb, answer: Answer): void {
    const before = this.#state;
    this.#state = stateAfter(before, verb, answer);
    if (before !== this.#state && this.#state === "authenticated") this.#decoder.limits = commandLimits(this.#limits);
    this.#patience = undefined;
  }

  #turn(work: Work): void {
    this.#work = work;
    this.#patience = undefined;
  }

  #upgrade(response: Response): void {
    const reply = encoded(response);
    this.#options.observe?.({ from: "server", kind: "line", parts: [reply] });
    this.#way = { at: "upgrading", reply };
  }

  #startTls(reply: Uint8Array): Output<ServerEvent> {
    this.#way = { at: "handshake" };
    this.#patience = undefined;
    return { type: "start-tls", reply };
  }

  /** Bytes in clear after STARTTLS are an attempt to speak inside TLS from outside. */
  #refuseLeftovers(): void {
    if (this.#decoder.pending === 0) return;
    this.#state = "closed";
    throw new ProtocolError("remote", "starttls-injection", "bytes follow STARTTLS in clear", {
      reply: fromLatin1("* BYE Bytes follow STARTTLS in clear\r\n"),
    });
  }
}

function illegal(why: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", why);
}

function encoded(response: Response): Uint8Array {
  return concat(encodeResponse(response).flatMap((segment) => (segment.type === "bytes" ? [segment.bytes] : [])));
}
