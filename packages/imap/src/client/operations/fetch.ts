// FETCH and UID FETCH as a loop over messages (RFC 3501 sections 6.4.5 and 6.4.8).

import type { FetchCommand } from "../../codec/commands/fetch.ts";
import type { Conversation } from "../conversation.ts";
import { FetchQueue } from "../fetch-queue.ts";
import { answersFetch } from "../matching.ts";
import type { ImapMessage } from "../message.ts";
import type { OperationOptions } from "../operation.ts";

/** The messages of a FETCH, once, in the order of the wire; the command is said when the loop begins. */
export async function* fetchMessages(
  conversation: Conversation,
  command: FetchCommand,
  maxQueuedBytes: number,
  options: OperationOptions,
): AsyncGenerator<ImapMessage, void, undefined> {
  const queue = new FetchQueue(maxQueuedBytes, answersFetch(command), conversation.moved);
  conversation.run({ command, messages: queue, result: () => undefined }, options).then(
    () => queue.end(),
    (error: unknown) => queue.fail(error instanceof Error ? error : new Error(String(error))),
  );
  yield* queue.read();
}
