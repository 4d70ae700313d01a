// Says one command at a time: its bytes, its waits for `+`, the message of an APPEND, the steps of AUTHENTICATE (RFC 3501 section 7.5), DONE (RFC 2177).

import { ProtocolError, Secret, encodeBase64, fromLatin1 } from "@mailwire/wire";
import type { Unit } from "@mailwire/wire";
import type { Segment } from "../codec/literal.ts";

/** Where the writer's words go. */
export interface CommandSink {
  /** Bytes for the server. */
  transmit(bytes: Uint8Array): void;
  /** The same, as a unit for the observer. */
  show(kind: Unit["kind"], parts: Unit["parts"]): void;
  /** The message of the command `tag` may go on: `left` bytes are still to come. */
  ready(tag: string, left: number): void;
}

type Step =
  | { readonly at: "rest" }
  /** The server's `+` is awaited before `segments` go on. */
  | { readonly at: "continuation"; readonly tag: string; readonly segments: readonly Segment[] }
  /** The application's bytes of a message are awaited. */
  | { readonly at: "body"; readonly tag: string; readonly segments: readonly Segment[]; readonly left: number }
  /** An exchange; a challenge or the end of it is awaited, or the application's answer. */
  | { readonly at: "exchange"; readonly tag: string; readonly turn: "server" | "application" }
  /** IDLE is said; the server's `+` is awaited, then the application's wish to end it. */
  | { readonly at: "idle"; readonly tag: string; readonly turn: "server" | "application" };

const CRLF = fromLatin1("\r\n");
const CANCEL = fromLatin1("*\r\n");
const DONE = fromLatin1("DONE\r\n");

/** Writes commands one after another; {@link CommandWriter.free} tells when the next may begin. */
export class CommandWriter {
  readonly #sink: CommandSink;
  #step: Step = { at: "rest" };

  constructor(sink: CommandSink) {
    this.#sink = sink;
  }

  /** True when no command is half said. */
  get free(): boolean {
    return this.#step.at === "rest";
  }

  /** What is awaited: the server's word, the application's, or nothing. */
  get awaits(): "server" | "application" | "nothing" {
    if (this.#step.at === "continuation") return "server";
    if (this.#step.at === "body") return "application";
    return this.#step.at === "exchange" || this.#step.at === "idle" ? this.#step.turn : "nothing";
  }

  /** The command whose exchange is under way; its continuation requests are challenges. */
  get exchange(): string | undefined {
    return this.#step.at === "exchange" ? this.#step.tag : undefined;
  }

  /** The IDLE to which the server has said `+` and the application not yet {@link CommandWriter.done}. */
  get idling(): string | undefined {
    return this.#step.at === "idle" && this.#step.turn === "application" ? this.#step.tag : undefined;
  }

  /** Begins a command; `exchange` for AUTHENTICATE and `idle` for IDLE, in which the server's `+` means something else. */
  begin(tag: string, segments: readonly Segment[], kind: "command" | "exchange" | "idle"): void {
    this.#write(tag, segments);
    if (kind !== "command" && this.#step.at === "rest") this.#step = { at: kind, tag, turn: "server" };
  }

  /** The server said `+`: goes on with a literal, or gives the turn to the application. False when nobody waited for it. */
  continue(): boolean {
    const step = this.#step;
    if (step.at === "continuation") this.#write(step.tag, step.segments);
    else if ((step.at === "exchange" || step.at === "idle") && step.turn === "server") this.#step = { ...step, turn: "application" };
    else return false;
    return true;
  }

  /** Sends a piece of the message; throws a local `ProtocolError` when none is awaited or it is too long. */
  chunk(bytes: Uint8Array): void {
    const step = this.#step;
    if (step.at !== "body") throw new ProtocolError("local", "illegal-now", "no APPEND waits for bytes of a message");
    if (bytes.length > step.left) {
      throw new ProtocolError("local", "append-too-long", `the message is longer than announced: ${step.left} bytes are left to send`);
    }
    if (bytes.length > 0) {
      this.#sink.transmit(bytes);
      this.#sink.show("literal", [bytes]);
    }
    this.#body(step.tag, step.segments, step.left - bytes.length);
  }

  /** Says the application's answer to a challenge, or that it gives up. */
  respond(data: Uint8Array | Secret<Uint8Array> | "cancel"): void {
    const step = this.#step;
    if (step.at !== "exchange" || step.turn !== "application") {
      throw new ProtocolError("local", "illegal-now", "no AUTHENTICATE waits for an answer");
    }
    const plain = data instanceof Secret ? data.reveal() : data;
    const line = plain === "cancel" ? CANCEL : fromLatin1(`${encodeBase64(plain)}\r\n`);
    this.#sink.transmit(line);
    this.#sink.show("sasl", plain === "cancel" ? [line] : [new Secret(line.subarray(0, -2)), CRLF]);
    this.#step = { ...step, turn: "server" };
  }

  /** Ends IDLE; throws a local `ProtocolError` when nobody idles. */
  done(): void {
    if (this.idling === undefined) throw new ProtocolError("local", "illegal-now", "the server does not wait for DONE");
    this.#sink.transmit(DONE);
    this.#sink.show("line", [DONE]);
    this.#step = { at: "rest" };
  }

  /**
   * The command was answered. `unsaid` when that came before it was said to its end: a literal that waits for `+` is called off, a message
   * on its way goes on because its size is announced.
   */
  answered(tag: string): "said" | "unsaid" {
    const step = this.#step;
    if (step.at === "rest" || step.tag !== tag) return "said";
    if (step.at !== "body") this.#step = { at: "rest" };
    // An exchange is as long as the server likes, and servers that are tired of IDLE end it.
    return step.at === "exchange" || (step.at === "idle" && step.turn === "application") ? "said" : "unsaid";
  }

  #write(tag: string, segments: readonly Segment[]): void {
    this.#step = { at: "rest" };
    const parts: (Uint8Array | Secret<Uint8Array>)[] = [];
    for (const [index, segment] of segments.entries()) {
      if (segment.type === "bytes") {
        this.#sink.transmit(segment.bytes);
        parts.push(segment.secret === true ? new Secret(segment.bytes) : segment.bytes);
        continue;
      }
      if (parts.length > 0) this.#sink.show("line", parts);
      const rest = segments.slice(index + 1);
      if (segment.type === "stream") this.#body(tag, rest, segment.size);
      else this.#step = { at: "continuation", tag, segments: rest };
      return;
    }
    if (parts.length > 0) this.#sink.show("line", parts);
  }

  #body(tag: string, segments: readonly Segment[], left: number): void {
    if (left === 0) {
      this.#write(tag, segments);
      return;
    }
    this.#step = { at: "body", tag, segments, left };
    this.#sink.ready(tag, left);
  }
}
