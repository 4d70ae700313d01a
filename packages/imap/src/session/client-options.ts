// What a client session is told at its beginning.

import type { Observer } from "@mailwire/wire";
import type { ClientLimits } from "./limits.ts";

/** How a client session behaves. */
export interface ClientSessionOptions {
  /** The way to the server is secure from the start: implicit TLS, or a way that its owner vouches for. Default false. */
  readonly secure?: boolean;
  /**
   * Lets anything be said and believed without TLS. By default only CAPABILITY, NOOP, LOGOUT and STARTTLS are, PREAUTH is refused, and
   * untagged data beside capabilities is not told.
   */
  readonly allowPlaintext?: boolean;
  /** Bounds that differ from `DEFAULT_CLIENT_LIMITS`. */
  readonly limits?: Partial<ClientLimits>;
  /** Sees every unit both ways, secrets wrapped. */
  readonly observe?: Observer;
}
