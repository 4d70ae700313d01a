// The server's side of a session: one command at a time, answered before the next is read.

import {
  CLOSED,
  DotEncoder,
  LineReader,
  NEED_INPUT,
  OutputQueue,
  PAUSED,
  ProtocolError,
  ReceiveBuffer,
  Secret,
  decodeUtf8,
  withLimits,
  keepOne,
} from "@mailwire/wire";
import type { Line, Observer, Output, Patience, Session, Unit } from "@mailwire/wire";
import { decodeCommand } from "../codec/command.ts";
import type { Command } from "../codec/command.ts";
import { MAX_REPLY_BYTES, encodeLine } from "../codec/line.ts";
import { encodeListing } from "../codec/listing.ts";
import type { Listing } from "../codec/listing.ts";
import { redactCommand, redactSasl } from "../codec/redact.ts";
import { encodeReply, err } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import { decodeSaslResponse, encodeChallenge } from "../codec/sasl.ts";
import type { Follows } from "./client-events.ts";
import { Conduct } from "./conduct.ts";
import { DEFAULT_SERVER_LIMITS } from "./limits.ts";
import type { ServerLimits } from "./limits.ts";
import type { ServerEvent, ServerIntent, ServerSessionOptions } from "./server-events.ts";
import { isLegalIn, stateAfter } from "./state.ts";
import type { State } from "./state.ts";

/** Whose turn it is. */
type Turn =
  /** The application greets. */
  | { readonly type: "greeting" }
  /** The client says a command. */
  | { readonly type: "command" }
  /** The application answers it. */
  | { readonly type: "answer"; readonly command: Command; readonly judgement: "legal" | "illegal" }
  /** The application goes on with its answer. */
  | { readonly type: "lines" }
  | { readonly type: "body"; readonly encoder: DotEncoder }
  /** The client answers a challenge. */
  | { readonly type: "sasl"; readonly command: Command }
  /** Not ours any more: `due` until the handshake is asked for. */
  | { readonly type: "handshake"; readonly stage: "due" | "running"; readonly reply: Uint8Array };

const COMMAND: Turn = { type: "command" };

/** The server's side of a POP3 session, without I/O. Send it the greeting first: a `reply`. */
export class ServerSession implements Session<ServerEvent, ServerIntent> {
  readonly #options: ServerSessionOptions;
  readonly #limits: ServerLimits;
  readonly #observe: Observer | undefined;
  readonly #buffer = new ReceiveBuffer();
  readonly #lines: LineReader;
  readonly #out = new OutputQueue<ServerEvent>();
  #state: State = "greeting";
  #turn: Turn = { type: "greeting" };
  #way: "plain" | "private";
  #mode: "ascii" | "utf8" = "ascii";
  readonly #conduct: Conduct;
  #input: "open" | "ended" = "open";
  #failure: ProtocolError | undefined;
  #patience: Patience;

  constructor(options: ServerSessionOptions = {}) {
    keepOne(ServerSession);
    this.#options = options;
    this.#limits = withLimits(DEFAULT_SERVER_LIMITS, options.limits);
    this.#observe = options.observe;
    this.#conduct = new Conduct(this.#limits);
    this.#lines = new LineReader(this.#buffer, { maxLineBytes: this.#limits.maxCommandBytes });
    this.#way = options.secure === true ? "private" : "plain";
    this.#patience = { phase: "command", ms: this.#limits.commandMs };
  }

  /** The state that the last answer led to. */
  get state(): State {
    return this.#state;
  }

  /** True inside TLS, and where the options said so. */
  get secure(): boolean {
    return this.#way === "private";
  }

  /** True when STLS is offered and the way is still plain. */
  get mayStartTls(): boolean {
    return this.#options.stls === "offered" && this.#way === "plain";
  }

  /** `utf8` once the client said UTF8: messages may have characters beyond ASCII where RFC 5322 has none. */
  get mode(): "ascii" | "utf8" {
    return this.#mode;
  }

  /** Commands since the last useful one that could not be allowed, and junk beyond its limit: a reason to answer slowly. */
  get errors(): number {
    return this.#conduct.errors;
  }

  get patience(): Patience {
    return this.#patience;
  }

  receive(chunk: Uint8Array): void {
    this.#buffer.push(chunk);
  }

  receiveEof(): void {
    this.#input = "ended";
  }

  receiveTls(): void {
    if (this.#turn.type !== "handshake") throw illegal("no TLS handshake was asked for");
    this.#out.clear();
    this.#state = stateAfter("handshake", "tls", "ok");
    this.#way = "private";
    this.#mode = "ascii";
    this.#listen();
    this.#observe?.({ from: "client", kind: "tls", parts: [] });
    this.#out.event({ type: "tls" });
  }

  /** Says something. Throws a local `ProtocolError`: `illegal-now` when it is not the application's turn to say it, and what encoding throws. */
  send(intent: ServerIntent): void {
    switch (intent.type) {
      case "reply":
        this.#reply(intent.reply, intent.follows);
        break;
      case "line":
        this.#sendListing(intent.listing);
        break;
      case "body":
        this.#bodyEncoder().encode(intent.chunk, this.#sendBody);
        break;
      case "end":
        this.#end();
        break;
      case "auth-challenge":
        this.#challenge(intent.data);
        break;
      case "shutdown":
        this.#shutDown(intent.reply);
        break;
    }
  }

  poll(): Output<ServerEvent> {
    for (;;) {
      const output = this.#out.shift();
      if (output !== undefined) return output;
      if (this.#failure !== undefined) {
        const failure = this.#failure;
        this.#failure = undefined;
        this.#state = "closed";
        throw failure;
      }
      if (this.#state === "closed" || this.#state === "update") return CLOSED;
      try {
        const wait = this.#step();
        if (wait !== undefined) return wait;
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.#failure = error;
      }
    }
  }

  /** Understands one unit of what waits. Answers what to do next, or nothing when something happened. */
  #step(): Output<ServerEvent> | undefined {
    const turn = this.#turn;
    switch (turn.type) {
      case "command":
        return this.#readCommand();
      case "sasl":
        return this.#readSasl(turn.command);
      case "handshake":
        return this.#handOver(turn.stage, turn.reply);
      case "greeting":
      case "answer":
      case "lines":
      case "body":
        return PAUSED;
    }
  }

  /** Nothing more can be understood until more comes. A client may go between commands, which deletes nothing. */
  #starve(): Output<ServerEvent> | undefined {
    const between = this.#turn.type === "command" && this.#lines.pending === 0;
    // In the middle of something the end of input is the driver's to report: the connection was lost.
    if (this.#input === "open" || !between) return NEED_INPUT;
    this.#state = stateAfter(this.#state, "eof", "ok");
    return undefined;
  }

  #readCommand(): Output<ServerEvent> | undefined {
    this.#lines.maxLineBytes = this.#maxCommandBytes();
    const line = this.#lines.read();
    if (line === undefined) return this.#starve();
    this.#observe?.({ from: "client", kind: "line", parts: redactCommand(line.raw) });
    const command = this.#understand(line);
    const refusal = this.#refusal(command);
    this.#turn = { type: "answer", command, judgement: refusal === undefined ? "legal" : "illegal" };
    this.#out.event({ type: "command", command, ...(refusal !== undefined && { refusal }), raw: line.raw });
    return undefined;
  }

  /** AUTH may carry a long initial response; its first bytes are there before any line can be too long. */
  #maxCommandBytes(): number {
    const { maxCommandBytes, maxSaslLineBytes } = this.#limits;
    const isAuth = AUTH.every((letter, at) => (this.#buffer.peek(at) | LOWER_CASE) === letter);
    return isAuth ? Math.max(maxCommandBytes, maxSaslLineBytes) : maxCommandBytes;
  }

  #understand(line: Line): Command {
    const command = readCommand(line);
    // RFC 6856 section 2.2.
    const strict = this.#options.utf8?.user === true && (command.type === "user" || command.type === "pass" || command.type === "apop");
    if (!strict || decodeUtf8(line.bytes) !== undefined) return command;
    return { type: "invalid", keyword: command.type.toUpperCase(), reason: "that is not UTF-8" };
  }

  /** What to answer to a command that cannot be allowed now. */
  #refusal(command: Command): Reply | undefined {
    const { type } = command;
    if (type === "unknown") return err("unknown command");
    if (type === "invalid") return err(command.reason);
    if (!isLegalIn(this.#state, type)) return err(`${type.toUpperCase()} is out of place here`);
    if (type === "stls" && !this.mayStartTls) return err("STLS is not offered");
    if (type === "stls" && this.#mode === "utf8") return err("STLS comes before UTF8");
    if (type === "utf8" && this.#options.utf8 === undefined) return err("UTF8 is not offered");
    if (!LOGIN.has(type) || this.#way === "private" || this.#options.allowPlaintextAuth === true) return undefined;
    return err("not without TLS", "AUTH");
  }

  #readSasl(command: Command): Output<ServerEvent> | undefined {
    this.#lines.maxLineBytes = this.#limits.maxSaslLineBytes;
    const line = this.#lines.read();
    if (line === undefined) return this.#starve();
    this.#observe?.({ from: "client", kind: "sasl", parts: redactSasl(line.raw) });
    const data = line.defects.includes("too-long") ? "malformed" : decodeSaslResponse(line.bytes);
    this.#turn = { type: "answer", command, judgement: "legal" };
    if (data === "cancel") this.#out.event({ type: "auth-abort", refusal: err("cancelled") });
    else if (data === "malformed") this.#out.event({ type: "auth-abort", refusal: err("the response is not base64") });
    else this.#out.event({ type: "auth-response", data: new Secret(data) });
    return undefined;
  }

  #handOver(stage: "due" | "running", reply: Uint8Array): Output<ServerEvent> {
    if (this.#buffer.length > 0) {
      throw new ProtocolError("remote", "starttls-injection", "the client sent bytes behind STLS without waiting for the reply", {
        offset: this.#buffer.offset,
        ...(stage === "due" && { reply: encodeReply(err("nothing may follow STLS")) }),
      });
    }
    if (stage === "running") return PAUSED;
    this.#turn = { type: "handshake", stage: "running", reply };
    this.#patience = { phase: "handshake", ms: this.#limits.handshakeMs };
    this.#show("line", reply);
    return { type: "start-tls", reply };
  }

  #reply(reply: Reply, follows: Follows | undefined): void {
    const turn = this.#turn;
    if (turn.type !== "greeting" && turn.type !== "answer") throw illegal("no command waits for a reply");
    const bytes = encodeReply(reply);
    const verb = turn.type === "greeting" ? "greeting" : turn.command.type;
    this.#state = stateAfter(this.#state, verb, reply.status === "+OK" ? "ok" : "err");
    if (this.#state === "handshake") {
      this.#turn = { type: "handshake", stage: "due", reply: bytes };
      return;
    }
    this.#sendLine(bytes);
    if (follows === "body") this.#turn = { type: "body", encoder: new DotEncoder(this.#options.bodyLineEnds ?? "normalize") };
    else if (follows === "lines") this.#turn = { type: "lines" };
    else this.#listen();
    if (turn.type === "answer") this.#note(turn.command, reply, turn.judgement);
  }

  #note({ type }: Command, reply: Reply, judgement: "legal" | "illegal"): void {
    if (type === "utf8" && reply.status === "+OK") this.#mode = "utf8";
    this.#conduct.note(type, reply, judgement);
    const { unbearable } = this.#conduct;
    if (unbearable === undefined) return;
    const { offset } = this.#buffer;
    this.#failure = new ProtocolError("remote", "too-many-errors", unbearable, { offset, reply: encodeReply(err(unbearable)) });
  }

  #challenge(data: Uint8Array): void {
    const turn = this.#turn;
    if (turn.type !== "answer" || turn.command.type !== "auth") throw illegal("no AUTH exchange waits for a challenge");
    const bytes = encodeChallenge(data);
    this.#listen({ type: "sasl", command: turn.command });
    this.#out.transmit(bytes);
    this.#observe?.({ from: "server", kind: "sasl", parts: redactSasl(bytes) });
  }

  #sendListing(listing: Listing): void {
    if (this.#turn.type !== "lines") throw illegal("the answer has no lines");
    const text = encodeListing(listing);
    this.#sendLine(encodeLine(text.startsWith(".") ? `.${text}` : text, listing.type === "text" ? Infinity : MAX_REPLY_BYTES));
  }

  #bodyEncoder(): DotEncoder {
    if (this.#turn.type !== "body") throw illegal("the answer has no body");
    return this.#turn.encoder;
  }

  #end(): void {
    if (this.#turn.type === "lines") this.#sendLine(encodeLine(".", MAX_REPLY_BYTES));
    else this.#bodyEncoder().finish(this.#sendBody);
    this.#listen();
  }

  #shutDown(reply: Reply): void {
    if (this.#turn.type !== "command") throw illegal("a command waits for its reply");
    this.#sendLine(encodeReply(reply));
    this.#state = "closed";
  }

  /** Now the client has the word. */
  #listen(turn: Turn = COMMAND): void {
    this.#turn = turn;
    this.#patience = { phase: "command", ms: this.#limits.commandMs };
  }

  #sendLine(line: Uint8Array): void {
    this.#out.transmit(line);
    this.#show("line", line);
  }

  readonly #sendBody = (view: Uint8Array): void => {
    this.#out.transmit(view);
    this.#show("body", view);
  };

  #show(kind: Unit["kind"], bytes: Uint8Array): void {
    this.#observe?.({ from: "server", kind, parts: [bytes] });
  }
}

/** `auth `; {@link LOWER_CASE} makes letters lower case and leaves a space what it is. */
const AUTH = [0x61, 0x75, 0x74, 0x68, 0x20] as const;
const LOWER_CASE = 0x20;

/** The commands that carry credentials; for AUTH that depends on the mechanism, which the application knows. */
const LOGIN: ReadonlySet<Command["type"]> = new Set(["user", "pass", "apop"] as const);

/** The command in a line; a line that is too long, or has a CR or NUL inside, holds none. What it held may be secret, so it is left out. */
function readCommand({ bytes, defects }: Line): Command {
  const reason = defects.includes("too-long")
    ? "the line is too long"
    : defects.some((defect) => defect !== "bare-lf")
      ? "the line has a CR or NUL inside"
      : undefined;
  const command = decodeCommand(bytes);
  return reason === undefined
    ? command
    : { type: "invalid", keyword: "keyword" in command ? command.keyword : command.type.toUpperCase(), reason };
}

function illegal(message: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", message);
}
