import { describe, expect, test } from "vitest";
import { serveAccount, serveSelected } from "../../test/server-fixture.ts";

const store = { messages: ["one", "two"] };

describe("what the server does not offer is refused, and nothing happens", () => {
  test.each([
    ["SELECT INBOX (CONDSTORE)", "SELECT has no parameters here"],
    ["EXAMINE INBOX (QRESYNC (7 1))", "SELECT has no parameters here"],
    ["CREATE x (USE (\\Sent))", "CREATE has no parameters here"],
    ["CREATE x (X-NEW)", "CREATE has no parameters here"],
    ["RENAME INBOX x (X-NEW 1)", "RENAME has no parameters here"],
    ['LIST (SUBSCRIBED) "" *', "LIST has no options here"],
    ['LIST "" * RETURN (STATUS (MESSAGES))', "LIST has no options here"],
    ['LIST "" (INBOX x)', "LIST has no options here"],
    ['XLIST "" *', "Unknown command"],
    ['RLIST "" *', "Unknown command"],
    ["NOTIFY NONE", "Unknown command"],
    ["LANGUAGE de", "Unknown command"],
    ["GETJMAPACCESS", "Unknown command"],
    ['URLFETCH "imap://a"', "Unknown command"],
    ["STATUS INBOX (MESSAGES SIZE)", "Unknown STATUS attribute"],
    ["STATUS INBOX (X-NEW)", "Unknown STATUS attribute"],
  ])("%s", async (line, text) => {
    const { peer, backend } = await serveAccount({ store });
    expect(await peer.ask(line)).toBe(`t BAD ${text}\r\n`);
    expect(backend.mailboxes).toEqual(["INBOX"]);
    expect(backend.log).toEqual([]);
    expect(await peer.ask("STATUS INBOX (MESSAGES)")).toBe("* STATUS INBOX (MESSAGES 2)\r\nt OK STATUS completed\r\n");
  });

  test.each([
    ["FETCH 1 BINARY[1]", "Unknown FETCH attribute"],
    ["FETCH 1 (FLAGS PREVIEW (LAZY))", "Unknown FETCH attribute"],
    ["UID FETCH 1 (EMAILID X-GM-LABELS)", "Unknown FETCH attribute"],
    ["FETCH 1 X-NEW[1]<2.3>", "Unknown FETCH attribute"],
    ["FETCH 1 FLAGS (CHANGEDSINCE 1)", "FETCH has no modifiers here"],
    ["FETCH 1 BODY[] (X-NEW)", "FETCH has no modifiers here"],
    ["STORE 1 (UNCHANGEDSINCE 1) FLAGS (\\Seen)", "STORE has no modifiers here"],
    ["STORE 1 +X-GM-LABELS (\\Inbox)", "Only flags can be stored here"],
    ["STORE 1 X-NEW (a b)", "Only flags can be stored here"],
  ])("%s", async (line, text) => {
    const { peer, backend } = await serveSelected({ store });
    expect(await peer.ask(line)).toBe(`t BAD ${text}\r\n`);
    expect(backend.messages.map(({ flags }) => flags)).toEqual([[], []]);
    expect(await peer.ask("CHECK")).toBe("t OK CHECK completed\r\n");
  });

  test("a SELECT with parameters leaves the mailbox selected that was", async () => {
    const { peer, backend } = await serveSelected({ store });
    expect(await peer.ask("SELECT INBOX (CONDSTORE)")).toBe("t BAD SELECT has no parameters here\r\n");
    expect(backend.log).toEqual([]);
    expect(await peer.ask("FETCH 1 UID")).toBe("* 1 FETCH (UID 1)\r\nt OK FETCH completed\r\n");
  });
});
