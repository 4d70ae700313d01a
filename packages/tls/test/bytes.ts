// Reading and writing text over transports in tests.

import type { ByteTransport } from "@mailwire/wire";

/** The UTF-8 bytes of `text`. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Reads until `count` characters have come or the stream ends, and gives what came. */
export async function readText(transport: ByteTransport, count = Infinity): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (text.length < count) {
    const chunk = await transport.read();
    if (chunk === null) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** Lets events of the network happen. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
