// ANONYMOUS, both sides (RFC 4505): nobody in particular, with a word for the server's log at most.

import { ProtocolError, decodeUtf8, utf8 } from "@mailwire/wire";
import type { SaslClient, SaslServerMechanism, SaslStep } from "./mechanism.ts";

const NAME = "ANONYMOUS";
const NOTHING = new Uint8Array();

/** What an ANONYMOUS client says. */
export interface AnonymousCredentials {
  /** A trace for the server's log: an address, or a word without `@`; up to 255 characters. Whoever logs in so need not tell anything. */
  readonly trace?: string;
}

/** Logs in as nobody. Throws a local `ProtocolError` (`bad-credential`) for a trace that cannot be said. */
export function anonymousClient({ trace = "" }: AnonymousCredentials = {}): SaslClient {
  if (!isTrace(trace)) throw new ProtocolError("local", "bad-credential", "trace must be plain text of up to 255 characters");
  const message = utf8(trace);
  return {
    mechanism: NAME,
    start: () => Promise.resolve(message),
    next: () => Promise.reject(new ProtocolError("remote", "sasl-unexpected-challenge", "ANONYMOUS has nothing to say to a challenge")),
    finish: () => undefined,
  };
}

/** Resolves to the identity that guests get, or to `undefined` to let nobody in now. What `trace` says is unproven. */
export type AdmitAnonymous = (request: { readonly trace?: string }) => Promise<string | undefined>;

/** Offers ANONYMOUS: whoever comes is let in, as far as `admit` does so. */
export function anonymousServer(admit: AdmitAnonymous): SaslServerMechanism {
  return {
    name: NAME,
    plaintext: false,
    start: () => ({
      mechanism: NAME,
      next: async (response): Promise<SaslStep> => {
        if (response === null) return { type: "challenge", data: NOTHING };
        const trace = decodeUtf8(response);
        if (trace === undefined || !isTrace(trace)) return { type: "failure", reason: "malformed ANONYMOUS message" };
        const identity = await admit(trace === "" ? {} : { trace });
        return identity === undefined ? { type: "failure", reason: "no guests now" } : { type: "success", identity };
      },
    }),
  };
}

/**
 * Whether `text` may be a trace. No address that works is longer than a token may be. Section 3 prohibits controls, private use, non-characters, surrogates, what changes the display, and tags.
 *
 *     message = [ email / token ]   token = 1*255TCHAR ;; any character except "@"
 */
function isTrace(text: string): boolean {
  return /^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u0340\u0341\ufffc\ufffd]{0,255}$/u.test(text);
}
