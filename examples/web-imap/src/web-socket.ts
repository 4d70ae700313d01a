// A WebSocket as a pair of web streams. A WebSocket cannot be told to wait, so what the page does not read yet is held here.

import type { WebStreamPair } from "@mailwire/transport";

/** Writing waits while the browser still holds more than this. */
const MAX_BUFFERED_BYTES = 256 * 1024;

/** Gateways take messages of limited size. */
const MESSAGE_BYTES = 64 * 1024;

/** Opens one. */
export async function openWebSocket(url: string): Promise<WebStreamPair> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const readable = new ReadableStream<Uint8Array>({
    start: (controller) => {
      socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => controller.enqueue(new Uint8Array(data));
      socket.addEventListener("close", () => controller.close());
    },
    cancel: () => socket.close(),
  });
  const writable = new WritableStream<Uint8Array>({
    write: async (chunk) => {
      for (let at = 0; at < chunk.length; at += MESSAGE_BYTES) {
        socket.send(Uint8Array.from(chunk.subarray(at, at + MESSAGE_BYTES)));
        while (socket.bufferedAmount > MAX_BUFFERED_BYTES) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    close: () => socket.close(),
    abort: () => socket.close(),
  });
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`no WebSocket to ${url}`));
  });
  return { readable, writable };
}
