import { memoryPair } from "@mailwire/transport";
import { ConnectionError, ProtocolError, fromLatin1 } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { Peer, serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import type { Served } from "../../test/server-fixture.ts";
import { TestBackend } from "../../test/backend.ts";
import { transcript } from "../../test/rig.ts";
import type { MailboxName } from "../codec/index.ts";
import { ImapRefusal, serveImap } from "../server.ts";
import type { MailboxUpdate } from "../server.ts";

const store = { messages: ["one", "two", "three"] };
const FAULT = "t NO [SERVERBUG] Something went wrong here\r\n";
const DISK = new Error("disk");

/** Lets what was started go on as far as it can: a round through the whole server. */
async function round({ peer }: Served): Promise<void> {
  expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
}

describe("changes that others make", () => {
  const changes: MailboxUpdate[] = [
    { type: "flags", uid: 3, flags: ["\\Seen"] },
    { type: "flags", uid: 9, flags: [] },
    { type: "EXPUNGE", sequenceNumber: 1 },
    { type: "EXISTS", count: 4 },
    { type: "RECENT", count: 1 },
  ];
  /** A mailbox in which they have happened. */
  async function changed(): Promise<Served> {
    const served = await serveSelected({ store });
    served.backend.updates.push(...changes);
    return served;
  }
  const withExpunges = /^\* 1 EXPUNGE\r\n\* 4 EXISTS\r\n\* 1 RECENT\r\n\* 3 FETCH \(FLAGS \(\\Seen\)\)\r\nt OK /m;
  const withoutExpunges = /^\* 4 EXISTS\r\n\* 1 RECENT\r\n\* 3 FETCH \(FLAGS \(\\Seen\)\)\r\nt OK /m;

  test.each(["NOOP", "CHECK", "UID FETCH 1 UID", "UID STORE 2 FLAGS ()", "UID SEARCH ALL", "COPY 1 INBOX", 'LIST "" ""', "CAPABILITY"])(
    "are told at %s, flags last",
    async (line) => {
      const { peer } = await changed();
      expect(await peer.ask(line)).toMatch(withExpunges);
    },
  );

  test.each(["FETCH 1 UID", "STORE 2 FLAGS ()", "SEARCH ALL"])("but no expunges during %s", async (line) => {
    const { peer } = await changed();
    expect(await peer.ask(line)).toMatch(withoutExpunges);
    expect(await peer.ask("NOOP")).toBe("* 1 EXPUNGE\r\nt OK NOOP completed\r\n");
  });

  test("are told with NO too, but not with BAD, nor at LOGOUT", async () => {
    const { peer } = await changed();
    expect(await peer.ask("FETCH 9 UID")).toBe("t BAD No such message\r\n");
    expect(await peer.ask("COPY 1 x")).toMatch(/^\* 1 EXPUNGE\r\n[^]*\r\nt NO \[TRYCREATE\]/);
    const other = await changed();
    expect(await other.peer.ask("LOGOUT")).toBe("* BYE Logging out\r\nt OK LOGOUT completed\r\n");
  });

  test("that cannot be learned, or told, do not change the answer", async () => {
    const { peer, backend, errors } = await serveSelected();
    vi.spyOn(backend.current, "poll").mockRejectedValueOnce(DISK);
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
    backend.updates.push({ type: "EXISTS", count: -1 });
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
    expect(errors).toMatchObject([DISK, { side: "local", code: "bad-argument" }]);
  });
});

describe("a backend that throws", () => {
  test.each([
    ["list", 'LIST "" *'],
    ["listSubscribed", 'LSUB "" *'],
    ["create", "CREATE x"],
    ["delete", "DELETE x"],
    ["rename", "RENAME x y"],
    ["subscribe", "SUBSCRIBE x"],
    ["unsubscribe", "UNSUBSCRIBE x"],
    ["status", "STATUS INBOX (MESSAGES)"],
    ["open", "SELECT INBOX"],
    ["append", "APPEND INBOX {3}"],
  ] as const)("in %s gives NO, and the connection lives", async (method, line) => {
    const served = await serveAccount();
    const { peer, backend, errors } = served;
    vi.spyOn(backend, method)
      .mockRejectedValueOnce(DISK)
      .mockRejectedValueOnce(new ImapRefusal({ type: "NOPERM" }, "a\r\nt OK b\0"));
    expect(await peer.ask(line)).toBe(FAULT);
    expect(errors).toEqual([DISK]);
    expect(await peer.ask(line)).toBe("t NO [NOPERM] a t OK b \r\n");
    await round(served);
  });

  test.each([
    ["store", "STORE 1 FLAGS ()"],
    ["copy", "COPY 1 INBOX"],
    ["search", "SEARCH ALL"],
    ["expunge", "EXPUNGE"],
  ] as const)("in the mailbox's %s gives NO, and the connection lives", async (method, line) => {
    const served = await serveSelected({ store });
    vi.spyOn(served.backend.current, method).mockRejectedValueOnce(DISK).mockRejectedValueOnce(new ImapRefusal(null, "Not today"));
    expect(await served.peer.ask(line)).toBe(FAULT);
    expect(await served.peer.ask(line)).toBe("t NO Not today\r\n");
    expect(served.errors).toEqual([DISK]);
    await round(served);
  });

  test.each([
    new ConnectionError("eof", "the store went away"),
    new ConnectionError("closed", "the store is closed", { cause: DISK }),
    new ProtocolError("remote", "bad-reply", "the store speaks nonsense"),
  ])("because it lost a connection of its own (%s) costs not this one", async (fault) => {
    const served = await serveSelected({ store });
    vi.spyOn(served.backend.current, "search").mockRejectedValueOnce(fault);
    expect(await served.peer.ask("SEARCH ALL")).toBe(FAULT);
    vi.spyOn(served.backend.current, "poll").mockRejectedValueOnce(fault);
    await round(served);
    expect(served.errors).toEqual([fault, fault]);
  });

  test("a refusal that cannot be said is NO all the same", async () => {
    const served = await serveAccount();
    vi.spyOn(served.backend, "create").mockRejectedValueOnce(new ImapRefusal({ type: "unknown", name: "X", arguments: "\r\n" }, "x"));
    expect(await served.peer.ask("CREATE x")).toBe(FAULT);
    expect(served.errors).toMatchObject([{ side: "local", code: "bad-argument" }]);
    await round(served);
  });

  test("nobody need listen, and whoever listens may throw", async () => {
    const angry = (): void => {
      throw new Error("I do not want to know");
    };
    for (const onError of [undefined, angry]) {
      const [ours, theirs] = memoryPair();
      const backend = new TestBackend();
      vi.spyOn(backend, "openAccount").mockRejectedValueOnce(DISK);
      serveImap(ours, { backend, allowPlaintextAuth: true, ...(onError !== undefined && { onError }) });
      expect(await new Peer(theirs).ask("LOGIN u p")).toMatch(/t NO \[SERVERBUG\]/);
    }
  });
});

describe("a connection that the client ends", () => {
  test.each([
    ["between commands", "t NOOP\r\n", "done"],
    ["in a line", "t NOOP\r\nu NO", "eof"],
    ["in a literal", "t STATUS {5}\r\nIN", "eof"],
    ["in IDLE", "t IDLE\r\n", "eof"],
  ])("%s is closed with its mailbox: %j is %s", async (_where, said, reason) => {
    const { peer, served, backend } = await serveSelected();
    await peer.say(said);
    await peer.transport.end();
    expect(await served.closed).toMatchObject({ reason });
    expect(backend.log).toEqual(["mailbox closed", "account closed"]);
  });
});

describe("close", () => {
  test("says BYE at once to a client that says nothing", async () => {
    const { peer, served, backend } = await serveSelected();
    served.close();
    served.close();
    expect(await peer.hearOut()).toBe("* BYE The server is shutting down\r\n");
    expect(await served.closed).toEqual({ reason: "done" });
    expect(backend.log).toEqual(["mailbox closed", "account closed"]);
  });

  test("waits for the answer to the command that is being answered", async () => {
    const { peer, served } = await serve({
      onCommand: () => {
        served.close();
        return undefined;
      },
    });
    await peer.say("t NOOP\r\nu NOOP\r\n");
    expect(await peer.hearOut()).toBe("t OK NOOP completed\r\n* BYE The server is shutting down\r\n");
    expect(await served.closed).toEqual({ reason: "done" });
  });

  test("says BYE inside TLS when the handshake is going on", async () => {
    const { peer, served } = await serve({ tls: {} });
    await peer.ask("STARTTLS");
    served.close();
    const inside = await peer.transport.startTls?.({ side: "client", serverName: "localhost" });
    expect(inside === undefined ? "" : await new Peer(inside).hearOut()).toBe("* BYE The server is shutting down\r\n");
    expect(await served.closed).toEqual({ reason: "done" });
  });

  test("says no more than LOGOUT has said, and nothing to nobody", async () => {
    const { peer, served } = await serve({
      onCommand: ({ name }) => {
        served.close();
        return name === "NOOP" ? "drop" : undefined;
      },
    });
    await peer.say("t LOGOUT\r\n");
    expect(await peer.hearOut()).toBe("* BYE Logging out\r\nt OK LOGOUT completed\r\n");
    await served.closed;
    served.close();
    const dropped = await serve({
      onCommand: () => {
        dropped.served.close();
        return "drop";
      },
    });
    await dropped.peer.say("t NOOP\r\n");
    expect(await dropped.served.closed).toMatchObject({ reason: "aborted" });
    dropped.served.close();
    expect(dropped.errors).toEqual([]);
  });
});

describe("whatever happens, what was opened is closed once", () => {
  const ends: [string, (served: Served) => unknown][] = [
    ["LOGOUT", ({ peer }) => peer.ask("LOGOUT").then(() => peer.transport.end())],
    ["the client's end", ({ peer }) => peer.transport.end()],
    ["the client's end inside a command", ({ peer }) => peer.say("t NO").then(() => peer.transport.end())],
    ["the client's drop", ({ peer }) => peer.transport.abort()],
    [
      "close",
      ({ peer, served }) => {
        served.close();
        return peer.transport.end();
      },
    ],
    ["abort", ({ served }) => served.abort()],
    ["too much refused data", ({ peer }) => peer.say(`t FETCH {999999999+}\r\n`).then(() => peer.transport.end())],
  ];

  test.each(ends)("at %s", async (_end, end) => {
    const served = await serveSelected({ store });
    await end(served);
    await served.served.closed;
    expect(served.backend.log).toEqual(["mailbox closed", "account closed"]);
    expect(served.errors).toEqual([]);
  });

  test.each(ends)("at %s, also when closing fails", async (_end, end) => {
    const served = await serveSelected({ store });
    const close = vi.spyOn(served.backend.current, "close").mockRejectedValue(DISK);
    await end(served);
    await served.served.closed;
    expect(close).toHaveBeenCalledOnce();
    expect(served.backend.log).toEqual(["account closed"]);
    expect(served.errors).toEqual([DISK]);
  });

  test("when it is dropped while a backend is at work, or changes are learned", async () => {
    const work = await serveSelected();
    vi.spyOn(work.backend.current, "search").mockImplementation(() => {
      work.served.abort();
      return Promise.resolve([]);
    });
    const changes = await serveSelected();
    vi.spyOn(changes.backend.current, "poll").mockImplementation(() => {
      changes.served.abort();
      return Promise.resolve([{ type: "EXISTS", count: 1 }]);
    });
    for (const { peer, served, backend, errors } of [work, changes]) {
      await peer.say("t SEARCH ALL\r\n");
      expect(await served.closed).toMatchObject({ reason: "aborted" });
      expect(backend.log).toEqual(["mailbox closed", "account closed"]);
      expect(errors).toEqual([]);
    }
  });

  test("LOGOUT is answered though the mailbox cannot be closed", async () => {
    const { peer, served, backend } = await serveSelected();
    vi.spyOn(backend.current, "close").mockRejectedValue(DISK);
    await peer.say("t LOGOUT\r\n");
    expect(await peer.hearOut()).toBe("* BYE Logging out\r\nt OK LOGOUT completed\r\n");
    expect(await served.closed).toEqual({ reason: "done" });
  });

  test.each(["openAccount", "open"] as const)("when the client leaves during %s", async (method) => {
    const served = await (method === "open" ? serveAccount : serve)();
    const { peer, backend } = served;
    const leave = (): void => peer.transport.abort();
    if (method === "open") {
      const open = backend.open.bind(backend);
      vi.spyOn(backend, "open").mockImplementation(async (...args) => (leave(), open(...args)));
    } else {
      const openAccount = backend.openAccount.bind(backend);
      vi.spyOn(backend, "openAccount").mockImplementation(async () => (leave(), openAccount()));
    }
    await peer.say(method === "open" ? "t SELECT INBOX\r\n" : "t LOGIN u p\r\n");
    await served.served.closed;
    expect(backend.log).toEqual(method === "open" ? ["mailbox closed", "account closed"] : ["account closed"]);
    expect(served.errors).toEqual([]);
  });

  test("an account need not be closed", async () => {
    const { peer, served, backend, errors } = await serve();
    const { delimiter } = backend;
    const rest = { listSubscribed: () => Promise.resolve([]), list: () => Promise.resolve([]), status: () => Promise.resolve({}) };
    const nothing = (): Promise<void> => Promise.resolve();
    const changes = { create: nothing, delete: nothing, rename: nothing, subscribe: nothing, unsubscribe: nothing, append: nothing };
    const open = (mailbox: MailboxName): ReturnType<typeof backend.open> => backend.open(mailbox, "read-only");
    vi.spyOn(backend, "openAccount").mockResolvedValueOnce({ delimiter, ...rest, ...changes, open });
    await peer.ask("LOGIN u p");
    await peer.transport.end();
    expect(await served.closed).toEqual({ reason: "done" });
    expect(errors).toEqual([]);
  });
});

test("a signal drops the connection, given before or meanwhile", async () => {
  const controller = new AbortController();
  const { served, errors } = await serve({ signal: controller.signal });
  controller.abort(DISK);
  expect(await served.closed).toMatchObject({ reason: "aborted", error: { cause: DISK } });
  const onError = vi.fn();
  const early = serveImap(memoryPair()[0], { backend: new TestBackend(), signal: controller.signal, onError });
  expect(await early.closed).toMatchObject({ reason: "aborted" });
  expect(errors).toEqual([]);
  expect(onError).not.toHaveBeenCalled();
});

test("a greeting that cannot be said ends it before it began", async () => {
  const [ours, theirs] = memoryPair();
  const onError = vi.fn();
  const served = serveImap(ours, { backend: new TestBackend(), hostname: "a\r\nb", onError });
  expect(await served.closed).toMatchObject({ reason: "aborted" });
  expect(onError).toHaveBeenCalledWith(expect.objectContaining({ side: "local", code: "bad-argument" }));
  await expect(theirs.read()).rejects.toBeInstanceOf(ConnectionError);
});

test("what is said is cut as it comes, pipelined or byte by byte, and observed", async () => {
  const script = "t LOGIN u p\r\nt SELECT INBOX\r\nt APPEND INBOX {3+}\r\nabc\r\nt FETCH 1 BODY[]\r\nt LOGOUT\r\n";
  const answers = new Set<string>();
  for (const chunkSizes of [undefined, () => 1, () => 7]) {
    const { lines, observe } = transcript();
    const { peer } = await serve({ store, observe, limits: { maxLineBytes: 100 }, pair: chunkSizes === undefined ? {} : { chunkSizes } });
    await peer.transport.write([fromLatin1(script)]);
    answers.add(await peer.hearOut());
    expect(lines).toContain("client line t LOGIN u *****\r\n");
  }
  expect(answers.size).toBe(1);
  expect([...answers][0]).toMatch(/BODY\[\] \{3\}\r\none FLAGS \(\\Seen\)\)[^]*t OK LOGOUT completed\r\n$/);
});
