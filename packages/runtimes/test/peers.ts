// What `inject("peers")` gives.

import type { Peers } from "../src/peers.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The servers. */
    peers: Peers;
  }
}
