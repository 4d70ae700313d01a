// What a fuzz target is, and the two things that most of them check: only typed errors of the remote side come out, and how the input is cut
// does not show.

import { formatEvent, joinChunks } from "@mailwire/transcript";
import { ProtocolError } from "@mailwire/wire";

/** A module in `targets/`. The fuzzer calls `fuzz` with input after input; an exception is a finding. */
export interface Target {
  /** Inputs to begin with, one character per byte. */
  readonly seeds: readonly string[];
  readonly fuzz: (input: Uint8Array) => void;
}

/** Takes the chunks of an input and gives what a user would see, in order. */
export type Run = (chunks: Iterable<Uint8Array>) => Iterable<object>;

/** The fuzzer makes ever longer inputs, which take more time and show no more. */
const LONGEST_INPUT_BYTES = 2048;

/** Runs over the input whole, byte by byte, and in two pieces; throws when what is seen differs, and what `run` throws other than remote errors. */
export function expectSameHoweverCut(run: Run, all: Uint8Array): void {
  const input = all.subarray(0, LONGEST_INPUT_BYTES);
  const whole = seen(run, [input]);
  const middle = input.length === 0 ? 0 : (input[0] ?? 0) % input.length;
  const cuts = [Array.from(input, (_, at) => input.subarray(at, at + 1)), [input.subarray(0, middle), input.subarray(middle)]];
  for (const chunks of cuts) {
    const other = seen(run, chunks);
    if (other !== whole) throw new Error(`the cut shows:\n${whole}\n--- in ${chunks.length} pieces:\n${other}`);
  }
}

function seen(run: Run, chunks: Iterable<Uint8Array>): string {
  const events: object[] = [];
  try {
    // A copy each: whoever keeps a view must not depend on what stands around it.
    for (const event of run(copies(chunks))) events.push(event);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "remote") throw error;
    events.push({ type: "error", code: error.code });
  }
  return joinChunks(events).map(formatEvent).join("\n");
}

function* copies(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) yield new Uint8Array(chunk);
}

/** Calls `work`, whose local errors (about what it was given) are no findings. */
export function allowingLocalErrors(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}
