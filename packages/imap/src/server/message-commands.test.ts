import { describe, expect, test, vi } from "vitest";
import { serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";

const store = { messages: ["one", "two", "three"] };
const FAULT = "t NO [SERVERBUG] Something went wrong here\r\n";

describe("where nothing is selected", () => {
  test.each([
    "STORE 1 FLAGS ()",
    "UID STORE 1 FLAGS ()",
    "COPY 1 m",
    "UID COPY 1 m",
    "SEARCH ALL",
    "UID SEARCH ALL",
    "EXPUNGE",
    "CLOSE",
    "UNSELECT",
    "CHECK",
  ])("%s is BAD", async (line) => {
    for (const begin of [serve, serveAccount]) expect(await (await begin({ store })).peer.ask(line)).toBe("t BAD Not now\r\n");
  });
});

describe("STORE", () => {
  test.each([
    ["STORE 1 FLAGS (\\Seen $A)", "* 1 FETCH (FLAGS (\\Seen $A))\r\n", ["\\Seen", "$A"]],
    ["STORE 1 +FLAGS \\Seen", "* 1 FETCH (FLAGS (\\Draft \\Seen))\r\n", ["\\Draft", "\\Seen"]],
    ["STORE 1 -FLAGS (\\Draft)", "* 1 FETCH (FLAGS ())\r\n", []],
    ["STORE 1 FLAGS.SILENT (\\Seen)", "", ["\\Seen"]],
    ["STORE 1 +FLAGS.SILENT (\\Seen)", "", ["\\Draft", "\\Seen"]],
    ["STORE 1 -FLAGS.SILENT (\\Draft)", "", []],
    ["STORE 1 +FLAGS (\\Recent \\Seen)", "* 1 FETCH (FLAGS (\\Draft \\Seen))\r\n", ["\\Draft", "\\Seen"]],
    ["UID STORE 1 FLAGS ()", "* 1 FETCH (UID 1 FLAGS ())\r\n", []],
  ])("%s", async (line, told, flags) => {
    const { peer, backend } = await serveSelected({ store });
    const [message] = backend.messages;
    if (message !== undefined) message.flags = ["\\Draft"];
    expect(await peer.ask(line)).toBe(`${told}t OK ${line.startsWith("UID") ? "UID " : ""}STORE completed\r\n`);
    expect(message?.flags).toEqual(flags);
  });

  test("of nobody", async () => {
    const { peer, backend } = await serveSelected({ store });
    const spy = vi.spyOn(backend.current, "store");
    expect(await peer.ask("STORE 4 FLAGS ()")).toBe("t BAD No such message\r\n");
    expect(await peer.ask("UID STORE 4 FLAGS ()")).toBe("t OK UID STORE completed\r\n");
    expect(spy).not.toHaveBeenCalled();
  });

  test("of more messages than fit between two flushes", async () => {
    const { peer } = await serveSelected({
      store: { messages: Array.from({ length: 1500 }, () => "x") },
      pair: { highWaterMarkBytes: 1000 },
    });
    expect((await peer.ask("STORE 1:* +FLAGS (\\Seen)")).split("\r\n")).toHaveLength(1502);
  });

  test("is refused in a mailbox that is EXAMINEd, as is EXPUNGE", async () => {
    const { peer, backend } = await serveAccount({ store });
    await peer.ask("EXAMINE INBOX");
    for (const line of ["STORE 1 FLAGS (\\Deleted)", "UID STORE 1 FLAGS (\\Deleted)", "EXPUNGE"]) {
      expect(await peer.ask(line)).toBe("t NO [READ-ONLY] The mailbox is read-only\r\n");
    }
    expect(backend.messages[0]?.flags).toEqual([]);
  });
});

describe("COPY", () => {
  test("copies all or nothing", async () => {
    const { peer, backend, errors } = await serveSelected({ store: { ...store, mailboxes: ["INBOX", "m"] } });
    expect(await peer.ask("COPY 3,1:2 m")).toBe("t OK COPY completed\r\n");
    expect(await peer.ask("UID COPY 2:9 m")).toBe("t OK UID COPY completed\r\n");
    expect(backend.log).toEqual(["copy 1,2,3 m", "copy 2,3 m"]);
    expect(await peer.ask("COPY 1 x")).toBe("t NO [TRYCREATE] There is none\r\n");
    expect(await peer.ask("COPY 4 m")).toBe("t BAD No such message\r\n");
    vi.spyOn(backend.current, "copy").mockRejectedValueOnce(new Error("disk"));
    expect(await peer.ask("UID COPY 4 m")).toBe("t OK UID COPY completed\r\n");
    expect(await peer.ask("COPY 1 m")).toBe(FAULT);
    expect(errors).toEqual([new Error("disk")]);
  });

  test("is possible out of a mailbox that is EXAMINEd", async () => {
    const { peer } = await serveAccount({ store });
    await peer.ask("EXAMINE INBOX");
    expect(await peer.ask("COPY 1 INBOX")).toBe("t OK COPY completed\r\n");
  });
});

describe("EXPUNGE, CLOSE and UNSELECT", () => {
  test("EXPUNGE tells what is gone", async () => {
    const { peer } = await serveSelected({ store });
    await peer.ask("STORE 1,3 +FLAGS (\\Deleted)");
    expect(await peer.ask("EXPUNGE")).toBe("* 1 EXPUNGE\r\n* 2 EXPUNGE\r\nt OK EXPUNGE completed\r\n");
    expect(await peer.ask("UID FETCH 1:* UID")).toBe("* 1 FETCH (UID 2)\r\nt OK UID FETCH completed\r\n");
  });

  test("CLOSE tells nothing, and nothing is selected", async () => {
    const { peer, backend } = await serveSelected({ store });
    await peer.ask("STORE 1 +FLAGS (\\Deleted)");
    expect(await peer.ask("CLOSE")).toBe("t OK CLOSE completed\r\n");
    expect(backend.messages.map(({ uid }) => uid)).toEqual([2, 3]);
    expect(backend.log).toEqual(["mailbox closed"]);
    expect(await peer.ask("CHECK")).toBe("t BAD Not now\r\n");
  });

  test("UNSELECT removes nothing, tells nothing, and nothing is selected", async () => {
    const { peer, backend } = await serveSelected({ store });
    await peer.ask("STORE 1 +FLAGS (\\Deleted)");
    backend.updates.push({ type: "EXISTS", count: 4 });
    expect(await peer.ask("UNSELECT")).toBe("t OK UNSELECT completed\r\n");
    expect(backend.messages.map(({ uid }) => uid)).toEqual([1, 2, 3]);
    expect(backend.log).toEqual(["mailbox closed"]);
    expect(await peer.ask("CHECK")).toBe("t BAD Not now\r\n");
  });

  test("CLOSE does not tell what others have removed, either", async () => {
    const { peer, backend } = await serveSelected({ store });
    backend.updates.push({ type: "EXPUNGE", sequenceNumber: 1 });
    expect(await peer.ask("CLOSE")).toBe("t OK CLOSE completed\r\n");
  });

  test("CLOSE of a mailbox that is EXAMINEd removes nothing", async () => {
    const { peer, backend } = await serveAccount({ store });
    await peer.ask("EXAMINE INBOX");
    const expunge = vi.spyOn(backend.current, "expunge");
    expect(await peer.ask("CLOSE")).toBe("t OK CLOSE completed\r\n");
    expect(expunge).not.toHaveBeenCalled();
  });

  test("a CLOSE after which the mailbox cannot be let go is OK all the same", async () => {
    const { peer, backend, errors } = await serveSelected({ store });
    vi.spyOn(backend.current, "close").mockRejectedValueOnce(new Error("disk"));
    expect(await peer.ask("CLOSE")).toBe("t OK CLOSE completed\r\n");
    expect(await peer.ask("CHECK")).toBe("t BAD Not now\r\n");
    expect(errors).toEqual([new Error("disk")]);
  });

  test("a CLOSE that cannot expunge is NO, and the mailbox stays selected", async () => {
    const { peer, backend } = await serveSelected({ store });
    vi.spyOn(backend.current, "expunge").mockRejectedValueOnce(new Error("disk"));
    expect(await peer.ask("CLOSE")).toBe(FAULT);
    expect(await peer.ask("CHECK")).toBe("t OK CHECK completed\r\n");
  });
});

describe("SEARCH", () => {
  test("tells sequence numbers or UIDs", async () => {
    const { peer, backend } = await serveSelected({ store });
    backend.current.uids.forEach((_uid, index, uids) => Object.assign(uids, { [index]: (index + 1) * 10 }));
    expect(await peer.ask("SEARCH ALL")).toBe("* SEARCH 1 2 3\r\nt OK SEARCH completed\r\n");
    expect(await peer.ask("UID SEARCH 2:3")).toBe("* SEARCH 20 30\r\nt OK UID SEARCH completed\r\n");
    expect(await peer.ask("SEARCH UID 5:25")).toBe("* SEARCH 1 2\r\nt OK SEARCH completed\r\n");
    expect(await peer.ask("SEARCH UID 7")).toBe("* SEARCH\r\nt OK SEARCH completed\r\n");
  });

  test.each([
    "SEARCH RETURN () ALL",
    "SEARCH $",
    "UID SEARCH NOT (UID $)",
    "SEARCH FUZZY ALL",
    "SEARCH OR YOUNGER 5 ALL",
    "ESEARCH ALL",
    "COPY $ x",
  ])("%s is not offered", async (line) => {
    const { peer } = await serveSelected({ store });
    expect(await peer.ask(line)).toMatch(/^t BAD /);
    expect(await peer.ask("NOOP")).toBe("t OK NOOP completed\r\n");
  });

  test("gives the backend keys in which all sets are resolved", async () => {
    const { peer, backend } = await serveSelected({ store });
    const search = vi.spyOn(backend.current, "search");
    await peer.ask('SEARCH CHARSET utf-8 SUBJECT "caf\u00c3\u00a9" NOT 1 OR UID 2:* (SEEN *) SINCE 1-Feb-2003 KEYWORD $A LARGER 5');
    expect(search.mock.calls).toMatchObject([
      [
        [
          { type: "SUBJECT", text: "caf\u00e9" },
          { type: "NOT", key: { type: "UID", uids: [1] } },
          { type: "OR", left: { type: "UID", uids: [2, 3] }, right: { type: "AND", keys: [{ type: "SEEN" }, { type: "UID", uids: [3] }] } },
          { type: "SINCE" },
          { type: "KEYWORD", flag: "$A" },
          { type: "LARGER", octets: 5 },
        ],
      ],
    ]);
  });

  test.each(["4", "NOT 4", "OR 4 SEEN", "OR SEEN 4", "(SEEN 4)", "SEEN 1:4"])("%s has a number that no message has", async (keys) => {
    const { peer } = await serveSelected({ store });
    expect(await peer.ask(`SEARCH ${keys}`)).toBe("t BAD No such message\r\n");
  });

  test("in a charset that is not known is refused", async () => {
    const { peer } = await serveSelected({ store });
    expect(await peer.ask("SEARCH CHARSET KOI8-R TEXT x")).toBe("t NO [BADCHARSET (US-ASCII UTF-8)] No such charset here\r\n");
    expect(await peer.ask("SEARCH CHARSET us-ascii ALL")).toMatch(/t OK/);
  });
});
