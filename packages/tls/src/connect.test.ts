import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { ByteTransport } from "@mailwire/wire";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytes, readText } from "../test/bytes.ts";
import { CLIENT_TLS, SELF_SIGNED, SERVER_NAME, SERVER_TLS, STRANGER_TLS } from "../test/certificates.ts";
import { connect } from "./connect.ts";
import { listen } from "./listen.ts";
import type { Listener, ListenOptions } from "./listen.ts";
import type { ClientTlsOptions, TlsPeer } from "./options.ts";
import { TlsSessions } from "./sessions.ts";

const host = "127.0.0.1";
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Greets, then says every piece back, until the peer's end. */
async function echo(transport: ByteTransport): Promise<void> {
  await transport.write([bytes("220 hello\r\n")]);
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) await transport.write([chunk]);
  await transport.end();
}

async function echoServer(options: Partial<ListenOptions> = {}): Promise<Listener> {
  const listener = await listen({ port: 0, host, ...options }, echo);
  closers.push(() => listener.close());
  return listener;
}

/** A bare TCP server whose connections are in the hands of the test. */
async function bareServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe("in clear", () => {
  test("bytes go both ways, and each end ends by itself", async () => {
    const { port } = await echoServer();
    const transport = await connect({ host, port, mode: "none" });
    expect(transport.info).toMatchObject({ secure: false, remote: `127.0.0.1:${port}` });
    expect(transport.info.local).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(transport.info.tls).toBeUndefined();
    expect(await readText(transport, 11)).toBe("220 hello\r\n");
    await transport.write([bytes("EHLO"), bytes(" a\r\n")]);
    expect(await readText(transport, 8)).toBe("EHLO a\r\n");
    await transport.end();
    expect(await readText(transport)).toBe("");
    expect(await transport.read()).toBeNull();
  });
});

describe("implicit TLS", () => {
  test("is authorized, names its facts, and carries bytes both ways to the end", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: { ...SERVER_TLS, ALPNProtocols: ["imap"] } });
    const tls = { ...CLIENT_TLS, ALPNProtocols: ["imap"] };
    const transport = await connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls });
    expect(transport.info).toMatchObject({ secure: true, remote: `127.0.0.1:${port}` });
    expect(transport.info.tls).toMatchObject({ protocol: "TLSv1.3", authorized: true, alpn: "imap" });
    expect(transport.info.tls?.cipher).toMatch(/^TLS_/);
    expect(transport.info.tls?.peerCertificate?.[0]).toBe(0x30);
    expect("startTls" in transport).toBe(false);
    expect(await readText(transport, 11)).toBe("220 hello\r\n");
    await transport.write([bytes("NOOP\r\n")]);
    await transport.end();
    expect(await readText(transport)).toBe("NOOP\r\n");
  });

  test("checks an IP address against the addresses in the certificate, with or without SNI's help", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: SERVER_TLS });
    const transport = await connect({ host, port, mode: "implicit", tls: CLIENT_TLS });
    expect(transport.info.tls?.authorized).toBe(true);
    transport.abort();
    await expect(connect({ host, port, mode: "implicit", serverName: "127.0.0.2", tls: CLIENT_TLS })).rejects.toMatchObject({
      code: "tls",
      cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" },
    });
  });

  test.each([
    ["another authority", { serverName: SERVER_NAME, tls: STRANGER_TLS }],
    ["the system's authorities", { serverName: SERVER_NAME }],
    ["another name", { serverName: "other.example", tls: CLIENT_TLS }],
    ["a version that the server has not", { serverName: SERVER_NAME, tls: { ...CLIENT_TLS, maxVersion: "TLSv1.2" as const } }],
  ])("fails with %s", async (_what, options) => {
    const errors: Error[] = [];
    const tls = { ...SERVER_TLS, minVersion: "TLSv1.3" as const };
    const { port } = await echoServer({ mode: "implicit", tls, onError: (error) => errors.push(error) });
    await expect(connect({ host, port, mode: "implicit", ...options })).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
    const again = await connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls: CLIENT_TLS });
    expect(await readText(again, 11)).toBe("220 hello\r\n");
    again.abort();
  });

  test("goes on with a certificate that is not good only when the caller says so, and tells it", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: SELF_SIGNED });
    const transport = await connect({ host, port, mode: "implicit", tls: { rejectUnauthorized: false } });
    expect(transport.info).toMatchObject({ secure: true, tls: { authorized: false } });
    transport.abort();
  });

  test.each(["", "a b", "mail..example\u0000"])("refuses %j as the server's name", async (serverName) => {
    const { port } = await echoServer({ mode: "implicit", tls: SERVER_TLS });
    const connecting = connect({ host, port, mode: "implicit", serverName, tls: CLIENT_TLS });
    await expect(connecting).rejects.toMatchObject({ name: "ProtocolError", side: "local", code: "bad-server-name" });
  });

  test("takes a server's name with its final dot", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: SERVER_TLS });
    const transport = await connect({ host, port, mode: "implicit", serverName: `${SERVER_NAME}.`, tls: CLIENT_TLS });
    expect(transport.info.tls?.authorized).toBe(true);
    transport.abort();
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ["speaks in clear", (socket) => socket.write("220 hello\r\n")],
    ["closes", (socket) => socket.end()],
    ["closes in the middle", (socket) => socket.once("data", () => socket.end())],
    ["resets in the middle", (socket) => socket.once("data", () => socket.resetAndDestroy())],
  ])("fails typed when the server %s", async (_what, answer) => {
    const port = await bareServer(answer);
    const connecting = connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls: CLIENT_TLS });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
  });

  test("fails typed with options that make no sense", async () => {
    const port = await bareServer(() => undefined);
    const connecting = connect({ host, port, mode: "implicit", tls: { cert: "no certificate" } });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
  });
});

describe("verifyPeer", () => {
  test("sees the server after all other checks, and before anything is said", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: SERVER_TLS });
    const seen: TlsPeer[] = [];
    const tls: ClientTlsOptions = { ...CLIENT_TLS, verifyPeer: (peer) => void seen.push(peer) };
    const transport = await connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls });
    expect(seen).toMatchObject([{ serverName: SERVER_NAME, dnsNames: [SERVER_NAME], authorized: true }]);
    expect(seen[0]?.certificate).toEqual(transport.info.tls?.peerCertificate);
    expect(seen[0]?.issuers).toHaveLength(1);
    transport.abort();
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("not this one");
      },
    ],
    ["rejects", () => Promise.reject(new Error("not this one"))],
  ])("%s: the connection is over, and the server hears nothing", async (_what, verifyPeer) => {
    const heard: (string | Error)[] = [];
    const listener = await listen({ port: 0, host, mode: "implicit", tls: SERVER_TLS }, async (transport) => {
      heard.push(await readText(transport).catch((error: unknown) => String(error)));
    });
    closers.push(() => listener.close());
    const connecting = connect({
      host,
      port: listener.port,
      mode: "implicit",
      serverName: SERVER_NAME,
      tls: { ...CLIENT_TLS, verifyPeer },
    });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "tls", cause: { message: "not this one" } });
    await listener.close();
    await listener.closed;
    expect(heard.filter((text) => text !== "" && !String(text).startsWith("ConnectionError"))).toEqual([]);
  });

  test("can stand in for the other checks, whose outcome it is told", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: SELF_SIGNED });
    const authorized: boolean[] = [];
    const tls: ClientTlsOptions = { rejectUnauthorized: false, verifyPeer: (peer) => void authorized.push(peer.authorized) };
    const transport = await connect({ host, port, mode: "implicit", tls });
    expect(authorized).toEqual([false]);
    transport.abort();
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("sessions of %s", (maxVersion) => {
  test("are resumed with the server that they are of, whose certificate is still known", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: { ...SERVER_TLS, maxVersion } });
    const sessions = new TlsSessions();
    const certificates: Uint8Array[] = [];
    const tls: ClientTlsOptions = { ...CLIENT_TLS, sessions, verifyPeer: ({ certificate }) => void certificates.push(certificate) };
    const open = async (serverName: string): Promise<boolean> => {
      const transport = await connect({ host, port, mode: "implicit", serverName, tls });
      expect(await readText(transport, 11)).toBe("220 hello\r\n");
      await vi.waitFor(() => expect(sessions.size).toBe(1));
      // A resumed handshake shows no certificate.
      const isResumed = transport.info.tls?.peerCertificate === undefined;
      transport.abort();
      return isResumed;
    };
    expect(await open(SERVER_NAME)).toBe(false);
    expect(await open(SERVER_NAME)).toBe(true);
    expect(certificates[1]).toEqual(certificates[0]);
    await expect(open("other.example")).rejects.toMatchObject({ cause: { code: "ERR_TLS_CERT_ALTNAME_INVALID" } });
    expect(sessions.size).toBe(1);
  });

  test("are not kept of a server that did not pass", async () => {
    const { port } = await echoServer({ mode: "implicit", tls: { ...SERVER_TLS, maxVersion } });
    const sessions = new TlsSessions();
    const tls = { ...STRANGER_TLS, sessions, rejectUnauthorized: false };
    const transport = await connect({ host, port, mode: "implicit", serverName: SERVER_NAME, tls });
    expect(await readText(transport, 11)).toBe("220 hello\r\n");
    transport.abort();
    expect(sessions.size).toBe(0);
  });
});

test("sessions are kept of so many servers, and no more", () => {
  const sessions = new TlsSessions({ maxServers: 2 });
  const kept = { session: Buffer.alloc(1), chain: [] };
  for (const name of ["a", "b", "a", "c"]) sessions.keep(name, kept);
  expect(["a", "b", "c"].map((name) => sessions.find(name))).toEqual([kept, undefined, kept]);
  sessions.forget("a");
  expect(sessions.size).toBe(1);
});

describe("connecting fails typed", () => {
  test("when nobody listens", async () => {
    const listener = await listen({ port: 0, host }, echo);
    await listener.close();
    await listener.closed;
    const connecting = connect({ host, port: listener.port });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "transport", cause: { code: "ECONNREFUSED" } });
  });

  test("when the server resets at once", async () => {
    const port = await bareServer((socket) => socket.resetAndDestroy());
    // Whether the reset comes before or after the handshake began is up to the system.
    const connecting = connect({ host, port, mode: "implicit", tls: CLIENT_TLS });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: expect.stringMatching(/^(transport|tls)$/) as string });
  });

  test("when there is no such host or port", async () => {
    await expect(connect({ host: "no-such-host.invalid", port: 25 })).rejects.toMatchObject({ name: "ConnectionError", code: "transport" });
    await expect(connect({ host, port: 70_000 })).rejects.toMatchObject({ name: "ConnectionError", code: "transport" });
  });

  test("at the deadline of a stalled handshake", async () => {
    const closed = new Promise<void>((resolve, reject) => {
      bareServer((socket) => socket.resume().once("close", () => resolve())).then(async (port) => {
        const connecting = connect({ host, port, mode: "implicit", tls: CLIENT_TLS, timeoutMs: 50 });
        await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "timeout" });
      }, reject);
    });
    await expect(closed).resolves.toBeUndefined();
  });

  test("when the caller gives up, before or meanwhile", async () => {
    const port = await bareServer(() => undefined);
    const reason = new Error("enough");
    const early = connect({ host, port, signal: AbortSignal.abort(reason) });
    await expect(early).rejects.toMatchObject({ name: "ConnectionError", code: "aborted", cause: reason });
    const controller = new AbortController();
    const connecting = connect({ host, port, mode: "implicit", signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(connecting).rejects.toMatchObject({ code: "aborted", cause: reason });
  });

  test("and the signal has no effect afterwards", async () => {
    const { port } = await echoServer();
    const controller = new AbortController();
    const transport = await connect({ host, port, signal: controller.signal });
    controller.abort();
    expect(await readText(transport, 11)).toBe("220 hello\r\n");
    transport.abort();
  });
});
