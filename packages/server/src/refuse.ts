// Turns a connection away, with or without a last word.

import type { ByteTransport } from "@mailwire/wire";

/** When somebody who was refused is let go: once he has `left`, or once the words are `said`, which loses them where he was talking meanwhile. */
export type Courtesy = "left" | "said";

/** Says `words` and ends; drops the connection when that takes longer than `ms`. Never rejects. */
export async function refuse(transport: ByteTransport, words: Uint8Array | undefined, ms: number, courtesy: Courtesy): Promise<void> {
  const timer = setTimeout(() => transport.abort(), ms);
  try {
    if (words !== undefined) await transport.write([words]);
    await transport.end();
    // Until the peer has closed too: to drop what it has sent already could reset the connection before it read our words.
    while (words !== undefined && courtesy === "left" && (await transport.read()) !== null);
  } catch {
    // The peer has gone already.
  } finally {
    clearTimeout(timer);
    transport.abort();
  }
}
