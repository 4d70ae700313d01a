// The slow part of a login, kept for the next one (RFC 5802 section 5.1, `i`).

import { encodeBase64 } from "@mailwire/wire";
import { saltPassword } from "./hash.ts";
import type { ScramVariant } from "./hash.ts";

/**
 * Remembers the salted password of the last login: a pool that logs in often with the same credentials gives each client the same cache and
 * pays for the iterations once. Holds one entry; what it remembers is worth as much as the password.
 */
export class ScramCache {
  #last: { readonly inputs: string; readonly salted: Uint8Array } | undefined;

  /** The salted password, from memory where all inputs are the last ones. For the mechanism. */
  async saltedPassword(variant: ScramVariant, password: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
    const inputs = `${variant} ${iterations} ${encodeBase64(salt)} ${password}`;
    if (this.#last?.inputs === inputs) return this.#last.salted;
    const salted = await saltPassword(variant, password, salt, iterations);
    this.#last = { inputs, salted };
    return salted;
  }
}
