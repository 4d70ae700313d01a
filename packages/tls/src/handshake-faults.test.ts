// A peer that fails in the middle of a handshake, at every phase of it, from both sides; and peers that never come to its end.

import { connect as connectSocket, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytes, readText } from "../test/bytes.ts";
import { CLIENT_TLS, SERVER_NAME, SERVER_TLS } from "../test/certificates.ts";
import { connect } from "./connect.ts";
import { listen } from "./listen.ts";
import type { Listener, ListenOptions } from "./listen.ts";

const host = "127.0.0.1";
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function greeter(options: Partial<ListenOptions> = {}): Promise<{ readonly listener: Listener; readonly errors: Error[] }> {
  const errors: Error[] = [];
  const tls = { port: 0, host, mode: "implicit", tls: SERVER_TLS, onError: (error: Error) => errors.push(error) } as const;
  const listener = await listen({ ...tls, ...options }, async (transport) => {
    await transport.write([bytes("220 hello\r\n")]);
    await transport.read();
    await transport.end();
  });
  closers.push(() => listener.close());
  return { listener, errors };
}

type Fault = "end" | "reset" | "stall";

/** Passes on what each side says to a server, but of the `side`'s words only so many octets; then the fault happens to the other one. */
async function failingAfter(port: number, side: "client" | "server", count: number, fault: Fault): Promise<number> {
  const sockets: Socket[] = [];
  const proxy = createServer((client) => {
    const server = connectSocket({ port, host });
    sockets.push(client, server);
    for (const socket of [client, server]) socket.on("error", () => undefined);
    const [from, to] = side === "client" ? [client, server] : [server, client];
    let left = count;
    from.on("data", (chunk: Buffer) => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (passed.length > 0) to.write(passed);
      if (left > 0) return;
      if (fault === "end") to.end();
      else if (fault === "reset") to.resetAndDestroy();
    });
    to.on("data", (chunk: Buffer) => from.write(chunk));
  });
  await new Promise<void>((resolve) => proxy.listen(0, host, resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return (proxy.address() as AddressInfo).port;
}

/** In a header, behind it, in the ServerHello, among the certificates, before the end. */
const PLACES = [1, 5, 60, 200, 600];

describe.each<[Fault]>([["end"], ["reset"], ["stall"]])("the peer fails in the middle of the handshake: %s", (fault) => {
  test.each(PLACES)("a client whose server says %i octets ends typed, in time", async (count) => {
    const { listener } = await greeter();
    const port = await failingAfter(listener.port, "server", count, fault);
    const connecting = connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls: CLIENT_TLS, timeoutMs: 150 });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: fault === "stall" ? "timeout" : "tls" });
  });

  test.each([1, 5, 60, 150])("a server whose client says %i octets ends typed, in time, and serves others", async (count) => {
    const { listener, errors } = await greeter({ handshakeTimeoutMs: 150 });
    const port = await failingAfter(listener.port, "client", count, fault);
    const tls = connectTls({ host, port, servername: SERVER_NAME, ...CLIENT_TLS }).on("error", () => undefined);
    await vi.waitFor(() => expect(errors).toHaveLength(1));
    expect(errors[0]).toMatchObject({ name: "ConnectionError", code: "tls" });
    tls.destroy();
    const transport = await connect({ host, port: listener.port, mode: "implicit", serverName: SERVER_NAME, tls: CLIENT_TLS });
    expect(await readText(transport, 11)).toBe("220 hello\r\n");
    transport.abort();
  });
});

test("a flood of handshakes that nobody goes on with is over at the deadline, and others are served meanwhile", async () => {
  const { listener, errors } = await greeter({ handshakeTimeoutMs: 400 });
  const flood = Array.from({ length: 200 }, () => connectSocket({ port: listener.port, host }).on("error", () => undefined));
  const closed = flood.map((socket) => new Promise<void>((resolve) => socket.resume().once("close", () => resolve())));
  const transport = await connect({ host, port: listener.port, mode: "implicit", serverName: SERVER_NAME, tls: CLIENT_TLS });
  expect(await readText(transport, 11)).toBe("220 hello\r\n");
  transport.abort();
  await Promise.all(closed);
  expect(errors).toHaveLength(200);
});

describe("renegotiation is refused", () => {
  function renegotiated(socket: TLSSocket): Promise<"renegotiated" | "refused"> {
    return new Promise((resolve) => {
      socket.on("error", () => resolve("refused")).on("close", () => resolve("refused"));
      socket.renegotiate({}, (error) => resolve(error === null ? "renegotiated" : "refused"));
    });
  }

  test("by a server", async () => {
    const { listener } = await greeter();
    const socket = connectTls({ host, port: listener.port, servername: SERVER_NAME, ...CLIENT_TLS, maxVersion: "TLSv1.2" });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    expect(await renegotiated(socket.resume())).toBe("refused");
    socket.destroy();
  });

  test("by a client", async () => {
    const server = createTlsServer({ ...SERVER_TLS, maxVersion: "TLSv1.2" });
    const asking = new Promise<"renegotiated" | "refused">((resolve) => {
      server.once("secureConnection", (socket) => void renegotiated(socket.resume()).then(resolve));
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const transport = await connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls: CLIENT_TLS });
    const reading = transport.read().catch(() => null);
    expect(await asking).toBe("refused");
    transport.abort();
    await reading;
  });
});
