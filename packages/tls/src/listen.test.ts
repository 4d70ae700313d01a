import { spawn } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { connect as connectSocket } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect as connectTls } from "node:tls";
import type { ByteTransport } from "@mailwire/wire";
import { afterEach, describe, expect, test, vi } from "vitest";
import { bytes, pause, readText } from "../test/bytes.ts";
import { CLIENT_TLS, SELF_SIGNED, SERVER_NAME, SERVER_TLS } from "../test/certificates.ts";
import { connect } from "./connect.ts";
import { listen } from "./listen.ts";
import type { Listener, ListenOptions } from "./listen.ts";
import { ServerTls } from "./server-tls.ts";

const host = "127.0.0.1";
const REPLY = bytes("220 ready\r\n");
const closers: (() => unknown)[] = [];
const served: ByteTransport[] = [];
const errors: Error[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  for (const transport of served.splice(0)) transport.abort();
  await pause(5);
  errors.length = 0;
});

const onError = (error: Error): void => {
  errors.push(error);
};

async function listening(options: ListenOptions, serve: (transport: ByteTransport) => unknown): Promise<Listener> {
  const where = options.path === undefined ? { port: 0, host } : {};
  const listener = await listen({ ...where, onError, ...options }, (transport) => {
    served.push(transport);
    return serve(transport);
  });
  closers.push(() => listener.close());
  return listener;
}

/** Greets, then answers a line to each piece of text, until the peer's end. */
async function greet(transport: ByteTransport): Promise<void> {
  await transport.write([bytes("220 hello\r\n")]);
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) {
    await transport.write([bytes("250 "), chunk]);
  }
  await transport.end();
}

async function greeting(listener: Listener, options: { mode?: "none" | "implicit" } = {}): Promise<string> {
  const transport = await connect({ host, port: listener.port, serverName: SERVER_NAME, tls: CLIENT_TLS, ...options });
  const text = await readText(transport, 11);
  transport.abort();
  return text;
}

function rawSocket(port: number): Promise<Socket> {
  const socket = connectSocket({ port, host });
  socket.on("error", () => undefined);
  closers.push(() => socket.destroy());
  return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
}

describe("the listener", () => {
  test("tells its port and address, and what a connection comes from", async () => {
    const infos: unknown[] = [];
    const listener = await listening({}, (transport) => infos.push(transport.info));
    expect(listener.port).toBeGreaterThan(0);
    expect(listener.address).toBe("127.0.0.1");
    const socket = await rawSocket(listener.port);
    await vi.waitFor(() => expect(infos).not.toEqual([]));
    expect(infos).toEqual([{ secure: false, local: `127.0.0.1:${listener.port}`, remote: `127.0.0.1:${socket.localPort ?? 0}` }]);
  });

  test("gives IPv6 addresses in brackets", async () => {
    const listener = await listening({ host: "::1" }, greet);
    const transport = await connect({ host: "::1", port: listener.port });
    expect(transport.info.remote).toBe(`[::1]:${listener.port}`);
    transport.abort();
  });

  test("rejects typed when the address is taken", async () => {
    const { port } = await listening({}, greet);
    await expect(listen({ port, host }, greet)).rejects.toMatchObject({
      name: "ConnectionError",
      code: "transport",
      cause: { code: "EADDRINUSE" },
    });
  });

  test("listens on a Unix socket, whose file is gone when it is closed", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "mailwire-listen-")), "socket");
    closers.push(() => rm(dirname(path), { recursive: true }));
    const listener = await listening({ path }, greet);
    expect(listener).toMatchObject({ port: 0, address: path });
    const socket = connectSocket({ path });
    socket.end();
    const heard: Buffer[] = [];
    for await (const chunk of socket) heard.push(chunk as Buffer);
    expect(Buffer.concat(heard).toString()).toBe("220 hello\r\n");
    expect(served[0]?.info).toEqual({ secure: false });
    await expect(listen({ path }, greet)).rejects.toMatchObject({ code: "transport", cause: { code: "EADDRINUSE" } });
    await listener.close();
    await listener.closed;
    await expect(access(path)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test.each([{}, { port: 0, path: "/tmp/mailwire" }])("needs a port or a path: %j", async (options) => {
    await expect(listen(options, greet)).rejects.toMatchObject({ name: "ProtocolError", side: "local", code: "bad-address" });
  });

  test("refuses implicit TLS without TLS options", async () => {
    const refused = listen({ port: 0, host, mode: "implicit" }, greet);
    await expect(refused).rejects.toMatchObject({ name: "ProtocolError", side: "local", code: "bad-tls-options" });
  });

  test("stops accepting when closed, and is closed when the last connection is over", async () => {
    const listener = await listening({}, greet);
    const transport = await connect({ host, port: listener.port });
    await readText(transport, 11);
    await listener.close();
    await listener.close();
    let isClosed = false;
    const closed = listener.closed.then(() => (isClosed = true));
    await expect(connect({ host, port: listener.port })).rejects.toMatchObject({ code: "transport" });
    await transport.write([bytes("NOOP\r\n")]);
    expect(await readText(transport, 10)).toBe("250 NOOP\r\n");
    expect(isClosed).toBe(false);
    await transport.end();
    await readText(transport);
    expect(await closed).toBe(true);
  });

  test("drops a handshake that ends after it was closed", async () => {
    const listener = await listening({ mode: "implicit", tls: SERVER_TLS }, greet);
    const socket = await rawSocket(listener.port);
    await pause(20);
    await listener.close();
    const secured = connectTls({ socket, ...CLIENT_TLS, servername: SERVER_NAME });
    secured.on("error", () => undefined);
    await new Promise((resolve) => secured.once("close", resolve));
    await listener.closed;
    expect(served).toEqual([]);
  });

  test("drops connections beyond the maximum", async () => {
    const listener = await listening({ maxConnections: 2 }, greet);
    const two = [await connect({ host, port: listener.port }), await connect({ host, port: listener.port })];
    for (const transport of two) expect(await readText(transport, 11)).toBe("220 hello\r\n");
    const third = await connect({ host, port: listener.port });
    expect(await readText(third).catch(() => "")).toBe("");
    for (const transport of [...two, third]) transport.abort();
    await vi.waitFor(async () => expect(await greeting(listener)).toBe("220 hello\r\n"));
  });

  test.each([
    ["in clear", {}],
    ["inside TLS", { mode: "implicit", tls: SERVER_TLS }],
    ["inside TLS that can be renewed", { mode: "implicit", tls: new ServerTls(SERVER_TLS) }],
    ["where a preamble may come", { preamble: { expects: () => undefined, timeoutMs: 1000 } }],
  ] as const)("drops connections of an address that has too many, before any handshake: %s", async (_, options) => {
    const { port } = await listening({ ...options, maxConnectionsPerAddress: 2 }, greet);
    const two = [await rawSocket(port), await rawSocket(port)];
    const third = await rawSocket(port);
    await new Promise((resolve) => third.resume().once("close", resolve));
    expect(two.map(({ closed }) => closed)).toEqual([false, false]);
    // Another address has places of its own.
    const other = connectSocket({ host, port, localAddress: "127.0.0.2" }).on("error", () => undefined);
    closers.push(() => other.destroy());
    await pause(50);
    expect(other.closed).toBe(false);
    two[0]?.destroy();
    await vi.waitFor(async () => {
      const again = await rawSocket(port);
      await pause(20);
      expect(again.closed).toBe(false);
    });
  });

  test("does not count by address what comes on behalf of others", async () => {
    const decoder = { decode: (chunk: Uint8Array) => ({ info: { remote: "192.0.2.1:9" }, rest: chunk.subarray(1) }) };
    const preamble = { expects: () => decoder, timeoutMs: 1000 };
    const { port } = await listening({ preamble, maxConnectionsPerAddress: 1 }, greet);
    const sockets = [await rawSocket(port), await rawSocket(port)];
    for (const socket of sockets) socket.write("P");
    await vi.waitFor(() => expect(served).toHaveLength(2));
  });
});

describe("what goes wrong with one connection stays with it", () => {
  test("what serve throws, at once or later, is told and drops the connection", async () => {
    let count = 0;
    const listener = await listening({}, (transport) => {
      count += 1;
      if (count === 1) throw new Error("at once");
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever a handler throws
      if (count === 2) return Promise.reject("later");
      return greet(transport);
    });
    for (const message of ["at once", "later"]) {
      const transport = await connect({ host, port: listener.port });
      expect(await readText(transport).catch(() => "")).toBe("");
      transport.abort();
      expect(errors.shift()).toMatchObject({ message });
    }
    expect(await greeting(listener)).toBe("220 hello\r\n");
  });

  test("resets at every phase", async () => {
    const clear = await listening({ tls: SERVER_TLS }, greet);
    const implicit = await listening({ mode: "implicit", tls: SERVER_TLS }, greet);
    for (const { port } of [clear, implicit]) (await rawSocket(port)).resetAndDestroy();
    const halfway = await rawSocket(implicit.port);
    halfway.write(Uint8Array.of(0x16, 0x03, 0x01, 0x02));
    await pause(20);
    halfway.resetAndDestroy();
    const leaving = await rawSocket(implicit.port);
    leaving.end();
    const garbage = await rawSocket(implicit.port);
    garbage.write("EHLO in clear\r\n");
    for (const listener of [clear, implicit]) {
      const transport = await connect({ host, port: listener.port, mode: "none" });
      transport.abort();
      expect(await greeting(listener, { mode: listener === implicit ? "implicit" : "none" })).toBe("220 hello\r\n");
    }
    await vi.waitFor(() => {
      const handshakes = errors.filter((error) => "code" in error && error.code === "tls");
      expect(handshakes.length).toBeGreaterThanOrEqual(3);
    });
  });

  test("a stalled implicit handshake ends at its deadline", async () => {
    const listener = await listening({ mode: "implicit", tls: SERVER_TLS, handshakeTimeoutMs: 40 }, greet);
    const socket = await rawSocket(listener.port);
    await new Promise((resolve) => socket.resume().once("close", resolve));
    expect(errors).toMatchObject([{ name: "ConnectionError", code: "tls" }]);
  });

  test("a client that goes away in the middle of an implicit handshake is let go at once", async () => {
    const listener = await listening({ mode: "implicit", tls: SERVER_TLS }, greet);
    const socket = await rawSocket(listener.port);
    socket.end();
    await new Promise((resolve) => socket.resume().once("close", resolve));
    expect(errors).toMatchObject([{ code: "tls" }]);
  });

  test("without onError nobody is told, and nothing breaks", async () => {
    const listener = await listen({ port: 0, host, mode: "implicit", tls: SERVER_TLS }, greet);
    closers.push(() => listener.close());
    const socket = await rawSocket(listener.port);
    socket.write("EHLO in clear\r\n");
    await new Promise((resolve) => socket.resume().once("close", resolve));
    expect(await greeting(listener, { mode: "implicit" })).toBe("220 hello\r\n");
  });
});

describe("an upgrade of an accepted connection", () => {
  async function answerStartTls(transport: ByteTransport): Promise<void> {
    await transport.write([bytes("220 hello\r\n")]);
    await readText(transport, 10);
    const inside = await transport.startTls?.({ side: "server", reply: REPLY, tls: undefined });
    if (inside !== undefined) await greet(inside);
  }

  async function askStartTls(port: number): Promise<ByteTransport> {
    const transport = await connect({ host, port, tls: CLIENT_TLS });
    await readText(transport, 11);
    await transport.write([bytes("STARTTLS\r\n")]);
    await readText(transport, REPLY.length);
    const inside = await transport.startTls?.({ side: "client", serverName: SERVER_NAME });
    if (inside === undefined) throw new Error("cannot be upgraded");
    return inside;
  }

  test("uses the listener's options, and connect's", async () => {
    const listener = await listening({ tls: SERVER_TLS, handshakeTimeoutMs: 5_000 }, answerStartTls);
    const inside = await askStartTls(listener.port);
    expect(inside.info.tls?.authorized).toBe(true);
    expect(await readText(inside, 11)).toBe("220 hello\r\n");
    inside.abort();
  });

  test("works for many at once", async () => {
    const listener = await listening({ tls: SERVER_TLS }, answerStartTls);
    const ends = await Promise.all(Array.from({ length: 50 }, () => askStartTls(listener.port)));
    const answers = await Promise.all(
      ends.map(async (inside, index) => {
        await readText(inside, 11);
        await inside.write([bytes(`${index}`)]);
        await inside.end();
        return readText(inside);
      }),
    );
    expect(answers).toEqual(ends.map((_inside, index) => `250 ${index}`));
  });

  test("without any certificate fails typed at both ends", async () => {
    const listener = await listening({}, answerStartTls);
    await expect(askStartTls(listener.port)).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
    await vi.waitFor(() => expect(errors).toMatchObject([{ name: "ConnectionError", code: "tls" }]));
  });
});

test("a server that asks for the client's certificate tells it", async () => {
  const certificates: unknown[] = [];
  const tls = { ...SERVER_TLS, requestCert: true, rejectUnauthorized: false };
  const listener = await listening({ mode: "implicit", tls }, (transport) => {
    certificates.push(transport.info.tls?.peerCertificate?.[0], transport.info.tls?.authorized);
    return greet(transport);
  });
  const transport = await connect({ host, port: listener.port, mode: "implicit", tls: { ...CLIENT_TLS, ...SELF_SIGNED } });
  await readText(transport, 11);
  transport.abort();
  expect(certificates).toEqual([0x30, false]);
});

describe("openssl s_client", () => {
  interface Outcome {
    readonly code: number | null;
    readonly output: string;
  }

  function openssl(args: readonly string[], input: string): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn("openssl", ["s_client", ...args]);
      let output = "";
      // It may be gone before it has read what it is told.
      child.stdin.on("error", () => undefined);
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString("latin1");
        if (output.includes("220 hello")) child.stdin.end(input);
      });
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, output }));
    });
  }

  test.each(["-tls1_2", "-tls1_3"])("talks to implicit TLS (%s)", async (version) => {
    const listener = await listening({ mode: "implicit", tls: SERVER_TLS }, async (transport) => {
      await transport.write([bytes("220 hello\r\n")]);
      await transport.write([bytes(`250 ${await readText(transport, 5)}`)]);
      await transport.end();
    });
    const { output } = await openssl([version, "-quiet", "-connect", `${host}:${listener.port}`, "-servername", SERVER_NAME], "QUIT\n");
    expect(output).toContain("220 hello\r\n250 QUIT\n");
  });

  test("is refused below TLS 1.2", async () => {
    const listener = await listening({ mode: "implicit", tls: SERVER_TLS }, greet);
    const { code } = await openssl(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-quiet", "-connect", `${host}:${listener.port}`], "");
    expect(code).not.toBe(0);
    expect(errors).toMatchObject([{ name: "ConnectionError", code: "tls" }]);
  });

  test("upgrades by STARTTLS as it does it for SMTP", async () => {
    const listener = await listening({ tls: SERVER_TLS }, async (transport) => {
      await transport.write([bytes("220 mail.example ESMTP\r\n")]);
      await readText(transport, 6);
      await transport.write([bytes("250-mail.example\r\n250 STARTTLS\r\n")]);
      await readText(transport, 10);
      const inside = await transport.startTls?.({ side: "server", reply: REPLY, tls: SERVER_TLS });
      await inside?.write([bytes("220 hello\r\n")]);
      await inside?.end();
    });
    const { output } = await openssl(["-starttls", "smtp", "-quiet", "-connect", `${host}:${listener.port}`], "");
    expect(output).toContain("220 hello\r\n");
  });
});
