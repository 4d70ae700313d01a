// A message on its way by DATA: in pieces that the transport can take, until the server has answered.

import { ConnectionError } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Mail } from "./mail.ts";
import { chunksUntilAborted } from "./until-aborted.ts";

/** Bytes that are handed over before waiting until the transport took them. */
const WINDOW_BYTES = 65_536;

/** A message in pieces: of one that is all there, at once. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** What was said to a message: once, or in LMTP once for each recipient that was accepted. */
export type Answers = readonly [Reply, ...Reply[]];

/** What the sending of a message works with. */
export interface MessageParts {
  readonly dialogue: Dialogue;
  /** Resolves when the transport took what was said. */
  readonly flush: () => Promise<void>;
  readonly abort: (reason: unknown) => void;
}

/** Sends a message for which the server said 354. One that cannot be sent whole costs the connection. */
export async function sendMessage(parts: MessageParts, pieces: Pieces, answersExpected: number): Promise<Answers> {
  const answers = expectAnswers(parts.dialogue, answersExpected);
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

async function stream({ dialogue, flush }: MessageParts, pieces: Pieces, answers: Promise<Answers>): Promise<void> {
  let window = 0;
  // A server that has answered may read no more.
  const answered = answers.then(() => {
    throw new ConnectionError("closed", "the server answered before it had the whole message");
  });
  answered.catch(() => undefined);
  /** Gives what to wait for before the next piece, where the window is full. */
  const say = (chunk: Uint8Array): Promise<void> | undefined => {
    dialogue.body({ type: "data", chunk });
    window += chunk.length;
    if (window < WINDOW_BYTES) return undefined;
    window = 0;
    return Promise.race([flush(), answered]);
  };
  if (Symbol.asyncIterator in pieces) for await (const piece of pieces) await say(piece);
  else {
    // Without waiting, so that a small message and its end leave as one.
    for (const piece of pieces) {
      const room = say(piece);
      if (room !== undefined) await room;
    }
  }
  dialogue.body({ type: "end-of-data" });
}

/** The next answers that nobody waits for yet, at least one. */
export function expectAnswers(dialogue: Dialogue, count: number): Promise<Answers> {
  const expected: [Promise<Reply>, ...Promise<Reply>[]] = [dialogue.expectReply()];
  while (expected.length < count) expected.push(dialogue.expectReply());
  const answers = Promise.all(expected);
  answers.catch(() => undefined);
  return answers;
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
