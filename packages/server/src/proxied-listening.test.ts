// Headers of proxies over real sockets: before SMTP-like lines, and before implicit TLS.

import { connect as connectSocket, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Listener } from "@mailwire/tls";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LINES, lines } from "../test/line-service.ts";
import { encodeBlock } from "../test/proxy-encoder.ts";
import { MailServer, type ProxyProtocolOptions } from "./index.ts";

const HOST = "127.0.0.1";
const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: HOST }] }],
});
const tls = { key, cert };

const errors: unknown[] = [];
const sockets: Socket[] = [];
let server: MailServer;
beforeEach(() => {
  errors.length = 0;
  server = new MailServer({ onError: (error) => errors.push(error), limits: { maxConnectionsPerAddress: 2 } });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close(0);
});

const EVERYBODY: ProxyProtocolOptions = { trusts: ({ remote = "" }) => remote.startsWith("127.0.0.1:") };

function listening(mode: "plaintext" | "implicit", proxyProtocol: ProxyProtocolOptions = EVERYBODY): Promise<Listener> {
  return server.listen(lines(tls), { host: HOST, port: 0, mode, tls, proxyProtocol, handshakeTimeoutMs: 500 });
}

async function dial({ port }: Listener): Promise<Socket> {
  const socket = connectSocket({ port, host: HOST });
  sockets.push(socket.on("error", () => undefined));
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** Collects what comes until `text` is complete. */
async function expectText(socket: Socket, text: string): Promise<void> {
  let heard = "";
  socket.on("data", (chunk: Buffer) => (heard += chunk.toString("latin1"))).resume();
  await vi.waitFor(() => expect(heard).toBe(text));
  socket.removeAllListeners("data").pause();
}

function end(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once("close", resolve));
}

const V1 = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n";
const V2 = encodeBlock({
  addresses: { family: "IPv6", hosts: [new Uint8Array(16).fill(0x20), new Uint8Array(16).fill(0x30)], ports: [4711, 25] },
});

function infos(): unknown[] {
  return [...server.sessions].map(({ info: { secure, remote, local } }) => ({ secure, remote, local }));
}

describe("in clear", () => {
  test.each<[string, string | Uint8Array, object]>([
    ["version 1", V1, { remote: "192.0.2.7:4711", local: "198.51.100.1:25" }],
    ["version 2", V2, { remote: `[${"2020:".repeat(8).slice(0, -1)}]:4711`, local: `[${"3030:".repeat(8).slice(0, -1)}]:25` }],
  ])("a header of %s tells the addresses, and what was sent with it is not lost", async (_version, header, info) => {
    const socket = await dial(await listening("plaintext"));
    socket.write(Buffer.concat([Buffer.from(header), Buffer.from("NOOP\r\n")]));
    await expectText(socket, "hello\r\nNOOP\r\n");
    expect(infos()).toEqual([{ secure: false, ...info }]);
  });

  test("a header byte by byte is read to its end and not beyond, and an upgrade keeps its addresses", async () => {
    const socket = await dial(await listening("plaintext"));
    socket.setNoDelay(true);
    for (const byte of V2) await new Promise((resolve) => socket.write(Uint8Array.of(byte), () => setImmediate(resolve)));
    await expectText(socket, "hello\r\n");
    socket.write("STLS\r\n");
    await expectText(socket, "STLS\r\ngo\r\n");
    const secured = connectTls({ socket, host: HOST, ca: cert });
    secured.write("NOOP\r\n");
    await expectText(secured, "NOOP\r\n");
    expect(infos()).toMatchObject([{ secure: true, remote: expect.stringContaining("2020:") as string }]);
  });

  test("a proxy that speaks for itself keeps its own addresses", async () => {
    const listener = await listening("plaintext");
    for (const header of ["PROXY UNKNOWN\r\n", encodeBlock({ command: "LOCAL" })]) {
      const socket = await dial(listener);
      socket.write(header);
      await expectText(socket, "hello\r\n");
      expect(infos().at(-1)).toEqual({ secure: false, remote: `${HOST}:${socket.localPort ?? 0}`, local: `${HOST}:${listener.port}` });
    }
  });

  test("quotas are those of the clients, not of the proxy", async () => {
    const listener = await listening("plaintext");
    for (const host of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) {
      const socket = await dial(listener);
      socket.write(`PROXY TCP4 ${host} 198.51.100.1 4711 25\r\n`);
      await expectText(socket, "hello\r\n");
    }
    expect(server.sessions.size).toBe(3);
  });

  test("a peer that is not trusted is served as it is: its header is garbage", async () => {
    const socket = await dial(await listening("plaintext", { trusts: () => false }));
    await expectText(socket, "hello\r\n");
    socket.write(V1);
    await expectText(socket, V1);
    expect(infos()).toMatchObject([{ remote: `${HOST}:${socket.localPort ?? 0}` }]);
  });
});

describe("before implicit TLS", () => {
  test.each<["together with the handshake" | "first"]>([["together with the handshake"], ["first"]])(
    "a header that comes %s tells the addresses",
    async (when) => {
      const socket = await dial(await listening("implicit"));
      socket.write(V1);
      // What one turn writes arrives at once: the server runs in this process and reads only later.
      if (when === "first") await new Promise((resolve) => setTimeout(resolve, 20));
      const secured = connectTls({ socket, host: HOST, ca: cert });
      await expectText(secured, "hello\r\n");
      secured.write("NOOP\r\n");
      await expectText(secured, "NOOP\r\n");
      expect(infos()).toEqual([{ secure: true, remote: "192.0.2.7:4711", local: "198.51.100.1:25" }]);
    },
  );

  test("a peer that is not trusted begins with its handshake", async () => {
    const listener = await listening("implicit", { trusts: () => false });
    const secured = connectTls({ socket: await dial(listener), host: HOST, ca: cert });
    await expectText(secured, "hello\r\n");
    const garbled = await dial(listener);
    garbled.write(V1);
    await end(garbled);
    expect(errors).toMatchObject([{ name: "ConnectionError", code: "tls" }]);
  });

  test("a handshake that does not come is not waited for", async () => {
    const socket = await dial(await listening("implicit"));
    socket.write(V1);
    await end(socket);
    expect(errors).toMatchObject([{ name: "ConnectionError", code: "timeout", phase: "TLS handshake" }]);
  });

  test("nobody is served any more once the listener is closed", async () => {
    const listener = await listening("implicit");
    const socket = await dial(listener);
    socket.write(V1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await listener.close();
    connectTls({ socket, host: HOST, ca: cert }).on("error", () => undefined);
    await end(socket);
    await listener.closed;
    expect(server.sessions.size).toBe(0);
  });
});

describe.each(["plaintext", "implicit"] as const)("a trusted peer (%s) is dropped", (mode) => {
  test("that says something else", async () => {
    const socket = await dial(await listening(mode));
    socket.write("EHLO client.example\r\n");
    await end(socket);
    expect(errors).toMatchObject([{ name: "ProtocolError", side: "remote", code: "bad-proxy-header" }]);
    expect(server.sessions.size).toBe(0);
  });

  test("whose header is too long", async () => {
    const socket = await dial(await listening(mode, { ...EVERYBODY, limits: { maxHeaderBytes: 16 } }));
    socket.write(V2);
    await end(socket);
    expect(errors).toMatchObject([{ name: "ProtocolError", side: "remote", code: "proxy-header-too-long" }]);
  });

  test("that says nothing, or not all in time", async () => {
    const listener = await listening(mode, { ...EVERYBODY, headerMs: 50 });
    const [silent, slow] = [await dial(listener), await dial(listener)];
    slow.write("PROXY TCP4 ");
    await Promise.all([end(silent), end(slow)]);
    const timeout = { name: "ConnectionError", code: "timeout", phase: "preamble" };
    expect(errors).toMatchObject([timeout, timeout]);
  });

  test("that leaves in the middle", async () => {
    const listener = await listening(mode);
    const [ending, gone] = [await dial(listener), await dial(listener)];
    ending.end("PROXY ");
    await end(ending);
    gone.resetAndDestroy();
    await vi.waitFor(() => expect(errors).toHaveLength(2));
    expect(errors).toMatchObject([{ code: "eof" }, { code: "transport" }]);
  });

  test("when it cannot be told whether it is trusted", async () => {
    const socket = await dial(
      await listening(mode, {
        trusts: () => {
          throw new Error("no idea");
        },
      }),
    );
    await end(socket);
    expect(errors).toMatchObject([{ name: "ConnectionError", code: "transport", cause: { message: "no idea" } }]);
  });
});

test("implicit TLS behind a proxy needs TLS options too", async () => {
  const refused = server.listen(LINES, { host: HOST, port: 0, mode: "implicit", proxyProtocol: EVERYBODY });
  await expect(refused).rejects.toMatchObject({ name: "ProtocolError", side: "local", code: "bad-tls-options" });
});
