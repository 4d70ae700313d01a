// One operation from its command to its answer: what it collects meanwhile, and how its promise settles.

import { ConnectionError, ProtocolError } from "@mailwire/wire";
import type { TaggedResponse } from "../codec/responses/condition.ts";
import type { SequenceSet } from "../codec/sequence-set.ts";
import type { UntaggedData } from "../session/untagged-data.ts";
import type { Operation } from "./operation.ts";
import { ImapResponseError } from "./response-error.ts";

const NUMBER_BYTES = 8;

/** An operation that was said and is not answered yet. */
export class RunningOperation {
  readonly operation: Operation<unknown>;
  /** True until the message of an APPEND is sent to its end. */
  unsent: boolean;
  readonly #tag: string;
  readonly #resolve: (result: unknown) => void;
  readonly #reject: (reason: unknown) => void;
  #shownBytes = 0;
  #failure: { readonly reason: unknown } | undefined;
  #forgetSignal: (() => void) | undefined;

  constructor(tag: string, operation: Operation<unknown>, resolve: (result: unknown) => void, reject: (reason: unknown) => void) {
    this.#tag = tag;
    this.operation = operation;
    this.unsent = operation.body !== undefined;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Stops waiting when `signal` says so; `stopped` is told. */
  heed(signal: AbortSignal, stopped: () => void): void {
    const stop = (): void => {
      this.#reject(aborted(signal));
      stopped();
    };
    signal.addEventListener("abort", stop, { once: true });
    this.#forgetSignal = () => signal.removeEventListener("abort", stop);
  }

  /** Shows it a response; true when it keeps that to itself. When it was shown more than `maxBytes` it fails, and sees no more. */
  collect(response: UntaggedData, raw: readonly Uint8Array[], maxBytes: number): boolean {
    if (this.operation.collect === undefined || this.#failure !== undefined) return false;
    this.#shownBytes += weigh(response, raw);
    if (this.#shownBytes <= maxBytes) return this.operation.collect(response, this.#tag);
    this.fail(new ProtocolError("local", "too-much-data", "the server tells more than may be collected"));
    return false;
  }

  /** It has failed on this side. The promise settles when the server has answered, whatever that says: only then the session is at rest. */
  fail(reason: unknown): void {
    this.#failure = { reason };
  }

  /** The server has answered. */
  complete(response: TaggedResponse): void {
    this.#forgetSignal?.();
    const { command } = this.operation;
    try {
      if (this.#failure !== undefined) this.#reject(this.#failure.reason);
      else if (response.status === "OK") this.#resolve(this.operation.result(response));
      else this.#reject(new ImapResponseError(command.name === "unknown" ? command.verb : command.name, response));
    } catch (error) {
      this.#reject(error);
    }
  }

  /** No answer will come. */
  abandon(reason: unknown): void {
    this.#forgetSignal?.();
    this.#reject(reason);
  }
}

/** Why an operation is not waited for whose signal is aborted. */
export function aborted(signal: AbortSignal): ConnectionError {
  return new ConnectionError("aborted", "nobody waits for it any more", { cause: signal.reason });
}

/** What it takes to keep a response. */
function weigh(response: UntaggedData, raw: readonly Uint8Array[]): number {
  // The numbers of a long search are not among the bytes, nor are those that a range stands for.
  const numbers = response.type === "SEARCH" ? response.numbers.length : response.type === "ESEARCH" ? countSaid(response.all ?? []) : 0;
  return raw.reduce((bytes, { length }) => bytes + length, numbers * NUMBER_BYTES);
}

/** How many numbers a set says, each as often as it does. */
function countSaid(set: SequenceSet): number {
  return set.reduce((count, { first, last }) => count + (first === "*" || last === "*" ? 0 : Math.abs(last - first) + 1), 0);
}
