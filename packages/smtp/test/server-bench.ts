// A server session with an application that grants all it can, and what both did so far.

import { fromLatin1, latin1, type Output, ProtocolError, Secret, type TlsInfo, type Unit } from "@mailwire/wire";
import { expect } from "vitest";
import { type Reply, reply } from "../src/codec/index.ts";
import { type ServerEvent, ServerSession, type ServerSessionOptions } from "../src/session/index.ts";

export const TLS: TlsInfo = { authorized: true, channelBindings: [], channelBinding: () => Promise.resolve(undefined) };

const POSITIVE: Readonly<Record<string, Reply>> = {
  DATA: reply(354, "go"),
  QUIT: reply(221, "bye"),
  STARTTLS: reply(220, "go"),
  XCLIENT: reply(220, "hi again"),
  AUTH: reply(334, ""),
};

/** What an application does about an event: one reply, several (LMTP), taking a chunk, or nothing. */
export type Deed = Reply | readonly Reply[] | "take-chunk" | undefined;

/** Grants all that can be granted. */
export function granting(event: ServerEvent): Deed {
  switch (event.type) {
    case "command": {
      const { command } = event.received;
      if (event.refusal === undefined && command.verb === "BDAT") return "take-chunk";
      return event.refusal ?? POSITIVE[command.verb] ?? reply(250, "ok");
    }
    case "end-of-chunk":
      return event.refusal ?? reply(250, "more");
    case "end-of-data":
      return Array.from({ length: event.recipients }, () => event.refusal ?? reply(250, "taken"));
    case "auth-cancel":
      return event.refusal;
    case "auth-response":
      return reply(235, "welcome");
    case "data":
    case "tls":
      return undefined;
  }
}

/** A session under test, polled whenever something happened. */
export class ServerBench {
  readonly session: ServerSession;
  readonly events: ServerEvent[] = [];
  transmissions: string[] = [];
  body = "";
  last: Output<ServerEvent>["type"] = "paused";
  answer: (event: ServerEvent) => Deed = granting;

  constructor(options: Partial<ServerSessionOptions> = {}, greeting: Reply = reply(220, "hi")) {
    this.session = new ServerSession({ secure: false, ...options });
    this.session.send({ type: "reply", reply: greeting });
    this.settle();
    this.transmissions = [];
  }

  /** Takes text, one character per byte, cut into pieces. */
  hear(text: string, pieceBytes = Infinity): this {
    for (let at = 0; at < text.length && this.last !== "closed"; at += pieceBytes) {
      this.session.receive(fromLatin1(text.slice(at, at + pieceBytes)));
      this.settle();
    }
    return this;
  }

  settle(): this {
    for (;;) {
      const output = this.session.poll();
      this.last = output.type;
      if (output.type === "transmit") this.transmissions.push(output.chunks.map((chunk) => latin1(chunk)).join(""));
      else if (output.type === "event") this.#take(output.event);
      else return this;
    }
  }

  say(answer: Reply): this {
    this.session.send({ type: "reply", reply: answer });
    return this.settle();
  }

  /** The codes of what was sent since the last call. */
  codes(): string[] {
    const text = this.transmissions.splice(0).join("");
    return [...text.matchAll(/^(\d{3}) /gm)].map(([, code = ""]) => code);
  }

  /** The verbs of commands, and the types of other events, since the last call; bytes of messages do not show. */
  told(): string[] {
    const names = this.events.splice(0).map((event) => (event.type === "command" ? event.received.command.verb : event.type));
    return names.filter((name) => name !== "data");
  }

  #take(event: ServerEvent): void {
    this.events.push(event);
    if (event.type === "data") this.body += latin1(event.chunk);
    const deed = this.answer(event);
    if (deed === "take-chunk") this.session.send({ type: "take-chunk" });
    else if (deed !== undefined) {
      for (const answer of "code" in deed ? [deed] : deed) {
        if (this.session.state !== "closed") this.session.send({ type: "reply", reply: answer });
      }
    }
  }
}

export const MAIL = "MAIL FROM:<a@b>\r\n";
export const RCPT = "RCPT TO:<c@d>\r\n";

/** A session in the state `ready`. */
export function readyServer(options?: Partial<ServerSessionOptions>): ServerBench {
  const bench = new ServerBench(options).hear(`${options?.protocol === "lmtp" ? "LHLO" : "EHLO"} me\r\n`);
  bench.codes();
  bench.told();
  return bench;
}

/** A session in the state `rcpt`. */
export function serverWithRecipients(recipients: number, options?: Partial<ServerSessionOptions>): ServerBench {
  const bench = readyServer(options).hear(MAIL + RCPT.repeat(recipients));
  bench.codes();
  bench.told();
  return bench;
}

/** The caller did something wrong. */
export function expectLocal(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ side: "local", code }));
}

/** The peer did something wrong. */
export function expectRemote(act: () => unknown, code: string): void {
  expect(act).toThrow(expect.objectContaining({ side: "remote", code }));
}

/** The session ends with this code, and with these last words. */
export function expectEnd(act: () => unknown, code: string, last: RegExp): void {
  const caught = remoteError(act);
  expect(caught?.code).toBe(code);
  expect(latin1(caught?.reply ?? new Uint8Array())).toMatch(last);
}

/** The remote error that `act` throws, if any; any other comes through. */
export function remoteError(act: () => unknown): ProtocolError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.side !== "remote") throw error;
    return error;
  }
}

/** A unit as one line of text. */
export function shown({ from, kind, parts }: Unit): string {
  return `${from} ${kind} ${parts.map((part) => (part instanceof Secret ? String(part) : latin1(part))).join("")}`;
}
