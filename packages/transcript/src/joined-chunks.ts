// The events of a body, however its bytes were cut.

import { concat } from "@mailwire/wire";
import { formatEvent } from "./format-event.ts";

/** Joins neighbouring events that differ only in one byte array (`chunk`, `data`), so that the cutting of the input does not show. */
export function joinChunks(events: readonly object[]): object[] {
  const joined: object[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    const whole = last === undefined ? undefined : joinTwo(last, event);
    if (whole === undefined) joined.push(event);
    else joined[joined.length - 1] = whole;
  }
  return joined;
}

function joinTwo(first: object, second: object): object | undefined {
  const bytes = Object.entries(first).filter(([, value]) => value instanceof Uint8Array);
  const [name, head] = bytes[0] ?? [];
  if (bytes.length !== 1 || name === undefined || !(head instanceof Uint8Array)) return undefined;
  const tail = (second as Record<string, unknown>)[name];
  if (!(tail instanceof Uint8Array)) return undefined;
  if (formatEvent({ ...first, [name]: undefined }) !== formatEvent({ ...second, [name]: undefined })) return undefined;
  return { ...first, [name]: concat([head, tail]) };
}
