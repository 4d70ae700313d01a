// Records a session through its `observe` option: bounded, redacted, with a clock.

import type { Observer, Unit } from "@mailwire/wire";
import { concat, Secret, withLimits } from "@mailwire/wire";
import type { Entry } from "./entry.ts";
import { splitLines, unitBytes, unitLines } from "./entry.ts";
import { writeWireText } from "./wire-text.ts";

/** How much a {@link Recorder} keeps. */
export interface RecorderLimits {
  /** Characters of text kept, each entry counting 64 more; the oldest entries go first. */
  readonly maxRecordedChars: number;
  /** Bytes of an unfinished body line that are held back; a longer line becomes several entries. */
  readonly maxHeldBytes: number;
}

/** The defaults of {@link RecorderLimits}. */
export const DEFAULT_RECORDER_LIMITS: RecorderLimits = {
  maxRecordedChars: 1_048_576, // a long evening at telnet is 50,000; thousands of messages fetched, this
  maxHeldBytes: 1000, // RFC 5322 section 2.1.1: a line of a message has at most 998 characters and CRLF
};

/** What stands in memory for an entry beside its text. */
const ENTRY_CHARS = 64;

/** Options of a {@link Recorder}. */
export interface RecorderOptions {
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly clock?: () => number;
  /** `counted` (default): a body or literal is one entry with its size. `text`: its lines are recorded. Secret literals are stars in both. */
  readonly bodies?: "counted" | "text";
  /** See {@link DEFAULT_RECORDER_LIMITS}. */
  readonly limits?: Partial<RecorderLimits>;
}

/** Sees each entry as it is recorded; it must not throw. */
export type EntryListener = (entry: Entry) => void;

/** Records a session: give its {@link Recorder.observe} to the session's `observe` option. */
export class Recorder {
  readonly #clock: () => number;
  readonly #bodies: "counted" | "text";
  readonly #limits: RecorderLimits;
  readonly #listeners = new Set<EntryListener>();
  #entries: Entry[] = [];
  #first = 0;
  #chars = 0;
  #clientBytes = 0;
  #serverBytes = 0;
  #run: Run | undefined;

  constructor(options: RecorderOptions = {}) {
    this.#clock = options.clock ?? Date.now;
    this.#bodies = options.bodies ?? "counted";
    this.#limits = withLimits(DEFAULT_RECORDER_LIMITS, options.limits);
  }

  /** Takes a unit of the dialogue; it is bound and may be passed on as it is. */
  readonly observe: Observer = (unit) => {
    if (unit.from === "client") this.#clientBytes += unitBytes(unit);
    else this.#serverBytes += unitBytes(unit);
    if (unit.kind === "body" || unit.kind === "literal") {
      this.#extendRun(unit, unit.kind);
      return;
    }
    this.finish();
    const { from, kind } = unit;
    if (kind === "tls") this.#add({ at: this.#clock(), from, kind, text: undefined, lineEnd: "", bytes: 0 });
    else for (const line of unitLines(unit)) this.#add({ at: this.#clock(), from, kind, ...line });
  };

  /** What is kept, oldest first. A body that still flows is not among it. */
  get entries(): readonly Entry[] {
    return this.#entries.slice(this.#first);
  }

  /** Bytes that the client said in the units seen. */
  get clientBytes(): number {
    return this.#clientBytes;
  }

  /** Bytes that the server said in the units seen. */
  get serverBytes(): number {
    return this.#serverBytes;
  }

  /** Calls `listener` for each entry from now on; the answer ends that. */
  subscribe(listener: EntryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Records what is held back of a body; call it at the end of the session. */
  finish(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    const { at, from, kind } = run;
    if (run.secret) this.#add({ at, from, kind, text: "*****", lineEnd: "", bytes: run.bytes });
    else if (this.#bodies === "counted") this.#add({ at, from, kind, text: undefined, lineEnd: "", bytes: run.bytes });
    else this.#addHeld(run, "");
  }

  #extendRun(unit: Unit, kind: Run["kind"]): void {
    if (this.#run?.kind !== kind || this.#run.from !== unit.from) {
      this.finish();
      this.#run = { at: this.#clock(), from: unit.from, kind, bytes: 0, secret: false, held: [], heldBytes: 0 };
    }
    const run = this.#run;
    for (const part of unit.parts) {
      if (part instanceof Secret) run.secret = true;
      else if (this.#bodies === "text") this.#hold(run, part);
    }
    run.bytes += unitBytes(unit);
  }

  #hold(run: Run, chunk: Uint8Array): void {
    for (const piece of splitLines(chunk)) {
      run.held.push(piece.bytes.slice()); // a copy: the view's memory may be used again
      run.heldBytes += piece.bytes.length;
      if (piece.lineEnd !== "" || run.heldBytes > this.#limits.maxHeldBytes) this.#addHeld(run, piece.lineEnd);
    }
  }

  #addHeld(run: Run, lineEnd: Entry["lineEnd"]): void {
    const held = concat(run.held);
    run.held = [];
    run.heldBytes = 0;
    if (held.length === 0 && lineEnd === "") return;
    // The CR may have come with the chunk before.
    const cut = lineEnd === "\n" && held.at(-1) === 0x0d ? 1 : 0;
    const text = writeWireText(held.subarray(0, held.length - cut));
    const { from, kind } = run;
    this.#add({ at: this.#clock(), from, kind, text, lineEnd: cut === 1 ? "\r\n" : lineEnd, bytes: held.length + lineEnd.length });
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    this.#chars += weight(entry);
    this.#dropOldest();
    for (const listener of this.#listeners) listener(entry);
  }

  #dropOldest(): void {
    for (let oldest = this.#entries[this.#first]; oldest !== undefined && this.#chars > this.#limits.maxRecordedChars;) {
      this.#chars -= weight(oldest);
      this.#first += 1;
      oldest = this.#entries[this.#first];
    }
    // The dead half goes at once, so that a drop costs nothing on average.
    if (this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** Neighbouring chunks of one body or literal. */
interface Run {
  readonly at: number;
  readonly from: Entry["from"];
  readonly kind: "body" | "literal";
  bytes: number;
  secret: boolean;
  held: Uint8Array[];
  heldBytes: number;
}

function weight(entry: Entry): number {
  return (entry.text?.length ?? 0) + ENTRY_CHARS;
}
