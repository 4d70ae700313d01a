// A client's commands on their way: those that wait for their turn, those in flight, and how far ahead of the answers they may go
// (RFC 2449 section 6.6).

import type { Command } from "../codec/command.ts";
import type { ListingKind } from "../codec/listing.ts";
import type { Follows } from "./client-events.ts";
import { stateAfter } from "./state.ts";
import type { State } from "./state.ts";

/** A command on its way, and what its positive answer looks like. */
export interface Sent {
  readonly command: Command;
  readonly line: string;
  readonly follows: Follows | undefined;
  /** What the lines behind the reply hold; without `follows`, what the reply itself holds. */
  readonly lists: ListingKind | undefined;
}

/** `command` with what to expect; `follows` counts for commands that the protocol does not know. */
export function expectAnswer(command: Command, line: string, follows: Follows | undefined): Sent {
  switch (command.type) {
    case "list":
      return { command, line, follows: command.message === undefined ? "lines" : undefined, lists: "scan" };
    case "uidl":
      return { command, line, follows: command.message === undefined ? "lines" : undefined, lists: "unique-id" };
    case "lang":
      return { command, line, follows: command.range === undefined ? "lines" : undefined, lists: "language" };
    case "capa":
      return { command, line, follows: "lines", lists: "capability" };
    case "stat":
      return { command, line, follows: undefined, lists: "drop" };
    case "retr":
    case "top":
      return { command, line, follows: "body", lists: undefined };
    case "unknown":
    case "invalid":
      return { command, line, follows, lists: undefined };
    default:
      return { command, line, follows: undefined, lists: undefined };
  }
}

/** The commands on their way. */
export class Pipeline {
  /** Oldest first: those that are answered, those in flight, those that wait. */
  #commands: Sent[] = [];
  #answered = 0;
  #transmitted = 0;
  readonly #transmit: (sent: Sent) => void;
  #window: number;

  constructor(window: number, transmit: (sent: Sent) => void) {
    this.#window = window;
    this.#transmit = transmit;
  }

  /** The command that is being answered. */
  get head(): Sent | undefined {
    return this.#answered < this.#transmitted ? this.#commands[this.#answered] : undefined;
  }

  /** How many commands may be in flight from now on. */
  set window(commands: number) {
    this.#window = commands;
    this.#fill();
  }

  /** Takes a command; it is transmitted at once, or in its turn. */
  add(sent: Sent): void {
    this.#commands.push(sent);
    if (this.#transmitted === this.#commands.length - 1) this.#fill();
  }

  /** The head is answered in full. A window is refilled when half of it is free, so that many commands leave in one write. */
  shift(): void {
    this.#answered += 1;
    if (this.#answered >= MOST_ANSWERED) this.#forget();
    if (this.#transmitted - this.#answered <= this.#window / 2) this.#fill();
  }

  /** The state once all commands on their way have succeeded. */
  outcome(state: State): State {
    return this.#commands.slice(this.#answered).reduce((before, { command }) => stateAfter(before, command.type, "ok"), state);
  }

  /** Transmits what may go. */
  #fill(): void {
    while (this.#transmitted - this.#answered < this.#window) {
      // What is said behind these two is for TLS, or part of the exchange.
      const last = this.#transmitted > this.#answered ? this.#commands[this.#transmitted - 1]?.command.type : undefined;
      if (last === "stls" || last === "auth") return;
      const next = this.#commands[this.#transmitted];
      if (next === undefined) return;
      this.#transmitted += 1;
      this.#transmit(next);
    }
  }

  #forget(): void {
    this.#commands = this.#commands.slice(this.#answered);
    this.#transmitted -= this.#answered;
    this.#answered = 0;
  }
}

/** Answered commands are let go of this many at a time: one by one takes as long as all the rest of an answer. */
const MOST_ANSWERED = 64;
