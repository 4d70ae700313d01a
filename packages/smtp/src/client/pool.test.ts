import { memoryPair } from "@mailwire/transport";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MAIL, Person, promised, silentAfter } from "../../test/meeting.ts";
import { type Mail, SmtpClient, SmtpPool, type SmtpPoolOptions } from "../client.ts";
import { reply } from "../codec/index.ts";
import { serveSmtp, type SmtpServerOptions } from "../server.ts";

interface Pooled {
  readonly pool: SmtpPool;
  readonly clients: SmtpClient[];
  /** Who sent, in the order in which the server took it, and over which connection. */
  readonly taken: string[];
}

/** A pool whose connections lead to servers of ours. */
function pooled(options: Partial<SmtpPoolOptions> = {}, server: Partial<SmtpServerOptions> = {}): Pooled {
  const clients: SmtpClient[] = [];
  const taken: string[] = [];
  const open = async (): Promise<SmtpClient> => {
    const [left, right] = memoryPair({ secure: true });
    const number = clients.length;
    serveSmtp(right, {
      hostname: "mx.example",
      onMessage: async ({ from }, body) => {
        await body.bytes();
        taken.push(`${from} ${number}`);
        return undefined;
      },
      ...server,
    });
    const client = await SmtpClient.open(left);
    clients.push(client);
    return client;
  };
  return { pool: new SmtpPool({ open, ...options }), clients, taken };
}

function from(name: string, more: Partial<Mail> = {}): Mail {
  return { ...MAIL, from: name, ...more };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a pool", () => {
  test("sends in order over as few connections as it was told", async () => {
    const { pool, clients, taken } = pooled({ maxConnections: 1 });
    const results = await Promise.all(["a@b", "c@d", "e@f"].map((name) => pool.sendMail(from(name))));
    expect(results.map(({ reply }) => reply.code)).toEqual([250, 250, 250]);
    expect(taken).toEqual(["a@b 0", "c@d 0", "e@f 0"]);
    await pool.close();
    expect(await clients[0]?.closed).toMatchObject({ reason: "done" });
  });

  test("opens as many as there are mails at once, up to its limit, and uses them again without RSET", async () => {
    const verbs: string[] = [];
    const { pool, clients } = pooled({ maxConnections: 3 }, { onCommand: ({ command }) => void verbs.push(command.verb) });
    await Promise.all(Array.from({ length: 10 }, (_, at) => pool.sendMail(from(`u${at}@b`))));
    expect(clients).toHaveLength(3);
    await pool.sendMail(from("late@b"));
    expect(clients).toHaveLength(3);
    expect(verbs.filter((verb) => verb === "RSET")).toEqual([]);
    await pool.close();
  });

  test("leaves a connection after so many mails, its own number or the server's", async () => {
    for (const [options, server] of [
      [{ maxMailsPerConnection: 2 }, {}],
      [{}, { limits: { maxMessages: 2 } }],
    ] as const) {
      const { pool, clients, taken } = pooled({ maxConnections: 1, ...options }, server);
      for (const name of ["a@b", "c@d", "e@f"]) await pool.sendMail(from(name));
      expect(taken).toEqual(["a@b 0", "c@d 0", "e@f 1"]);
      expect(await clients[0]?.closed).toMatchObject({ reason: "done" });
      await pool.close();
    }
  });

  test("leaves a connection that was idle for long, and opens another", async () => {
    vi.useFakeTimers();
    const { pool, clients, taken } = pooled({ maxIdleMs: 1000 });
    await pool.sendMail(from("a@b"));
    await vi.advanceTimersByTimeAsync(999);
    await pool.sendMail(from("c@d"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(await clients[0]?.closed).toMatchObject({ reason: "done" });
    await pool.sendMail(from("e@f"));
    expect(taken).toEqual(["a@b 0", "c@d 0", "e@f 1"]);
    await pool.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("forgets a connection that ended while it was idle", async () => {
    const { pool, clients, taken } = pooled({ maxConnections: 1 });
    await pool.sendMail(from("a@b"));
    clients[0]?.abort();
    await clients[0]?.closed;
    await pool.sendMail(from("c@d"));
    expect(taken).toEqual(["a@b 0", "c@d 1"]);
    await pool.close();
  });

  test("tells refusals to who sent, and keeps the connection", async () => {
    const { pool, clients } = pooled({ maxConnections: 1 }, { onRcpt: ({ path }) => (path === "no@b" ? reply(550, "No") : undefined) });
    const results = await Promise.allSettled([
      pool.sendMail(from("a@b", { to: ["no@b"] })),
      pool.sendMail(from("a@b", { to: [] })),
      pool.sendMail(MAIL),
    ]);
    expect(results).toMatchObject([
      { status: "rejected", reason: { command: "RCPT" } },
      { status: "rejected", reason: { code: "no-recipients" } },
      { status: "fulfilled" },
    ]);
    expect(clients).toHaveLength(1);
    await pool.close();
  });

  test("tells who sent that no connection can be had, and tries anew for the next", async () => {
    let opened = 0;
    const failing = new SmtpPool({
      open: async () => {
        opened += 1;
        await Promise.resolve();
        throw new Error(`refused ${opened}`);
      },
      maxConnections: 1,
    });
    await expect(failing.sendMail(MAIL)).rejects.toThrow("refused 1");
    await expect(failing.sendMail(MAIL)).rejects.toThrow("refused 2");
    await failing.close();
  });
});

/** A pool whose servers are persons, each with a connection of its own. */
function attended(options: Partial<SmtpPoolOptions> = {}): { readonly pool: SmtpPool; readonly next: () => Promise<Person> } {
  const persons: Person[] = [];
  let arrived = promised<undefined>();
  const open = (): Promise<SmtpClient> => {
    const [left, right] = memoryPair({ secure: true });
    const person = new Person(right);
    const introduction = person.say("220 hi").then(() => person.replies("250 mx"));
    void introduction.then(() => {
      persons.push(person);
      arrived.resolve(undefined);
    });
    return SmtpClient.open(left);
  };
  const next = async (): Promise<Person> => {
    for (let person = persons.shift(); ; person = persons.shift()) {
      if (person !== undefined) return person;
      arrived = promised();
      await arrived.promise;
    }
  };
  return { pool: new SmtpPool({ open, ...options }), next };
}

/** Takes a mail; what was said to it. */
async function take(person: Person): Promise<(string | undefined)[]> {
  const heard = await person.replies("250 Ok", "250 Ok", "354 Go");
  while ((await person.line()) !== ".");
  await person.say("250 Taken");
  return heard;
}

/** One mail sent, the connection idle, and another on its way, of which the server hears MAIL. */
async function secondMail(
  mail: Partial<Mail> = {},
): Promise<{ readonly second: Promise<unknown>; readonly person: Person; readonly next: () => Promise<Person> }> {
  const { pool, next } = attended();
  const first = pool.sendMail(from("a@b"));
  const person = await next();
  await take(person);
  await first;
  const second = pool.sendMail(from("c@d", mail)).catch((error: unknown) => error);
  expect(await person.line()).toBe("MAIL FROM:<c@d>");
  return { second, person, next };
}

describe("a used connection", () => {
  test.each<[string, (person: Person) => unknown]>([
    ["drops", ({ transport }) => transport.abort()],
    ["closes", ({ transport }) => transport.end()],
    ["says good-bye", (person) => person.say("421 Idle for too long")],
  ])("that %s instead of answering MAIL is replaced, once", async (_, leave) => {
    const { second, person, next } = await secondMail();
    await leave(person);
    const other = await next();
    expect(await take(other)).toEqual(["MAIL FROM:<c@d>", "RCPT TO:<b@example.com>", "DATA"]);
    expect(await second).toMatchObject({ reply: { code: 250 } });
  });

  test("whose replacement does so too is a failure", async () => {
    const { second, person, next } = await secondMail();
    person.transport.abort();
    const other = await next();
    await other.line();
    other.transport.abort();
    expect(await second).toMatchObject({ name: "ConnectionError" });
  });

  test("that is lost after MAIL was answered is not replaced: the mail may have been taken", async () => {
    const { second, person } = await secondMail();
    await person.say("250 Ok");
    await person.replies("250 Ok", "354 Go");
    while ((await person.line()) !== ".");
    person.transport.abort();
    expect(await second).toMatchObject({ name: "ConnectionError" });
  });

  test("that refuses MAIL is not replaced", async () => {
    const { second, person } = await secondMail();
    await person.say("550 Not you");
    expect(await second).toMatchObject({ command: "MAIL", reply: { code: 550 } });
  });

  test("whose mail was given up is not replaced", async () => {
    const controller = new AbortController();
    const { second } = await secondMail({ signal: controller.signal });
    controller.abort(new Error("enough"));
    expect(await second).toMatchObject({ code: "aborted", cause: { message: "enough" } });
  });
});

describe("a mail that is given up", () => {
  test("while it waits in the queue is not sent, and holds up nobody", async () => {
    const { pool, taken } = pooled({ maxConnections: 1 });
    const controller = new AbortController();
    const first = pool.sendMail(from("a@b", { signal: new AbortController().signal }));
    const second = pool.sendMail(from("c@d", { signal: controller.signal }));
    const third = pool.sendMail(from("e@f"));
    controller.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    await Promise.all([first, third]);
    expect(taken).toEqual(["a@b 0", "e@f 0"]);
    await expect(pool.sendMail(from("g@h", { signal: AbortSignal.abort(new Error("before")) }))).rejects.toThrow("before");
    await pool.close();
  });

  test("while its connection is opened leaves that to others", async () => {
    const { pool, next } = attended({ maxConnections: 1 });
    const controller = new AbortController();
    const first = pool.sendMail(from("a@b", { signal: controller.signal }));
    const second = pool.sendMail(from("c@d"));
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    const person = await next();
    expect((await take(person))[0]).toBe("MAIL FROM:<c@d>");
    await second;
  });

  test("while a connection is opened that cannot be had leaves room for others", async () => {
    const opening = promised<Error>();
    let opened = 0;
    const open = async (): Promise<SmtpClient> => {
      opened += 1;
      throw await opening.promise;
    };
    const pool = new SmtpPool({ open, maxConnections: 1 });
    const controller = new AbortController();
    const first = pool.sendMail(from("a@b", { signal: controller.signal }));
    const second = pool.sendMail(from("c@d"));
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    opening.resolve(new Error("refused"));
    await expect(second).rejects.toThrow("refused");
    expect(opened).toBe(2);
  });
});

describe("close()", () => {
  test("lets mails under way finish, rejects those that wait, quits, and takes no more", async () => {
    const { pool, clients, taken } = pooled({ maxConnections: 1 });
    const first = pool.sendMail(from("a@b"));
    const second = pool.sendMail(from("c@d")).catch((error: unknown) => error);
    const closing = pool.close();
    expect(pool.close()).toBe(closing);
    await Promise.all([first, closing]);
    expect(await second).toMatchObject({ name: "ConnectionError", code: "closed" });
    expect(taken).toEqual(["a@b 0"]);
    expect(clients[0]?.isOpen).toBe(false);
    await expect(pool.sendMail(MAIL)).rejects.toMatchObject({ code: "closed" });
  });

  test("waits for a connection that nobody wants any more", async () => {
    const { pool, next } = attended();
    const controller = new AbortController();
    const given = pool.sendMail(from("a@b", { signal: controller.signal })).catch((error: unknown) => error);
    controller.abort(new Error("enough"));
    expect(await given).toMatchObject({ message: "enough" });
    const closing = pool.close();
    const person = await next();
    expect(await person.replies("221 Bye")).toEqual(["QUIT"]);
    await person.transport.end();
    await closing;
  });

  test("of one that was never used is at once", async () => {
    const { pool, clients } = pooled();
    await pool.close();
    expect(clients).toEqual([]);
  });

  test("does not wait for a source that gives nothing when the server is gone", async () => {
    const { pool, clients } = pooled();
    const { source } = silentAfter();
    const sending = pool.sendMail({ ...MAIL, body: source }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(clients).toHaveLength(1));
    const closing = pool.close();
    clients[0]?.abort();
    expect(await sending).toMatchObject({ name: "ConnectionError" });
    await closing;
  });
});
