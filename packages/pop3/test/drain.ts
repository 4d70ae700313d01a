// Polls a session dry, for tests: what it said, what happened, how it ended.

import { Secret, latin1 } from "@mailwire/wire";
import type { Output, Session } from "@mailwire/wire";

/** All that a session had to give. */
export interface Drained {
  /** Without `raw`, secrets laid open, bytes as text, neighbouring pieces of a body joined. */
  readonly events: readonly object[];
  /** What it transmitted, one character per byte. */
  readonly said: string;
  /** The last output. */
  readonly end: Output<object>["type"];
}

/** Polls until the session needs something from outside; what it throws comes out. `onEvent` sees each event as it comes. */
export function drain<Event extends object, Intent>(session: Session<Event, Intent>, onEvent?: (event: Event) => void): Drained {
  const events: object[] = [];
  let said = "";
  for (;;) {
    const output = session.poll();
    if (output.type === "transmit") said += output.chunks.map((chunk) => latin1(chunk)).join("");
    else if (output.type === "event") {
      append(events, plain(output.event));
      onEvent?.(output.event);
    } else {
      if (output.type === "start-tls" && output.reply !== undefined) said += latin1(output.reply);
      return { events, said, end: output.type };
    }
  }
}

/** What was drained one after another, as one. */
export function join(drained: readonly Drained[]): Drained {
  const events: object[] = [];
  for (const event of drained.flatMap((part) => part.events)) append(events, event);
  return { events, said: drained.map(({ said }) => said).join(""), end: drained.at(-1)?.end ?? "need-input" };
}

function append(events: object[], event: object): void {
  const last = events.at(-1);
  if (last !== undefined && isBody(last) && isBody(event)) events[events.length - 1] = { type: "body", chunk: last.chunk + event.chunk };
  else events.push(event);
}

function isBody(event: object): event is { chunk: string } {
  return "chunk" in event && typeof event.chunk === "string";
}

function plain(value: object): object {
  return Object.fromEntries(
    Object.entries<unknown>({ ...value })
      .filter(([name]) => name !== "raw")
      .map(([name, member]) => [name, open(member)]),
  );
}

function open(value: unknown): unknown {
  if (value instanceof Uint8Array) return latin1(value);
  if (value instanceof Secret) return open((value as Secret).reveal());
  if (Array.isArray(value)) return value;
  return typeof value === "object" && value !== null ? plain(value) : value;
}
