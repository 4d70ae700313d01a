// AUTHENTICATE with any SASL mechanism, with or without initial response (RFC 3501 section 6.2.2, RFC 4959).

import { Secret, encodeBase64 } from "@mailwire/wire";
import type { SaslExchange } from "@mailwire/sasl";
import type { Operation } from "../operation.ts";

/** Says AUTHENTICATE and lets the exchange answer the challenges. */
export function authenticate({ mechanism, initialResponse, respond }: SaslExchange): Operation<void> {
  return {
    command: { name: "AUTHENTICATE", mechanism, initialResponse: initialResponse && encoded(initialResponse.reveal()) },
    respond,
    result: () => undefined,
  };
}

/** RFC 4959 section 3: `=` stands for an initial response without content. */
function encoded(initialResponse: Uint8Array): Secret<string> {
  return new Secret(initialResponse.length === 0 ? "=" : encodeBase64(initialResponse));
}
