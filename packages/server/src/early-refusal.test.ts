// A server that refuses a message while it comes and goes away at once: what it said must not be lost over the write that fails. It stands here
// because SMTP and sockets meet here.

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Mail, SmtpClient } from "@mailwire/smtp/client";
import { connect } from "@mailwire/tls";
import { fromLatin1 } from "@mailwire/wire";
import { afterEach, describe, expect, test } from "vitest";

const host = "127.0.0.1";
const REFUSED_AFTER_BYTES = 65_536;

let server: Server | undefined;

afterEach(() => server?.close());

/** A server that says `reply` in the middle of a message and then leaves. */
async function refusing(reply: string, leave: (socket: Socket) => unknown): Promise<number> {
  server = createServer({ allowHalfOpen: true }, (socket) => void refuse(socket, reply, leave)).listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function refuse(socket: Socket, reply: string, leave: (socket: Socket) => unknown): Promise<void> {
  socket.on("error", () => undefined);
  socket.write("220 mx.example\r\n");
  let messageBytes = -1;
  // What comes after the refusal is left to `leave`.
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    if (messageBytes >= 0) messageBytes += chunk.length;
    else if (/^(?:DATA|BDAT)/m.test(String(chunk))) messageBytes = 0;
    if (messageBytes < 0) socket.write("250 mx.example\r\n");
    else if (messageBytes === 0) socket.write("354 Go on\r\n");
    else if (messageBytes >= REFUSED_AFTER_BYTES) break;
  }
  socket.write(reply);
  await leave(socket);
}

const LINE = fromLatin1(`${"x".repeat(76)}\r\n`);
const MESSAGE = new Uint8Array(20_000_000 - (20_000_000 % LINE.length)).map((_, at) => LINE[at % LINE.length] ?? 0);

async function* inPieces(): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < MESSAGE.length; at += 16_384) yield Promise.resolve(MESSAGE.subarray(at, at + 16_384));
}

async function send(port: number, body: Mail["body"]): Promise<unknown> {
  const client = await SmtpClient.open(await connect({ host, port, mode: "none" }), { allowPlaintext: true });
  try {
    return await client.sendMail({ from: "a@example.org", to: ["b@example.com"], body });
  } finally {
    client.abort();
  }
}

describe.each<[string, (socket: Socket) => unknown]>([
  ["ends, and lets go what comes", (socket) => socket.resume().end()],
  ["ends and closes at once", (socket) => socket.destroySoon()],
  ["neither reads nor closes", (socket) => socket.pause()],
  ["closes without reading on", (socket) => sleep(100).then(() => socket.destroy())],
  ["resets the connection", (socket) => sleep(100).then(() => socket.resetAndDestroy())],
])("a server that refuses a message in the middle and %s", (_how, leave) => {
  test.each([
    ["552 5.3.4 Too large\r\n", 552],
    ["421-4.3.2 Closing\r\n421 4.3.2 Now\r\n", 421],
    ["554 5.7.1 Spam\r\n", 554],
  ])("is heard: %j", async (reply, code) => {
    const port = await refusing(reply, leave);
    for (const body of [MESSAGE, inPieces()]) {
      await expect(send(port, body)).rejects.toMatchObject({ name: "SmtpReplyError", command: "message", reply: { code } });
    }
  });
});
