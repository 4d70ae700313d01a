// A polite end: say that nothing more will come, then let the peer close first, within bounds, so that our last words are not lost.

import type { ByteTransport } from "@mailwire/wire";

/** The peer has this long, and may send this much, from our last words on; both are enough for a peer that behaves. */
const LINGER = { ms: 2_000, maxBytes: 65_536 };

/** Says `words`, ends `transport`, waits for the peer's end and lets go of it in any case. `reading` is a read still outstanding. Never rejects. */
export async function linger(transport: ByteTransport, reading: Promise<void> | undefined, words?: Uint8Array): Promise<void> {
  const timer = setTimeout(() => transport.abort(), LINGER.ms);
  try {
    if (words !== undefined) await transport.write([words]);
    await transport.end();
    await reading;
    let left = LINGER.maxBytes;
    while (left > 0) {
      const chunk = await transport.read();
      if (chunk === null) break;
      left -= chunk.length;
    }
  } catch {
    // The peer was quicker, or dropped the connection: it is over either way.
  } finally {
    clearTimeout(timer);
    transport.abort();
  }
}
