// Who takes the messages that nobody reads.

import type { MessageSink } from "./operation.ts";

/** Takes the responses that nobody asked for. */
export const NOBODY: MessageSink = { hungry: true, wants: () => false, begin: ignore, chunk: ignore, endChunk: ignore, message: ignore };

function ignore(): void {
  // Nobody reads it.
}
