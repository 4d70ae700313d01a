import { memoryPair } from "@mailwire/transport";
import type { ByteTransport, StartTls } from "@mailwire/wire";
import { latin1, utf8 } from "@mailwire/wire";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LINES } from "../test/line-service.ts";
import type { Service, SessionNews } from "./index.ts";
import { MailServer } from "./index.ts";

/** The client's end of a connection to `server`, from an address. */
function dial(server: MailServer, remote?: string, service: Service = LINES): ByteTransport {
  const [client, end] = memoryPair();
  if (remote !== undefined) Object.defineProperty(end, "info", { value: { ...end.info, remote } });
  server.accept(end, service);
  return client;
}

async function hear(transport: ByteTransport): Promise<string | null> {
  const chunk = await transport.read();
  return chunk === null ? null : latin1(chunk);
}

async function say(transport: ByteTransport, line: string): Promise<string | null> {
  await transport.write([utf8(`${line}\r\n`)]);
  return hear(transport);
}

let now = 0;
beforeEach(() => {
  vi.useFakeTimers();
  now = 1_000;
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets `ms` pass on the server's clock and its timers. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(0); // what was said before arrives before
  now += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

function serve(limits: ConstructorParameters<typeof MailServer>[0] = {}): MailServer {
  return new MailServer({ clock: () => now, ...limits });
}

describe("a live session", () => {
  test("shows who, since when, how much and what was said, as it happens", async () => {
    const server = serve();
    const client = dial(server, "192.0.2.1:1106");
    await hear(client);
    const [session] = server.sessions;
    expect(session).toMatchObject({ id: 1, protocol: "LINES", since: 1_000, user: undefined, bytesIn: 0, bytesOut: 7 });
    expect(session?.info).toEqual({ secure: false, remote: "192.0.2.1:1106" });
    const heard: (string | undefined)[] = [];
    session?.dialogue.subscribe((entry) => heard.push(entry.text));
    await pass(500);
    await say(client, "USER ann");
    expect(session).toMatchObject({ user: "ann", bytesIn: 10, bytesOut: 17, lastActive: 1_500, msLeft: 1_800_000 });
    expect(heard).toEqual(["USER ann", "USER ann"]);
    expect(session?.dialogue.entries.map(({ text }) => text)).toEqual(["hello", "USER ann", "USER ann"]);
  });

  test("stays readable when it is over", async () => {
    const server = serve();
    const client = dial(server);
    await hear(client);
    const [session] = server.sessions;
    await say(client, "QUIT");
    await client.end();
    await expect(session?.closed).resolves.toEqual({ reason: "done" });
    expect(session?.bytesIn).toBe(6);
    expect([...server.sessions]).toEqual([]);
  });

  test("counts on inside TLS", async () => {
    const server = serve();
    const client = dial(server);
    await hear(client);
    await say(client, "STLS");
    const upgrade: StartTls = { side: "client", serverName: "mx.example" };
    expect(await hear(client)).toBe("go\r\n");
    const inside = await client.startTls?.(upgrade);
    const [session] = server.sessions;
    const before = session?.bytesIn;
    if (inside !== undefined) await say(inside, "NOOP");
    expect(session?.info.secure).toBe(true);
    expect([before, session?.bytesIn, session?.bytesOut]).toEqual([6, 12, 7 + 6 + 4 + 6]);
  });

  test("can be dropped", async () => {
    const server = serve();
    const client = dial(server);
    await hear(client);
    server.sessions.get(1)?.drop();
    await expect(hear(client)).rejects.toThrow();
    expect(server.sessions.size).toBe(0);
  });

  test("can be closed politely", async () => {
    const server = serve();
    const client = dial(server);
    await hear(client);
    server.sessions.get(1)?.close();
    expect(await hear(client)).toBe("bye\r\n");
    expect(await hear(client)).toBeNull();
  });
});

test("a connection that cannot be upgraded is served as it is", async () => {
  const [client, end] = memoryPair({ secure: true });
  const session = serve().accept(end, LINES);
  expect(await hear(client)).toBe("hello\r\n");
  expect(session?.info.secure).toBe(true);
});

describe("the registry", () => {
  test("tells its watchers who joins, who it is and who leaves, until they leave", async () => {
    const server = serve();
    const news: string[] = [];
    const tell = (one: SessionNews): void => {
      news.push(`${one.type} ${one.session.id}${one.type === "left" ? ` ${one.closure.reason}` : ""}`);
    };
    const leave = server.sessions.watch(tell);
    const client = dial(server);
    await hear(client);
    await say(client, "USER ann");
    const session = server.sessions.get(1);
    session?.drop();
    await session?.closed;
    leave();
    dial(server);
    expect(news).toEqual(["joined 1", "identified 1", "left 1 aborted"]);
  });

  test("says that a session joined before it says anything else of it", () => {
    const server = serve();
    const news: string[] = [];
    server.sessions.watch((one) => news.push(`${one.type} ${one.session.user ?? "?"}`));
    const known: Service = {
      protocol: "KNOWN",
      serve: (transport, live) => {
        live.identify("ann");
        return LINES.serve(transport, live);
      },
    };
    dial(server, undefined, known);
    expect(news).toEqual(["joined ann"]);
  });
});

describe("quotas", () => {
  test("refuse a connection too many, with a word, and take one again when another has left", async () => {
    const server = serve({ limits: { maxConnections: 1 } });
    const first = dial(server);
    await hear(first);
    const second = dial(server);
    expect(await hear(second)).toBe("busy\r\n");
    expect(await hear(second)).toBeNull();
    const session = server.sessions.get(1);
    session?.drop();
    await session?.closed;
    expect(await hear(dial(server))).toBe("hello\r\n");
  });

  test("count each address apart", async () => {
    const server = serve({ limits: { maxConnectionsPerAddress: 2 } });
    const heard = [];
    for (const remote of ["[2001:db8::1]:1", "[2001:db8::1]:2", "[2001:db8::1]:3", "[2001:db8::2]:1"])
      heard.push(await hear(dial(server, remote)));
    expect(heard).toEqual(["hello\r\n", "hello\r\n", "busy\r\n", "hello\r\n"]);
    const [one, two] = server.sessions;
    one?.drop();
    two?.drop();
    await Promise.all([one?.closed, two?.closed]);
    expect(await hear(dial(server, "[2001:db8::1]:4"))).toBe("hello\r\n");
  });

  test("refuse without a word where the service has none", async () => {
    const server = serve({ limits: { maxConnections: 1 } });
    dial(server);
    expect(await hear(dial(server, undefined, { protocol: "SILENT", serve: LINES.serve }))).toBeNull();
  });

  test("are not waited for by a peer that will not go", async () => {
    const server = serve({ limits: { maxConnections: 1, maxFarewellMs: 100 } });
    dial(server);
    const client = dial(server);
    expect(await hear(client)).toBe("busy\r\n");
    expect(await hear(client)).toBeNull();
    await pass(101);
    await expect(client.write([utf8("still here")])).rejects.toThrow();
  });
});

describe("time", () => {
  const limits = { maxIdleMs: 1_000, maxSessionMs: 3_000, maxFarewellMs: 100 };

  test("runs out for a session in which nothing is said", async () => {
    const server = serve({ limits });
    const client = dial(server);
    await hear(client);
    await pass(900);
    await say(client, "NOOP");
    await pass(900);
    expect(server.sessions.get(1)?.msLeft).toBe(100);
    await pass(101);
    expect(await hear(client)).toBe("bye\r\n");
  });

  test("runs out for a session that lasts too long", async () => {
    const server = serve({ limits });
    const client = dial(server);
    await hear(client);
    for (let round = 0; round < 5; round += 1) {
      await pass(550);
      await say(client, "NOOP");
    }
    await pass(251);
    expect(await hear(client)).toBe("bye\r\n");
  });

  test("ends in a drop where politeness fails", async () => {
    const server = serve({ limits });
    const client = dial(server);
    await hear(client);
    await client.write([utf8("SLOW\r\n")]);
    await pass(1_001);
    expect(server.sessions.size).toBe(1);
    await pass(100);
    expect(server.sessions.size).toBe(0);
    await expect(hear(client)).rejects.toThrow();
  });
});

describe("draining", () => {
  test("ends every session politely and takes no more", async () => {
    const server = serve();
    const clients = [dial(server), dial(server)];
    for (const client of clients) await hear(client);
    const drained = server.close();
    expect(await hear(dial(server))).toBe("busy\r\n");
    for (const client of clients) {
      expect(await hear(client)).toBe("bye\r\n");
      await client.end();
    }
    await drained;
    expect(server.sessions.size).toBe(0);
  });

  test("drops at its deadline what will not end", async () => {
    const server = serve();
    const client = dial(server);
    await hear(client);
    await client.write([utf8("SLOW\r\n")]);
    await pass(1);
    const drained = server.close(50);
    await pass(51);
    await drained;
    expect(server.sessions.size).toBe(0);
  });
});

test("a service that throws costs its connection only, and is reported", async () => {
  const errors: unknown[] = [];
  const broken: Service = {
    protocol: "BROKEN",
    serve: () => {
      throw new TypeError("no");
    },
  };
  const server = serve({ onError: (error) => errors.push(error), limits: { maxConnections: 1 } });
  await expect(hear(dial(server, undefined, broken))).rejects.toThrow();
  expect(errors).toEqual([new TypeError("no")]);
  await expect(hear(dial(new MailServer(), undefined, broken))).rejects.toThrow();
  expect(await hear(dial(server))).toBe("hello\r\n");
});
