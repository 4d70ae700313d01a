// The client's side of a session: commands go out, ahead of their answers where the server pipelines; each answer is tied to its command.

import {
  CLOSED,
  DotDecoder,
  LineReader,
  NEED_INPUT,
  OutputQueue,
  PAUSED,
  ProtocolError,
  ReceiveBuffer,
  utf8,
  withLimits,
  keepOne,
} from "@mailwire/wire";
import type { Line, Observer, Output, Patience, Session } from "@mailwire/wire";
import { findTimestamp } from "../codec/apop.ts";
import type { Capability } from "../codec/capabilities.ts";
import { commandLine } from "../codec/command.ts";
import type { Command } from "../codec/command.ts";
import { isAscii } from "../codec/line.ts";
import { decodeListing } from "../codec/listing.ts";
import type { ListingKind } from "../codec/listing.ts";
import { redactCommand, redactSasl } from "../codec/redact.ts";
import { decodeReply } from "../codec/reply.ts";
import type { Reply } from "../codec/reply.ts";
import { decodeChallenge, encodeSaslCancel, encodeSaslResponse } from "../codec/sasl.ts";
import type { ClientEvent, ClientIntent, ClientSessionOptions, Follows } from "./client-events.ts";
import { DEFAULT_CLIENT_LIMITS } from "./limits.ts";
import type { ClientLimits } from "./limits.ts";
import { Pipeline, expectAnswer } from "./pipeline.ts";
import type { Sent } from "./pipeline.ts";
import { isLegalIn, stateAfter } from "./state.ts";
import type { State } from "./state.ts";

/** What the next bytes are. */
type Reading =
  | { readonly type: "line" }
  | { readonly type: "listing"; readonly lists: ListingKind }
  | { readonly type: "body"; readonly decoder: DotDecoder }
  /** The application must respond to a challenge first. */
  | { readonly type: "challenge" }
  /** Not ours any more: `due` until the handshake is asked for. */
  | { readonly type: "handshake"; readonly stage: "due" | "running" };

const LINE: Reading = { type: "line" };

/** The client's side of a POP3 session, without I/O. Poll it for the greeting first. */
export class ClientSession implements Session<ClientEvent, ClientIntent> {
  readonly #options: ClientSessionOptions;
  readonly #limits: ClientLimits;
  readonly #observe: Observer | undefined;
  readonly #buffer = new ReceiveBuffer();
  readonly #lines: LineReader;
  readonly #out = new OutputQueue<ClientEvent>();
  readonly #pipeline: Pipeline;
  #state: State = "greeting";
  /** The state once all commands on their way have succeeded: what may be sent now depends on it. */
  #projected: State = "greeting";
  #reading: Reading = LINE;
  #way: "plain" | "private";
  /** Whether names and passwords may have characters beyond ASCII, by what CAPA told. */
  #credentials: "ascii" | "utf8" = "ascii";
  /** Whether the session is in UTF-8 mode, or will be if the server agrees. */
  #mode: "ascii" | "asked" | "utf8" = "ascii";
  #timestamp: string | undefined;
  #input: "open" | "ended" = "open";
  #failure: ProtocolError | undefined;
  #patience: Patience;

  constructor(options: ClientSessionOptions = {}) {
    keepOne(ClientSession);
    this.#options = options;
    this.#limits = withLimits(DEFAULT_CLIENT_LIMITS, options.limits);
    this.#observe = options.observe;
    this.#lines = new LineReader(this.#buffer, { maxLineBytes: this.#limits.maxReplyBytes });
    this.#way = options.secure === true ? "private" : "plain";
    this.#pipeline = new Pipeline(this.#firstWindow(), (sent) => this.#transmit(sent));
    this.#patience = { phase: "greeting", ms: this.#limits.greetingMs };
  }

  /** The state that the last answer led to. */
  get state(): State {
    return this.#state;
  }

  /** `utf8` once the server agreed to UTF8. */
  get mode(): "ascii" | "utf8" {
    return this.#mode === "utf8" ? "utf8" : "ascii";
  }

  /** What APOP is computed from, angle brackets included; `undefined` when the greeting had none, and after STLS. */
  get timestamp(): string | undefined {
    return this.#timestamp;
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
    if (this.#reading.type !== "handshake") throw illegal("no TLS handshake was asked for");
    this.#out.clear();
    this.#state = this.#projected = stateAfter("handshake", "tls", "ok");
    this.#reading = LINE;
    this.#way = "private";
    this.#pipeline.window = this.#firstWindow();
    this.#timestamp = undefined;
    this.#credentials = "ascii";
    this.#mode = "ascii";
    this.#await("idle", Infinity);
    this.#observe?.({ from: "server", kind: "tls", parts: [] });
    this.#out.event({ type: "tls" });
  }

  /**
   * Says something. Throws a local `ProtocolError`: `illegal-now` when the state does not allow it, assuming that all commands on their way
   * succeed; `plaintext-refused` for credentials over a plain way; `no-timestamp` for APOP without one; `utf8-refused` for a name or password
   * beyond ASCII that the server did not ask for; and what `encodeCommand` throws.
   */
  send(intent: ClientIntent): void {
    switch (intent.type) {
      case "command":
        this.#sendCommand(intent.command, intent.follows);
        break;
      case "auth-response":
        this.#respond(encodeSaslResponse(intent.data));
        break;
      case "auth-cancel":
        this.#respond(encodeSaslCancel());
        break;
    }
  }

  poll(): Output<ClientEvent> {
    for (;;) {
      const output = this.#out.shift();
      if (output !== undefined) return output;
      if (this.#failure !== undefined) {
        const failure = this.#failure;
        this.#failure = undefined;
        this.#state = this.#projected = "closed";
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

  #sendCommand(command: Command, follows: Follows | undefined): void {
    if (!isLegalIn(this.#projected, command.type)) throw illegal(`${command.type} is not allowed in state ${this.#projected}`);
    const line = commandLine(command);
    this.#checkCredentials(command, line);
    // RFC 6856 section 2.1.
    if (command.type === "stls" && this.#mode !== "ascii") throw illegal("STLS comes before UTF8");
    const sent = expectAnswer(command, line, follows);
    if (command.type === "utf8") this.#mode = "asked";
    this.#projected = stateAfter(this.#projected, command.type, "ok");
    if (this.#pipeline.head === undefined) this.#await("reply", this.#limits.replyMs);
    this.#pipeline.add(sent);
  }

  #checkCredentials({ type }: Command, line: string): void {
    if (type !== "user" && type !== "pass" && type !== "apop" && type !== "auth") return;
    if (this.#way === "plain" && this.#options.allowPlaintext !== true) {
      throw new ProtocolError("local", "plaintext-refused", "credentials do not go over a plain way: use STLS or allowPlaintext");
    }
    if (type === "apop" && this.#timestamp === undefined) {
      throw new ProtocolError("local", "no-timestamp", "there is no timestamp for APOP");
    }
    if (this.#credentials === "ascii" && this.#options.utf8Credentials !== "always" && !isAscii(line)) {
      throw new ProtocolError("local", "utf8-refused", "the server did not say that it takes names and passwords beyond ASCII");
    }
  }

  #respond(line: Uint8Array): void {
    if (this.#reading.type !== "challenge") throw illegal("no challenge waits for a response");
    this.#reading = LINE;
    this.#out.transmit(line);
    this.#observe?.({ from: "client", kind: "sasl", parts: redactSasl(line) });
    this.#await("reply", this.#limits.replyMs);
  }

  #transmit({ line }: Sent): void {
    this.#out.say(line);
    this.#observe?.({ from: "client", kind: "line", parts: redactCommand(utf8(line)) });
  }

  /** Understands one unit of what waits. Answers what to do next, or nothing when something happened. */
  #step(): Output<ClientEvent> | undefined {
    const reading = this.#reading;
    switch (reading.type) {
      case "line":
        return this.#readLine();
      case "listing":
        return this.#readListing(reading.lists);
      case "body":
        return this.#readBody(reading.decoder);
      case "challenge":
        return PAUSED;
      case "handshake":
        return this.#handOver(reading.stage);
    }
  }

  /** Nothing more can be understood until more comes. */
  #starve(): Output<ClientEvent> | undefined {
    const between = this.#state !== "greeting" && this.#pipeline.head === undefined && this.#lines.pending === 0;
    // In the middle of something the end of input is the driver's to report: the connection was lost.
    if (this.#input === "open" || !between) return NEED_INPUT;
    this.#state = stateAfter(this.#state, "eof", "ok");
    return undefined;
  }

  #takeLine(maxLineBytes: number): Line | undefined {
    this.#lines.maxLineBytes = maxLineBytes;
    const line = this.#lines.read();
    if (line?.defects.includes("too-long") === true) {
      throw new ProtocolError("remote", "line-too-long", `the server's line is longer than ${maxLineBytes} bytes`, { offset: line.offset });
    }
    return line;
  }

  #readLine(): Output<ClientEvent> | undefined {
    const sent = this.#pipeline.head;
    const { maxReplyBytes, maxSaslLineBytes } = this.#limits;
    const line = this.#takeLine(sent?.command.type === "auth" ? maxSaslLineBytes : maxReplyBytes);
    if (line === undefined) return this.#starve();
    if (sent?.command.type === "auth" && this.#readChallenge(line)) return undefined;
    this.#observe?.({ from: "server", kind: "line", parts: [line.raw] });
    const reply = decodeReply(line.bytes);
    if (reply === undefined) throw new ProtocolError("remote", "bad-reply", "that is neither +OK nor -ERR", { offset: line.offset });
    if (this.#state === "greeting") this.#greet(reply, line);
    else if (sent !== undefined) this.#answer(sent, reply, line);
    else this.#readUnsolicited(reply, line);
    return undefined;
  }

  #greet(reply: Reply, { raw }: Line): void {
    const timestamp = findTimestamp(reply.text);
    this.#state = this.#projected = stateAfter("greeting", "greeting", answerOf(reply));
    this.#timestamp = timestamp;
    this.#await("idle", Infinity);
    this.#out.event({ type: "greeting", reply, ...(timestamp !== undefined && { timestamp }), raw });
  }

  #answer(sent: Sent, reply: Reply, { raw }: Line): void {
    const { command, lists, follows } = sent;
    const answer = answerOf(reply);
    this.#state = stateAfter(this.#state, command.type, answer);
    if (command.type === "utf8") this.#mode = answer === "ok" ? "utf8" : "ascii";
    if (answer === "err") {
      this.#out.event({ type: "reply", command, reply, raw });
      this.#finish();
      this.#projected = this.#pipeline.outcome(this.#state);
    } else if (follows !== undefined) {
      this.#out.event({ type: "reply", command, reply, follows, raw });
      this.#follow(follows, lists ?? "text");
    } else {
      if (lists === undefined) this.#out.event({ type: "reply", command, reply, raw });
      else this.#out.event({ type: "reply", command, reply, listing: decodeListing(lists, utf8(reply.text)), raw });
      this.#finish();
      if (this.#state === "handshake") this.#reading = { type: "handshake", stage: "due" };
    }
  }

  #follow(follows: Follows, lists: ListingKind): void {
    const { replyMs, bodyMs, minBodyBytesPerSecond } = this.#limits;
    if (lists === "capability") {
      this.#pipeline.window = this.#firstWindow();
      this.#credentials = "ascii";
    }
    this.#reading =
      follows === "lines" ? { type: "listing", lists } : { type: "body", decoder: new DotDecoder(this.#options.bodyLineEnds ?? "keep") };
    this.#await(follows === "lines" ? "listing" : "body", follows === "lines" ? replyMs : bodyMs, minBodyBytesPerSecond);
  }

  #readChallenge(line: Line): boolean {
    const data = decodeChallenge(line.bytes);
    if (data === undefined) return false;
    this.#observe?.({ from: "server", kind: "sasl", parts: redactSasl(line.raw) });
    if (data === "malformed") throw new ProtocolError("remote", "bad-challenge", "the challenge is not base64", { offset: line.offset });
    this.#reading = { type: "challenge" };
    this.#out.event({ type: "auth-challenge", data });
    return true;
  }

  #readUnsolicited(reply: Reply, { raw, offset }: Line): void {
    if (reply.status === "+OK") throw new ProtocolError("remote", "unexpected-reply", "that answers no command", { offset });
    this.#out.event({ type: "unsolicited", reply, raw });
  }

  #readListing(lists: ListingKind): Output<ClientEvent> | undefined {
    const line = this.#takeLine(this.#limits.maxListingLineBytes);
    if (line === undefined) return this.#starve();
    const { raw, bytes } = line;
    this.#observe?.({ from: "server", kind: "line", parts: [raw] });
    const stuffed = bytes[0] === DOT;
    if (stuffed && bytes.length === 1) {
      this.#out.event({ type: "end" });
      this.#finish();
      return undefined;
    }
    const listing = decodeListing(lists, stuffed ? bytes.subarray(1) : bytes);
    if (listing.type === "capability") this.#learn(listing);
    this.#out.event({ type: "line", listing, raw });
    return undefined;
  }

  #learn({ name, parameters }: Capability): void {
    if (name === "PIPELINING" && this.#options.pipelining !== "never") this.#pipeline.window = this.#limits.maxPipelinedCommands;
    if (name === "UTF8" && parameters.some((word) => word.toUpperCase() === "USER")) this.#credentials = "utf8";
  }

  #readBody(decoder: DotDecoder): Output<ClientEvent> | undefined {
    const chunk = this.#buffer.peekChunk();
    if (chunk.length === 0) return this.#starve();
    const taken = decoder.decode(chunk, (view) => this.#out.event({ type: "body", chunk: view }));
    const raw = this.#buffer.takeChunk(taken);
    this.#observe?.({ from: "server", kind: "body", parts: [raw] });
    if (decoder.done) {
      this.#out.event({ type: "end" });
      this.#finish();
    }
    return undefined;
  }

  /** The first command in flight is answered in full. */
  #finish(): void {
    this.#reading = LINE;
    this.#pipeline.shift();
    if (this.#pipeline.head === undefined) this.#await("idle", Infinity);
    else this.#await("reply", this.#limits.replyMs);
  }

  #handOver(stage: "due" | "running"): Output<ClientEvent> {
    if (this.#buffer.length > 0) {
      throw new ProtocolError("remote", "starttls-injection", "the server sent bytes behind its reply to STLS", {
        offset: this.#buffer.offset,
      });
    }
    if (stage === "running") return PAUSED;
    this.#reading = { type: "handshake", stage: "running" };
    this.#await("handshake", this.#limits.handshakeMs);
    return { type: "start-tls" };
  }

  #firstWindow(): number {
    return this.#options.pipelining === "always" ? this.#limits.maxPipelinedCommands : 1;
  }

  #await(phase: string, ms: number, minBytesPerSecond?: number): void {
    this.#patience = minBytesPerSecond === undefined ? { phase, ms } : { phase, ms, minBytesPerSecond };
  }
}

const DOT = 0x2e;

function answerOf(reply: Reply): "ok" | "err" {
  return reply.status === "+OK" ? "ok" : "err";
}

function illegal(message: string): ProtocolError {
  return new ProtocolError("local", "illegal-now", message);
}
