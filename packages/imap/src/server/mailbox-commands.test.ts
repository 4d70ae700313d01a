import { describe, expect, test, vi } from "vitest";
import { serve, serveAccount, serveSelected } from "../../test/server-fixture.ts";
import type { Served } from "../../test/server-fixture.ts";
import { decodeMailboxName, mailboxName } from "../codec/index.ts";
import { ImapRefusal } from "../server.ts";

const MESSAGES = ["one", "two", "three"];

describe("before login", () => {
  test.each(["SELECT m", "EXAMINE m", "CREATE m", "DELETE m", "RENAME m n", "SUBSCRIBE m", 'LIST "" *', "STATUS m (MESSAGES)"])(
    "%s is BAD",
    async (line) => {
      const { peer } = await serve();
      expect(await peer.ask(line)).toBe("t BAD Not now\r\n");
    },
  );
});

describe("SELECT and EXAMINE", () => {
  test("tell what is in the mailbox", async () => {
    const { peer } = await serveAccount({ store: { messages: MESSAGES, recent: 1 } });
    const lines = (await peer.ask("SELECT inbox")).split("\r\n");
    expect(lines).toEqual([
      "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
      "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)] Flags permitted",
      "* 3 EXISTS",
      "* 1 RECENT",
      "* OK [UNSEEN 1] First unseen",
      "* OK [UIDVALIDITY 7] UIDs valid",
      "* OK [UIDNEXT 4] Predicted next UID",
      "t OK [READ-WRITE] Selected",
      "",
    ]);
    expect(await peer.ask("EXAMINE INBOX")).toMatch(/PERMANENTFLAGS \(\)[^]*t OK \[READ-ONLY\] Selected\r\n$/);
    const empty = await serveAccount();
    expect(await empty.peer.ask("SELECT INBOX")).not.toContain("UNSEEN");
  });

  test("SELECT of a mailbox that is granted read-only says so", async () => {
    const { peer, backend } = await serveAccount({ store: { messages: MESSAGES } });
    const open = backend.open.bind(backend);
    vi.spyOn(backend, "open").mockImplementation((name) => open(name, "read-only"));
    expect(await peer.ask("SELECT INBOX")).toMatch(/t OK \[READ-ONLY\] Selected\r\n$/);
    expect(await peer.ask("STORE 1 FLAGS ()")).toBe("t NO [READ-ONLY] The mailbox is read-only\r\n");
  });

  test.each([
    ["is not there", new ImapRefusal({ type: "NONEXISTENT" }, "There is none"), "t NO [NONEXISTENT] There is none\r\n"],
    ["cannot be opened", new Error("disk"), "t NO [SERVERBUG] Something went wrong here\r\n"],
  ])("nothing is selected after a mailbox that %s", async (_case, fault, answer) => {
    const { peer, backend } = await serveSelected({ store: { messages: MESSAGES } });
    vi.spyOn(backend, "open").mockRejectedValueOnce(fault);
    expect(await peer.ask("SELECT x")).toBe(answer);
    expect(backend.log).toEqual(["mailbox closed"]);
    expect(await peer.ask("FETCH 1 FLAGS")).toBe("t BAD Not now\r\n");
    expect(await peer.ask("SELECT INBOX")).toMatch(/t OK/);
  });

  test("nothing is selected when the one before cannot be closed", async () => {
    const { peer, backend, errors } = await serveSelected();
    vi.spyOn(backend.current, "close").mockRejectedValueOnce(new Error("disk"));
    expect(await peer.ask("SELECT INBOX")).toBe("t NO [SERVERBUG] Something went wrong here\r\n");
    expect(errors).toEqual([new Error("disk")]);
    expect(await peer.ask("CHECK")).toBe("t BAD Not now\r\n");
  });

  test("a mistyped one leaves the mailbox selected", async () => {
    const { peer, backend } = await serveSelected();
    expect(await peer.ask("SELECT")).toMatch(/^t BAD/);
    expect(await peer.ask("CHECK")).toBe("t OK CHECK completed\r\n");
    expect(backend.log).toEqual([]);
  });
});

describe("CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE", () => {
  test("change the account", async () => {
    const { peer, backend } = await serveAccount();
    const dialogue: [string, string][] = [
      ["CREATE a/", "t OK CREATE completed\r\n"],
      ["CREATE a", "t NO [ALREADYEXISTS] There is one\r\n"],
      ["RENAME a b", "t OK RENAME completed\r\n"],
      ["DELETE a", "t NO [NONEXISTENT] There is none\r\n"],
      ["SUBSCRIBE b", "t OK SUBSCRIBE completed\r\n"],
      ["UNSUBSCRIBE Inbox", "t OK UNSUBSCRIBE completed\r\n"],
      ["DELETE inbox", "t NO [CANNOT] INBOX cannot be deleted\r\n"],
    ];
    for (const [line, answer] of dialogue) expect(await peer.ask(line)).toBe(answer);
    expect(backend.mailboxes).toEqual(["INBOX", "b"]);
    expect(backend.subscribed).toEqual(["b"]);
    expect(await peer.ask("DELETE b")).toBe("t OK DELETE completed\r\n");
    expect(backend.mailboxes).toEqual(["INBOX"]);
  });

  test("names that need quotes, literals or an encoding", async () => {
    const { peer, backend } = await serveAccount();
    await peer.ask('CREATE "a \\"b\\""');
    await peer.ask("CREATE {3+}\r\nc)d");
    await peer.ask("CREATE Entw&APw-rfe");
    expect(backend.mailboxes).toEqual(["INBOX", 'a "b"', "c)d", "Entwürfe"]);
  });
});

describe("LIST", () => {
  const mailboxes = ["INBOX", "a/b/c", "a/d", "e", 'f "g"', "Entwürfe", "line\u2028"];
  const listed = async ({ peer }: Served, line: string): Promise<string[]> =>
    (await peer.ask(line))
      .split("\r\n")
      .slice(0, -2)
      .map((told) => told.replace(/^\* /, ""));

  test("everything, with the parents that are missing", async () => {
    expect(await listed(await serveAccount({ store: { mailboxes } }), 'LIST "" *')).toEqual([
      'LIST (\\HasNoChildren) "/" Entw&APw-rfe',
      'LIST (\\HasNoChildren) "/" INBOX',
      'LIST (\\Noselect \\HasChildren) "/" a',
      'LIST (\\Noselect \\HasChildren) "/" a/b',
      'LIST (\\HasNoChildren) "/" a/b/c',
      'LIST (\\HasNoChildren) "/" a/d',
      'LIST (\\HasNoChildren) "/" e',
      'LIST (\\HasNoChildren) "/" "f \\"g\\""',
      'LIST (\\HasNoChildren) "/" line&ICg-',
    ]);
  });

  test.each([
    ['"" %', ["Entw&APw-rfe", "INBOX", "a", "e", '"f \\"g\\""', "line&ICg-"]],
    ['"" inbox', ["INBOX"]],
    ['"" iNb%', ["INBOX"]],
    ['"" a/%', ["a/b", "a/d"]],
    ["a/ %", ["a/b", "a/d"]],
    ['a/ "%/*"', ["a/b/c"]],
    ['"" *c', ["a/b/c"]],
    ['"" nothing', []],
    ['"" {3+}\r\na/d', ["a/d"]],
  ])("LIST %s", async (line, names) => {
    const told = await listed(await serveAccount({ store: { mailboxes } }), `LIST ${line}`);
    expect(told.map((response) => response.replace(/^LIST \([^)]*\) "\/" /, ""))).toEqual(names);
  });

  test("an empty pattern asks for the delimiter", async () => {
    const served = await serveAccount({ store: { delimiter: "." } });
    expect(await listed(served, 'LIST "" ""')).toEqual(['LIST (\\Noselect) "." ""']);
    expect(await listed(served, 'LSUB "" ""')).toEqual(['LSUB (\\Noselect) "." ""']);
  });

  test("names that are not ASCII go as literals, flat ones without a delimiter", async () => {
    const { peer, backend } = await serveAccount();
    vi.spyOn(backend, "list").mockResolvedValue([{ mailbox: decodeMailboxName("\u00e4/b"), attributes: ["\\Sent"] }]);
    expect(await peer.ask('LIST "" *')).toBe(
      '* LIST (\\Noselect \\HasChildren) "/" {1}\r\n\u00e4\r\n* LIST (\\Sent \\HasNoChildren) "/" {3}\r\n\u00e4/b\r\nt OK LIST completed\r\n',
    );
    Object.assign(backend, { delimiter: null });
    expect(await peer.ask('LIST "" %')).toBe("* LIST (\\Sent \\HasNoChildren) NIL {3}\r\n\u00e4/b\r\nt OK LIST completed\r\n");
    expect(await peer.ask("CREATE x/")).toBe("t OK CREATE completed\r\n");
    expect(backend.mailboxes).toContain("x/");
  });

  test("a name that begins with the delimiter has no parent before it", async () => {
    expect(await listed(await serveAccount({ store: { mailboxes: ["/a/b"] } }), 'LIST "" *')).toEqual([
      'LIST (\\Noselect \\HasChildren) "/" /a',
      'LIST (\\HasNoChildren) "/" /a/b',
    ]);
  });

  test("more names than fit between two flushes", async () => {
    const many = Array.from({ length: 1500 }, (_, index) => `mailbox-${index}`);
    expect(await listed(await serveAccount({ store: { mailboxes: many }, pair: { highWaterMarkBytes: 1024 } }), 'LIST "" *')).toHaveLength(
      1500,
    );
  });

  test("LSUB tells of subscriptions, and of missing parents only where % hides what is under them", async () => {
    const { peer, backend } = await serveAccount();
    backend.subscribed.push("a/b");
    expect(await peer.ask('LSUB "" *')).toBe('* LSUB () "/" INBOX\r\n* LSUB () "/" a/b\r\nt OK LSUB completed\r\n');
    expect(await peer.ask('LSUB "" %')).toBe('* LSUB () "/" INBOX\r\n* LSUB (\\Noselect) "/" a\r\nt OK LSUB completed\r\n');
  });
});

describe("STATUS", () => {
  test("tells the figures asked for, in that order", async () => {
    const { peer } = await serveAccount({ store: { messages: MESSAGES, recent: 1 } });
    expect(await peer.ask("STATUS inbox (UNSEEN MESSAGES RECENT UIDNEXT UIDVALIDITY)")).toBe(
      "* STATUS INBOX (UNSEEN 3 MESSAGES 3 RECENT 1 UIDNEXT 4 UIDVALIDITY 7)\r\nt OK STATUS completed\r\n",
    );
    expect(await peer.ask("STATUS x (MESSAGES)")).toBe("t NO [NONEXISTENT] There is none\r\n");
  });

  test("leaves out what the backend does not know", async () => {
    const { peer, backend } = await serveAccount();
    const status = vi.spyOn(backend, "status");
    status.mockResolvedValue({ messages: 0 } as Awaited<ReturnType<typeof backend.status>>);
    expect(await peer.ask("STATUS INBOX (MESSAGES UNSEEN HIGHESTMODSEQ)")).toBe("* STATUS INBOX (MESSAGES 0)\r\nt OK STATUS completed\r\n");
    expect(status).toHaveBeenCalledWith(mailboxName("INBOX"), ["MESSAGES", "UNSEEN", "HIGHESTMODSEQ"]);
  });
});
