// The server's side of a conversation, without I/O: one command at a time, in order, each answered by the application. RFC 5321, 3207, 4954.

import { CLOSED, isLegal, NEED_INPUT, nextState, OutputQueue, PAUSED, ProtocolError, withLimits } from "@mailwire/wire";
import { decodeBase64, DotDecoder, encodeBase64, fromLatin1, Secret, utf8 } from "@mailwire/wire";
import type { Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { CommandDecoder } from "../codec/command-decoder.ts";
import { decodeMailParameters } from "../codec/mail-parameters.ts";
import type { DecodedCommand, ReceivedCommand } from "../codec/received-command.ts";
import { type Reply, reply, replyText } from "../codec/reply.ts";
import type { ServerEvent, ServerIntent, ServerSessionOptions } from "./server-events.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "./limits.ts";
import * as refusals from "./refusals.ts";
import { type Answer, answerOf, type State, TRANSITIONS, type Verb } from "./state.ts";
import { authUnit, bodyUnit, challengeUnit, lineUnit, responseUnit, secretLineUnit, TLS_UNIT } from "./units.ts";

/** A message that is coming. */
interface Body {
  readonly decoder: DotDecoder;
  sizeBytes: number;
}

/** What the application has to answer. */
interface Turn {
  readonly verb: Verb | "unknown";
  /** True where only a refusal is an answer. */
  readonly refused: boolean;
}

/** The server's side of a conversation. It begins with the application's turn: the greeting. See {@link ServerEvent} and {@link ServerIntent}. */
export class ServerSession implements Session<ServerEvent, ServerIntent> {
  readonly #options: ServerSessionOptions;
  readonly #limits: ServerLimits;
  readonly #outputs = new OutputQueue<ServerEvent>();
  readonly #decoder: CommandDecoder;
  #state: State = "greeting";
  #turn: Turn | undefined = { verb: "greeting", refused: false };
  /** Answers that wait for the end of a pipelined batch. */
  #replies = "";
  #body: Body | undefined;
  #recipients = 0;
  #errors = 0;
  #identity: string | undefined;
  #tls: TlsInfo | undefined;
  #handover: Output<ServerEvent> | undefined;
  #farewell: Reply | undefined;
  #end: "eof" | ProtocolError | undefined;
  #patience: Patience;
  /** The last verb, as far as it tells whether a line that is no command may be a credential gone astray. */
  #previous: DecodedCommand["verb"] = "NOOP";

  constructor(options: ServerSessionOptions) {
    this.#options = options;
    this.#limits = withLimits(DEFAULT_SERVER_LIMITS, options.limits);
    const { maxCommandLineBytes, maxAuthLineBytes } = this.#limits;
    this.#decoder = new CommandDecoder({ maxCommandLineBytes, maxAuthLineBytes });
    this.#patience = this.#freshPatience();
  }

  /** Where the conversation stands. */
  get state(): State {
    return this.#state;
  }

  /** Who the client is by AUTH. */
  get identity(): string | undefined {
    return this.#identity;
  }

  get patience(): Patience {
    return this.#patience;
  }

  receive(chunk: Uint8Array): void {
    if (this.#state !== "tls") this.#decoder.push(chunk);
    else if (chunk.length > 0) this.#inject();
  }

  receiveEof(): void {
    this.#end ??= "eof";
  }

  receiveTls(info: TlsInfo): void {
    if (this.#state !== "tls") throw illegal("there is no handshake to be done");
    this.#tls = info;
    this.#move("tls", "ok");
    this.#identity = undefined;
    this.#errors = 0;
    this.#patience = this.#freshPatience();
    this.#options.observe?.(TLS_UNIT);
    this.#outputs.event({ type: "tls", info });
  }

  send(intent: ServerIntent): void {
    switch (intent.type) {
      case "reply":
        this.#answer(intent.reply, intent.identity);
        break;
      case "auth-challenge":
        if (this.#turn?.verb !== "AUTH") throw illegal("the client did not ask");
        this.#answer(reply(334, encodeBase64(intent.data)), undefined);
        break;
      case "close":
        replyText(intent.reply);
        this.#farewell = intent.reply;
        break;
    }
  }

  poll(): Output<ServerEvent> {
    for (;;) {
      const output = this.#outputs.shift();
      if (output !== undefined) return output;
      if (this.#turn !== undefined) return PAUSED;
      if (this.#end instanceof ProtocolError || this.#state === "closed") return this.#flush() ?? this.#over();
      if (this.#state === "tls") return this.#flush() ?? this.#handOver();
      if (this.#farewell !== undefined && this.#state !== "data") this.#sayFarewell(this.#farewell);
      else if (!this.#read()) return this.#flush() ?? this.#atRest();
    }
  }

  #answer(reply: Reply, identity: string | undefined): void {
    if (this.#turn === undefined) throw illegal("there is nothing to answer");
    const { verb, refused } = this.#turn;
    const answer = answerOf(verb, reply.code);
    if (refused && reply.code < 400) throw illegal(`${verb} cannot be granted here`);
    const text = replyText(reply);
    this.#turn = undefined;
    if (verb === "STARTTLS" && answer === "ok") this.#startTls(text);
    else {
      this.#replies += text;
      this.#observe(verb === "AUTH" && answer === "more" ? challengeUnit : undefined, text);
    }
    this.#move(verb, answer);
    this.#count(verb, reply.code, answer);
    if (verb === "AUTH" && answer === "ok") this.#identity = identity ?? "";
    if (verb === "DATA" && answer === "more") this.#body = { decoder: new DotDecoder(this.#options.lineEnds ?? "reject"), sizeBytes: 0 };
    this.#patience = this.#freshPatience();
  }

  #move(verb: Verb | "unknown", answer: Answer): void {
    if (answer === "close") this.#state = "closed";
    else if (verb !== "unknown") this.#state = nextState<State, Verb, Answer>(TRANSITIONS, this.#state, verb, answer);
    if (this.#state === "ready" || this.#state === "connected") this.#recipients = 0;
  }

  #count(verb: Verb | "unknown", code: number, answer: Answer): void {
    if (verb === "RCPT" && answer === "ok") this.#recipients += 1;
    if (code < 500 || verb === "greeting") return;
    this.#errors += 1;
    if (this.#errors > this.#limits.maxErrors) this.#fail("too-many-errors", "the client made too many errors", refusals.TOO_MANY_ERRORS);
  }

  #startTls(text: string): void {
    if (this.#decoder.pending > 0) this.#inject();
    else {
      const bytes = utf8(text);
      this.#options.observe?.(lineUnit("server", bytes));
      this.#handover = { type: "start-tls", reply: bytes };
    }
  }

  #inject(): void {
    this.#handover = undefined;
    this.#fail("starttls-injection", "the client said more behind STARTTLS", refusals.INJECTION);
  }

  #handOver(): Output<ServerEvent> {
    const handover = this.#handover;
    this.#handover = undefined;
    return handover ?? NEED_INPUT;
  }

  #sayFarewell(farewell: Reply): void {
    this.#replies += replyText(farewell);
    this.#observe(undefined, replyText(farewell));
    this.#state = "closed";
  }

  /** Takes the answers that were held back, as one transmission. */
  #flush(): Output<ServerEvent> | undefined {
    if (this.#replies === "") return undefined;
    const chunks = [utf8(this.#replies)];
    this.#replies = "";
    return { type: "transmit", chunks };
  }

  #over(): Output<ServerEvent> {
    const end = this.#end;
    this.#end = undefined;
    this.#state = "closed";
    if (end instanceof ProtocolError) throw end;
    return CLOSED;
  }

  /** Nothing more to read: an end between commands is a good one. */
  #atRest(): Output<ServerEvent> {
    const between = this.#decoder.pending === 0 && (this.#state === "connected" || this.#state === "ready" || this.#state === "refused");
    if (this.#end !== "eof" || !between) return NEED_INPUT;
    this.#state = "closed";
    return CLOSED;
  }

  /** Reads one thing; false when more bytes must come first. */
  #read(): boolean {
    if (this.#body !== undefined) return this.#readBody(this.#body);
    if (this.#state === "auth") return this.#readResponse();
    const received = this.#decoder.next();
    if (received === undefined) return false;
    const { command } = received;
    const refusal = this.#refusalOf(command);
    const verb = command.verb === "invalid" ? "unknown" : command.verb;
    this.#observeCommand(received);
    this.#turn = { verb, refused: refusal !== undefined && command.verb !== "unknown" };
    this.#outputs.event({ type: "command", received, refusal });
    return true;
  }

  #refusalOf(command: DecodedCommand): Reply | undefined {
    const { verb } = command;
    if (verb === "invalid") return refusals.invalidReply(command);
    if (verb === "unknown") return refusals.UNRECOGNIZED;
    if (verb === "AUTH" && this.#identity !== undefined) return refusals.AUTHENTICATED_ALREADY;
    if (verb === "STARTTLS" && (this.#options.secure || this.#tls !== undefined)) return refusals.SECURE_ALREADY;
    if (!isLegal<State, Verb, Answer>(TRANSITIONS, this.#state, verb)) return refusals.outOfOrderReply(this.#state, verb);
    if (verb === "RCPT" && this.#recipients >= this.#limits.maxRecipients) return refusals.TOO_MANY_RECIPIENTS;
    if (verb === "MAIL" && command.parameters.length > 0) {
      const { sizeBytes = 0 } = decodeMailParameters(command.parameters).known;
      if (sizeBytes > this.#limits.maxMessageBytes) return refusals.TOO_LARGE;
    }
    return undefined;
  }

  #readResponse(): boolean {
    const line = this.#decoder.nextLine();
    if (line === undefined) return false;
    const { text, tooLong } = line;
    this.#options.observe?.(responseUnit(text));
    const data = tooLong ? undefined : decodeBase64(text);
    this.#turn = { verb: "AUTH", refused: data === undefined };
    if (data !== undefined) this.#outputs.event({ type: "auth-response", data: new Secret(data) });
    else if (tooLong) this.#outputs.event({ type: "auth-cancel", refusal: refusals.LINE_TOO_LONG });
    else this.#outputs.event({ type: "auth-cancel", refusal: text === "*" ? refusals.CANCELLED : refusals.NOT_BASE64 });
    return true;
  }

  #readBody(body: Body): boolean {
    const bytes = this.#decoder.peekBytes();
    if (bytes.length === 0) return false;
    let consumed: number;
    try {
      consumed = body.decoder.decode(bytes, this.#takeBody);
    } catch (error) {
      // The decoder throws nothing else.
      if (error instanceof ProtocolError) this.#fail(error.code, error.message, refusals.BARE_LINE_END);
      return true;
    }
    this.#decoder.skipBytes(consumed);
    this.#options.observe?.(bodyUnit(bytes.subarray(0, consumed)));
    if (body.decoder.done) this.#endBody(body);
    return true;
  }

  readonly #takeBody = (chunk: Uint8Array): void => {
    const body = this.#body;
    if (body === undefined) return;
    body.sizeBytes += chunk.length;
    const { maxMessageBytes, maxDrainedBytes } = this.#limits;
    if (body.sizeBytes <= maxMessageBytes) this.#outputs.event({ type: "data", chunk });
    else if (body.sizeBytes > maxMessageBytes + maxDrainedBytes) {
      this.#fail("message-too-large", "the message does not end", refusals.TOO_LARGE);
    }
  };

  #endBody({ sizeBytes }: Body): void {
    this.#body = undefined;
    const refusal = sizeBytes > this.#limits.maxMessageBytes ? refusals.TOO_LARGE : undefined;
    this.#turn = { verb: "end-of-data", refused: refusal !== undefined };
    this.#outputs.event({ type: "end-of-data", sizeBytes, refusal });
  }

  #fail(code: string, message: string, last: Reply): void {
    this.#end = new ProtocolError("remote", code, message, { offset: this.#decoder.position, reply: utf8(replyText(last)) });
  }

  #freshPatience(): Patience {
    const { commandMs, bodyMs, minBodyBytesPerSecond } = this.#limits;
    if (this.#state === "data") return { phase: "data-block", ms: bodyMs, minBytesPerSecond: minBodyBytesPerSecond };
    return { phase: this.#state === "tls" ? "tls" : "command", ms: commandMs };
  }

  #observe(unit: typeof challengeUnit | undefined, text: string): void {
    const { observe } = this.#options;
    if (observe === undefined) return;
    observe(unit === undefined ? lineUnit("server", utf8(text)) : unit(fromLatin1(text)));
  }

  /** A client whose AUTH was refused may send its credentials all the same, as lines that are no commands. */
  #observeCommand({ command, raw }: ReceivedCommand): void {
    const { observe } = this.#options;
    if (observe === undefined) return;
    const isAuth = command.verb === "AUTH" || (command.verb === "invalid" && (command.name === "AUTH" || command.name === undefined));
    const isAstray = command.verb === "unknown" && this.#previous === "AUTH";
    if (isAuth) observe(authUnit("client", raw));
    else observe(isAstray ? secretLineUnit("client", raw) : lineUnit("client", raw));
    if (!isAstray) this.#previous = isAuth ? "AUTH" : command.verb;
  }
}

function illegal(what: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", what);
}
