// Comparison whose time does not tell where two values differ.

/** True when both hold the same bytes. Takes the time of `actual`'s length, wherever and whether they differ. */
export function equalBytes(expected: Uint8Array, actual: Uint8Array): boolean {
  let difference = expected.length ^ actual.length;
  for (const [at, byte] of actual.entries()) difference |= byte ^ (expected[at] ?? 0);
  return difference === 0;
}
