// A server that says what a recorded server said: each answer once the client has said its line.

import { LineReader, ReceiveBuffer, fromLatin1, type ByteTransport } from "@mailwire/wire";
import { recordedExchanges, type SessionDocument } from "@mailwire/transcript";

/** Plays the server's part of `document` to whoever is connected, whatever its lines say. */
export async function playServer(document: SessionDocument, connection: ByteTransport, tls: unknown): Promise<void> {
  let transport = connection;
  const buffer = new ReceiveBuffer();
  const lines = new LineReader(buffer, { maxLineBytes: 1000 });
  for (const { said, recorded, then } of recordedExchanges(document)) {
    while (said.length > 0 && lines.read() === undefined) {
      const chunk = await transport.read();
      if (chunk === null) return;
      buffer.push(chunk);
    }
    const answer = fromLatin1(recorded);
    // The upgrade itself says the last words in clear, after it has made sure that nothing came early.
    if (then === "tls" && transport.startTls !== undefined) transport = await transport.startTls({ side: "server", reply: answer, tls });
    else await transport.write([answer]);
  }
  await transport.end();
}
