import { connect, fromAcceptedTls, fromConn } from "@mailwire/tls/deno";
import type { DenoConn, DenoTlsConn } from "@mailwire/tls/deno";
import type { ByteTransport } from "@mailwire/wire";
import { describe, expect, inject, test } from "vitest";
import { SERVER_NAME } from "../../src/server-name.ts";
import { ports, testAdapter } from "../socket-adapter.ts";

const tls = { caCerts: [inject("peers").authority] };

describe("Deno.connect and Deno.startTls", () => {
  testAdapter({ connect: (port, options) => connect({ host: "127.0.0.1", port, serverName: SERVER_NAME, tls, ...options }) });

  test("addresses of both ends are told", async () => {
    const transport = await connect({ host: "127.0.0.1", port: ports().clear });
    expect(transport.info).toEqual({
      secure: false,
      remote: `127.0.0.1:${ports().clear}`,
      local: expect.stringMatching(/^127.0.0.1:\d+$/) as string,
    });
    transport.abort();
  });

  test("a stalled handshake ends at its deadline", async () => {
    const connecting = connect({ host: "127.0.0.1", port: ports().clear, mode: "implicit", tls, timeoutMs: 200 });
    await expect(connecting).rejects.toMatchObject({ name: "ConnectionError", code: "timeout" });
  });
});

interface Listening<Conn> {
  accept(): Promise<Conn>;
  close(): void;
  readonly addr: { readonly port: number };
}
interface DenoListens {
  listen(options: { hostname: string; port: number }): Listening<DenoConn>;
  listenTls(options: { hostname: string; port: number; key: string; cert: string }): Listening<DenoTlsConn>;
}
const { Deno } = globalThis as typeof globalThis & { Deno: DenoListens };
const hostname = "127.0.0.1";

async function expectHello(server: ByteTransport, client: ByteTransport): Promise<void> {
  await server.write([new TextEncoder().encode("220 hello\r\n")]);
  expect(new TextDecoder().decode((await client.read()) ?? undefined)).toBe("220 hello\r\n");
  client.abort();
  server.abort();
}

test("what Deno.listen accepts is a transport", async () => {
  const listener = Deno.listen({ hostname, port: 0 });
  const [conn, client] = await Promise.all([listener.accept(), connect({ host: hostname, port: listener.addr.port })]);
  listener.close();
  await expectHello(fromConn(conn), client);
});

test("what Deno.listenTls accepts is a transport once its handshake is done", async () => {
  const listener = Deno.listenTls({ hostname, port: 0, ...inject("peers").identity });
  const connecting = connect({ host: hostname, port: listener.addr.port, mode: "implicit", serverName: SERVER_NAME, tls });
  const [server, client] = await Promise.all([listener.accept().then((conn) => fromAcceptedTls(conn)), connecting]);
  listener.close();
  expect(server.info).toMatchObject({ secure: true, tls: { authorized: false } });
  await expectHello(server, client);
});

test("a client that does not shake hands is let go", async () => {
  const listener = Deno.listenTls({ hostname, port: 0, ...inject("peers").identity });
  const [conn, client] = await Promise.all([listener.accept(), connect({ host: hostname, port: listener.addr.port })]);
  listener.close();
  await expect(fromAcceptedTls(conn, { handshakeTimeoutMs: 200 })).rejects.toMatchObject({ name: "ConnectionError", code: "timeout" });
  client.abort();
});
