// Whether something is let go of: a program cannot ask for that, but engines look for garbage when there is much of it.

const GARBAGE_BYTES = 8 * 1024 ** 2;
const ROUNDS = 100;

/** Makes garbage until it must have been looked for, and tells whether what is `held` weakly was found to be some. */
export async function isForgotten(held: WeakRef<object>): Promise<boolean> {
  const garbage: Uint8Array[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    garbage[0] = new Uint8Array(GARBAGE_BYTES);
    // What a WeakRef gave lives until the end of the turn.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return held.deref() === undefined;
}
