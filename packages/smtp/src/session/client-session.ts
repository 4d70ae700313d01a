// The client's side of a conversation, without I/O: commands in, answers out, each tied to its command.
// RFC 5321, 2920 (pipelining), 3207 (STARTTLS), 4954 (AUTH), 3030 (BDAT), 2033 (LMTP).

import { CLOSED, isLegal, keepOne, NEED_INPUT, nextState, OutputQueue, ProtocolError, withLimits } from "@mailwire/wire";
import { decodeBase64, DotEncoder, encodeBase64, LineEndFilter, utf8 } from "@mailwire/wire";
import type { LineEndPolicy, Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { type AuthCommand, type BdatCommand, type Command, commandLine, type HelloCommand } from "../codec/command.ts";
import { decodeEhloAnswer, type Extensions, NO_EXTENSIONS } from "../codec/extensions.ts";
import { decodeMailParameters, type MailParameters } from "../codec/mail-parameters.ts";
import type { ReceivedReply } from "../codec/received-reply.ts";
import { ReplyDecoder } from "../codec/reply-decoder.ts";
import { bestAnswer, CommandsInFlight, type Owed } from "./commands-in-flight.ts";
import type { ClientEvent, ClientIntent, ClientSessionOptions } from "./client-events.ts";
import { type ClientLimits, DEFAULT_CLIENT_LIMITS } from "./limits.ts";
import { type Answer, answerOf, type State, TRANSITIONS, type Verb } from "./state.ts";
import { authUnit, bodyUnit, challengeUnit, lineUnit, responseUnit, TLS_UNIT } from "./units.ts";

/** Commands that are only said when no answer is owed: what may follow depends on theirs. */
const ALONE: ReadonlySet<string> = new Set(["DATA", "AUTH", "STARTTLS"]);
/** Commands that show nothing. */
const HARMLESS: ReadonlySet<string> = new Set(["HELO", "EHLO", "LHLO", "STARTTLS", "NOOP", "RSET", "HELP", "QUIT"]);

/** The client's side of a conversation. See {@link ClientEvent} and {@link ClientIntent}. */
export class ClientSession implements Session<ClientEvent, ClientIntent> {
  readonly #options: ClientSessionOptions;
  readonly #limits: ClientLimits;
  readonly #outputs = new OutputQueue<ClientEvent>();
  readonly #decoder: ReplyDecoder;
  #state: State = "greeting";
  readonly #flight: CommandsInFlight;
  #extensions: Extensions = NO_EXTENSIONS;
  #exchange: AuthCommand | undefined;
  #body: DotEncoder | undefined;
  /** Of the last message in chunks; the next one begins with its own. */
  #chunks: LineEndFilter | undefined;
  /** What the last MAIL said of the body. */
  #bodyType: MailParameters["body"];
  /** Recipients that were accepted. */
  #recipients = 0;
  #tls: TlsInfo | undefined;
  #handover: Output<ClientEvent> | undefined;
  #end: "eof" | ProtocolError | undefined;
  #patience: Patience;

  constructor(options: ClientSessionOptions) {
    keepOne(ClientSession, { secure: true });
    this.#options = options;
    this.#limits = withLimits(DEFAULT_CLIENT_LIMITS, options.limits);
    const { maxReplyLineBytes, maxReplyLines } = this.#limits;
    this.#decoder = new ReplyDecoder({ maxReplyLineBytes, maxReplyLines });
    this.#flight = new CommandsInFlight(this.#limits.maxPipelinedCommands);
    this.#patience = this.#freshPatience();
  }

  /** Where the conversation stands, by the answers that came. */
  get state(): State {
    return this.#state;
  }

  /** What the server offers; empty before EHLO and after TLS. */
  get extensions(): Extensions {
    return this.#extensions;
  }

  /** How many recipients of the open transaction were accepted. */
  get recipients(): number {
    return this.#recipients;
  }

  get patience(): Patience {
    return this.#patience;
  }

  receive(chunk: Uint8Array): void {
    if (this.#state !== "tls") this.#decoder.push(chunk);
    else if (chunk.length > 0) this.#end = injection();
  }

  receiveEof(): void {
    this.#end ??= "eof";
  }

  receiveTls(info: TlsInfo): void {
    if (this.#state !== "tls") throw illegal("there is no handshake to be done");
    this.#tls = info;
    this.#move("tls", "ok");
    this.#flight.hopeFrom(this.#state);
    this.#extensions = NO_EXTENSIONS;
    this.#patience = this.#freshPatience();
    this.#options.observe?.(TLS_UNIT);
    this.#outputs.event({ type: "tls", info });
  }

  send(intent: ClientIntent): void {
    switch (intent.type) {
      case "command":
        this.#say(intent.command);
        break;
      case "auth-response": {
        const bytes = intent.data.reveal();
        // RFC 4954 section 4: an empty response is an empty line.
        this.#respond(encodeBase64(bytes));
        break;
      }
      case "auth-cancel":
        this.#respond("*");
        break;
      case "data":
        this.#openBody().encode(intent.chunk, this.#transmitBody);
        break;
      case "end-of-data":
        this.#openBody().finish(this.#transmitBody);
        this.#body = undefined;
        this.#endMessage();
        break;
      case "chunk":
        this.#sayChunk(intent.bytes, intent.position);
        break;
    }
  }

  poll(): Output<ClientEvent> {
    for (;;) {
      const output = this.#outputs.shift();
      if (output !== undefined) return output;
      if (this.#end instanceof ProtocolError) {
        const error = this.#end;
        this.#end = undefined;
        this.#close();
        throw error;
      }
      if (this.#state === "closed") return CLOSED;
      if (this.#handover !== undefined) {
        const handover = this.#handover;
        this.#handover = undefined;
        return handover;
      }
      const reply = this.#read();
      if (reply === undefined) return this.#atRest();
      this.#take(reply);
    }
  }

  #read(): ReceivedReply | undefined {
    if (this.#state === "tls") return undefined;
    try {
      return this.#decoder.next();
    } catch (error) {
      // The decoder throws nothing else.
      if (error instanceof ProtocolError) this.#end = error;
      return undefined;
    }
  }

  /** Nothing more to do: an end is a good one only where nothing is owed. */
  #atRest(): Output<ClientEvent> {
    if (this.#end instanceof ProtocolError) return this.poll();
    const mayEnd = this.#flight.mayEnd && this.#body === undefined && this.#decoder.pending === 0;
    if (this.#end !== "eof" || !mayEnd || this.#state === "tls" || this.#state === "auth") return NEED_INPUT;
    this.#close();
    return CLOSED;
  }

  #close(): void {
    this.#state = "closed";
    this.#flight.hopeFrom("closed");
  }

  #say(command: Command): void {
    const { verb } = command;
    this.#check(command);
    // Made now, so that a command which cannot be sent throws where it is said.
    const line = commandLine(command);
    this.#flight.hope(verb);
    if (verb === "MAIL") this.#bodyType = decodeMailParameters(command.parameters).known.body;
    if (this.#flight.mayFollow(this.#pipelining)) this.#write(command, line);
    else this.#flight.wait(command);
  }

  #check({ verb }: Command): void {
    const { protocol = "smtp", dataCommand, allowPlaintext } = this.#options;
    const { hoped, owed } = this.#flight;
    const legal = isLegal<State, Verb, Answer>(TRANSITIONS, hoped, verb === "unknown" ? "HELP" : verb);
    // Inside an exchange the table's AUTH stands for its steps.
    if (!legal || hoped === "auth" || (verb === "DATA" && hoped === "mail")) throw illegal(`${verb} cannot be said here (${hoped})`);
    if (protocol === "lmtp" ? verb === "HELO" || verb === "EHLO" : verb === "LHLO")
      throw illegal(`there is no ${verb} in ${protocol.toUpperCase()}`);
    if (verb === "BDAT") throw illegal("BDAT is said with its bytes, as a chunk");
    if (verb === "DATA" && this.#bodyType === "BINARYMIME") throw illegal("a binary body needs BDAT");
    const mayHurry = verb === "DATA" && dataCommand === "eager";
    if (ALONE.has(verb) && !mayHurry && owed > 0) throw illegal(`${verb} must wait until every answer has come`);
    const mayBeSeen = allowPlaintext === true || (allowPlaintext === "opportunistic" && verb !== "AUTH");
    if (!HARMLESS.has(verb) && !this.#secure && !mayBeSeen) {
      throw new ProtocolError("local", "tls-required", `${verb} would be readable on the way: use TLS, or set allowPlaintext`);
    }
    if (verb === "STARTTLS" && this.#secure) throw illegal("there is TLS already");
  }

  /** BDAT and its bytes at once: nobody can ask the server before (RFC 3030 section 2). */
  #sayChunk(bytes: Uint8Array, position: BdatCommand["position"]): void {
    const { hoped, owed } = this.#flight;
    const isFirst = hoped !== "chunks";
    if (!isLegal<State, Verb, Answer>(TRANSITIONS, hoped, "BDAT")) throw illegal(`BDAT cannot be said here (${hoped})`);
    if (!this.#extensions.has("CHUNKING")) throw illegal("the server does not offer CHUNKING");
    if (!this.#flight.mayFollow(this.#pipelining) || (isFirst && owed > 0)) throw illegal("BDAT must wait for an answer");
    const filter = isFirst ? new LineEndFilter(this.#bodyType === "BINARYMIME" ? "keep" : this.#lineEnds, "local") : this.#chunks;
    const chunk: Uint8Array[] = [];
    filter?.filter(bytes, (view) => chunk.push(view));
    if (position === "last") filter?.finish((view) => chunk.push(view));
    const sizeBytes = chunk.reduce((sum, { length }) => sum + length, 0);
    const command = { verb: "BDAT", sizeBytes, position } as const;
    this.#chunks = filter;
    this.#sayLine(command, commandLine(command));
    for (const view of chunk) this.#transmitBody(view);
    if (position === "last") this.#endMessage();
    else {
      this.#flight.hope("BDAT");
      this.#owe({ verb: "BDAT", command });
    }
  }

  #endMessage(): void {
    this.#flight.hope("end-of-data");
    const answers = this.#options.protocol === "lmtp" ? Math.max(this.#recipients, 1) : 1;
    for (let more = answers - 1; more >= 0; more -= 1) this.#owe({ verb: "end-of-data", command: undefined, more });
  }

  get #lineEnds(): LineEndPolicy {
    return this.#options.lineEnds ?? "reject";
  }

  get #secure(): boolean {
    return this.#options.secure || this.#tls !== undefined;
  }

  get #pipelining(): "offered" | "absent" {
    return this.#extensions.has("PIPELINING") ? "offered" : "absent";
  }

  #write(command: Command, line: string): void {
    this.#sayLine(command, line);
    this.#owe({ verb: command.verb, command });
  }

  #sayLine({ verb }: Command, line: string): void {
    const { observe } = this.#options;
    if (observe !== undefined) observe(verb === "AUTH" ? authUnit("client", utf8(line)) : lineUnit("client", utf8(line)));
    this.#outputs.say(line);
  }

  #owe(owed: Owed): void {
    this.#flight.owe(owed);
    if (this.#flight.owed === 1) this.#patience = this.#freshPatience();
  }

  #respond(line: string): void {
    if (this.#exchange === undefined) throw illegal("the server did not ask");
    this.#options.observe?.(responseUnit(line));
    this.#outputs.say(`${line}\r\n`);
    this.#owe({ verb: "AUTH", command: this.#exchange });
    this.#exchange = undefined;
  }

  #openBody(): DotEncoder {
    if (this.#body === undefined) throw illegal("the server did not ask for a message");
    return this.#body;
  }

  readonly #transmitBody = (bytes: Uint8Array): void => {
    this.#options.observe?.(bodyUnit(bytes));
    this.#outputs.transmit(bytes);
  };

  #take(reply: ReceivedReply): void {
    const owed = this.#flight.arrive();
    this.#observeReply(reply, owed);
    if (owed === undefined) this.#takeUnasked(reply);
    else {
      const meaning = answerOf(owed.verb, reply.code);
      const answer = (owed.more ?? 0) > 0 && meaning !== "close" ? "more" : meaning;
      this.#move(owed.verb, answer);
      this.#report(reply, owed, answer);
    }
    if (reply.code === 421) this.#outputs.event({ type: "closing", reply });
    this.#patience = this.#freshPatience();
    this.#writeWaiting();
  }

  /** Unasked, a server says 421; or it refuses a message that has not ended, behind which both sides cannot agree any more. */
  #takeUnasked(reply: ReceivedReply): void {
    if (this.#body !== undefined && reply.code >= 400) this.#outputs.event({ type: "message-reply", reply });
    else if (reply.code !== 421) {
      this.#end = new ProtocolError("remote", "unexpected-reply", `nobody asked: ${reply.code}`);
      return;
    }
    this.#close();
  }

  #report(reply: ReceivedReply, { verb, command }: Owed, answer: Answer): void {
    if (command === undefined) {
      this.#outputs.event({ type: verb === "greeting" ? "greeting" : "message-reply", reply });
    } else if (command.verb === "AUTH" && answer === "more") this.#challenge(command, reply);
    else this.#outputs.event({ type: "reply", command, reply });
    if (answer === "ok" && (verb === "EHLO" || verb === "HELO" || verb === "LHLO")) this.#introduce(verb, reply);
    else if (answer === "ok" && verb === "XCLIENT") this.#extensions = NO_EXTENSIONS;
    else if (verb === "RCPT" && answer === "ok" && this.#state === "rcpt") this.#recipients += 1;
    else if (verb === "DATA" && answer === "more") this.#body = new DotEncoder(this.#lineEnds);
    else if (verb === "STARTTLS" && answer === "ok") this.#startTls();
  }

  #introduce(verb: HelloCommand["verb"], reply: ReceivedReply): void {
    const { domain, extensions } = decodeEhloAnswer(reply);
    this.#extensions = verb === "HELO" ? NO_EXTENSIONS : extensions;
    this.#outputs.event({ type: "extensions", domain, extensions: this.#extensions });
  }

  #challenge(command: AuthCommand, reply: ReceivedReply): void {
    const data = decodeBase64(reply.lines.join("").trim());
    if (data === undefined) {
      this.#end = new ProtocolError("remote", "bad-challenge", "the challenge is not base64");
      return;
    }
    this.#exchange = command;
    this.#outputs.event({ type: "auth-challenge", command, data });
  }

  #startTls(): void {
    if (this.#decoder.pending > 0) this.#end = injection();
    else this.#handover = { type: "start-tls" };
  }

  #move(verb: Verb | "unknown", answer: Answer): void {
    if (answer === "close") this.#state = "closed";
    else if (verb !== "unknown") this.#state = nextState<State, Verb, Answer>(TRANSITIONS, this.#state, verb, answer);
    if (this.#state === "ready" || this.#state === "connected") this.#recipients = 0;
    if (answer === bestAnswer(verb) && verb !== "greeting") return;
    this.#flight.hopeFrom(this.#state);
  }

  #writeWaiting(): void {
    if (this.#state === "closed") return;
    for (let command = this.#flight.depart(this.#pipelining); command !== undefined; command = this.#flight.depart(this.#pipelining)) {
      this.#write(command, commandLine(command));
    }
  }

  #freshPatience(): Patience {
    const owed = this.#flight.next;
    // Nothing is owed: the server may say 421, or nothing for as long as it likes.
    if (owed === undefined && this.#state !== "tls") return { phase: "idle", ms: Infinity };
    switch (owed?.verb) {
      case "greeting":
        return { phase: "greeting", ms: this.#limits.greetingMs };
      case "DATA":
        return { phase: "data-initiation", ms: this.#limits.dataMs };
      case "end-of-data":
        return { phase: "data-termination", ms: this.#limits.endOfDataMs };
      default:
        return { phase: this.#state === "tls" ? "tls" : "command", ms: this.#limits.commandMs };
    }
  }

  #observeReply(reply: ReceivedReply, owed: Owed | undefined): void {
    const { observe } = this.#options;
    if (observe === undefined) return;
    const challenge = owed?.verb === "AUTH" && reply.code === 334;
    observe(challenge ? challengeUnit(reply.raw) : lineUnit("server", reply.raw));
  }
}

function illegal(what: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", what);
}

function injection(): ProtocolError {
  return new ProtocolError("remote", "starttls-injection", "the server said more behind the answer to STARTTLS");
}
