import fc from "fast-check";
import { fromLatin1 } from "@mailwire/wire";
import { expect, test } from "vitest";
import { serve } from "../../test/server-fixture.ts";

const LINES = [
  "LOGIN u p",
  "SELECT INBOX",
  "EXAMINE inbox",
  "SELECT nothing",
  "FETCH 1:* (FLAGS BODY[])",
  "UID FETCH 2:9 FULL",
  "FETCH 9 UID",
  "STORE 1:2 +FLAGS (\\Deleted)",
  "UID STORE * -FLAGS.SILENT \\Deleted",
  "EXPUNGE",
  "SEARCH NOT 1",
  "UID SEARCH OR UID 1:2 SEEN",
  "COPY 1 a",
  "APPEND INBOX (\\Seen) {3+}\r\nabc",
  "APPEND a {3}\r\nabc",
  "APPEND nothing {11+}\r\nx LOGOUT\r\n1",
  "CREATE a",
  "RENAME a b",
  "DELETE b",
  'LIST "" *',
  'LSUB "" %',
  "STATUS INBOX (MESSAGES UIDNEXT)",
  "SUBSCRIBE {1+}\r\na",
  "IDLE\r\nDONE",
  "IDLE",
  "CLOSE",
  "UNSELECT",
  "CHECK",
  "NOOP",
  "LOGOUT",
  "AUTHENTICATE PLAIN",
  "STARTTLS",
  "BOGUS (",
  "\0\u00ff{5",
];

test("any commands and nonsense are answered in order, each once, however they are cut; no error is ours", async () => {
  const line = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...LINES) }, fc.string({ unit: "binary-ascii", maxLength: 12 }));
  const lines = fc.array(line, { maxLength: 12 }).map((all) => ["LOGIN u p", "SELECT INBOX", ...all]);
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 40 }), async (said, size) => {
      const { peer, served, backend, errors } = await serve({
        store: { messages: ["one", "two", "three"], mailboxes: ["INBOX", "a"], streamBytes: 2 },
        pair: { chunkSizes: () => size },
      });
      await peer.transport.write(said.map((text, index) => fromLatin1(`t${index} ${text}\r\n`)));
      await peer.transport.end();
      const heard = await peer.hearOut();
      expect(errors).toEqual([]);
      // Some lines begin what the client then leaves in the middle.
      expect(["done", "eof"]).toContain((await served.closed).reason);
      expect(backend.log.filter((note) => note === "account closed")).toHaveLength(1);
      expect(backend.log.filter((note) => note === "mailbox closed")).toHaveLength(backend.opened.length);
      const tags = [...heard.matchAll(/^t(\d+) (?:OK|NO|BAD) /gm)].map(([, tag]) => Number(tag));
      expect(tags).toEqual([...new Set(tags)].sort((a, b) => a - b));
    }),
  );
});
