// The users of a SCRAM server: their keys, or a decoy for who has none, and the identity that they get.

import { ProtocolError, withLimits } from "@mailwire/wire";
import { HASHES, hmac, randomBytes } from "./hash.ts";
import type { ScramVariant } from "./hash.ts";
import { DEFAULT_SCRAM_ITERATIONS, SALT_BYTES } from "./keys.ts";
import type { ScramKeys } from "./keys.ts";
import { DEFAULT_SCRAM_SERVER_LIMITS } from "./limits.ts";
import type { ScramServerLimits } from "./limits.ts";

/**
 * Finds the keys of a user, whose name comes prepared by SASLprep (as a query); `undefined` when there are none. Keys for another variant
 * count as none. Rejecting means that the search could not be done.
 */
export type ScramLookup = (user: string) => Promise<ScramKeys | undefined>;

/** Who proved to know the password, and whom that user wants to act as. */
export interface ScramProof {
  /** The user, as {@link ScramLookup} was asked. */
  readonly user: string;
  /** Whom to act as; absent when the client leaves that to the server. */
  readonly authorizationIdentity?: string;
}

/** What `scramServer` may be told. */
export interface ScramServerOptions {
  /** The identity that the session gets, `undefined` to refuse. Default: `user`, who may act as nobody else. Asked after the proof. */
  readonly authorize?: (proof: ScramProof) => Promise<string | undefined>;
  /** What users without keys are answered. */
  readonly decoy?: ScramDecoy;
  /** Bounds of what the client may say. */
  readonly limits?: Partial<ScramServerLimits>;
}

/** What makes users without keys look like others. */
export interface ScramDecoy {
  /** Their salts are made of it, at least 16 bytes. Keep it, so that they are the same after a restart. Default: random. */
  readonly secret?: Uint8Array;
  /** As in the keys of the other users; default {@link DEFAULT_SCRAM_ITERATIONS}. */
  readonly iterations?: number;
}

/** What all exchanges of one server share. */
export class ScramAccounts {
  readonly variant: ScramVariant;
  readonly limits: ScramServerLimits;
  readonly authorize: (proof: ScramProof) => Promise<string | undefined>;
  readonly #lookup: ScramLookup;
  readonly #secret: Uint8Array;
  readonly #iterations: number;

  constructor(variant: ScramVariant, lookup: ScramLookup, options: ScramServerOptions) {
    const { authorize = actAsOneself, decoy: { secret = randomBytes(32), iterations = DEFAULT_SCRAM_ITERATIONS } = {} } = options;
    if (secret.length < 16 || !Number.isInteger(iterations) || iterations < 1) {
      throw new ProtocolError("local", "bad-decoy", "decoys need a secret of at least 16 bytes, and a number of iterations");
    }
    this.variant = variant;
    this.limits = withLimits(DEFAULT_SCRAM_SERVER_LIMITS, options.limits);
    this.authorize = authorize;
    this.#lookup = lookup;
    this.#secret = secret;
    this.#iterations = iterations;
  }

  /** The keys of a user, or keys that nobody can prove anything with; both take the same work. */
  async keysOf(user: string): Promise<ScramKeys> {
    const decoy = await this.#decoyFor(user);
    const keys = await this.#lookup(user);
    return keys?.variant === this.variant ? keys : decoy;
  }

  /** The salt is the same at each attempt, as a user's is; that a random stored key is the hash of anything known is out of the question. */
  async #decoyFor(user: string): Promise<ScramKeys> {
    const salt = (await hmac(this.variant, this.#secret, user)).subarray(0, SALT_BYTES);
    const [storedKey, serverKey] = [randomBytes(HASHES[this.variant].bytes), randomBytes(HASHES[this.variant].bytes)];
    return { variant: this.variant, salt, iterations: this.#iterations, storedKey, serverKey };
  }
}

function actAsOneself({ user, authorizationIdentity = user }: ScramProof): Promise<string | undefined> {
  return Promise.resolve(authorizationIdentity === user ? user : undefined);
}
