// The elements of DER (X.690 section 10), as far as certificates need them.

/** One element. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that follow each other in `bytes`, as far as they are whole. */
export function elements(bytes: Uint8Array = new Uint8Array()): DerElement[] {
  const found: DerElement[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1] ?? 0;
    const lengthOctets = first < 0x80 ? 0 : first - 0x80;
    let length = first;
    if (lengthOctets > 0) length = bytes.subarray(at + 2, at + 2 + lengthOctets).reduce((sum, octet) => sum * 256 + octet, 0);
    const start = at + 2 + lengthOctets;
    at = start + length;
    if (at <= bytes.length) found.push({ tag, content: bytes.subarray(start, at) });
  }
  return found;
}

/** Octets in hexadecimal. */
export function hex(bytes: Uint8Array = new Uint8Array()): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
