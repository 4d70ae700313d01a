// A SASL mechanism of one's own, both sides: each end proves that it has the key that both were given, and says it to nobody.
//
//     S: server-nonce   C: client-nonce HMAC(key, "client" server-nonce client-nonce user) user   S: HMAC(key, "server" client-nonce server-nonce)

import { equalBytes, type SaslClient, type SaslServer, type SaslServerMechanism, type SaslStep } from "@mailwire/sasl";
import { concat, decodeUtf8, ProtocolError, utf8 } from "@mailwire/wire";

const NAME = "X-SHARED-KEY";
const NONCE_BYTES = 16;
const PROOF_BYTES = 32;

/** Logs in as `user`, whose key the server has, too. */
export function sharedKeyClient(user: string, key: CryptoKey): SaslClient {
  const nonce = randomNonce();
  let state: "waits" | "asked" | "convinced" = "waits";
  let serverNonce: Uint8Array = new Uint8Array();
  return {
    mechanism: NAME,
    // The server speaks first. A mechanism whose client does gives its first message here.
    start: () => Promise.resolve(null),
    next: async (challenge) => {
      if (state === "waits") {
        state = "asked";
        serverNonce = challenge;
        return concat([nonce, await prove(key, "client", serverNonce, nonce, utf8(user)), utf8(user)]);
      }
      const expected = await prove(key, "server", nonce, serverNonce);
      if (state === "convinced" || !equalBytes(expected, challenge))
        throw new ProtocolError("remote", "bad-proof", "that is not the server");
      state = "convinced";
      return new Uint8Array();
    },
    // Called when the server says yes: somebody who has not proved anything might say so, too.
    finish: () => {
      if (state !== "convinced") throw new ProtocolError("remote", "sasl-unfinished", "the server has not shown that it has the key");
    },
  };
}

/** Offers the mechanism; `keyOf` finds the key of a user. */
export function sharedKeyServer(keyOf: (user: string) => Promise<CryptoKey | undefined>): SaslServerMechanism {
  // No password goes over the line, so it may be offered outside TLS. `offeredOn` could look at the connection.
  return { name: NAME, plaintext: false, start: () => new SharedKeyServer(keyOf) };
}

class SharedKeyServer implements SaslServer {
  readonly mechanism = NAME;
  readonly #nonce = randomNonce();
  readonly #keyOf: (user: string) => Promise<CryptoKey | undefined>;

  constructor(keyOf: (user: string) => Promise<CryptoKey | undefined>) {
    this.#keyOf = keyOf;
  }

  /** What a client says may be anything: it is a failure, never an error. */
  async next(response: Uint8Array | null): Promise<SaslStep> {
    if (response === null) return { type: "challenge", data: this.#nonce };
    const nonce = response.subarray(0, NONCE_BYTES);
    const proof = response.subarray(NONCE_BYTES, NONCE_BYTES + PROOF_BYTES);
    const user = decodeUtf8(response.subarray(NONCE_BYTES + PROOF_BYTES));
    const key = user === undefined ? undefined : await this.#keyOf(user);
    if (user === undefined || key === undefined) return { type: "failure", reason: "malformed, or nobody known" };
    if (!equalBytes(await prove(key, "client", this.#nonce, nonce, utf8(user)), proof)) return { type: "failure", reason: "wrong key" };
    // The protocols send this as one more challenge.
    return { type: "success", identity: user, data: await prove(key, "server", nonce, this.#nonce) };
  }
}

/** The key in a form that can be used. */
export function importKey(bytes: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

async function prove(key: CryptoKey, ...parts: readonly [side: string, ...Uint8Array[]]): Promise<Uint8Array> {
  const [side, ...bytes] = parts;
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, Uint8Array.from(concat([utf8(side), ...bytes]))));
}

function randomNonce(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
}
