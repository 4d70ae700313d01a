// Exclusive or of byte arrays, the `XOR` of RFC 5802 section 2.2.

/** `left` XOR `right`, as long as `left`; bytes that `right` does not have count as zero. */
export function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ (right[at] ?? 0));
}
