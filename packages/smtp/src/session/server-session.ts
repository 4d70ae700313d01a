// The server's side of a conversation, without I/O: one command at a time, in order, each answered by the application.
// RFC 5321, 3207 (STARTTLS), 4954 (AUTH), 3030 (BDAT), 2033 (LMTP).

import { CLOSED, keepOne, NEED_INPUT, nextState, OutputQueue, PAUSED, ProtocolError, withLimits } from "@mailwire/wire";
import { decodeBase64, encodeBase64, fromLatin1, Secret, utf8, utf8ToSend } from "@mailwire/wire";
import type { Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { CommandDecoder } from "../codec/command-decoder.ts";
import type { BdatCommand } from "../codec/command.ts";
import type { MailParameters } from "../codec/mail-parameters.ts";
import { receivedParameters } from "../codec/received-parameters.ts";
import { type Reply, reply, replyText } from "../codec/reply.ts";
import { absurdity, refusalOf, type Situation } from "./command-rules.ts";
import { CommandObserver } from "./command-observer.ts";
import { Conduct } from "./conduct.ts";
import type { ServerEvent, ServerIntent, ServerSessionOptions } from "./server-events.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from "./limits.ts";
import { type Intake, type MessageFacts, MessageIntake, type RefusedChunk } from "./message-intake.ts";
import * as refusals from "./refusals.ts";
import { type Answer, answerOf, type State, TRANSITIONS, type Verb } from "./state.ts";
import { bodyUnit, challengeUnit, lineUnit, responseUnit, TLS_UNIT } from "./units.ts";

const TIMED_OUT = utf8(replyText(refusals.TIMED_OUT));

/** What the application has to answer. */
interface Turn {
  readonly verb: Verb | "unknown";
  /** True where only a refusal is an answer. */
  readonly refused: boolean;
  /** BDAT, before its bytes. */
  readonly chunk?: BdatCommand;
}

/** The server's side of a conversation. It begins with the application's turn: the greeting. See {@link ServerEvent} and {@link ServerIntent}. */
export class ServerSession implements Session<ServerEvent, ServerIntent> {
  readonly #options: ServerSessionOptions;
  readonly #limits: ServerLimits;
  readonly #outputs = new OutputQueue<ServerEvent>();
  readonly #decoder: CommandDecoder;
  readonly #conduct: Conduct;
  readonly #observer = new CommandObserver();
  #state: State = "greeting";
  #turn: Turn | undefined = { verb: "greeting", refused: false };
  /** Answers that wait for the end of a pipelined batch. */
  #replies = "";
  readonly #intake: MessageIntake;
  /** What the last MAIL said of the body. */
  #bodyType: MailParameters["body"];
  /** Recipients that were accepted, and how many of them still wait for an answer to the message (LMTP). */
  #recipients = 0;
  #owedAnswers = 0;
  /** The best answer to the message so far: one recipient that gets it is enough for it to count as taken. */
  #bestCode = Infinity;
  #identity: string | undefined;
  #tls: TlsInfo | undefined;
  #handover: Output<ServerEvent> | undefined;
  #farewell: Reply | undefined;
  #end: "eof" | ProtocolError | undefined;
  #patience: Patience;

  constructor(options: ServerSessionOptions) {
    keepOne(ServerSession, { secure: true });
    this.#options = options;
    this.#limits = withLimits(DEFAULT_SERVER_LIMITS, options.limits);
    const { maxCommandLineBytes, maxAuthLineBytes } = this.#limits;
    this.#decoder = new CommandDecoder({ maxCommandLineBytes, maxAuthLineBytes });
    this.#intake = new MessageIntake(options.lineEnds ?? "reject", this.#limits, this.#outputs);
    this.#conduct = new Conduct(this.#limits);
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

  /** Errors of the client so far: commands refused with 5yz, and junk beyond its limit. */
  get errors(): number {
    return this.#conduct.errors;
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
    this.#conduct.forgive();
    this.#patience = this.#freshPatience();
    this.#options.observe?.(TLS_UNIT);
    this.#outputs.event({ type: "tls", info });
  }

  send(intent: ServerIntent): void {
    switch (intent.type) {
      case "reply":
        this.#answer(intent.reply, intent.identity);
        break;
      case "take-chunk":
        this.#takeChunk();
        break;
      case "flush":
        this.#outputs.transmit(this.#takeReplies());
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
      if (this.#farewell !== undefined && !this.#intake.active) this.#sayFarewell(this.#farewell);
      else if (!this.#read()) return this.#flush() ?? this.#atRest();
    }
  }

  #answer(reply: Reply, identity: string | undefined): void {
    const turn = this.#turn;
    if (turn === undefined) throw illegal("there is nothing to answer");
    const { verb, chunk } = turn;
    if ((turn.refused || chunk !== undefined) && reply.code < 400) throw illegal(`${verb} cannot be granted here`);
    const text = replyText(reply);
    if (chunk !== undefined) {
      this.#turn = undefined;
      this.#intake.refuseChunk(chunk, reply);
      this.#patience = this.#freshPatience();
      return;
    }
    const isLast = verb !== "end-of-data" || (this.#owedAnswers -= 1) <= 0;
    const meaning = answerOf(verb, reply.code);
    const answer = isLast || meaning === "close" ? meaning : "more";
    const best = Math.min(this.#bestCode, reply.code);
    this.#bestCode = isLast ? Infinity : best;
    if (isLast) this.#turn = undefined;
    if (verb === "STARTTLS" && answer === "ok") this.#startTls(text);
    else {
      this.#replies += text;
      this.#observe(verb === "AUTH" && answer === "more" ? challengeUnit : undefined, text);
    }
    this.#move(verb, answer);
    if (isLast) this.#count(verb, best);
    if (verb === "AUTH" && answer === "ok") this.#identity = identity ?? "";
    if (verb === "XCLIENT" && answer === "ok") this.#identity = identity;
    if (verb === "DATA" && answer === "more") this.#intake.beginData();
    this.#patience = this.#freshPatience();
  }

  #move(verb: Verb | "unknown", answer: Answer): void {
    if (answer === "close") this.#state = "closed";
    else if (verb !== "unknown") this.#state = nextState<State, Verb, Answer>(TRANSITIONS, this.#state, verb, answer);
    if (this.#state === "closed") this.#turn = undefined;
    if (this.#state === "ready" || this.#state === "connected") this.#recipients = 0;
    if (this.#state !== "chunks") this.#intake.reset();
  }

  #count(verb: Verb | "unknown", code: number): void {
    if (verb === "RCPT" && code < 300) this.#recipients += 1;
    this.#conduct.note(verb, code);
    if (this.#conduct.isUnbearable) this.#fail("too-many-errors", "the client made too many errors", refusals.TOO_MANY_ERRORS);
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
    return this.#replies === "" ? undefined : { type: "transmit", chunks: [this.#takeReplies()] };
  }

  #takeReplies(): Uint8Array {
    const bytes = utf8ToSend(this.#replies);
    this.#replies = "";
    return bytes;
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
    const between =
      !this.#intake.active &&
      this.#decoder.pending === 0 &&
      (this.#state === "connected" || this.#state === "ready" || this.#state === "refused");
    if (this.#end !== "eof" || !between) return NEED_INPUT;
    this.#state = "closed";
    return CLOSED;
  }

  /** Reads one thing; false when more bytes must come first. */
  #read(): boolean {
    if (this.#intake.active) return this.#readMessage();
    if (this.#state === "auth") return this.#readResponse();
    const received = this.#decoder.next();
    if (received === undefined) return false;
    const { command } = received;
    if (this.#options.observe !== undefined) this.#observer.show(received, this.#options.observe);
    const situation = this.#situation();
    const absurd = absurdity(command, situation);
    if (absurd !== undefined) {
      this.#fail("bad-chunk", "it cannot be known where the chunk ends", absurd);
      return true;
    }
    const refusal = refusalOf(command, situation);
    const verb = command.verb === "invalid" ? "unknown" : command.verb;
    this.#turn = { verb, refused: refusal !== undefined && command.verb !== "unknown", ...(command.verb === "BDAT" && { chunk: command }) };
    if (command.verb === "MAIL" && refusal === undefined) this.#bodyType = receivedParameters(command).known.body;
    this.#outputs.event({ type: "command", received, refusal });
    return true;
  }

  #situation(): Situation {
    return {
      state: this.#state,
      options: this.#options,
      limits: this.#limits,
      secure: this.#options.secure || this.#tls !== undefined,
      identity: this.#identity,
      recipients: this.#recipients,
      bodyType: this.#bodyType,
      chunkedBytes: this.#intake.chunkedBytes,
      messages: this.#conduct.messages,
      pending: this.#decoder.pending,
    };
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

  #takeChunk(): void {
    const { chunk, refused = true } = this.#turn ?? {};
    if (chunk === undefined || refused) throw illegal("there is no chunk to take");
    this.#turn = undefined;
    this.#intake.beginChunk(chunk, this.#bodyType === "BINARYMIME" ? "binary" : "lines");
    this.#patience = this.#freshPatience();
  }

  #readMessage(): boolean {
    const intake = this.#takeIn();
    if (intake === undefined) return true;
    if (intake.type === "nothing") return false;
    if (intake.bytes.length > 0) this.#options.observe?.(bodyUnit(intake.bytes));
    switch (intake.type) {
      case "end-of-data":
        this.#endMessage(intake);
        break;
      case "end-of-chunk":
        this.#turn = { verb: "BDAT", refused: intake.refusal !== undefined };
        this.#outputs.event({ type: "end-of-chunk", refusal: intake.refusal });
        break;
      case "end-of-refused-chunk":
        this.#refuseChunk(intake.chunk);
        break;
      case "some":
    }
    return true;
  }

  /** Says the refusal of a chunk behind its bytes; in LMTP that of the last one once for each recipient, if there are any (RFC 2033 section 4.3). */
  #refuseChunk({ position, refusal }: RefusedChunk): void {
    const isEnd = position === "last";
    this.#owedAnswers = isEnd && this.#options.protocol === "lmtp" ? this.#recipients : 1;
    for (let answers = this.#owedAnswers; answers > 0 && this.#state !== "closed"; answers -= 1) {
      this.#turn = { verb: isEnd ? "end-of-data" : "BDAT", refused: true };
      this.#answer(refusal, undefined);
    }
  }

  /** Reads of a message; `undefined` when that ended the conversation. */
  #takeIn(): Intake | undefined {
    try {
      const intake = this.#intake.read(this.#decoder);
      if (!this.#intake.isEndless) return intake;
      this.#fail("message-too-large", "the message does not end", refusals.TOO_LARGE);
    } catch (error) {
      // The decoder throws nothing else.
      if (error instanceof ProtocolError) this.#fail(error.code, error.message, refusals.BARE_LINE_END);
    }
    return undefined;
  }

  #endMessage({ sizeBytes, longestLineBytes, refusal }: MessageFacts): void {
    const recipients = this.#options.protocol === "lmtp" ? this.#recipients : 1;
    this.#owedAnswers = recipients;
    this.#turn = { verb: "end-of-data", refused: refusal !== undefined };
    this.#outputs.event({ type: "end-of-data", sizeBytes, longestLineBytes, recipients, refusal });
  }

  #fail(code: string, message: string, last: Reply): void {
    this.#end = new ProtocolError("remote", code, message, { offset: this.#decoder.position, reply: utf8(replyText(last)) });
  }

  #freshPatience(): Patience {
    const { commandMs, bodyMs, minBodyBytesPerSecond } = this.#limits;
    if (this.#intake.active) return { phase: "data-block", ms: bodyMs, minBytesPerSecond: minBodyBytesPerSecond, farewell: TIMED_OUT };
    return this.#state === "tls" ? { phase: "tls", ms: commandMs } : { phase: "command", ms: commandMs, farewell: TIMED_OUT };
  }

  #observe(unit: typeof challengeUnit | undefined, text: string): void {
    const { observe } = this.#options;
    if (observe === undefined) return;
    observe(unit === undefined ? lineUnit("server", utf8(text)) : unit(fromLatin1(text)));
  }
}

function illegal(what: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", what);
}
