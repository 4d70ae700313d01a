// The client's side of a connection: commands in flight tied to answers by tag, state, capabilities, STARTTLS (RFC 3501 sections 3, 5.5, 6.2.1).

import {
  CLOSED,
  decodeBase64,
  fromLatin1,
  keepOne,
  NEED_INPUT,
  OutputQueue,
  PAUSED,
  ProtocolError,
  Secret,
  withLimits,
} from "@mailwire/wire";
import type { Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { encodeCommand } from "../codec/command-encoder.ts";
import type { Command } from "../codec/command.ts";
import { literalMode } from "../codec/literal.ts";
import type { ResponseCode } from "../codec/response-code.ts";
import { ResponseDecoder } from "../codec/response-decoder.ts";
import type { ResponseEvent } from "../codec/response-event.ts";
import type { CapabilityResponse } from "../codec/responses/capability.ts";
import type { TaggedResponse } from "../codec/responses/condition.ts";
import type { ClientEvent, ClientIntent } from "./client-events.ts";
import type { ClientSessionOptions } from "./client-options.ts";
import { CommandWriter } from "./command-writer.ts";
import { CommandsInFlight } from "./commands-in-flight.ts";
import { DEFAULT_CLIENT_LIMITS, responseLimits } from "./limits.ts";
import type { ClientLimits } from "./limits.ts";
import { stateAfter } from "./state.ts";
import type { Answer, State } from "./state.ts";
import { NEEDS_ACCOUNT, SAFE_IN_CLEAR } from "./trust.ts";
import { maySay, verbOf } from "./verb.ts";

const ANSWERS = { OK: "ok", NO: "no", BAD: "bad", PREAUTH: "preauth", BYE: "bye" } as const satisfies Record<string, Answer>;

/** The way to the server; `upgrading` from the answer to STARTTLS until TLS is established. */
type Way = "plaintext" | "upgrading" | "secure";

/** The client's side of an IMAP connection, without I/O. */
export class ClientSession implements Session<ClientEvent, ClientIntent> {
  readonly #options: ClientSessionOptions;
  readonly #limits: ClientLimits;
  readonly #out = new OutputQueue<ClientEvent>();
  readonly #writer: CommandWriter;
  #decoder: ResponseDecoder;
  #flights = new CommandsInFlight("not-authenticated");
  #state: State = "greeting";
  #way: Way;
  #capabilities: ReadonlySet<string> | undefined;
  /** The capabilities at the moment LOGIN or AUTHENTICATE was sent: worth nothing after it. */
  #stale: ReadonlySet<string> | undefined;
  #patience: Patience | undefined;

  constructor(options: ClientSessionOptions = {}) {
    keepOne(ClientSession);
    this.#options = options;
    this.#limits = withLimits(DEFAULT_CLIENT_LIMITS, options.limits);
    this.#decoder = new ResponseDecoder(responseLimits(this.#limits));
    this.#way = options.secure === true ? "secure" : "plaintext";
    this.#writer = new CommandWriter({
      transmit: (bytes) => this.#out.transmit(bytes),
      show: (kind, parts) => options.observe?.({ from: "client", kind, parts }),
      ready: (tag, left) => this.#out.event({ type: "append-ready", tag, left }),
    });
  }

  /** Where the conversation stands. */
  get state(): State {
    return this.#state;
  }

  /** What the server said it can do, in capitals; `undefined` when it has not said so since it last mattered. */
  get capabilities(): ReadonlySet<string> | undefined {
    return this.#capabilities;
  }

  /** True from the moment when the command with this tag is sent until it is answered: only then does data belong to it. */
  isSent(tag: string): boolean {
    return this.#flights.isSent(tag);
  }

  get patience(): Patience {
    return (this.#patience ??= this.#wait());
  }

  receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
  }

  receiveEof(): void {
    if (this.#state === "logout") this.#state = "closed";
  }

  receiveTls(info: TlsInfo): void {
    if (this.#way !== "upgrading") throw new ProtocolError("local", "illegal-now", "TLS was not asked for");
    this.#refuseLeftovers();
    this.#way = "secure";
    this.#state = stateAfter(this.#state, "tls", "ok");
    this.#decoder = new ResponseDecoder(responseLimits(this.#limits));
    this.#flights = new CommandsInFlight(this.#state);
    this.#capabilities = this.#patience = undefined;
    this.#options.observe?.({ from: "client", kind: "tls", parts: [] });
    this.#out.event({ type: "tls", info });
  }

  send(intent: ClientIntent): void {
    switch (intent.type) {
      case "command":
        this.#command(intent.tag, intent.command);
        break;
      case "append-chunk":
        this.#writer.chunk(intent.bytes);
        break;
      case "auth-response":
        this.#writer.respond(intent.data);
        break;
      case "auth-cancel":
        this.#writer.respond("cancel");
        break;
      case "done":
        this.#writer.done();
        break;
    }
    this.#patience = undefined;
    this.#depart();
  }

  poll(): Output<ClientEvent> {
    for (;;) {
      const output = this.#out.shift();
      if (output !== undefined) return output;
      if (this.#state === "closed") return CLOSED;
      if (this.#state === "logout" && this.#flights.sent === 0) {
        this.#state = "closed";
        return CLOSED;
      }
      if (this.#writer.exchange !== undefined && this.#writer.awaits === "application") return PAUSED;
      try {
        if (this.#way === "upgrading") this.#refuseLeftovers();
        const event = this.#decoder.next();
        if (event === undefined) return NEED_INPUT;
        this.#take(event);
      } catch (error) {
        this.#state = "closed";
        throw error;
      }
    }
  }

  #command(tag: string, command: Command): void {
    const verb = verbOf(command);
    const refuse = (code: string, why: string): never => {
      throw new ProtocolError("local", code, `${command.name} ${why}`);
    };
    const { expected } = this.#flights;
    if (this.#state === "greeting" || this.#way === "upgrading" || this.#state === "closed" || !maySay(expected, verb)) {
      refuse("illegal-now", `may not be said in the state ${this.#state === "greeting" ? this.#state : expected}`);
    }
    if (this.#flights.has(tag)) refuse("tag-in-use", `has the tag ${tag} of a command that is not answered yet`);
    if (!this.#trusted && !SAFE_IN_CLEAR.has(verb)) refuse("tls-required", "is not said without TLS");
    if (verb === "LOGIN" && this.#capabilities?.has("LOGINDISABLED") === true) {
      refuse("login-disabled", "is not taken by the server here (LOGINDISABLED)");
    }
    if (verb === "STARTTLS" && (this.#way !== "plaintext" || !this.#flights.empty)) {
      refuse("illegal-now", "is said once, with no other command in flight");
    }
    const segments = encodeCommand(tag, command, { literals: literalMode(this.#capabilities ?? []) });
    this.#flights.add({ tag, command, verb, segments });
  }

  /** What the server says may be believed, and secrets may be told to it. */
  get #trusted(): boolean {
    return this.#way === "secure" || this.#options.allowPlaintext === true;
  }

  /** Says the commands whose turn it is. */
  #depart(): void {
    while (this.#writer.free && this.#state !== "logout") {
      const flight = this.#flights.depart();
      if (flight === undefined) return;
      if (flight.verb === "LOGIN" || flight.verb === "AUTHENTICATE") this.#stale = this.#capabilities;
      const kind = flight.verb === "AUTHENTICATE" ? "exchange" : flight.verb === "IDLE" ? "idle" : "command";
      this.#writer.begin(flight.tag, flight.segments, kind);
    }
  }

  #take(event: ResponseEvent): void {
    switch (event.type) {
      case "response":
        this.#patience = undefined;
        this.#response(event);
        break;
      case "literal-start":
        this.#options.observe?.({ from: "server", kind: "line", parts: event.raw });
        this.#requireAccount("FETCH");
        this.#patience = { phase: "literal", ms: this.#limits.responseMs, minBytesPerSecond: this.#limits.minBytesPerSecond };
        this.#out.event(event);
        break;
      case "literal-chunk":
        this.#options.observe?.({ from: "server", kind: "literal", parts: [event.bytes] });
        this.#out.event(event);
        break;
      case "literal-end":
        this.#patience = undefined;
        this.#out.event(event);
        break;
    }
  }

  #response(event: ReceivedResponse): void {
    const { response } = event;
    if (response.type === "continuation") {
      this.#continuation(response.text, event.raw);
      return;
    }
    this.#options.observe?.({ from: "server", kind: "line", parts: event.raw });
    if (this.#state === "greeting") this.#greeting(event);
    else if (response.type === "tagged") this.#completed(event, response);
    else this.#untagged(event);
  }

  #greeting({ response, deviations, raw }: ReceivedResponse): void {
    if (response.type !== "untagged" || response.status === "NO" || response.status === "BAD") {
      throw new ProtocolError("remote", "bad-greeting", "the server's first words are no greeting");
    }
    if (response.status === "PREAUTH" && !this.#trusted) {
      throw new ProtocolError("remote", "preauth-without-tls", "the server says PREAUTH on a way where TLS is required");
    }
    this.#learn(response.code);
    this.#state = stateAfter(this.#state, "greeting", ANSWERS[response.status]);
    this.#flights.expectFrom(this.#state);
    this.#out.event({ type: "greeting", response, deviations, raw });
  }

  #untagged(event: ReceivedResponse): void {
    const { response } = event;
    let told = this.#trusted;
    if (response.type === "CAPABILITY") {
      this.#learn(response);
      told = true;
    } else if (response.type === "untagged") {
      this.#learn(response.code);
      if (response.status === "BYE") {
        this.#state = stateAfter(this.#state, "bye", "ok");
        this.#flights.expectFrom(this.#state);
        told = true;
      }
    } else this.#requireAccount(response.type);
    if (told) this.#out.event(event);
  }

  /** Mailbox data before authentication is an attempt to plant it (or a server out of its mind). */
  #requireAccount(what: string): void {
    if ((this.#state === "greeting" || this.#state === "not-authenticated") && NEEDS_ACCOUNT.has(what)) {
      throw new ProtocolError("remote", "unexpected-response", `${what} before authentication`);
    }
  }

  #continuation(text: string, raw: readonly Uint8Array[]): void {
    const tag = this.#writer.exchange;
    this.#options.observe?.(
      tag === undefined
        ? { from: "server", kind: "line", parts: raw }
        : { from: "server", kind: "sasl", parts: [PLUS, new Secret(fromLatin1(text)), CRLF] },
    );
    if (!this.#writer.continue()) {
      throw new ProtocolError("remote", "unexpected-continuation", "the server asks to go on, but nothing waits for that");
    }
    if (tag !== undefined) {
      const data = decodeBase64(text);
      if (data === undefined) throw new ProtocolError("remote", "bad-challenge", "the server's challenge is not base64");
      this.#out.event({ type: "auth-challenge", tag, data });
    } else if (this.#writer.idling !== undefined) {
      this.#out.event({ type: "idling", tag: this.#writer.idling });
    }
    this.#depart();
  }

  #completed({ deviations, raw }: ReceivedResponse, response: TaggedResponse): void {
    const flight = this.#flights.arrive(response.tag);
    if (flight === undefined) {
      throw new ProtocolError("remote", "unknown-tag", `the server answers ${response.tag}, which was not said`);
    }
    const { verb, command } = flight;
    if (this.#writer.answered(response.tag) === "unsaid" && response.status === "OK") {
      throw new ProtocolError("remote", "early-ok", `the server says OK to ${response.tag} before it has heard it`);
    }
    this.#learn(response.code);
    if (verb !== undefined) this.#state = stateAfter(this.#state, verb, ANSWERS[response.status]);
    if (response.status !== "OK") this.#flights.expectFrom(this.#state);
    else if ((verb === "LOGIN" || verb === "AUTHENTICATE") && this.#capabilities === this.#stale) this.#capabilities = undefined;
    if (verb === "LOGIN" || verb === "AUTHENTICATE") this.#stale = undefined;
    this.#out.event({ type: "completed", name: command.name, response, deviations, raw });
    if (verb === "STARTTLS" && response.status === "OK") {
      this.#way = "upgrading";
      this.#refuseLeftovers();
      this.#out.push({ type: "start-tls" });
    }
    this.#depart();
  }

  /** Bytes in clear after the answer to STARTTLS are an attempt to speak inside TLS from outside. */
  #refuseLeftovers(): void {
    if (this.#decoder.pending === 0) return;
    this.#state = "closed";
    throw new ProtocolError("remote", "starttls-injection", "bytes follow the answer to STARTTLS in clear");
  }

  #learn(said: ResponseCode | CapabilityResponse | null): void {
    if (said?.type === "CAPABILITY") this.#capabilities = new Set(said.capabilities.map((name) => name.toUpperCase()));
  }

  #wait(): Patience {
    const { greetingMs, tlsMs, responseMs } = this.#limits;
    if (this.#way === "upgrading") return { phase: "tls", ms: tlsMs };
    if (this.#state === "greeting") return { phase: "greeting", ms: greetingMs };
    if (this.#flights.sent === 0) return { phase: "idle", ms: Infinity };
    // An IDLE is silent for as long as nothing happens, but not once the server has said BYE.
    if (this.#writer.idling !== undefined)
      return this.#state === "logout" ? { phase: "response", ms: responseMs } : { phase: "idle", ms: Infinity };
    return { phase: "response", ms: this.#writer.awaits === "application" ? Infinity : responseMs };
  }
}

type ReceivedResponse = Extract<ResponseEvent, { readonly type: "response" }>;

const PLUS = fromLatin1("+ ");
const CRLF = fromLatin1("\r\n");
