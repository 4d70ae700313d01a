// A message that goes in circles ends here (RFC 5321 section 6.3).

import { ReceivedCounter } from "@mailwire/mailstore/smtp";
import { reply } from "@mailwire/smtp/codec";

/** RFC 5321 section 6.3: "at least 100", so that no long way is taken for a loop. */
const LOOP_FIELDS = 100;

/** A message has passed so many servers that it must be in a loop. */
export class MailLoopError extends Error {
  override readonly name = "MailLoopError";
  /** What its sender is told. */
  readonly reply = reply(554, "This message goes in circles: too many Received fields", "5.4.6");
}

/** The message as it comes; throws {@link MailLoopError} in its header, so that whoever sends it on cannot complete it. */
export async function* guarded(message: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const received = new ReceivedCounter();
  for await (const chunk of message) {
    received.push(chunk);
    if (received.fields >= LOOP_FIELDS) throw new MailLoopError(`${received.fields} Received fields`);
    yield chunk;
  }
}
