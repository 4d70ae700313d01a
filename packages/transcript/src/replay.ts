// Runs a session document against a session, without I/O: what the recorded server said goes into a client session,
// what the person typed goes into a server session.

import type { Session, TlsInfo } from "@mailwire/wire";
import { concat, latin1, ProtocolError } from "@mailwire/wire";
import { formatEvent } from "./format-event.ts";
import { joinChunks } from "./joined-chunks.ts";
import { recordedExchanges } from "./recorded-exchange.ts";
import type { SessionDocument, SessionPart } from "./session-document.ts";

/** How a document is replayed. */
export interface ReplayOptions {
  /** Bytes per `receive`: what the peer said in one go is cut into pieces of this size; by default it arrives whole. */
  readonly pieceBytes?: number;
}

/** What a client session made of one part of a document. */
export interface ReplayedPart {
  /** The part. */
  readonly part: SessionPart;
  /** The events that it yielded, as `formatEvent` writes them: compare with `part.events`. */
  readonly yielded: readonly string[];
  /** What it transmitted, one character per byte: compare with the part's client lines. */
  readonly transmitted: string;
}

/** Any session, whatever its events and intents. */
export type AnySession = Session<object, never>;

/** The events of a session. */
export type EventOf<S extends AnySession> = S extends Session<infer Event, never> ? Event : never;

/** Makes a client session say what the person said: sends the intents behind one client line (its text, without the line end). */
export type ReplaySay<S extends AnySession> = (line: string, session: S) => void;

/**
 * Feeds what the recorded server said into a client session. `say` is called for each client line, in its place; what the session
 * throws comes out as it is. `-- tls --` demands that the session asked for TLS (`not-tls` otherwise).
 */
export function replayToClient<S extends AnySession>(
  document: SessionDocument,
  session: S,
  say: ReplaySay<S>,
  options: ReplayOptions = {},
): ReplayedPart[] {
  const run = new Run(session);
  return document.parts.map((part) => {
    run.settle();
    for (const turn of turns(part)) {
      if (turn.from === "tls") run.tls();
      else if (turn.from === "server") run.feed(turn.lines, options);
      else {
        for (const line of turn.lines) {
          say(withoutLineEnd(line), session);
          run.settle();
        }
      }
    }
    return { part, yielded: run.takeEvents(), transmitted: run.takeBytes() };
  });
}

/** One client line and the answers to it. The first of a document has `said: ""`: it is the greeting. */
export interface ReplayedExchange {
  /** What the person said, with its line end, one character per byte. */
  readonly said: string;
  /** What the recorded server said next, before the person said more. */
  readonly recorded: string;
  /** What our session transmitted. */
  readonly answered: string;
  /** The events that our session yielded, as `formatEvent` writes them. */
  readonly yielded: readonly string[];
}

/** Does what an application would on an event of a server session: sends the intents that answer it. */
export type ReplayReact<S extends AnySession> = (event: EventOf<S>, session: S) => void;

/**
 * Feeds what the person typed, line by line, into a server session. `react` is called for each event as it comes. Once the session
 * is closed it gets no more. The greeting (an intent, if the protocol wants one) is to be sent before.
 */
export function replayToServer<S extends AnySession>(
  document: SessionDocument,
  session: S,
  react: ReplayReact<S>,
  options: ReplayOptions = {},
): ReplayedExchange[] {
  const run = new Run(session, (event) => react(event as EventOf<S>, session));
  return recordedExchanges(document).map(({ said, recorded, then }) => {
    run.feed([said], options);
    run.settle();
    if (then === "tls") run.tls();
    return { said: latin1(said), recorded, answered: run.takeBytes(), yielded: run.takeEvents() };
  });
}

/** Neighbouring lines of one side. */
interface Turn {
  readonly from: "client" | "server" | "tls";
  readonly lines: Uint8Array[];
}

function turns(part: SessionPart): Turn[] {
  const all: Turn[] = [];
  for (const line of part.wire) {
    const last = all.at(-1);
    if (line.from === "tls") all.push({ from: "tls", lines: [] });
    else if (last?.from === line.from) last.lines.push(line.bytes);
    else all.push({ from: line.from, lines: [line.bytes] });
  }
  return all;
}

function withoutLineEnd(line: Uint8Array): string {
  return latin1(line).replace(/\r?\n$/, "");
}

/** A session being replayed: polls it dry and keeps what came out. */
class Run {
  readonly #session: AnySession;
  readonly #react: ((event: object) => void) | undefined;
  #events: object[] = [];
  #bytes = "";
  #wants: "more" | "tls" | "nothing" = "more";

  constructor(session: AnySession, react?: (event: object) => void) {
    this.#session = session;
    this.#react = react;
  }

  /** Gives the session what its peer said. */
  feed(lines: readonly Uint8Array[], { pieceBytes = Infinity }: ReplayOptions): void {
    const bytes = concat(lines);
    for (let at = 0; at < bytes.length && this.#wants !== "nothing"; at += pieceBytes) {
      this.#session.receive(bytes.slice(at, at + pieceBytes));
      this.settle();
    }
  }

  /** Polls until the session has nothing more to say by itself. */
  settle(): void {
    while (this.#wants === "more") {
      const output = this.#session.poll();
      switch (output.type) {
        case "event":
          this.#events.push(output.event);
          this.#react?.(output.event);
          break;
        case "transmit":
          for (const chunk of output.chunks) this.#bytes += latin1(chunk);
          break;
        case "start-tls":
          if (output.reply !== undefined) this.#bytes += latin1(output.reply);
          this.#wants = "tls";
          break;
        case "closed":
          this.#wants = "nothing";
          break;
        case "need-input":
        case "paused":
          return;
      }
    }
  }

  /** Tells the session that its handshake is done. */
  tls(): void {
    this.settle();
    if (this.#wants !== "tls") throw new ProtocolError("local", "not-tls", "the document has TLS here, the session did not ask for it");
    this.#wants = "more";
    this.#session.receiveTls(RECORDED_TLS);
    this.settle();
  }

  takeEvents(): string[] {
    const events = this.#events;
    this.#events = [];
    return joinChunks(events).map(formatEvent);
  }

  takeBytes(): string {
    const bytes = this.#bytes;
    this.#bytes = "";
    return bytes;
  }
}

/** What is known of the TLS connection of a recording. */
const RECORDED_TLS: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };
