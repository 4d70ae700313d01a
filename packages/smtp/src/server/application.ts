// The application behind a server: its handlers are asked, errors and the end are told, and none of that harms the conversation.

import type { Closure } from "@mailwire/transport";
import type { Reply } from "../codec/reply.ts";
import type { Awaitable, SmtpPeer, SmtpServerHandlers } from "./options.ts";
import * as replies from "./replies.ts";
import { isPromised } from "./when.ts";

/** The handlers, as one conversation deals with them. */
export class Application {
  readonly #handlers: SmtpServerHandlers;
  readonly #peer: SmtpPeer;

  constructor(handlers: SmtpServerHandlers, peer: SmtpPeer) {
    this.#handlers = handlers;
    this.#peer = peer;
  }

  /** What a handler says; 451 when it fails. */
  ask<T>(handler: (handlers: SmtpServerHandlers, peer: SmtpPeer) => Awaitable<T>): Awaitable<T | Reply> {
    try {
      const said = handler(this.#handlers, this.#peer);
      return isPromised(said) ? said.catch((error: unknown) => this.#failed(error)) : said;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Tells of an error; never throws. */
  report(error: unknown): void {
    try {
      this.#handlers.onError?.(error, this.#peer);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** Tells that the connection is over; never throws. */
  over(closure: Closure): void {
    try {
      this.#handlers.onClose?.(closure, this.#peer);
    } catch (error) {
      this.report(error);
    }
  }

  #failed(error: unknown): Reply {
    this.report(error);
    return replies.FAILED;
  }
}
