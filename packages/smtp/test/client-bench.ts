// A client session, and what it did so far.

import { fromLatin1, latin1, type Output } from "@mailwire/wire";
import { type Command, forwardPath, parameter, reversePath } from "../src/codec/index.ts";
import { type ClientEvent, type ClientIntent, ClientSession, type ClientSessionOptions } from "../src/session/index.ts";

export const MAIL: Command = { verb: "MAIL", path: reversePath("a@b"), parameters: [] };
export const BINARY_MAIL: Command = { ...MAIL, parameters: [parameter("BODY", "BINARYMIME")] };
export const RCPT: Command = { verb: "RCPT", path: forwardPath("c@d"), parameters: [] };

/** What can be said: an intent, or a command in short. */
export type Said = ClientIntent | Command;

/** A piece of a message in chunks. */
export function chunk(text: string, position: "more" | "last" = "more"): Said {
  return { type: "chunk", bytes: fromLatin1(text), position };
}

/** A session under test, polled whenever something happened. */
export class ClientBench {
  readonly session: ClientSession;
  sent = "";
  readonly events: ClientEvent[] = [];
  last: Output<ClientEvent>["type"] = "need-input";

  constructor(options: Partial<ClientSessionOptions> = {}) {
    this.session = new ClientSession({ secure: true, ...options });
  }

  say(...intents: readonly Said[]): this {
    for (const intent of intents) this.session.send("verb" in intent ? { type: "command", command: intent } : intent);
    return this.settle();
  }

  /** Takes text, one character per byte, cut into pieces. */
  hear(text: string, pieceBytes = Infinity): this {
    for (let at = 0; at < text.length; at += pieceBytes) {
      this.session.receive(fromLatin1(text.slice(at, at + pieceBytes)));
      this.settle();
    }
    return this;
  }

  settle(): this {
    for (;;) {
      const output = this.session.poll();
      this.last = output.type;
      if (output.type === "event") this.events.push(output.event);
      else if (output.type === "transmit") this.sent += output.chunks.map((bytes) => latin1(bytes)).join("");
      else return this;
    }
  }

  /** What was sent since the last call. */
  take(): string {
    const { sent } = this;
    this.sent = "";
    return sent;
  }

  /** The events since the last call, in short. */
  told(): string[] {
    return this.events.splice(0).map((event) => ("reply" in event ? `${event.type} ${event.reply.code}` : event.type));
  }
}

/** A session in the state `ready`. */
export function readyClient(options?: Partial<ClientSessionOptions>, offers = "250-mx\r\n250-CHUNKING\r\n250 PIPELINING\r\n"): ClientBench {
  const verb = options?.protocol === "lmtp" ? "LHLO" : "EHLO";
  const bench = new ClientBench(options).hear("220 hi\r\n").say({ verb, domain: "me" }).hear(offers);
  bench.take();
  bench.told();
  return bench;
}

/** A session in the state `rcpt`. */
export function clientWithRecipients(recipients: number, options?: Partial<ClientSessionOptions>, offers?: string): ClientBench {
  const bench = readyClient(options, offers).say(MAIL).hear("250 ok\r\n");
  for (let at = 0; at < recipients; at += 1) bench.say(RCPT).hear("250 ok\r\n");
  bench.take();
  bench.told();
  return bench;
}
