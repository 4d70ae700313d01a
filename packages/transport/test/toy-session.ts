// A conversation in lines for the tests of drive(), and its peer over a pair in memory.

import { CLOSED, NEED_INPUT, PAUSED, ProtocolError } from "@mailwire/wire";
import type { ByteTransport, Output, Patience, Session, TlsInfo } from "@mailwire/wire";
import { drive } from "../src/drive.ts";
import type { DriveOptions, Driver } from "../src/driver.ts";
import { memoryPair } from "../src/memory-pair.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

interface ToyOptions {
  /** Wait for an answer by the application after each line. */
  readonly isAsking?: boolean;
  /** May go on after the peer's end. */
  readonly isDeaf?: boolean;
  readonly patience?: Omit<Patience, "phase">;
}

/**
 * A conversation in lines: each line is an event, each intent a line to send. `BAD` breaks the protocol, `WORSE` does so without a last
 * reply, `QUIT` ends it, `TLS` asks for an upgrade with a reply, and the intent `TLS` for one without.
 */
export class ToySession implements Session<string, string> {
  readonly #options: ToyOptions;
  readonly #outputs: (Output<string> | Error)[] = [];
  #text = "";
  #isWaiting = false;
  patience: Patience;

  constructor(options: ToyOptions = {}) {
    this.#options = options;
    this.patience = this.#freshPatience();
  }

  receive(chunk: Uint8Array): void {
    this.#text += new TextDecoder().decode(chunk);
    const lines = this.#text.split("\n");
    this.#text = lines.pop() ?? "";
    for (const line of lines) this.#handle(line);
  }

  receiveEof(): void {
    if (this.#options.isDeaf !== true) this.#outputs.push(CLOSED);
  }

  receiveTls(info: TlsInfo): void {
    this.#outputs.push({ type: "event", event: `tls ${info.protocol ?? ""}` });
  }

  send(intent: string): void {
    if (intent === "") throw new ProtocolError("local", "empty", "nothing to send");
    this.#isWaiting = false;
    if (intent === "TLS") this.#outputs.push({ type: "start-tls" });
    else this.#outputs.push({ type: "transmit", chunks: [bytes(intent), bytes("\n")] });
  }

  poll(): Output<string> {
    const output = this.#outputs.shift() ?? (this.#isWaiting ? PAUSED : NEED_INPUT);
    if (output instanceof Error) throw output;
    return output;
  }

  #handle(line: string): void {
    this.patience = this.#freshPatience();
    if (line === "BAD") {
      this.#outputs.push(new ProtocolError("remote", "bad", "a bad line", { reply: bytes("500 bad\n") }), CLOSED);
    } else if (line === "WORSE") this.#outputs.push(new ProtocolError("remote", "worse", "a worse line"), CLOSED);
    else if (line === "QUIT") this.#outputs.push({ type: "transmit", chunks: [bytes("bye\n")] }, CLOSED);
    else if (line === "TLS") this.#outputs.push({ type: "start-tls", reply: bytes("go\n") });
    else {
      this.#outputs.push({ type: "event", event: line });
      this.#isWaiting = this.#options.isAsking === true;
    }
  }

  #freshPatience(): Patience {
    return { phase: "line", ms: 60_000, ...this.#options.patience };
  }
}

interface Driven {
  readonly driver: Driver<string, string>;
  readonly peer: ByteTransport;
}

export function driven(options: ToyOptions & { readonly drive?: DriveOptions; readonly highWaterMarkBytes?: number } = {}): Driven {
  const { highWaterMarkBytes = 65_536 } = options;
  const [transport, peer] = memoryPair({ highWaterMarkBytes });
  return { driver: drive(new ToySession(options), transport, options.drive), peer };
}

export async function readText(transport: ByteTransport, count = Infinity): Promise<string> {
  let text = "";
  while (text.length < count) {
    const chunk = await transport.read();
    if (chunk === null) break;
    text += new TextDecoder().decode(chunk);
  }
  return text;
}

export async function say(transport: ByteTransport, text: string): Promise<void> {
  await transport.write([bytes(text)]);
}

export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const mark = (): void => {
    done = true;
  };
  promise.then(mark, mark);
  // Long enough for any chain of promises, and no time on a faked clock.
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  return done;
}
