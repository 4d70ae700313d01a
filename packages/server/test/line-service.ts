// A toy protocol for tests: each line is said back, `USER name` identifies, `SLOW` is never answered, `QUIT` ends.

import { drive } from "@mailwire/transport";
import type { ServedConnection } from "@mailwire/transport";
import type { ByteTransport, Output, Session } from "@mailwire/wire";
import { CLOSED, latin1, NEED_INPUT, OutputQueue, PAUSED, utf8 } from "@mailwire/wire";
import type { Live, Service } from "../src/index.ts";

class LineSession implements Session<string, string> {
  readonly patience = { phase: "line", ms: Infinity };
  readonly #live: Live;
  readonly #outputs = new OutputQueue<string>();
  #line = "";
  #end: "open" | "over" | "slow" = "open";

  constructor(live: Live) {
    this.#live = live;
    this.send("hello");
  }

  get slow(): boolean {
    return this.#end === "slow";
  }

  receive(chunk: Uint8Array): void {
    this.#line += latin1(chunk);
    if (!this.#line.endsWith("\r\n")) return;
    const line = this.#line.trim();
    this.#line = "";
    this.#live.observe({ from: "client", kind: "line", parts: [utf8(`${line}\r\n`)] });
    if (line.startsWith("USER ")) this.#live.identify(line.slice(5));
    if (line === "SLOW") this.#end = "slow";
    else this.send(line);
    if (line === "STLS") this.#outputs.push({ type: "start-tls", reply: utf8("go\r\n") });
    if (line === "QUIT") this.#end = "over";
  }
  receiveEof(): void {
    this.#end = "over";
  }
  receiveTls(): void {
    this.#line = "";
  }
  send(line: string): void {
    this.#live.observe({ from: "server", kind: "line", parts: [utf8(`${line}\r\n`)] });
    this.#outputs.transmit(utf8(`${line}\r\n`));
    if (line === "bye") this.#end = "over";
  }
  poll(): Output<string> {
    return this.#outputs.shift() ?? { open: NEED_INPUT, slow: PAUSED, over: CLOSED }[this.#end];
  }
}

function serveLines(transport: ByteTransport, live: Live, tls: unknown): ServedConnection {
  const session = new LineSession(live);
  const driver = drive(session, transport, { signal: live.signal, tls: { side: "server", tls } });
  void driver.next().catch(() => undefined);
  return {
    closed: driver.closed,
    close() {
      // A slow command keeps the session from saying goodbye.
      if (!session.slow) driver.send("bye");
    },
    abort: (reason) => driver.abort(reason),
  };
}

/** The toy as a service that upgrades with these TLS options. */
export function lines(tls: unknown): Service {
  return { protocol: "LINES", serve: (transport, live) => serveLines(transport, live, tls), refusal: utf8("busy\r\n") };
}

/** The toy as a service. */
export const LINES: Service = lines({});
