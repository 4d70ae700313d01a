// A message on its way by DATA: in pieces that the transport can take, until the server has answered.

import { ConnectionError } from "@mailwire/wire";
import type { Reply } from "../codec/reply.ts";
import type { Dialogue } from "./dialogue.ts";
import type { Mail } from "./mail.ts";
import { chunksUntilAborted } from "./until-aborted.ts";

/** Bytes that are handed over before waiting until the transport took them. */
const WINDOW_BYTES = 65_536;

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
export async function sendMessage(parts: MessageParts, pieces: AsyncIterable<Uint8Array>, answersExpected: number): Promise<Answers> {
  const answers = expectAnswers(parts.dialogue, answersExpected);
  try {
    await stream(parts, pieces);
  } catch (error) {
    parts.abort(error);
    // Where the connection was over before, the answer knows why: perhaps a refusal came early.
    return await answers.catch((reason: unknown) => {
      throw reason instanceof ConnectionError && reason.cause === error ? error : reason;
    });
  }
  return answers;
}

async function stream({ dialogue, flush }: MessageParts, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let window = 0;
  for await (const chunk of pieces) {
    dialogue.body({ type: "data", chunk });
    window += chunk.length;
    if (window < WINDOW_BYTES) continue;
    window = 0;
    await flush();
  }
  dialogue.body({ type: "end-of-data" });
}

/** The next answers that nobody waits for yet, at least one. */
export function expectAnswers(dialogue: Dialogue, count: number): Promise<Answers> {
  const more = Array.from({ length: count - 1 }, () => undefined);
  const answers = Promise.all([dialogue.expectReply(), ...more.map(() => dialogue.expectReply())] as const);
  answers.catch(() => undefined);
  return answers;
}

/** A message in pieces; the end of the connection ends the wait for a source that has nothing to give. */
export async function* piecesOf(
  body: Mail["body"],
  ended: AbortSignal,
  onSent?: (piece: Uint8Array, sentBytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let sentBytes = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : within(ended, body)) {
    for (let at = 0; at < chunk.length; at += WINDOW_BYTES) {
      const piece = chunk.subarray(at, at + WINDOW_BYTES);
      yield piece;
      sentBytes += piece.length;
      onSent?.(piece, sentBytes);
    }
  }
}

function within(
  ended: AbortSignal,
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in body ? chunksUntilAborted(body, ended) : body;
}
