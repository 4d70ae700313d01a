// A message on its way by DATA: in pieces that the transport can take, until the server has answered.

import { ConnectionError } from "@mailwire/wire";
import type { Dialogue, Replies } from "./dialogue.ts";
import type { Mail } from "./mail.ts";
import { chunksUntilAborted } from "./until-aborted.ts";

/** Bytes that are handed over before waiting until the transport took them. */
const WINDOW_BYTES = 65_536;

/** A message in pieces: of one that is all there, at once. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What the sending of a message works with. */
export interface MessageParts {
  readonly dialogue: Dialogue;
  /** Resolves when the transport took what was said. */
  readonly flush: () => Promise<void>;
  readonly abort: (reason: unknown) => void;
}

/**
 * Sends a message for which the server said 354; what was said to it: once, or in LMTP once for each recipient that was accepted. One that cannot be sent
 * whole costs the connection.
 */
export async function sendMessage(parts: MessageParts, pieces: Pieces, answersExpected: number): Promise<Replies> {
  const answers = parts.dialogue.expectReplies(answersExpected);
  try {
    await stream(parts, pieces, answers);
  } catch (error) {
    parts.abort(error);
    // Where the connection was over before, the answer knows why: perhaps a refusal came early.
    return await answers.catch((reason: unknown) => {
      throw reason instanceof ConnectionError && reason.cause === error ? error : reason;
    });
  }
  return answers;
}

async function stream({ dialogue, flush }: MessageParts, pieces: Pieces, answers: Promise<Replies>): Promise<void> {
  let room: Room | undefined;
  let window = 0;
  /** Gives what to wait for before the next piece, where the window is full. */
  const say = (chunk: Uint8Array): Promise<void> | undefined => {
    dialogue.body({ type: "data", chunk });
    window += chunk.length;
    if (window < WINDOW_BYTES) return undefined;
    window = 0;
    room ??= new Room(flush, answers);
    return room.wait();
  };
  if (Symbol.asyncIterator in pieces) for await (const piece of pieces) await say(piece);
  else {
    // Without waiting, so that a small message and its end leave as one.
    for (const piece of pieces) {
      const waiting = say(piece);
      if (waiting !== undefined) await waiting;
    }
  }
  dialogue.body({ type: "end-of-data" });
}

/** Room for more of a message. There is none with a server that has answered: it may read no more. */
class Room {
  readonly #flush: () => Promise<void>;
  #early: ConnectionError | undefined;
  #giveUp: ((error: ConnectionError) => void) | undefined;

  constructor(flush: () => Promise<void>, answers: Promise<Replies>) {
    this.#flush = flush;
    // Why there is no answer is told to whoever waits for it.
    answers.then(this.#onAnswered, () => undefined);
  }

  /** Resolves when the transport took what was said. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      if (this.#early === undefined) this.#flush().then(resolve, reject);
      else reject(this.#early);
    });
  }

  readonly #onAnswered = (): void => {
    this.#early = new ConnectionError("closed", "the server answered before it had the whole message");
    this.#giveUp?.(this.#early);
  };
}

/** A message in pieces; `onSent` is told of each, the end of the connection ends the wait for a source that has nothing to give. */
export function piecesOf(body: Mail["body"], ended: AbortSignal, onSent?: (piece: Uint8Array) => void): Pieces {
  if (body instanceof Uint8Array) return cut([body], onSent);
  return Symbol.asyncIterator in body ? cutWhileComing(chunksUntilAborted(body, ended), onSent) : cut(body, onSent);
}

function* cut(chunks: Iterable<Uint8Array>, onSent?: (piece: Uint8Array) => void): Generator<Uint8Array, void, undefined> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += WINDOW_BYTES) {
      const piece = chunk.subarray(at, at + WINDOW_BYTES);
      yield piece;
      onSent?.(piece);
    }
  }
}

async function* cutWhileComing(
  chunks: AsyncIterable<Uint8Array>,
  onSent?: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) yield* cut([chunk], onSent);
}
