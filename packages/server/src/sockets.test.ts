import { connect } from "@mailwire/tls";
import type { ConnectOptions } from "@mailwire/tls";
import type { ByteTransport } from "@mailwire/wire";
import { latin1, utf8 } from "@mailwire/wire";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LINES, lines } from "../test/line-service.ts";
import type { MailListenOptions } from "./index.ts";
import { MailServer } from "./index.ts";

const HOST = "127.0.0.1";
const { private: key, cert } = await generate([{ name: "commonName", value: "localhost" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: HOST }] }],
});
const tls = { key, cert };

const errors: unknown[] = [];
let server: MailServer;
beforeEach(() => {
  errors.length = 0;
  server = new MailServer({ onError: (error) => errors.push(error), limits: { maxConnectionsPerAddress: 2 } });
});
afterEach(() => server.close(0));

function dial(port: number, options: Partial<ConnectOptions> = {}): Promise<ByteTransport> {
  return connect({ host: HOST, port, mode: "none", tls: { ca: cert }, ...options });
}

async function hear(transport: ByteTransport): Promise<string | null> {
  const chunk = await transport.read();
  return chunk === null ? null : latin1(chunk);
}

/** Whether the server still holds a connection that it has refused; one that it does not is reset at the first word. */
async function isWaitedFor(client: ByteTransport): Promise<"waited for" | "dropped"> {
  try {
    for (let count = 0; count < 5; count += 1) {
      await client.write([utf8("x")]);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return "waited for";
  } catch {
    return "dropped";
  }
}

test("connections in clear and inside TLS are listed with the client's address", async () => {
  const [clear, inside] = await Promise.all([
    server.listen(LINES, { host: HOST, port: 0 }),
    server.listen({ ...LINES, protocol: "LINESS" }, { host: HOST, port: 0, mode: "implicit", tls }),
  ]);
  const clients = [await dial(clear.port), await dial(inside.port, { mode: "implicit" })];
  for (const client of clients) expect(await hear(client)).toBe("hello\r\n");
  expect([...server.sessions].map(({ protocol, info }) => [protocol, info.secure])).toEqual([
    ["LINES", false],
    ["LINESS", true],
  ]);
  for (const { info } of server.sessions) expect(info.remote).toMatch(/^127\.0\.0\.1:\d+$/);
});

test("an upgrade to TLS shows, and what is said inside it is counted", async () => {
  const { port } = await server.listen(lines(tls), { host: HOST, port: 0 });
  const client = await dial(port);
  await hear(client);
  await client.write([utf8("STLS\r\n")]);
  let said = "";
  while (!said.endsWith("go\r\n")) said += (await hear(client)) ?? "";
  const secured = await client.startTls?.({ side: "client", serverName: HOST, tls: { ca: cert } });
  await secured?.write([utf8("NOOP\r\n")]);
  expect(secured && (await hear(secured))).toBe("NOOP\r\n");
  expect(server.sessions.get(1)).toMatchObject({ bytesIn: 12, bytesOut: 23, info: { secure: true } });
});

test("an address has its quota, and room again when a session was dropped", async () => {
  const { port } = await server.listen(LINES, { host: HOST, port: 0 });
  const clients = [await dial(port), await dial(port)];
  for (const client of clients) await hear(client);
  expect(await hear(await dial(port))).toBe("busy\r\n");
  const session = server.sessions.get(2);
  session?.drop();
  await session?.closed;
  expect(await hear(await dial(port))).toBe("hello\r\n");
});

describe("a server that is full", () => {
  const full = async (options: Partial<MailListenOptions>): Promise<number> => {
    server = new MailServer({ onError: (error) => errors.push(error), limits: { maxConnections: 1, maxConnectionsPerAddress: 100 } });
    const { port } = await server.listen(
      { ...LINES, refusal: utf8("421 4.7.0 Too many connections\r\n") },
      { host: HOST, port: 0, ...options },
    );
    return port;
  };

  test.each([
    ["in clear", {}, {}],
    ["inside TLS", { mode: "implicit", tls }, { mode: "implicit" }],
    ["behind a proxy", { proxyProtocol: { trusts: () => false } }, {}],
  ] as const)("says so to each that comes, %s, and takes one again when there is room", async (_, listening, dialing) => {
    const port = await full(listening);
    const first = await dial(port, dialing);
    expect(await hear(first)).toBe("hello\r\n");
    for (let count = 0; count < 3; count += 1) {
      const refused = await dial(port, dialing);
      expect(await hear(refused)).toBe("421 4.7.0 Too many connections\r\n");
      expect(await hear(refused)).toBeNull();
    }
    const session = server.sessions.get(1);
    session?.drop();
    await session?.closed;
    expect(await hear(await dial(port, dialing))).toBe("hello\r\n");
  });

  test("says so to all of a crowd, and waits for some of it only", async () => {
    const port = await full({});
    const clients: ByteTransport[] = [];
    const heard: (string | null)[] = [];
    for (let count = 0; count < 1 + 40; count += 1) {
      const client = await dial(port);
      clients.push(client);
      heard.push(await hear(client));
    }
    expect(heard).toEqual(["hello\r\n", ...Array.from({ length: 40 }, () => "421 4.7.0 Too many connections\r\n")]);
    const answers = await Promise.all(clients.slice(1).map(isWaitedFor));
    expect(answers.filter((answer) => answer === "waited for")).toHaveLength(32);
  });

  test("does not let the handshakes of one address keep others out", async () => {
    server = new MailServer({ onError: (error) => errors.push(error), limits: { maxConnectionsPerAddress: 2 } });
    const { port } = await server.listen(LINES, { host: HOST, port: 0, mode: "implicit", tls });
    const silent = await Promise.all(Array.from({ length: 20 }, () => dial(port)));
    let dropped = 0;
    const count = (): unknown => (dropped += 1);
    for (const client of silent) void hear(client).then(count, count);
    // Two may have a place, and eight more find room to be turned away.
    await vi.waitFor(() => expect(dropped).toBe(20 - 2 - 8));
  });

  test("does not let handshakes pile up that nobody goes on with", async () => {
    const port = await full({ mode: "implicit", tls });
    const silent = await Promise.all(Array.from({ length: 90 }, () => dial(port)));
    let dropped = 0;
    const count = (): unknown => (dropped += 1);
    for (const client of silent) void hear(client).then(count, count);
    // One may have a place, and 64 more find room.
    await vi.waitFor(() => expect(dropped).toBe(90 - 1 - 64));
    for (const client of silent) client.abort();
    await vi.waitFor(async () => expect(await hear(await dial(port, { mode: "implicit" }))).toBe("hello\r\n"));
  });
});

test("draining says goodbye and frees the port", async () => {
  const { port, closed } = await server.listen(LINES, { host: HOST, port: 0 });
  const client = await dial(port);
  await hear(client);
  const drained = server.close();
  expect(await hear(client)).toBe("bye\r\n");
  expect(await hear(client)).toBeNull();
  await client.end();
  await Promise.all([drained, closed]);
  await expect(dial(port)).rejects.toMatchObject({ code: "transport" });
});

test("one listener can be closed alone", async () => {
  const first = await server.listen(LINES, { host: HOST, port: 0 });
  const second = await server.listen(LINES, { host: HOST, port: 0 });
  await first.close();
  await expect(dial(first.port)).rejects.toMatchObject({ code: "transport" });
  expect(await hear(await dial(second.port))).toBe("hello\r\n");
});

test("a server that drains listens no more", async () => {
  await server.close();
  await expect(server.listen(LINES, { host: HOST, port: 0 })).rejects.toMatchObject({ side: "local", code: "illegal-now" });
});

test("a port in use is refused", async () => {
  const { port } = await server.listen(LINES, { host: HOST, port: 0 });
  await expect(server.listen(LINES, { host: HOST, port })).rejects.toMatchObject({ code: "transport" });
});

test("a failed handshake is reported and nothing else happens", async () => {
  const { port } = await server.listen(LINES, { host: HOST, port: 0, mode: "implicit", tls });
  const client = await dial(port);
  await client.write([utf8("EHLO in clear\r\n")]);
  await hear(client).catch(() => null);
  expect(errors).toMatchObject([{ code: "tls" }]);
  expect(server.sessions.size).toBe(0);
});
