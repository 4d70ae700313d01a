import { fromLatin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { BINARY_MAIL, chunk, ClientBench, clientWithRecipients, MAIL, RCPT, readyClient } from "../../test/client-bench.ts";
import { expectLocal, expectRemote } from "../../test/server-bench.ts";
import { parameter } from "../codec/index.ts";
import type { ClientSessionOptions } from "./index.ts";

const withRecipient = (options?: Partial<ClientSessionOptions>, offers?: string): ClientBench => clientWithRecipients(1, options, offers);

describe("a message in chunks", () => {
  test("is each chunk behind its BDAT, in one transmission, dots as they are", () => {
    const bench = withRecipient().say(chunk(".\r\n"));
    expect(bench.take()).toBe("BDAT 3\r\n.\r\n");
    bench.hear("250 more\r\n").say(chunk("..", "last"));
    expect(bench.take()).toBe("BDAT 2 LAST\r\n..");
    expect(bench.hear("250 taken\r\n").told()).toEqual(["reply 250", "message-reply 250"]);
    expect(bench.session.state).toBe("ready");
  });

  test("each answer but the last finds its BDAT", () => {
    const bench = withRecipient().say(chunk("abc")).hear("250 ok\r\n");
    expect(bench.events).toMatchObject([{ type: "reply", command: { verb: "BDAT", sizeBytes: 3, position: "more" } }]);
  });

  test("may be empty, and is a view of what was given where nothing changes", () => {
    expect(withRecipient().say(chunk("", "last")).take()).toBe("BDAT 0 LAST\r\n");
    const session = withRecipient().session;
    const bytes = fromLatin1("x".repeat(5000));
    session.send({ type: "chunk", bytes, position: "last" });
    const output = session.poll();
    expect(output.type === "transmit" && output.chunks[1]).toBe(bytes);
  });

  test("is pipelined where that is offered, the next transaction behind it too", () => {
    const bench = withRecipient().say(chunk("ab"), chunk("c"), chunk("d", "last"), MAIL, RCPT);
    expect(bench.take()).toBe("BDAT 2\r\nabBDAT 1\r\ncBDAT 1 LAST\r\ndMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
    bench.hear("250 a\r\n250 b\r\n250 c\r\n250 d\r\n250 e\r\n");
    expect(bench.told()).toEqual(["reply 250", "reply 250", "message-reply 250", "reply 250", "reply 250"]);
    expect(bench.session.state).toBe("rcpt");
  });

  test("else each waits for the one before it", () => {
    const bench = withRecipient({}, "250-mx\r\n250 CHUNKING\r\n").say(chunk("ab"));
    expectLocal(() => bench.say(chunk("c")), "illegal-now");
    expect(bench.hear("250 ok\r\n").say(chunk("c", "last")).take()).toBe("BDAT 2\r\nabBDAT 1 LAST\r\nc");
  });

  test("goes only to servers that offer CHUNKING, once every recipient is answered", () => {
    expectLocal(() => withRecipient({}, "250-mx\r\n250 PIPELINING\r\n").say(chunk("x")), "illegal-now");
    const bench = readyClient().say(MAIL, RCPT);
    expectLocal(() => bench.say(chunk("x")), "illegal-now");
    expect(bench.hear("250 a\r\n250 b\r\n").say(chunk("x")).take()).toContain("BDAT 1\r\nx");
  });

  test("is given up by RSET between chunks, or in their pipeline", () => {
    const bench = withRecipient().say(chunk("ab"), { verb: "RSET" }, MAIL);
    expect(bench.take()).toBe("BDAT 2\r\nabRSET\r\nMAIL FROM:<a@b>\r\n");
    expect(bench.hear("250 a\r\n250 b\r\n250 c\r\n").session.state).toBe("mail");
  });

  test("cannot be mixed with DATA", () => {
    expectLocal(() => withRecipient().say(chunk("x"), { verb: "DATA" }), "illegal-now");
    const data = withRecipient().say({ verb: "DATA" }).hear("354 go\r\n");
    expectLocal(() => data.say(chunk("x")), "illegal-now");
  });

  test("waits for its answer as for any command, at its end as for the end of a message", () => {
    const bench = withRecipient().say(chunk("x"));
    expect(bench.session.patience.phase).toBe("command");
    bench.hear("250 ok\r\n").say(chunk("x", "last"));
    expect(bench.session.patience.phase).toBe("data-termination");
  });
});

describe("a refused chunk", () => {
  test("fails the transaction until RSET", () => {
    const bench = withRecipient().say(chunk("x")).hear("452 full\r\n");
    expect(bench.session.state).toBe("failed");
    for (const intent of [chunk("y"), chunk("y", "last"), MAIL, RCPT, { verb: "DATA" } as const]) {
      expectLocal(() => bench.say(intent), "illegal-now");
    }
    expect(bench.say({ verb: "RSET" }).hear("250 ok\r\n").say(MAIL).hear("250 ok\r\n").session.state).toBe("mail");
  });

  test("takes those behind it in the pipeline along", () => {
    const bench = withRecipient().say(chunk("x"), chunk("y"), chunk("z", "last"));
    bench.hear("452 full\r\n503 no\r\n503 no\r\n");
    expect(bench.told()).toEqual(["reply 452", "reply 503", "message-reply 503"]);
    expect(bench.session.state).toBe("failed");
  });

  test("as the last ends the transaction", () => {
    expect(withRecipient().say(chunk("x", "last")).hear("554 no\r\n").session.state).toBe("ready");
  });

  test("the filter of line ends starts anew behind it", () => {
    const bench = withRecipient({ lineEnds: "normalize" }).say(chunk("x\r")).hear("452 full\r\n").say({ verb: "RSET" }).hear("250 ok\r\n");
    bench.say(MAIL).hear("250 a\r\n").say(RCPT).hear("250 b\r\n").take();
    expect(bench.say(chunk("y", "last")).take()).toBe("BDAT 1 LAST\r\ny");
  });
});

describe("line ends in chunks", () => {
  test.each(["a\nb", "a\rb", "a\r"])("%j is refused and nothing of it leaves", (text) => {
    const bench = withRecipient();
    expectLocal(() => bench.say(chunk(text, "last")), text.includes("\r") ? "bare-cr" : "bare-lf");
    expect(bench.settle().take()).toBe("");
    expect(bench.say({ verb: "RSET" }).take()).toBe("RSET\r\n");
  });

  test("are made CRLF where that is asked for, and the size counts what leaves, across chunks", () => {
    const bench = withRecipient({ lineEnds: "normalize" }).say(chunk("a\nb\r"), chunk("\nc\r"), chunk("", "last"));
    expect(bench.take()).toBe("BDAT 5\r\na\r\nb\rBDAT 3\r\n\nc\rBDAT 1 LAST\r\n\n");
  });

  test.each([BINARY_MAIL, { ...BINARY_MAIL, parameters: [parameter("BODY", "7BIT"), parameter("BODY", "binarymime")] }])(
    "of a binary body are kept, and it does not go by DATA: %j",
    (mail) => {
      const bench = readyClient().say(mail, RCPT).hear("250 a\r\n250 b\r\n");
      bench.take();
      expectLocal(() => bench.say({ verb: "DATA" }), "illegal-now");
      expect(bench.say(chunk("\n\0\r", "last"), MAIL, RCPT).take()).toContain("BDAT 3 LAST\r\n\n\0\r");
      bench.hear("250 c\r\n250 d\r\n250 e\r\n");
      expectLocal(() => bench.say(chunk("\n", "last")), "bare-lf");
      expect(bench.say({ verb: "DATA" }).take()).toContain("DATA\r\n");
    },
  );
});

describe("LMTP", () => {
  const lmtp = (recipients: number): ClientBench => clientWithRecipients(recipients, { protocol: "lmtp" });

  test.each<readonly [string, (bench: ClientBench) => ClientBench]>([
    ["DATA", (bench) => bench.say({ verb: "DATA" }).hear("354 go\r\n").say({ type: "end-of-data" })],
    ["BDAT LAST", (bench) => bench.say(chunk("x", "last"))],
  ])("a message by %s is answered once for each recipient that was accepted", (_, end) => {
    const bench = end(lmtp(2).say(RCPT).hear("550 no\r\n"));
    bench.told();
    bench.hear("250 a\r\n");
    expect(bench.session.state).not.toBe("ready");
    expectLocal(() => bench.say({ verb: "DATA" }), "illegal-now");
    expect(bench.hear("552 b\r\n").session.state).toBe("ready");
    expect(bench.told()).toEqual(["message-reply 250", "message-reply 552"]);
    expectRemote(() => bench.hear("250 c\r\n"), "unexpected-reply");
  });

  test("recipients are counted anew in each transaction, and none that came without one", () => {
    const bench = lmtp(2).say(chunk("x", "last"), MAIL, RCPT).hear("250 a\r\n250 b\r\n550 no\r\n250 what\r\n");
    bench.say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say(chunk("y", "last"));
    bench.told();
    expect(bench.hear("250 c\r\n").told()).toEqual(["message-reply 250"]);
    expect(bench.session.state).toBe("ready");
  });

  test("421 in the middle closes, the rest is never answered", () => {
    const bench = lmtp(3).say(chunk("x", "last")).hear("250 a\r\n421 bye\r\n250 c\r\n");
    expect(bench.told()).toEqual(["message-reply 250", "message-reply 421", "closing 421"]);
    expect(bench.last).toBe("closed");
  });

  test("the next transaction may be pipelined behind the message", () => {
    const bench = lmtp(2).say(chunk("x", "last"), MAIL).hear("452 a\r\n250 b\r\n250 c\r\n");
    expect(bench.told()).toEqual(["message-reply 452", "message-reply 250", "reply 250"]);
    expect(bench.session.state).toBe("mail");
  });
});
