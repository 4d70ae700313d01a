import { connect } from "@mailwire/tls/workers";
import type { WinterConnect } from "@mailwire/tls/workers";
import { describe, expect, test } from "vitest";
import { ports, testAdapter } from "../socket-adapter.ts";

// Only the runtime has it, and no types of it are here.
const name = "cloudflare:sockets";
const sockets = (await import(name)) as { connect: WinterConnect };

describe("cloudflare:sockets", () => {
  testAdapter({ connect: (port, options) => connect({ connect: sockets.connect, host: "127.0.0.1", port, ...options }) });

  test("mode none cannot be upgraded", async () => {
    const transport = await connect({ connect: sockets.connect, host: "127.0.0.1", port: ports().clear, mode: "none" });
    expect("startTls" in transport).toBe(false);
    transport.abort();
  });
});
