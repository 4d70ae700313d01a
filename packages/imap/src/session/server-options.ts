// What a server session is told at its beginning.

import type { Observer } from "@mailwire/wire";
import type { ServerLimits } from "./limits.ts";

/** How a server session behaves. */
export interface ServerSessionOptions {
  /** The way to the client is secure from the start: implicit TLS, or a way that its owner vouches for. Default false. */
  readonly secure?: boolean;
  /** Lets LOGIN be tried without TLS. By default it is refused before its literals are taken. */
  readonly allowPlaintextAuth?: boolean;
  /** Bounds that differ from `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** Sees every unit both ways, secrets wrapped. */
  readonly observe?: Observer;
}
