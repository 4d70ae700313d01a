import { createServer, connect as connectSocket, Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { Duplex, PassThrough } from "node:stream";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import type { TLSSocket } from "node:tls";
import type { ByteTransport, StartTls } from "@mailwire/wire";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytes, pause, readText } from "../test/bytes.ts";
import { CLIENT_TLS, SERVER_NAME, SERVER_TLS, STRANGER_TLS } from "../test/certificates.ts";
import { fromSocket } from "./from-socket.ts";
import type { FromSocketOptions } from "./from-socket.ts";

const REPLY = bytes("220 ready\r\n");
const SERVER: StartTls = { side: "server", reply: REPLY, tls: SERVER_TLS };
const CLIENT: StartTls = { side: "client", serverName: SERVER_NAME, tls: CLIENT_TLS };

const streams: Duplex[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) stream.destroy();
});

/** Two ends of one loopback connection. */
async function sockets(): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connectSocket({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const pair: [Socket, Socket] = [client, await accepted];
  server.close();
  streams.push(...pair);
  return pair;
}

/** Two ends of one connection that is no socket. */
function duplexes(): [Duplex, Duplex] {
  const there = new PassThrough();
  const back = new PassThrough();
  const pair: [Duplex, Duplex] = [Duplex.from({ readable: back, writable: there }), Duplex.from({ readable: there, writable: back })];
  streams.push(...pair, there, back);
  return pair;
}

function upgrade(transport: ByteTransport, options: StartTls): Promise<ByteTransport> {
  if (transport.startTls === undefined) throw new Error("cannot be upgraded");
  return transport.startTls(options);
}

/** Waits until bytes have come to `stream`, of which some were read before, that nobody reads. */
function arrival(stream: Duplex | undefined): Promise<void> {
  return vi.waitFor(() => expect(stream?.isPaused()).toBe(true), { interval: 5 });
}

function expectFailure(promise: Promise<unknown> | undefined, failure: object): Promise<void> {
  return expect(promise).rejects.toMatchObject(failure);
}

describe.each<[string, () => Promise<[Duplex, Duplex]>]>([
  ["a socket", sockets],
  ["a duplex that is no socket", () => Promise.resolve(duplexes())],
])("STARTTLS over %s", (_what, pair) => {
  async function transports(options?: FromSocketOptions): Promise<[ByteTransport, ByteTransport]> {
    const [client, server] = await pair();
    return [fromSocket(client, options), fromSocket(server, options)];
  }

  async function upgraded(): Promise<[ByteTransport, ByteTransport]> {
    const [client, server] = await transports();
    await client.write([bytes("STARTTLS\r\n")]);
    await readText(server, 10);
    const upgrading = upgrade(server, SERVER);
    await readText(client, REPLY.length);
    return Promise.all([upgrade(client, CLIENT), upgrading]);
  }

  test("gives the reply in clear, and then secures both ends", async () => {
    const [client, server] = await transports();
    const upgrading = upgrade(server, SERVER);
    expect(await readText(client, REPLY.length)).toBe("220 ready\r\n");
    const [inside, insideServer] = await Promise.all([upgrade(client, CLIENT), upgrading]);
    expect(client.info.secure).toBe(false);
    expect(inside.info).toMatchObject({ secure: true, tls: { protocol: "TLSv1.3", authorized: true, alpn: null } });
    expect(insideServer.info).toMatchObject({ secure: true, tls: { protocol: "TLSv1.3", authorized: false } });
    expect(insideServer.info.tls).not.toHaveProperty("peerCertificate");
    await inside.write([bytes("EHLO"), bytes(" a\r\n")]);
    expect(await readText(insideServer, 8)).toBe("EHLO a\r\n");
    await insideServer.write([bytes("250 b\r\n")]);
    expect(await readText(inside, 7)).toBe("250 b\r\n");
    await expectFailure(client.read(), { code: "closed" });
    await expectFailure(server.write([REPLY]), { code: "closed" });
  });

  test("both ends have the same channel bindings", async () => {
    const [client, server] = await upgraded();
    for (const { info } of [client, server]) expect(info.tls?.channelBindings).toEqual(["tls-exporter", "tls-server-end-point"]);
    for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
      const binding = await client.info.tls?.channelBinding(type);
      expect(binding).toHaveLength(32);
      expect(await server.info.tls?.channelBinding(type)).toEqual(binding);
    }
  });

  test("the end of one side reaches the other, which can still answer", async () => {
    const [client, server] = await upgraded();
    await client.write([bytes("QUIT\r\n")]);
    await client.end();
    expect(await readText(server)).toBe("QUIT\r\n");
    await server.write([bytes("221 bye\r\n")]);
    await server.end();
    expect(await readText(client)).toBe("221 bye\r\n");
    expect(await client.read()).toBeNull();
  });

  test("an abort after the upgrade drops the connection under it", async () => {
    const [client, server] = await upgraded();
    const reading = server.read();
    client.abort();
    expect(await reading.catch((error: unknown) => error)).toSatisfy(
      (outcome) => outcome === null || (outcome as { code?: string }).code === "transport",
    );
    await expectFailure(client.read(), { code: "aborted" });
    server.abort();
    await vi.waitFor(() => expect(streams.slice(0, 2).map((stream) => stream.destroyed)).toEqual([true, true]));
  });

  test("the server refuses bytes that wait, and gives no reply", async () => {
    const [client, server] = await transports();
    await client.write([bytes("STARTTLS\r\n")]);
    await readText(server, 10);
    await client.write([bytes("RSET\r\n")]);
    await arrival(streams[1]);
    await expectFailure(upgrade(server, SERVER), { name: "ProtocolError", side: "remote", code: "starttls-injection" });
    const left = await readText(client).catch(() => "");
    expect(left).toBe("");
  });

  test("the client refuses bytes that follow the reply", async () => {
    const [client, server] = await transports();
    await server.write([REPLY]);
    await readText(client, REPLY.length);
    await server.write([bytes("250 injected\r\n")]);
    await arrival(streams[0]);
    await expectFailure(upgrade(client, CLIENT), { name: "ProtocolError", side: "remote", code: "starttls-injection" });
  });

  test("bytes in clear during the handshake make it fail at both ends", async () => {
    const [client, server] = await transports();
    const upgrading = upgrade(server, SERVER).catch((error: unknown) => error);
    await readText(client, REPLY.length);
    await client.write([bytes("RSET\r\n")]);
    await expectFailure(upgrade(client, CLIENT), { name: "ConnectionError", code: "tls" });
    expect(await upgrading).toMatchObject({ name: "ConnectionError", code: "tls" });
  });

  test("a client that does not trust the certificate fails at both ends, and the next handshake is not disturbed", async () => {
    for (const tls of [STRANGER_TLS, undefined]) {
      const [client, server] = await transports();
      const upgrading = upgrade(server, SERVER).then(
        (inside) => inside.read(),
        (error: unknown) => Promise.reject(error as Error),
      );
      await readText(client, REPLY.length);
      const refused = expectFailure(upgrade(client, { ...CLIENT, tls }), { name: "ConnectionError", code: "tls" });
      await expect(upgrading).rejects.toMatchObject({ name: "ConnectionError" });
      await refused;
    }
    const [client] = await upgraded();
    expect(client.info.tls?.authorized).toBe(true);
  });

  test("a stalled handshake ends at its deadline", async () => {
    const [client, server] = await transports({ handshakeTimeoutMs: 200 });
    const serverFails = expectFailure(upgrade(server, SERVER), { name: "ConnectionError", code: "timeout" });
    await readText(client, REPLY.length);
    await serverFails;
    const [other] = await transports({ handshakeTimeoutMs: 200 });
    await expectFailure(upgrade(other, CLIENT), { name: "ConnectionError", code: "timeout" });
  });

  test("the signal ends a handshake, before or meanwhile", async () => {
    const reason = new Error("enough");
    for (const side of [CLIENT, SERVER]) {
      const [early] = await transports();
      await expectFailure(upgrade(early, { ...side, signal: AbortSignal.abort(reason) }), { code: "aborted", cause: reason });
      const [late] = await transports();
      const controller = new AbortController();
      const failing = expectFailure(upgrade(late, { ...side, signal: controller.signal }), { code: "aborted", cause: reason });
      setTimeout(() => controller.abort(reason), 20);
      await failing;
    }
  });

  test("the peer's end or loss instead of a handshake is typed", async () => {
    for (const leave of ["end", "abort"] as const) {
      for (const side of [CLIENT, SERVER]) {
        const [near, far] = await transports();
        const failing = expectFailure(upgrade(near, side), {
          name: "ConnectionError",
          code: expect.stringMatching(/^(tls|transport)$/) as string,
        });
        await pause(10);
        await far[leave]();
        await failing;
      }
    }
  });

  test("is refused while a read is outstanding", async () => {
    const [client] = await transports();
    const reading = client.read().catch((error: unknown) => error);
    await expectFailure(upgrade(client, CLIENT), { side: "local", code: "concurrent-read" });
    expect(await reading).toMatchObject({ name: "ConnectionError" });
  });

  test("options that are no object are refused", async () => {
    const [client] = await transports();
    await expectFailure(upgrade(client, { ...CLIENT, tls: "yes" }), { side: "local", code: "bad-tls-options" });
  });

  test("many bytes go both ways at once, and a reader that is slow slows the writer", async () => {
    const [client, server] = await upgraded();
    const chunk = new Uint8Array(65_536).fill(7);
    const chunks = 64;
    let accepted = 0;
    const writing = (async () => {
      for (; accepted < chunks; accepted++) await client.write([chunk, chunk]);
      await client.end();
    })();
    await pause(100);
    expect(accepted).toBeLessThan(chunks);
    let echoed = 0;
    const counting = (async () => {
      for (let piece = await client.read(); piece !== null; piece = await client.read()) echoed += piece.length;
    })();
    for (let piece = await server.read(); piece !== null; piece = await server.read()) await server.write([piece]);
    await server.end();
    await Promise.all([writing, counting]);
    expect(echoed).toBe(2 * chunks * chunk.length);
  });
});

describe("a TLSSocket that somebody else made", () => {
  async function tlsSockets(options: { maxVersion?: "TLSv1.2" } = {}): Promise<[TLSSocket, TLSSocket]> {
    const server = createTlsServer({ ...SERVER_TLS, ...options });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const accepted = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
    const { port } = server.address() as AddressInfo;
    const client = connectTls({ port, host: "127.0.0.1", servername: SERVER_NAME, ...CLIENT_TLS });
    await new Promise((resolve) => client.once("secureConnect", resolve));
    const pair: [TLSSocket, TLSSocket] = [client, await accepted];
    server.close();
    streams.push(...pair);
    return pair;
  }

  test("is secure, and has the bindings of its side", async () => {
    const [clientSocket, serverSocket] = await tlsSockets();
    const client = fromSocket(clientSocket);
    const server = fromSocket(serverSocket, { side: "server" });
    expect(client.info).toMatchObject({ secure: true, tls: { authorized: true } });
    expect(server.info).toMatchObject({ secure: true, tls: { authorized: false } });
    expect("startTls" in client).toBe(false);
    const binding = await client.info.tls?.channelBinding("tls-server-end-point");
    expect(await server.info.tls?.channelBinding("tls-server-end-point")).toEqual(binding);
    await client.write([bytes("NOOP\r\n")]);
    expect(await readText(server, 6)).toBe("NOOP\r\n");
  });

  test("has no tls-exporter before TLS 1.3, nor after its end; a server has none for a client without certificate", async () => {
    const [older, olderServer] = await tlsSockets({ maxVersion: "TLSv1.2" });
    const { tls } = fromSocket(older).info;
    expect(tls?.protocol).toBe("TLSv1.2");
    expect(tls?.channelBindings).toEqual(["tls-server-end-point"]);
    expect(await tls?.channelBinding("tls-exporter")).toBeUndefined();
    // Taken for the client's end, it looks for a certificate of its peer.
    expect(fromSocket(olderServer).info.tls?.channelBindings).toEqual([]);
    expect(await fromSocket(olderServer).info.tls?.channelBinding("tls-server-end-point")).toBeUndefined();
    const [client] = await tlsSockets();
    const transport = fromSocket(client);
    expect(await transport.info.tls?.channelBinding("tls-exporter")).toHaveLength(32);
    transport.abort();
    expect(await transport.info.tls?.channelBinding("tls-exporter")).toBeUndefined();
  });

  test("has no bindings that the runtime cannot give", async () => {
    const [client, server] = await tlsSockets();
    const unable = (): never => {
      throw new Error("not implemented");
    };
    vi.spyOn(client, "exportKeyingMaterial").mockImplementation(unable);
    vi.spyOn(server, "exportKeyingMaterial").mockImplementation(unable);
    vi.spyOn(server, "getX509Certificate").mockImplementation(unable);
    expect(fromSocket(client).info.tls?.channelBindings).toEqual(["tls-server-end-point"]);
    const { tls } = fromSocket(server, { side: "server" }).info;
    expect(tls?.channelBindings).toEqual([]);
    for (const type of ["tls-exporter", "tls-server-end-point"] as const) expect(await tls?.channelBinding(type)).toBeUndefined();
  });

  test("whose connection is cut without a word of TLS just ends", async () => {
    const [client, server] = await sockets();
    const upgrading = upgrade(fromSocket(server), SERVER);
    const transport = fromSocket(client);
    await readText(transport, REPLY.length);
    const [inside, insideServer] = await Promise.all([upgrade(transport, CLIENT), upgrading]);
    await insideServer.write([bytes("* BYE\r\n")]);
    await pause(20);
    server.end();
    expect(await readText(inside)).toBe("* BYE\r\n");
    expect(await inside.read()).toBeNull();
    const writing = (async () => {
      for (;;) await inside.write([bytes("NOOP\r\n")]);
    })();
    server.resetAndDestroy();
    await expectFailure(writing, { name: "ConnectionError", code: "transport" });
  });
});

test("info is what the caller says, over what the socket says", async () => {
  const [client] = await sockets();
  const info = { secure: true, remote: "192.0.2.1:25" };
  expect(fromSocket(client, { info }).info).toMatchObject({ ...info, local: expect.stringMatching(/^127/) as string });
  const unconnected = new Socket();
  streams.push(unconnected);
  expect(fromSocket(unconnected).info).toEqual({ secure: false });
});
