// AUTHENTICATE with any SASL mechanism, with or without initial response (RFC 3501 section 6.2.2, RFC 4959).

import { ProtocolError, Secret, encodeBase64 } from "@mailwire/wire";
import type { SaslClient } from "@mailwire/sasl";
import type { Operation } from "../operation.ts";

/** Begins an exchange; `capabilities` tell whether the initial response may go with the command. */
export async function authenticate(sasl: SaslClient, capabilities: ReadonlySet<string> | undefined): Promise<Operation<void>> {
  const initial = await sasl.start();
  const atOnce = initial !== null && capabilities?.has("SASL-IR") === true;
  // Without SASL-IR the initial response answers the server's first, empty challenge.
  let held = atOnce ? null : initial;
  return {
    command: {
      name: "AUTHENTICATE",
      mechanism: sasl.mechanism,
      initialResponse: atOnce ? new Secret(initial.length === 0 ? "=" : encodeBase64(initial)) : null,
    },
    respond: (challenge) => {
      if (held === null) return sasl.next(challenge);
      if (challenge.length > 0) {
        return Promise.reject(new ProtocolError("remote", "unexpected-challenge", "the mechanism lets the client speak first"));
      }
      const response = held;
      held = null;
      return Promise.resolve(response);
    },
    result: () => undefined,
  };
}
