import { serveImap } from "@mailwire/imap/server";
import { memoryPair } from "@mailwire/transport";
import { fromLatin1, Secret } from "@mailwire/wire";
import { beforeEach, expect, test } from "vitest";
import { imapBackend } from "../src/imap.ts";
import { MemoryStore, USUAL_MAILBOXES } from "../src/memory.ts";
import { Talk } from "./talk.ts";

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore({ mailboxes: USUAL_MAILBOXES });
  store.addUser("ada", new Secret("engine"));
});

/** One client's terminal: each command gets the next tag. */
class Terminal {
  readonly #talk: Talk;
  #tag = 0;

  constructor(talk: Talk) {
    this.#talk = talk;
  }

  /** Everything up to the tagged response, whose text is left out. */
  async say(command: string): Promise<string[]> {
    this.#tag += 1;
    const answer = await this.#talk.ask(`a${this.#tag} ${command}`, new RegExp(`(?:^|\\r\\n)a${this.#tag} .*\\r\\n`));
    return answer
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^a\d+ (\w+).*/, "$1"));
  }
}

async function connected(): Promise<Talk> {
  const [ours, theirs] = memoryPair({ secure: true });
  serveImap(theirs, { backend: imapBackend(store, { verifyPassword: store.verifyPassword }) });
  const talk = new Talk(ours);
  await talk.hear(/\* OK .*\r\n/);
  return talk;
}

async function logIn(): Promise<Terminal> {
  const terminal = new Terminal(await connected());
  expect((await terminal.say("LOGIN ada engine")).at(-1)).toBe("OK");
  return terminal;
}

async function deliver(text: string): Promise<void> {
  const inbox = await (await store.account("ada"))?.mailbox("INBOX");
  await inbox?.append(
    await store.receive(
      (async function* () {
        yield fromLatin1(text);
      })(),
    ),
  );
}

test("two sessions see each other's changes when they may", async () => {
  for (const number of [1, 2, 3]) await deliver(`Subject: m${number}\r\n\r\n`);
  const [one, other] = [await logIn(), await logIn()];
  expect(await one.say("SELECT INBOX")).toEqual(expect.arrayContaining(["* 3 EXISTS", "* 3 RECENT", "OK"]));
  expect(await other.say("SELECT INBOX")).toEqual(expect.arrayContaining(["* 3 EXISTS", "* 0 RECENT", "OK"]));
  await one.say("STORE 2 +FLAGS.SILENT (\\Deleted)");
  expect(await one.say("EXPUNGE")).toEqual(["* 2 EXPUNGE", "* 2 RECENT", "OK"]);
  await deliver("Subject: m4\r\n\r\n");
  // FETCH, STORE and SEARCH by sequence number must not tell the expunge: 3 is still m3.
  expect(await other.say("FETCH 3 BODY.PEEK[HEADER.FIELDS (Subject)]")).toContain("Subject: m3");
  expect(await other.say("SEARCH SUBJECT m3")).toEqual(["* SEARCH 3", "OK"]);
  expect(await other.say("STORE 3 +FLAGS (\\Flagged)")).toEqual(["* 3 FETCH (FLAGS (\\Flagged))", "OK"]);
  expect(await other.say("NOOP")).toEqual(["* 2 EXPUNGE", "OK"]);
  expect(await other.say("UID SEARCH FLAGGED")).toEqual(["* SEARCH 3", "OK"]);
  expect(await one.say("NOOP")).toEqual(["* 3 EXISTS", "* 2 RECENT", "* 2 FETCH (FLAGS (\\Flagged \\Recent))", "OK"]);
});

test("mailboxes, subscriptions, appending, copying and closing", async () => {
  const ada = await logIn();
  expect(await ada.say("CREATE Work/Old")).toEqual(["OK"]);
  expect(await ada.say('LIST "" "*"')).toEqual(
    expect.arrayContaining(['* LIST (\\Noselect \\HasChildren) "/" Work', '* LIST (\\HasNoChildren) "/" Work/Old']),
  );
  expect((await ada.say('LIST "" %')).filter((line) => line.includes("\\Sent"))).toHaveLength(1);
  expect(await ada.say("SUBSCRIBE Work/Old")).toEqual(["OK"]);
  expect(await ada.say('LSUB "" *')).toEqual(['* LSUB () "/" Work/Old', "OK"]);
  expect(await ada.say('APPEND Work/Old (\\Seen) "17-Jul-1996 02:44:25 -0700" {4+}\r\nabcd')).toEqual(["OK"]);
  expect(await ada.say("APPEND None {4+}\r\nabcd")).toEqual(["NO"]);
  expect(await ada.say("STATUS Work/Old (MESSAGES UNSEEN UIDNEXT)")).toEqual(["* STATUS Work/Old (MESSAGES 1 UNSEEN 0 UIDNEXT 2)", "OK"]);
  await ada.say("SELECT Work/Old");
  expect(await ada.say("FETCH 1 (INTERNALDATE RFC822.SIZE)")).toEqual([
    '* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4)',
    "OK",
  ]);
  expect(await ada.say("COPY 1 Sent")).toEqual(["OK"]);
  await ada.say("STORE 1 +FLAGS.SILENT (\\Deleted)");
  expect(await ada.say("CLOSE")).toEqual(["OK"]);
  expect(await ada.say("STATUS Work/Old (MESSAGES)")).toEqual(["* STATUS Work/Old (MESSAGES 0)", "OK"]);
  expect(await ada.say("RENAME Work Play")).toEqual(["OK"]);
  expect((await ada.say("SELECT Play/Old")).at(-1)).toBe("OK");
  expect(await ada.say("DELETE INBOX")).toEqual(["NO"]);
});

test("reading a message sets \\Seen, looking at it does not", async () => {
  await deliver("Subject: x\r\n\r\nHello\r\n");
  const ada = await logIn();
  await ada.say("SELECT INBOX");
  expect(await ada.say("FETCH 1 BODY.PEEK[1]<1.3>")).toEqual(["* 1 FETCH (BODY[1]<1> {3}", "ell)", "OK"]);
  expect(await ada.say("FETCH 1 (BODY[TEXT])")).toEqual(["* 1 FETCH (BODY[TEXT] {7}", "Hello", " FLAGS (\\Seen \\Recent))", "OK"]);
  expect(await ada.say("FETCH 1 FULL")).toEqual([
    expect.stringContaining('BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 1)'),
    "OK",
  ]);
  expect(await ada.say("FETCH 1 BODYSTRUCTURE")).toEqual([expect.stringContaining('"7bit" 7 1 NIL NIL NIL NIL)'), "OK"]);
  expect(await ada.say('SEARCH BODY "hello" SEEN')).toEqual(["* SEARCH 1", "OK"]);
});

test("who idles hears of mail as it is delivered, and of what others do", async () => {
  const [idler, other] = [await connected(), await logIn()];
  await idler.ask("a LOGIN ada engine", /a OK.*\r\n/);
  await idler.ask("b SELECT INBOX", /b OK.*\r\n/);
  expect(await idler.ask("c IDLE", /\+ .*\r\n/)).toBe("+ idling\n");
  await deliver("Subject: news\r\n\r\n");
  expect(await idler.hear(/RECENT\r\n/)).toBe("* 1 EXISTS\n* 1 RECENT\n");
  await other.say("SELECT INBOX");
  await other.say("STORE 1 +FLAGS (\\Deleted)");
  expect(await idler.hear(/FETCH.*\r\n/)).toBe("* 1 FETCH (FLAGS (\\Deleted \\Recent))\n");
  await other.say("EXPUNGE");
  expect(await idler.hear(/EXPUNGE\r\n\* 0 RECENT\r\n/)).toBe("* 1 EXPUNGE\n* 0 RECENT\n");
  expect(await idler.ask("DONE", /c OK.*\r\n/)).toBe("c OK IDLE completed\n");
});
