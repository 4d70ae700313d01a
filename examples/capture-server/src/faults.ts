// Rules by which the server misbehaves, so that clients can be tried.
//
//     rule = code SP point [SP text] / code SP "after" SP count / "delay" SP point SP ms / "drop" SP point

import { setTimeout as sleep } from "node:timers/promises";
import { type Reply, reply } from "@mailwire/smtp/codec";
import type { MessageBody } from "@mailwire/smtp/server";

/** What happens, and where; `after`: only once so many messages of the connection were taken. */
export type Fault =
  | { readonly type: "reply"; readonly point: string; readonly reply: Reply; readonly after: number }
  | { readonly type: "delay"; readonly point: string; readonly ms: number }
  | { readonly type: "drop"; readonly point: string };

/** Where something can happen: at the greeting, at a command, or at the end of the message. */
const POINTS = "connect helo ehlo mail rcpt data bdat message rset noop vrfy expn help quit".split(" ");

/** Reads a rule; `undefined` when it is none. */
export function faultOf(rule: string): Fault | undefined {
  const [what = "", where = "", ...rest] = rule.trim().split(/\s+/);
  const [point, text] = [where.toLowerCase(), rest.join(" ")];
  const isCode = /^[2345]\d\d$/.test(what);
  const isNumber = /^\d{1,9}$/.test(text);
  if (isCode && point === "after" && isNumber)
    return { type: "reply", point: "mail", reply: reply(Number(what), "Enough"), after: Number(text) };
  if (!POINTS.includes(point)) return undefined;
  if (isCode) return { type: "reply", point, reply: reply(Number(what), text === "" ? "As you wish" : text), after: 0 };
  if (what === "delay" && isNumber) return { type: "delay", point, ms: Number(text) };
  return what === "drop" && text === "" ? { type: "drop", point: point === "data" ? "inside" : point } : undefined;
}

/** The faults of one connection. */
export class Faults {
  readonly #faults: readonly Fault[];
  readonly #signal: AbortSignal;
  readonly #drop: () => void;
  #messages = 0;

  /** `drop` drops the connection; `signal` is aborted when it is over. */
  constructor(faults: readonly Fault[], signal: AbortSignal, drop: () => void) {
    this.#faults = faults;
    this.#signal = signal;
    this.#drop = drop;
  }

  /** Does what the rules say for this point; the reply, if one is to be given. */
  async at(point: string): Promise<Reply | undefined> {
    for (const fault of this.#faults) {
      if (fault.point !== point) continue;
      if (fault.type === "delay") await sleep(fault.ms, undefined, { signal: this.#signal }).catch(() => undefined);
      else if (fault.type === "drop") this.#drop();
      else if (this.#messages >= fault.after) return fault.reply;
    }
    return undefined;
  }

  /** In the middle of a message: behind the first of its bytes. */
  async inside(body: MessageBody): Promise<void> {
    if (!this.#faults.some(({ point }) => point === "inside")) return;
    await body[Symbol.asyncIterator]().next();
    await this.at("inside");
  }

  /** At the end of a message that was taken. */
  afterMessage(): Promise<Reply | undefined> {
    this.#messages += 1;
    return this.at("message");
  }
}
