// A session on a test bench: hears text, says text, and tells what happened.

import { fromLatin1, latin1, Secret } from "@mailwire/wire";
import type { Output, Session, TlsInfo, Unit } from "@mailwire/wire";

/** What a session did until it had no more to do. */
export interface Outcome<Event> {
  readonly events: readonly Event[];
  /** What it transmitted, one character per byte. */
  readonly said: string;
  /** What it waits for then. */
  readonly then: Exclude<Output<Event>["type"], "event" | "transmit">;
}

/** Polls until the session waits for something; `react` answers events as they come. */
export function settle<Event, Intent>(session: Session<Event, Intent>, react?: (event: Event) => void): Outcome<Event> {
  const events: Event[] = [];
  let said = "";
  for (;;) {
    const output = session.poll();
    if (output.type === "event") {
      events.push(output.event);
      react?.(output.event);
    } else if (output.type === "transmit") said += output.chunks.map((chunk) => latin1(chunk)).join("");
    else return { events, said: output.type === "start-tls" ? said + latin1(output.reply ?? new Uint8Array()) : said, then: output.type };
  }
}

/** Lets a session hear text, then {@link settle}s it. */
export function hear<Event, Intent>(session: Session<Event, Intent>, text: string, react?: (event: Event) => void): Outcome<Event> {
  session.receive(fromLatin1(text));
  return settle(session, react);
}

/** Units as one line of text each: who, what, the bytes with stars for secrets. */
export function transcript(): { readonly lines: string[]; readonly observe: (unit: Unit) => void } {
  const lines: string[] = [];
  return {
    lines,
    observe: ({ from, kind, parts }) => {
      lines.push(`${from} ${kind} ${parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("")}`);
    },
  };
}

/** What a handshake tells. */
export const TLS: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };
