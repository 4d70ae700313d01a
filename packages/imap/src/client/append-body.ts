// The message of an APPEND on its way: pulled as the server takes it, and held to the size that was announced (RFC 3501 section 6.3.11).

import { ProtocolError } from "@mailwire/wire";

/** A message that is being sent. */
export class AppendBody {
  readonly #pieces: AsyncIterator<Uint8Array> | undefined;

  /** Without a message there is nothing to come. */
  constructor(message?: AsyncIterable<Uint8Array>) {
    this.#pieces = message?.[Symbol.asyncIterator]();
  }

  /** The next piece, of `left` bytes that are still to come; rejects with a local `ProtocolError` when the message has not that size. */
  async next(left: number): Promise<Uint8Array> {
    const bytes = await this.#piece();
    if (bytes === undefined)
      throw new ProtocolError("local", "append-too-short", `the message ended ${left} bytes before its announced end`);
    // The last piece is held back until it is known to be the last: after it the message cannot be called back.
    if (bytes.length > left || (bytes.length === left && (await this.#piece()) !== undefined)) {
      throw new ProtocolError("local", "append-too-long", "the message goes on after its announced end");
    }
    return bytes;
  }

  /** Nobody reads the rest; never rejects. */
  async leave(): Promise<void> {
    try {
      await this.#pieces?.return?.();
    } catch {
      // Why it is left has been told already.
    }
  }

  /** The next piece that holds anything; `undefined` at the end. */
  async #piece(): Promise<Uint8Array | undefined> {
    for (;;) {
      const next = await this.#pieces?.next();
      if (next === undefined || next.done === true) return undefined;
      if (next.value.length > 0) return next.value;
    }
  }
}
