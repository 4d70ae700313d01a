// Text of scripts as octets, and back: one character an octet, so that nothing is lost.

/** The octets of `text`; as UTF-8 where it has characters that are no octets. */
export function octets(text: string): Uint8Array {
  if (/[^\0-\xff]/.test(text)) return new TextEncoder().encode(text);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The octets as characters. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** `bytes` behind one another. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
