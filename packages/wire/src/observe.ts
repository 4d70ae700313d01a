// What a session shows to whoever watches it: each unit of the dialogue, secrets already wrapped.

import type { Secret } from "./secret.ts";

/** One unit of a dialogue, as it crossed the wire. Secrets are wrapped, so printing a unit is safe by construction. */
export interface Unit {
  /** Who said it. */
  readonly from: "client" | "server";
  /** `line` with its line end; `literal` and `body` in chunks as they come; `sasl` one step of an exchange; `tls` the handshake's end. */
  readonly kind: "line" | "literal" | "body" | "sasl" | "tls";
  /** The bytes in order (views: copy them to keep them); what is secret is wrapped. */
  readonly parts: readonly (Uint8Array | Secret<Uint8Array>)[];
}

/** Sees every unit of a dialogue, both ways, in the order in which the session handled them. It must not throw. */
export type Observer = (unit: Unit) => void;
