// A gateway from WebSocket to TCP: each WebSocket becomes one connection to one mail server, never to any other.

import type { Server } from "node:http";
import { connect } from "@mailwire/tls";
import type { ConnectOptions } from "@mailwire/tls";
import { fromDuplex } from "@mailwire/transport";
import type { ByteTransport } from "@mailwire/wire";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { WebSocket } from "ws";

/** What {@link openGateway} is told. */
export interface GatewayOptions {
  /** The mail server. With `mode: "implicit"` the gateway speaks TLS to it, and pages see what is inside. */
  readonly target: ConnectOptions;
  /** Pages of which origins may use it: browsers send this with each WebSocket, and any page may try. */
  readonly origins: readonly string[];
  /** The path that is upgraded. */
  readonly path: string;
  /** What went wrong with one connection. */
  readonly onError: (error: unknown) => void;
}

/** Lets `server` take WebSockets. */
export function openGateway(server: Server, { target, origins, path, onError }: GatewayOptions): void {
  const isWelcome = ({ origin }: { origin: string }): boolean => origins.includes(origin);
  const webSockets = new WebSocketServer({ server, path, verifyClient: isWelcome, maxPayload: 1024 * 1024, perMessageDeflate: false });
  webSockets.on("connection", (webSocket: WebSocket) => {
    join(webSocket, target).catch(onError);
  });
}

async function join(webSocket: WebSocket, target: ConnectOptions): Promise<void> {
  const page = fromDuplex(createWebSocketStream(webSocket));
  try {
    const mail = await connect(target);
    try {
      await Promise.all([pass(page, mail), pass(mail, page)]);
    } finally {
      mail.abort();
    }
  } finally {
    page.abort();
  }
}

/** All of one direction, as fast as the other end takes it. */
async function pass(from: ByteTransport, to: ByteTransport): Promise<void> {
  for (let chunk = await from.read(); chunk !== null; chunk = await from.read()) await to.write([chunk]);
  await to.end();
}
