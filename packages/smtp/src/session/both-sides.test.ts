// Client and server joined directly: whatever is said, both agree on where they stand and on what was sent.

import { fromLatin1, latin1, type Output, ProtocolError, Secret, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BINARY_MAIL, chunk, MAIL, RCPT, type Said } from "../../test/client-bench.ts";
import { type Deed, granting, TLS } from "../../test/server-bench.ts";
import { ehloReply, type Reply, reply } from "../codec/index.ts";
import {
  type ClientEvent, ClientSession, type ClientSessionOptions, type ServerEvent, ServerSession, type ServerSessionOptions,
} from "./index.ts"; // prettier-ignore

type Whim = "grant" | "refuse" | "put-off" | "close";

const REFUSALS: Readonly<Record<Exclude<Whim, "grant">, Reply>> = {
  refuse: reply(550, "no"),
  "put-off": reply(450, "later"),
  close: reply(421, "bye"),
};

/** Two sessions and the wire between them. */
class Pair {
  readonly client: ClientSession;
  readonly server: ServerSession;
  readonly saidBodies: string[] = [];
  readonly takenBodies: string[] = [];
  readonly clientReplies: number[] = [];
  readonly #offers: readonly string[];
  readonly #whims: Whim[];
  readonly #pieceBytes: number;
  #serverText = "";
  #sending = "";
  #taking = "";

  constructor(
    client: ClientSessionOptions,
    server: ServerSessionOptions,
    offers: readonly string[],
    whims: readonly Whim[],
    pieceBytes: number,
  ) {
    this.client = new ClientSession(client);
    this.server = new ServerSession(server);
    this.#offers = offers;
    this.#whims = [...whims];
    this.#pieceBytes = pieceBytes;
    this.server.send({ type: "reply", reply: reply(220, "hi") });
  }

  /** The codes of all that the server answered. */
  get serverReplies(): number[] {
    return [...this.#serverText.matchAll(/^(\d{3}) /gm)].map(([, code]) => Number(code));
  }

  /** Says what may be said; nothing else than a local error may come of it. */
  say(said: Said): void {
    try {
      this.client.send("verb" in said ? { type: "command", command: said } : said);
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.side !== "local") throw error;
      return;
    }
    this.#note(said);
  }

  /** Lets bytes go to and fro until both are at rest. */
  exchange(): void {
    for (let busy = true; busy;) {
      const fromClient = this.#pollClient();
      const fromServer = this.#pollServer();
      for (const bytes of fromClient) this.#cut(bytes, (piece) => this.server.receive(piece));
      for (const bytes of fromServer) this.#cut(bytes, (piece) => this.client.receive(piece));
      if (this.client.state === "tls" && this.server.state === "tls" && fromServer.length + fromClient.length === 0) {
        this.client.receiveTls(TLS);
        this.server.receiveTls(TLS);
        continue;
      }
      busy = fromClient.length + fromServer.length > 0;
    }
  }

  #cut(bytes: Uint8Array, give: (piece: Uint8Array) => void): void {
    for (let at = 0; at < bytes.length; at += this.#pieceBytes) give(bytes.subarray(at, at + this.#pieceBytes));
  }

  #pollClient(): Uint8Array[] {
    return drain(this.client, (event) => this.#hearReply(event));
  }

  #pollServer(): Uint8Array[] {
    const bytes = drain(this.server, (event) => this.#serve(event));
    for (const some of bytes) this.#serverText += latin1(some);
    return bytes;
  }

  #hearReply(event: ClientEvent): void {
    if (event.type === "auth-challenge") this.clientReplies.push(334);
    if ("reply" in event && event.type !== "closing") this.clientReplies.push(event.reply.code);
  }

  #note(said: Said): void {
    if (said === MAIL || said === BINARY_MAIL) this.#sending = "";
    if (!("type" in said)) return;
    if (said.type === "data") this.#sending += latin1(said.chunk);
    else if (said.type === "chunk") this.#sending += latin1(said.bytes);
    if (said.type === "end-of-data" || (said.type === "chunk" && said.position === "last")) this.saidBodies.push(this.#sending);
  }

  #serve(event: ServerEvent): void {
    if (event.type === "data") this.#taking += latin1(event.chunk);
    if (event.type === "end-of-data") this.takenBodies.push(this.#taking);
    const deed = this.#decide(event);
    if (deed === "take-chunk") this.server.send({ type: "take-chunk" });
    else if (deed !== undefined) this.#answer("code" in deed ? [deed] : deed);
    if (event.type === "command" && event.received.command.verb === "MAIL") this.#taking = "";
  }

  #answer(answers: readonly Reply[]): void {
    for (const answer of answers) if (this.server.state !== "closed") this.server.send({ type: "reply", reply: answer });
  }

  #decide(event: ServerEvent): Deed {
    if (event.type === "data" || event.type === "tls" || "refusal" in event && event.refusal !== undefined) return granting(event); // prettier-ignore
    if (event.type === "end-of-data") return Array.from({ length: event.recipients }, () => this.#whim(reply(250, "taken")));
    const granted = granting(event);
    if (granted === "take-chunk") {
      const verdict = this.#whim(reply(250, "take it"));
      return verdict.code === 250 ? "take-chunk" : verdict;
    }
    const isHello = event.type === "command" && /^(?:EHLO|LHLO)$/.test(event.received.command.verb);
    if (isHello) return ehloReply("mx", "hi", this.#offers.map((keyword) => ({ keyword, parameters: [] }))); // prettier-ignore
    return granted !== undefined && "code" in granted ? this.#whim(granted) : granted;
  }

  #whim(granted: Reply): Reply {
    const whim = this.#whims.shift() ?? "grant";
    return whim === "grant" ? granted : REFUSALS[whim];
  }
}

/** Polls until nothing is left to do; what is to be transmitted. */
function drain<Event>(session: { poll(): Output<Event> }, take: (event: Event) => void): Uint8Array[] {
  const bytes: Uint8Array[] = [];
  for (;;) {
    const output = session.poll();
    if (output.type === "event") take(output.event);
    else if (output.type === "transmit") bytes.push(...output.chunks);
    else if (output.type === "start-tls" && output.reply !== undefined) bytes.push(output.reply);
    else if (output.type !== "start-tls") return bytes;
  }
}

/** As many of `wanted` as are found in `all`, in that order. */
function inOrder(wanted: readonly string[], all: readonly string[]): string[] {
  const found: string[] = [];
  for (const one of all) if (one === wanted[found.length]) found.push(one);
  return found;
}

const text = fc.array(fc.constantFrom("a", ".", "\r\n", "\r\n.\r\n", "\r\nRSET\r\n", "..")).map((parts) => parts.join(""));
const message: fc.Arbitrary<Said> = fc.oneof(
  text.map((bytes): Said => ({ type: "data", chunk: fromLatin1(`${bytes}\r\n`) })),
  text.map((bytes) => chunk(`${bytes}\r\n`)),
  text.map((bytes) => chunk(`${bytes}\r\n`, "last")),
);
const command = fc.constantFrom<Said>(
  BINARY_MAIL,
  { verb: "EHLO", domain: "x" },
  { verb: "LHLO", domain: "x" },
  { verb: "RSET" },
  { verb: "NOOP" },
  { verb: "QUIT" },
  { verb: "EXPN", text: "x" },
  { verb: "ETRN", text: "x" },
  { verb: "STARTTLS" },
  { verb: "AUTH", mechanism: "X" },
  { verb: "XCLIENT", attributes: [{ name: "NAME", value: "[x" }] },
  { verb: "unknown", name: "XFOO", argument: "" },
  { type: "auth-response", data: new Secret(utf8("x")) },
  { type: "auth-cancel" },
);
const usual = fc.constantFrom<Said>(MAIL, RCPT, RCPT, { verb: "DATA" }, { type: "end-of-data" }, chunk("", "last"));
const step = fc.tuple(fc.oneof({ weight: 4, arbitrary: usual }, { weight: 3, arbitrary: message }, command), fc.boolean());
const whim = fc.constantFrom<Whim>(...Array.from({ length: 12 }, () => "grant" as const), "refuse", "refuse", "put-off", "close");
const setting = fc.record({
  protocol: fc.constantFrom("smtp" as const, "lmtp" as const),
  dataCommand: fc.constantFrom("eager" as const, "waits" as const),
  offers: fc.subarray(["PIPELINING", "CHUNKING", "PIPELINING"]).map((all) => [...new Set(["8BITMIME", ...all])]),
  pieceBytes: fc.constantFrom(1, 2, 5, 1000),
});

test("both agree on the state, on every answer and on every message, whatever is said and answered", () => {
  fc.assert(
    fc.property(setting, fc.array(step, { maxLength: 40 }), fc.array(whim, { maxLength: 40 }), (given, steps, whims) => {
      const { protocol, dataCommand, offers, pieceBytes } = given;
      const limits = { maxErrors: Infinity, maxJunkCommands: Infinity };
      const pair = new Pair(
        { secure: false, allowPlaintext: true, protocol, dataCommand },
        { secure: false, protocol, limits },
        offers,
        whims,
        pieceBytes,
      );
      pair.exchange();
      pair.say({ verb: protocol === "lmtp" ? "LHLO" : "EHLO", domain: "x" });
      for (const [said, isWait] of steps) {
        pair.say(said);
        if (!isWait) continue;
        pair.exchange();
        expect(pair.client.state).toBe(pair.server.state);
      }
      pair.exchange();
      expect(pair.client.state).toBe(pair.server.state);
      expect(pair.clientReplies).toEqual(pair.serverReplies);
      expect(inOrder(pair.takenBodies, pair.saidBodies)).toEqual(pair.takenBodies);
      // What was said to its end is only lost when something was refused.
      expect(pair.takenBodies.length).toBeGreaterThanOrEqual(whims.length === 0 ? pair.saidBodies.length : 0);
    }),
    { numRuns: 1000 },
  );
});
