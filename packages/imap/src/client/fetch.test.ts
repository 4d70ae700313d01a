import { fromLatin1, latin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { all, failure, loggedIn, quiet, selected, steps, streamOf } from "../../test/client-fixture.ts";
import type { UntaggedData } from "../session/untagged-data.ts";

const ENVELOPE = '("Mon, 7 Feb 1994 21:52:25 -0800" "Afternoon meeting" NIL NIL NIL NIL NIL NIL NIL "<1@x>")';
const STRUCTURE = '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 12 1)';

describe("messages", () => {
  test("come with their items by name and in order", async () => {
    const { client, server } = await selected();
    const fetching = all(client.fetch("1:2", "UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY[1] BODY[2]"));
    await server.answer(
      "FETCH 1:2 (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY[1] BODY[2])",
      `* 1 FETCH (UID 11 FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 40 ENVELOPE ${ENVELOPE} BODYSTRUCTURE ${STRUCTURE} BODY[1] {5}\r\nhello BODY[2] NIL)`,
      `* 2 FETCH (BODY[1] "" BODY ${STRUCTURE} X-NEW (1 2))`,
      "OK done",
    );
    const [one, two] = await fetching;
    expect(one).toMatchObject({
      sequenceNumber: 1,
      uid: 11,
      flags: ["\\Seen"],
      date: { text: "17-Jul-1996 02:44:25 -0700" },
      size: 40,
      envelope: { subject: "Afternoon meeting" },
      structure: { kind: "text", octets: 12 },
    });
    expect(one?.data.map(({ data }) => (data instanceof Uint8Array ? latin1(data) : data))).toEqual(["hello", null]);
    expect(two).toMatchObject({ sequenceNumber: 2, uid: undefined, flags: undefined, date: undefined, size: undefined });
    expect(two?.structure).toMatchObject({ kind: "text" });
    expect(two?.items.map(({ type }) => type)).toEqual(["BODY[]", "BODY", "unknown"]);
  });

  test("may be asked for in every way", async () => {
    const { client, server } = await selected();
    const asked = [
      [all(client.fetch(3, "fast")), "FETCH 3 FAST"],
      [all(client.fetch("2:*", "(UID)")), "FETCH 2:* UID"],
      [all(client.fetch([{ first: 1, last: "*" }], [{ type: "FLAGS" }])), "FETCH 1:* FLAGS"],
      [all(client.uidFetch("7,9", "BODY.PEEK[HEADER.FIELDS (Date)]<0.10>")), "UID FETCH 7,9 BODY.PEEK[HEADER.FIELDS (Date)]<0.10>"],
    ] as const;
    for (const [answer, command] of asked) {
      await server.answer(command, "OK nothing");
      expect(await answer).toEqual([]);
    }
  });

  test.each([
    ["1;2", "FLAGS"],
    ["", "FLAGS"],
    ["1", ""],
    ["1", "FLAGS UID[1"],
    ["1", "(FLAGS) (CHANGEDSINCE 1)"],
    ["1", "FLAGS)\r\nx LOGOUT"],
    ["1", "(FLAGS) (UID)"],
  ])("what cannot be said is refused at once: %j %j", async (set, items) => {
    const { client } = await selected();
    expect(() => client.fetch(set, items)).toThrow(expect.objectContaining({ side: "local", code: "bad-argument" }));
  });

  test("that may not be asked for throw where they are read", async () => {
    const { client } = await loggedIn();
    expect(await failure(all(client.fetch(1, "FLAGS")))).toMatchObject({ side: "local", code: "illegal-now" });
  });

  test("that are refused throw after those that came", async () => {
    const { client, server } = await selected();
    const numbers: number[] = [];
    const reading = (async () => {
      for await (const { sequenceNumber } of client.fetch("1:2", "UID")) numbers.push(sequenceNumber);
    })();
    const outcome = failure(reading);
    await server.answer("FETCH 1:2 UID", "* 1 FETCH (UID 1)", "NO [EXPUNGEISSUED] some are gone");
    expect(await outcome).toMatchObject({ command: "FETCH", code: { type: "EXPUNGEISSUED" } });
    expect(numbers).toEqual([1]);
  });

  test("flags that others changed meanwhile are no answer, but news", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
    const bodies = all(client.fetch("1:2", "BODY[1]"));
    await server.answer(
      "FETCH 1:2 BODY[1]",
      "* 1 FETCH (FLAGS (\\Seen))",
      "* 3 FETCH (BODY[1] NIL)",
      "* 2 FETCH (BODY[1] NIL)",
      "* 4 EXISTS",
      "OK done",
    );
    expect((await bodies).map(({ sequenceNumber }) => sequenceNumber)).toEqual([2]);
    expect(news).toMatchObject([{ items: [{ type: "FLAGS" }] }, { sequenceNumber: 3 }, { type: "EXISTS" }]);
    expect(client.mailbox?.exists).toBe(4);
    const flags = all(client.fetch("2:1", "FLAGS"));
    await server.answer("FETCH 2:1 FLAGS", "* 1 FETCH (FLAGS ())", "* 3 FETCH (FLAGS ())", "OK done");
    expect((await flags).map(({ sequenceNumber }) => sequenceNumber)).toEqual([1]);
  });

  test("by UID are told apart by UID, where it is known", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
    const fetching = all(client.uidFetch("7:8", "FLAGS"));
    await server.answer(
      "UID FETCH 7:8 FLAGS",
      "* 1 FETCH (FLAGS () UID 7)",
      "* 2 FETCH (UID 9 FLAGS ())",
      "* 3 FETCH (FLAGS ())",
      "OK done",
    );
    expect((await fetching).map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 3]);
    expect(news).toMatchObject([{ sequenceNumber: 2 }]);
  });
});

describe("large data", () => {
  const SMALL_LIMITS = { limits: { streamLiteralBytes: 4 } };

  test("is read as it comes, before the response is complete", async () => {
    const { client, server } = await selected("", SMALL_LIMITS);
    const messages = steps(client.fetch(1, "UID BODY[] FLAGS"));
    const first = messages.next();
    const tag = await server.command("FETCH 1 (UID BODY[] FLAGS)");
    await server.sayText("* 1 FETCH (UID 5 BODY[] {10}\r\nhello");
    const message = await first;
    expect(message?.uid).toBe(5);
    expect(message?.flags).toBeUndefined();
    const stream = streamOf(message);
    expect(stream.size).toBe(10);
    const chunks = steps(stream);
    expect(await chunks.next()).toEqual(fromLatin1("hello"));
    const rest = chunks.next();
    await server.sayText("world FLAGS (\\Seen))\r\n");
    await server.say(`${tag} OK done`);
    expect(await rest).toEqual(fromLatin1("world"));
    expect(await chunks.next()).toBeUndefined();
    expect(await messages.next()).toBeUndefined();
    expect(message?.flags).toEqual(["\\Seen"]);
  });

  test("several in one message, and small ones between", async () => {
    const { client, server } = await selected("", SMALL_LIMITS);
    const texts: string[] = [];
    const reading = (async () => {
      for await (const message of client.fetch("1:2", "BODY[1] BODY[2] BODY[3]")) {
        texts.push(latin1(await streamOf(message).bytes()));
        texts.push(latin1(await streamOf(message, 2).bytes()));
      }
    })();
    const body = "BODY[1] {5}\r\nfirst BODY[2] {3}\r\nabc BODY[3] {5}\r\nthird";
    await server.answer("FETCH 1:2 (BODY[1] BODY[2] BODY[3])", `* 1 FETCH (${body})`, `* 2 FETCH (${body})`, "OK done");
    await reading;
    expect(texts).toEqual(["first", "third", "first", "third"]);
  });

  test("is read once, and while its message has its turn", async () => {
    const { client, server } = await selected("", SMALL_LIMITS);
    const fetching = all(client.fetch("1:2", "BODY[]"));
    await server.answer("FETCH 1:2 BODY[]", "* 1 FETCH (BODY[] {5}\r\nfirst)", "* 2 FETCH (BODY[] {5}\r\nother)", "OK done");
    for (const message of await fetching) {
      expect(await failure(streamOf(message).bytes())).toMatchObject({ side: "local", code: "literal-gone" });
    }
    const again = client.fetch(1, "BODY[]");
    const reading = (async () => {
      for await (const message of again) {
        expect(latin1(await streamOf(message).bytes())).toBe("first");
        expect(await failure(streamOf(message).bytes())).toMatchObject({ code: "literal-gone" });
      }
    })();
    await server.answer("FETCH 1 BODY[]", "* 1 FETCH (BODY[] {5}\r\nfirst)", "OK done");
    await reading;
  });

  test("of a message that was left by break is gone, whether it had come or not", async () => {
    const { client, server } = await selected("", SMALL_LIMITS);
    const left = (async () => {
      for await (const message of client.fetch("1:2", "BODY[]")) return message;
      return undefined;
    })();
    await server.answer("FETCH 1:2 BODY[]", "* 1 FETCH (BODY[] {5}\r\nfirst)", "* 2 FETCH (BODY[] {5}\r\nother)", "OK done");
    expect(await failure(streamOf(await left).bytes())).toMatchObject({ code: "literal-gone" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });

  test("may be left early: the rest is let go, and the loop goes on", async () => {
    const { client, server } = await selected("", SMALL_LIMITS);
    const heard: string[] = [];
    const reading = (async () => {
      for await (const message of client.fetch("1:2", "BODY[]")) {
        for await (const chunk of streamOf(message)) {
          heard.push(latin1(chunk));
          break;
        }
      }
    })();
    const tag = await server.command("FETCH 1:2 BODY[]");
    await server.sayText("* 1 FETCH (BODY[] {10}\r\nhello");
    await server.sayText("world)\r\n");
    await server.say("* 2 FETCH (BODY[] {5}\r\nother)", `${tag} OK done`);
    await reading;
    expect(heard).toEqual(["hello", "other"]);
  });

  test("that nobody asked for passes by", async () => {
    const news: UntaggedData[] = [];
    const { client, server } = await selected("", { ...SMALL_LIMITS, onUntagged: (response) => news.push(response) });
    await server.say("* 1 FETCH (BODY[] {5}\r\nhello UID 4)");
    await quiet();
    const raw = client.raw("fetch 2 body[]");
    await server.answer("FETCH 2 body[]", "* 2 FETCH (BODY[] {5}\r\nhello)", "OK done");
    expect((await raw).untagged).toMatchObject([{ type: "FETCH", items: [{ data: { size: 5 } }] }]);
    expect(news).toMatchObject([
      { type: "FETCH", sequenceNumber: 1, items: [{ data: { size: 5 } }, { uid: 4 }] },
      { type: "FETCH", sequenceNumber: 2 },
    ]);
  });

  test("whatever the size of the pieces", async () => {
    for (const size of [1, 3, 1000]) {
      const { client, server } = await selected("", SMALL_LIMITS, { chunkSizes: () => size });
      const reading = (async () => {
        for await (const message of client.fetch(1, "BODY[] UID"))
          return `${latin1(await streamOf(message).bytes())} ${message.items.length}`;
        return undefined;
      })();
      await server.answer("FETCH 1 (BODY[] UID)", "* 1 FETCH (BODY[] {10}\r\nhelloworld UID 3)", "OK done");
      // The UID behind the literal is known when that has been read and the line has come.
      expect(await reading).toMatch(/^helloworld [12]$/);
    }
  });
});
