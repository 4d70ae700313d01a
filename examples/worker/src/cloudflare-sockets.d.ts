// What this example uses of the runtime's module.

declare module "cloudflare:sockets" {
  import type { WinterConnect } from "@mailwire/tls/workers";

  /** Connects to a host and port. */
  export const connect: WinterConnect;
}
