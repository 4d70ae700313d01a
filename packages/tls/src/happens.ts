// Waits for one event of a stream.

import type { Duplex } from "node:stream";

/**
 * What `made` makes as soon as `event` happens (in the same turn, so that no other event is missed); rejects when the stream fails or closes
 * before. Errors of the stream stay handled for ever.
 */
export function happens<T>(stream: Duplex, event: string, made: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error("the connection was closed"));
    stream.once(event, () => {
      stream.off("error", reject).off("close", onClose);
      resolve(made());
    });
    stream.on("error", handled).once("error", reject).once("close", onClose);
  });
}

function handled(): void {
  // Whoever reads hears of it.
}
