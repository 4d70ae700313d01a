import { describe, expect, test, vi } from "vitest";
import { latin1 } from "@mailwire/wire";
import { serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import { ImapRefusal } from "../server.ts";
import type { AppendedMessage } from "../server.ts";

const FULL = new ImapRefusal({ type: "OVERQUOTA" }, "Full");

test("APPEND before login is BAD, and its message is not run as commands", async () => {
  const { peer } = await serve();
  await peer.say("t APPEND INBOX {10+}\r\nx LOGOUT\r\n\r\nu NOOP\r\n");
  expect(await peer.hear("u ")).toBe("t BAD Not now\r\nu OK NOOP completed\r\n");
});

describe("a message that is taken", () => {
  test("is asked for when the client waits, with flags and date", async () => {
    const { peer, backend } = await serveAccount();
    await peer.say('t APPEND inbox (\\Seen \\recent $Mine) " 1-Feb-2003 04:05:06 +0000" {5}\r\n');
    expect(await peer.hear("+")).toBe("+ OK\r\n");
    await peer.say("he");
    await peer.say("llo\r\n");
    expect(await peer.hear("t ")).toBe("t OK APPEND completed\r\n");
    expect(backend.log).toEqual(["append INBOX 5 5 \\Seen $Mine  1-Feb-2003 04:05:06 +0000"]);
    expect(latin1(backend.messages[0]?.bytes ?? new Uint8Array())).toBe("hello");
  });

  test("comes at once when the client does not wait; more commands may follow in the same breath", async () => {
    const { peer, backend } = await serveAccount();
    await peer.say("t APPEND {5+}\r\nINBOX {3+}\r\nabc\r\nu APPEND INBOX {0+}\r\n\r\nv NOOP\r\n");
    expect(await peer.hear("v ")).toBe("t OK APPEND completed\r\nu OK APPEND completed\r\nv OK NOOP completed\r\n");
    expect(backend.log).toEqual(["append INBOX 3 3  ", "append INBOX 0 0  "]);
  });

  test("is drained where the backend leaves it", async () => {
    const { peer, backend } = await serveAccount();
    const append = vi.spyOn(backend, "append");
    append.mockResolvedValueOnce();
    expect(await peer.ask("APPEND INBOX {8+}\r\nx NOOP\r\n")).toBe("t OK APPEND completed\r\n");
    append.mockImplementationOnce(async (_mailbox, { body }) => {
      for await (const chunk of body) if (chunk.length > 0) break;
    });
    await peer.say("t APPEND INBOX {8}\r\n");
    await peer.hear("+");
    await peer.say("x N");
    await peer.say("OOP\r\n\r\nu NOOP\r\n");
    expect(await peer.hear("u ")).toBe("t OK APPEND completed\r\nu OK NOOP completed\r\n");
  });

  test("cannot be read twice", async () => {
    const { peer, backend } = await serveAccount();
    const read: string[] = [];
    vi.spyOn(backend, "append").mockImplementationOnce(async (_mailbox, message) => {
      read.push(await textOf(message), await textOf(message));
    });
    expect(await peer.ask("APPEND INBOX {3+}\r\nabc")).toBe("t OK APPEND completed\r\n");
    expect(read).toEqual(["abc", ""]);
  });

  test("into the selected mailbox is told there", async () => {
    const { peer, backend } = await serveSelected();
    const poll = vi.spyOn(backend.current, "poll").mockResolvedValueOnce([
      { type: "EXPUNGE", sequenceNumber: 1 },
      { type: "EXISTS", count: 1 },
    ]);
    expect(await peer.ask("APPEND INBOX {3+}\r\nabc")).toBe("* 1 EXPUNGE\r\n* 1 EXISTS\r\nt OK APPEND completed\r\n");
    expect(poll).toHaveBeenCalledWith("with-expunges");
  });
});

async function textOf({ body }: AppendedMessage): Promise<string> {
  let text = "";
  for await (const chunk of body) text += latin1(chunk);
  return text;
}

describe("a message that is refused", () => {
  test("before it is sent is never asked for", async () => {
    const { peer, backend } = await serveAccount();
    expect(await peer.ask("APPEND x {5}")).toBe("t NO [TRYCREATE] There is none\r\n");
    vi.spyOn(backend, "append").mockRejectedValueOnce(FULL);
    expect(await peer.ask("APPEND INBOX {5}")).toBe("t NO [OVERQUOTA] Full\r\n");
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
  });

  test("but comes at once is drained, and never run as commands", async () => {
    const { peer } = await serveAccount();
    await peer.say("t APPEND x {10+}\r\nx LOGOUT\r\n\r\nu NOOP\r\n");
    expect(await peer.hear("u ")).toBe("t NO [TRYCREATE] There is none\r\nu OK NOOP completed\r\n");
  });

  test("and is too large to be drained ends the connection behind the answer", async () => {
    const { peer, served, errors } = await serveAccount({ limits: { maxDrainBytes: 10 } });
    await peer.say("t APPEND x {11+}\r\n");
    expect(await peer.hearOut()).toBe("t NO [TRYCREATE] There is none\r\n* BYE Too much data in a refused command\r\n");
    expect(await served.closed).toMatchObject({ reason: "protocol", error: { code: "too-much-refused" } });
    expect(errors).toEqual([]);
  });

  test("half way is drained too; expunges wait until that is over", async () => {
    const { peer, backend } = await serveSelected();
    vi.spyOn(backend, "append").mockImplementationOnce(async (_mailbox, { body }) => {
      for await (const chunk of body) if (chunk.length > 0) throw FULL;
    });
    await peer.say("t APPEND INBOX {10}\r\n");
    await peer.hear("+");
    backend.updates.push({ type: "EXPUNGE", sequenceNumber: 1 }, { type: "EXISTS", count: 4 });
    await peer.say("x L");
    expect(await peer.hear("t ")).toBe("* 4 EXISTS\r\nt NO [OVERQUOTA] Full\r\n");
    await peer.say("OGOUT\r\n\r\nu NOOP\r\n");
    expect(await peer.hear("u ")).toBe("* 1 EXPUNGE\r\nu OK NOOP completed\r\n");
  });

  test("when it has been heard is answered NO", async () => {
    const { peer, backend, errors } = await serveAccount();
    vi.spyOn(backend, "append").mockImplementationOnce(async (_mailbox, message) => {
      await textOf(message);
      throw new Error("disk");
    });
    expect(await peer.ask("APPEND INBOX {3+}\r\nabc")).toBe("t NO [SERVERBUG] Something went wrong here\r\n");
    expect(errors).toEqual([new Error("disk")]);
  });
});

describe("a command that goes on behind its message comes to nothing", () => {
  const answer = /^t BAD Not understood [^\r]*\r\nu OK NOOP completed\r\n$/;

  test.each([
    ["reads it to the end", textOf],
    ["leaves it", () => Promise.resolve()],
    ["does not mind", (message: AppendedMessage) => textOf(message).catch(() => undefined)],
    ["minds twice", (message: AppendedMessage) => textOf(message).catch(() => textOf(message))],
  ])("when the backend %s", async (_case, take) => {
    const { peer, backend, errors } = await serveAccount();
    vi.spyOn(backend, "append").mockImplementationOnce(async (_mailbox, message) => {
      await take(message);
    });
    await peer.say("t APPEND INBOX {3+}\r\nabc junk\r\nu NOOP\r\n");
    expect(await peer.hear("u ")).toMatch(answer);
    expect(errors).toEqual([]);
  });
});

describe("a client that leaves inside APPEND", () => {
  test.each(["end", "abort"] as const)("by %s", async (way) => {
    const { peer, served, backend, errors } = await serveAccount();
    const failed = vi.fn();
    vi.spyOn(backend, "append").mockImplementationOnce(async (_mailbox, message) => {
      await textOf(message).catch(failed);
    });
    await peer.say("t APPEND INBOX {5}\r\n");
    await peer.hear("+");
    await peer.say("abc");
    await peer.transport[way]();
    expect(await served.closed).toMatchObject({ reason: way === "end" ? "eof" : "transport" });
    expect(failed).toHaveBeenCalledOnce();
    expect(errors).toEqual([]);
    expect(backend.log).toEqual(["account closed"]);
  });
});

describe("what is not offered is BAD, and never run as commands", () => {
  const LOGOUT = "x LOGOUT\r\n";

  test.each([
    ["a second message", `t APPEND INBOX {3+}\r\nabc {10+}\r\n${LOGOUT}\r\n`],
    ["a second message of an extension", "t APPEND INBOX {3+}\r\nabc (\\Seen) X-A 5\r\n"],
    ["CATENATE", `t APPEND INBOX CATENATE (URL u TEXT {10+}\r\n${LOGOUT} URL {1+}\r\nu)\r\n`],
    ["CATENATE of URLs alone", "t APPEND INBOX CATENATE (URL u)\r\n"],
    ["BINARY", `t APPEND INBOX ~{10+}\r\n${LOGOUT}\r\n`],
    ["UTF8", `t APPEND INBOX UTF8 (~{10+}\r\n${LOGOUT})\r\n`],
    ["an extension", `t APPEND INBOX X-A (1) {10+}\r\n${LOGOUT}\r\n`],
    ["REPLACE", `t REPLACE 1 INBOX {10+}\r\n${LOGOUT}\r\n`],
    ["UID REPLACE", `t UID REPLACE 1 INBOX {10+}\r\n${LOGOUT} {10+}\r\n${LOGOUT}\r\n`],
  ])("%s, cut anywhere", async (_name, said) => {
    for (let cut = 1; cut < said.length; cut += 1) {
      const { peer, backend } = await serveSelected();
      const held = backend.messages.length;
      await peer.say(said.slice(0, cut));
      await peer.say(`${said.slice(cut)}u NOOP\r\n`);
      expect(await peer.hear("u ")).toBe("t BAD Not offered here\r\nu OK NOOP completed\r\n");
      expect(backend.messages).toHaveLength(held);
    }
  });

  test("a client that waits is not asked for it", async () => {
    const { peer } = await serveSelected();
    expect(await peer.ask("REPLACE 1 INBOX {10}")).toBe("t BAD Not offered here\r\n");
    expect(await peer.ask("APPEND INBOX {3+}\r\nabc {10}")).toBe("t BAD Not offered here\r\n");
    expect(await peer.ask("APPEND INBOX CATENATE (URL u TEXT {10}")).toBe("t BAD Not offered here\r\n");
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
  });

  test("nor twice, where the first message was refused", async () => {
    const { peer, backend } = await serveSelected();
    vi.spyOn(backend, "append").mockImplementation(async (_mailbox, { body }) => {
      for await (const chunk of body) if (chunk.length > 0) throw FULL;
    });
    await peer.say("t APPEND INBOX {3}\r\n");
    await peer.hear("+");
    await peer.say("a");
    expect(await peer.hear("t ")).toBe("t NO [OVERQUOTA] Full\r\n");
    await peer.say("bc {10}\r\nu NOOP\r\n");
    expect(await peer.hear("u ")).toBe("u OK NOOP completed\r\n");
  });
});
