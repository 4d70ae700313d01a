// Turns a connection away, with or without a last word.

import type { ByteTransport } from "@mailwire/wire";

/** Says `words` and ends; drops the connection when that takes longer than `ms`. Never rejects. */
export async function refuse(transport: ByteTransport, words: Uint8Array | undefined, ms: number): Promise<void> {
  const timer = setTimeout(() => transport.abort(), ms);
  try {
    if (words !== undefined) await transport.write([words]);
    await transport.end();
    // Until the peer has closed too: to drop what it has sent already could reset the connection before it read our words.
    while (words !== undefined && (await transport.read()) !== null);
  } catch {
    // The peer has gone already.
  } finally {
    clearTimeout(timer);
    transport.abort();
  }
}
