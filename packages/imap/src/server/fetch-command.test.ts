import { fromLatin1 } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { pieces } from "../../test/backend.ts";
import { serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import type { FetchedMessage } from "../server.ts";

const DONE = "t OK FETCH completed\r\n";
const store = { messages: ["one", "two", "three"] };

test("FETCH is BAD where nothing is selected", async () => {
  for (const begin of [serve, serveAccount]) {
    const { peer } = await begin({ store });
    expect(await peer.ask("FETCH 1 FLAGS")).toBe("t BAD Not now\r\n");
    expect(await peer.ask("UID FETCH 1 FLAGS")).toBe("t BAD Not now\r\n");
  }
});

describe("what is asked for", () => {
  test.each([
    ["ALL", ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"]],
    ["FAST", ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]],
    ["FULL", ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"]],
    ["(BODYSTRUCTURE UID MODSEQ)", ["BODYSTRUCTURE", "UID", "MODSEQ"]],
    ["BODY.PEEK[HEADER.FIELDS (DATE FROM)]", ["BODY[HEADER.FIELDS (DATE FROM)]"]],
    ["BODY.PEEK[1.2.MIME]", ["BODY[1.2.MIME]"]],
    ["(BODY.PEEK[]<1.1> RFC822.HEADER)", ["BODY[]<1>", "RFC822.HEADER"]],
  ])("%s is told as it was asked", async (items, names) => {
    const { peer } = await serveSelected({ store });
    const answer = await peer.ask(`FETCH 1 ${items}`);
    const item = (name: string): string => `[( ]${name.replace(/[[()]/g, "\\$&")} [^]*`;
    expect(answer).toMatch(new RegExp(`^\\* 1 FETCH ${names.map(item).join("")}`));
    expect(answer.endsWith(DONE)).toBe(true);
  });

  test("UID FETCH tells the UID once, asked or not", async () => {
    const { peer } = await serveSelected({ store });
    const answer = "* 2 FETCH (UID 2 FLAGS ())\r\nt OK UID FETCH completed\r\n";
    expect(await peer.ask("UID FETCH 2 FLAGS")).toBe(answer);
    expect(await peer.ask("UID FETCH 2 (UID FLAGS)")).toBe(answer);
  });

  test("sets: the last one, a range in either order, UIDs of nobody, numbers of nobody", async () => {
    const { peer } = await serveSelected({ store });
    expect(await peer.ask("FETCH * UID")).toBe(`* 3 FETCH (UID 3)\r\n${DONE}`);
    expect(await peer.ask("FETCH 3:2 UID")).toBe(`* 2 FETCH (UID 2)\r\n* 3 FETCH (UID 3)\r\n${DONE}`);
    expect(await peer.ask("UID FETCH 7:9 FLAGS")).toBe("t OK UID FETCH completed\r\n");
    expect(await peer.ask("UID FETCH 9:* UID")).toBe("* 3 FETCH (UID 3)\r\nt OK UID FETCH completed\r\n");
    expect(await peer.ask("FETCH 4 FLAGS")).toBe("t BAD No such message\r\n");
  });

  test("a message that is gone, or not in view, is left out", async () => {
    const { peer, backend } = await serveSelected({ store });
    backend.messages.splice(1, 1);
    expect(await peer.ask("FETCH 1:* UID")).toBe(`* 1 FETCH (UID 1)\r\n* 3 FETCH (UID 3)\r\n${DONE}`);
    vi.spyOn(backend.current, "fetch").mockReturnValue(messages([{ uid: 9, items: [] }]));
    expect(await peer.ask("FETCH 1 FLAGS")).toBe(DONE);
  });

  test("a section that a message has not is NIL", async () => {
    const { peer, backend } = await serveSelected({ store });
    const section = { part: [7], text: "", fields: [] } as const;
    vi.spyOn(backend.current, "fetch").mockReturnValue(
      messages([{ uid: 1, items: [{ type: "BODY[]", section, origin: null, data: null }] }]),
    );
    expect(await peer.ask("FETCH 1 BODY.PEEK[7]")).toBe(`* 1 FETCH (BODY[7] NIL)\r\n${DONE}`);
  });
});

async function* messages(all: readonly FetchedMessage[]): AsyncGenerator<FetchedMessage, void, undefined> {
  await Promise.resolve();
  yield* all;
}

describe("\\Seen", () => {
  test.each(["BODY[]", "BODY[TEXT]<0.2>", "RFC822", "RFC822.TEXT"])("is set by %s where it is missing, and told", async (item) => {
    const { peer, backend } = await serveSelected({ store });
    expect(await peer.ask(`FETCH 1:2 ${item}`)).toMatch(
      /^\* 1 FETCH \([^]* FLAGS \(\\Seen\)\)\r\n\* 2 FETCH \([^]* FLAGS \(\\Seen\)\)\r\nt OK/,
    );
    expect(backend.messages.map(({ flags }) => flags)).toEqual([["\\Seen"], ["\\Seen"], []]);
    expect(await peer.ask(`FETCH 1:2 ${item}`)).not.toContain("FLAGS");
  });

  test("is told once where the flags are asked for", async () => {
    const { peer } = await serveSelected({ store });
    expect(await peer.ask("FETCH 1 (FLAGS BODY[])")).toBe(`* 1 FETCH (FLAGS (\\Seen) BODY[] {3}\r\none)\r\n${DONE}`);
  });

  test.each(["BODY.PEEK[]", "RFC822.HEADER", "RFC822.SIZE"])("is not set by %s", async (item) => {
    const { peer, backend } = await serveSelected({ store });
    expect(await peer.ask(`FETCH 1 ${item}`)).toMatch(/^\* 1 FETCH \((?![^]*FLAGS)/);
    expect(backend.messages[0]?.flags).toEqual([]);
  });

  test("is not set in a mailbox that is EXAMINEd", async () => {
    const { peer, backend } = await serveAccount({ store });
    await peer.ask("EXAMINE INBOX");
    expect(await peer.ask("FETCH 1 BODY[]")).toBe(`* 1 FETCH (BODY[] {3}\r\none)\r\n${DONE}`);
    expect(backend.messages[0]?.flags).toEqual([]);
  });
});

describe("data that streams", () => {
  const large = "0123456789".repeat(2000);

  test("comes whole, between what is in memory", async () => {
    const { peer } = await serveSelected({ store: { messages: [large, "", "x"], streamBytes: 1000 }, pair: { highWaterMarkBytes: 500 } });
    expect(await peer.ask("FETCH 1 (UID BODY.PEEK[] RFC822.HEADER FLAGS)")).toBe(
      `* 1 FETCH (UID 1 BODY[] {20000}\r\n${large} RFC822.HEADER {20000}\r\n${large} FLAGS ())\r\n${DONE}`,
    );
    expect(await peer.ask("FETCH 2:3 BODY.PEEK[]")).toBe(`* 2 FETCH (BODY[] {0}\r\n)\r\n* 3 FETCH (BODY[] {1}\r\nx)\r\n${DONE}`);
  });

  test("waits for a client that does not read, also when it is in memory", async () => {
    const asked = vi.fn();
    const { peer, backend } = await serveSelected({ store: { messages: [large, large, large, large, large, large] } });
    const fetch = backend.current.fetch.bind(backend.current);
    vi.spyOn(backend.current, "fetch").mockImplementation(async function* (uids, attributes) {
      for await (const message of fetch(uids, attributes)) {
        asked(message.uid);
        yield message;
      }
    });
    await peer.say("t FETCH 1:* BODY.PEEK[]\r\n");
    await peer.hear("* 1 ");
    expect(asked.mock.calls.length).toBeLessThan(6);
    expect((await peer.hear("t ")).endsWith(DONE)).toBe(true);
  });

  const uneven = [
    ["shorter than announced", () => ({ size: 5, chunks: pieces(fromLatin1("abc"), 2) }), /5 bytes was announced, 3 came/],
    ["longer than announced", () => ({ size: 5, chunks: pieces(fromLatin1("abcdefgh"), 4) }), /5 bytes was announced, 8 came/],
    ["that breaks off", () => ({ size: 5, chunks: broken() }), /disk/],
  ] as const;
  test.each(uneven)("%s costs the connection, and onError is told", async (_case, data, message) => {
    const { peer, served, backend, errors } = await serveSelected({ store });
    vi.spyOn(backend.current, "fetch").mockReturnValue(messages([{ uid: 1, items: [{ type: "RFC822.HEADER", data: data() }] }]));
    await peer.say("t FETCH 1 RFC822.HEADER\r\n");
    await expect(peer.hear("t ")).rejects.toThrow();
    expect(await served.closed).toMatchObject({ reason: "aborted" });
    expect(errors).toHaveLength(1);
    expect(String(errors[0])).toMatch(message);
    expect(backend.log).toEqual(["mailbox closed", "account closed"]);
  });

  test("with empty pieces between is the same", async () => {
    const { peer, backend } = await serveSelected({ store });
    const chunks = (async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield* pieces(fromLatin1("a"), 1);
      yield new Uint8Array();
      yield* pieces(fromLatin1("b"), 1);
    })();
    vi.spyOn(backend.current, "fetch").mockReturnValue(
      messages([{ uid: 1, items: [{ type: "RFC822.HEADER", data: { size: 2, chunks } }] }]),
    );
    expect(await peer.ask("FETCH 1 RFC822.HEADER")).toBe(`* 1 FETCH (RFC822.HEADER {2}\r\nab)\r\n${DONE}`);
  });

  test("for a client that leaves in the middle is let go", async () => {
    const finished = vi.fn();
    const { peer, served, backend, errors } = await serveSelected({ store, pair: { highWaterMarkBytes: 1 } });
    const chunks = (async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield* pieces(fromLatin1("abc"), 1);
      } finally {
        finished();
      }
    })();
    vi.spyOn(backend.current, "fetch").mockReturnValue(
      messages([{ uid: 1, items: [{ type: "RFC822.HEADER", data: { size: 3, chunks } }] }]),
    );
    await peer.say("t FETCH 1 RFC822.HEADER\r\n");
    await peer.hear("* 1 FETCH (");
    peer.transport.abort();
    expect(await served.closed).toMatchObject({ reason: "transport" });
    expect(finished).toHaveBeenCalledOnce();
    expect(errors).toEqual([]);
  });
});

async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
  yield* pieces(fromLatin1("ab"), 1);
  throw new Error("disk");
}

test("a backend that fails between messages is NO, and the connection lives", async () => {
  const { peer, backend, errors } = await serveSelected({ store });
  vi.spyOn(backend.current, "fetch").mockImplementationOnce(async function* () {
    yield* messages([{ uid: 1, items: [{ type: "UID", uid: 1 }] }]);
    throw new Error("disk");
  });
  expect(await peer.ask("FETCH 1:2 UID")).toBe("* 1 FETCH (UID 1)\r\nt NO [SERVERBUG] Something went wrong here\r\n");
  expect(errors).toEqual([new Error("disk")]);
  expect(await peer.ask("FETCH 2 UID")).toBe(`* 2 FETCH (UID 2)\r\n${DONE}`);
});
