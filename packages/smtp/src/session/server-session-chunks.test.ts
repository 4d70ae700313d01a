import { describe, expect, test } from "vitest";
import {
  expectEnd, expectLocal, granting, MAIL, RCPT, readyServer, remoteError, ServerBench, serverWithRecipients,
} from "../../test/server-bench.ts"; // prettier-ignore
import { reply } from "../codec/index.ts";
import type { ServerSessionOptions } from "./index.ts";

const SMUGGLED = "\r\nMAIL FROM:<x>\r\n";
const withRecipient = (options?: Partial<ServerSessionOptions>): ServerBench => serverWithRecipients(1, options);

describe("a message in chunks", () => {
  test("comes as it is, dots and all, and each chunk is answered behind its bytes", () => {
    const bench = withRecipient().hear("BDAT 6\r\n.a\r\n.\r");
    expect(bench.codes()).toEqual(["250"]);
    bench.hear("BDAT 3\r\n\n..BDAT 0 last\r\nNOOP\r\n");
    expect(bench.codes()).toEqual(["250", "250", "250"]);
    expect(bench.body).toBe(".a\r\n.\r\n..");
    expect(bench.told()).toEqual(["BDAT", "end-of-chunk", "BDAT", "end-of-chunk", "BDAT", "end-of-data", "NOOP"]);
    expect(bench.session.state).toBe("ready");
  });

  test("may be one chunk, an empty one, or pipelined as a whole", () => {
    const bench = withRecipient().hear(`BDAT 0 LAST\r\n${MAIL}${RCPT}BDAT 2\r\nabBDAT 3 LAST\r\ncdeQUIT\r\n`);
    expect(bench.codes()).toEqual(["250", "250", "250", "250", "250", "221"]);
    expect(bench.body).toBe("abcde");
    expect(bench.events).toContainEqual({ type: "end-of-data", sizeBytes: 0, longestLineBytes: 0, recipients: 1, refusal: undefined });
    expect(bench.events).toContainEqual({ type: "end-of-data", sizeBytes: 5, longestLineBytes: 5, recipients: 1, refusal: undefined });
  });

  test("is given as it comes: nothing of it is kept", () => {
    const generous = withRecipient({ limits: { maxMessageBytes: 2e12 } }).hear("BDAT 1000000000000\r\n");
    for (let pieces = 1; pieces <= 50; pieces += 1) {
      generous.hear("x".repeat(1000));
      expect(generous.body).toHaveLength(pieces * 1000);
    }
  });

  test("waits for the application before a byte is read, and behind each chunk", () => {
    const bench = withRecipient();
    bench.answer = () => undefined;
    bench.hear("BDAT 2\r\nabBDAT 1 LAST\r\nc");
    expect([bench.last, bench.body]).toEqual(["paused", ""]);
    bench.session.send({ type: "take-chunk" });
    expectLocal(() => bench.session.send({ type: "take-chunk" }), "illegal-now");
    expect([bench.settle().last, bench.body]).toEqual(["paused", "ab"]);
    expectLocal(() => bench.session.send({ type: "take-chunk" }), "illegal-now");
    bench.say(reply(250, "more"));
    expect([bench.last, bench.body]).toEqual(["paused", "ab"]);
    bench.session.send({ type: "take-chunk" });
    expect(bench.settle().say(reply(250, "taken")).last).toBe("need-input");
    expect(bench.body).toBe("abc");
  });

  test("may be given up with RSET between chunks", () => {
    const bench = withRecipient().hear(`BDAT 2\r\nabRSET\r\n${MAIL}${RCPT}BDAT 1 LAST\r\nc`);
    expect(bench.codes()).toEqual(["250", "250", "250", "250", "250"]);
    expect(bench.events).toContainEqual({ type: "end-of-data", sizeBytes: 1, longestLineBytes: 1, recipients: 1, refusal: undefined });
  });

  test.each(["NOOP", "VRFY x", "HELP"])("%s between chunks changes nothing", (line) => {
    const bench = withRecipient().hear(`BDAT 2\r\nab${line}\r\nBDAT 1 LAST\r\nc`);
    expect(bench.codes()).toEqual(["250", "250", "250"]);
    expect(bench.body).toBe("abc");
  });

  test("cannot be mixed with DATA", () => {
    const bench = withRecipient().hear("BDAT 2\r\nabDATA\r\n");
    expect(bench.codes()).toEqual(["250", "503"]);
    expect(bench.hear("BDAT 1 LAST\r\nc").codes()).toEqual(["250"]);
    expect(withRecipient().hear(`BDAT 2\r\nab${RCPT}${MAIL}`).codes()).toEqual(["250", "503", "503"]);
  });

  test("takes its time by its rate", () => {
    const bench = withRecipient({ limits: { bodyMs: 5, minBodyBytesPerSecond: 7, commandMs: 9 } }).hear("BDAT 2\r\n");
    expect(bench.session.patience).toMatchObject({ phase: "data-block", ms: 5, minBytesPerSecond: 7 });
    expect(bench.hear("ab").session.patience).toMatchObject({ phase: "command", ms: 9 });
  });
});

describe("a refused chunk", () => {
  const refusing = (options?: Partial<ServerSessionOptions>): ServerBench => {
    const bench = withRecipient(options);
    bench.answer = (event) =>
      event.type === "command" && event.received.command.verb === "BDAT" ? (event.refusal ?? reply(452, "disk full")) : granting(event);
    return bench;
  };

  test("is let go, answered behind its bytes, and never runs as commands", () => {
    const bench = refusing().hear(`BDAT ${SMUGGLED.length + 1}\r\n${SMUGGLED}`);
    expect(bench.codes()).toEqual([]);
    expect(bench.hear("!").codes()).toEqual(["452"]);
    expect(bench.told()).toEqual(["BDAT"]);
    expect(bench.body).toBe("");
  });

  test("fails the transaction: chunks in the pipeline are let go too, until RSET", () => {
    const bench = refusing().hear(`BDAT 2\r\nabBDAT ${SMUGGLED.length} LAST\r\n${SMUGGLED}${RCPT}${MAIL}RSET\r\n${MAIL}`);
    expect(bench.codes()).toEqual(["452", "503", "503", "503", "250", "250"]);
    expect(bench.told()).toEqual(["BDAT", "BDAT", "RCPT", "MAIL", "RSET", "MAIL"]);
  });

  test("that is the last ends the transaction", () => {
    const bench = refusing().hear(`BDAT 2 LAST\r\nab${MAIL}`);
    expect(bench.codes()).toEqual(["452", "250"]);
  });

  test.each([
    ["connected", new ServerBench()],
    ["ready", readyServer()],
    ["mail", readyServer().hear(MAIL)],
    ["refused", new ServerBench({}, reply(554, "no"))],
  ])("out of order, in the state %s, is drained as well", (state, bench) => {
    bench.codes();
    bench.told();
    bench.hear(`BDAT ${SMUGGLED.length}\r\n${SMUGGLED}BDAT 0 LAST\r\nBDAT ${SMUGGLED.length} LAST\r\n${SMUGGLED}`, 3);
    expect(bench.told()).toEqual(["BDAT", "BDAT", "BDAT"]);
    expect(bench.codes()).toEqual(["503", "503", "503"]);
    expect(bench.session.state).toBe(state);
  });

  test("by 421 closes behind its bytes; so does a farewell", () => {
    const bench = withRecipient();
    bench.answer = () => reply(421, "bye");
    expect(bench.hear("BDAT 3\r\nab").codes()).toEqual([]);
    expect(bench.hear("cNOOP\r\n").codes()).toEqual(["421"]);
    expect(bench.last).toBe("closed");
    const ending = withRecipient().hear("BDAT 3\r\nab");
    ending.session.send({ type: "close", reply: reply(421, "bye") });
    expect(ending.settle().codes()).toEqual([]);
    expect(ending.hear("cNOOP\r\n").codes()).toEqual(["250", "421"]);
  });

  test("cannot be granted, only refused", () => {
    const bench = withRecipient();
    bench.answer = () => undefined;
    bench.hear("BDAT 1\r\na");
    expectLocal(() => bench.say(reply(250, "ok")), "illegal-now");
    expect(bench.say(reply(552, "no")).codes()).toEqual(["552"]);
    bench.hear("BDAT 1\r\na");
    expectLocal(() => bench.session.send({ type: "take-chunk" }), "illegal-now");
  });

  test("counts as an error like any other", () => {
    const bench = readyServer({ limits: { maxErrors: 1 } });
    expectEnd(() => bench.hear("BDAT 1\r\naBDAT 1\r\na"), "too-many-errors", /^421/);
    expect(bench.codes()).toEqual(["503", "503"]);
  });
});

describe("where a chunk ends cannot be known, or is too far away:", () => {
  test.each(["", " ", " x", " -1", " 1.5", " 0x10", " 1e3", " +5", " 5 LASTING", " 5 6", " LAST", " 5 LAST now", " 9007199254740993"])(
    "BDAT%s ends the connection, and what follows never runs",
    (argument) => {
      const bench = withRecipient();
      expectEnd(() => bench.hear(`BDAT${argument}\r\nRSET\r\nNOOP\r\n`), "bad-chunk", /^501 5\.5\.4 /);
      expect(bench.codes()).toEqual([]);
      expect(bench.told()).toEqual([]);
      expect(bench.settle().last).toBe("closed");
    },
  );

  test.each([new ServerBench(), readyServer(), withRecipient(), withRecipient().hear("BDAT 8\r\n12345678")])(
    "BDAT beyond what is drained ends the connection in any state",
    (bench) => {
      expectEnd(() => bench.hear(`BDAT 999999999999\r\nRSET\r\n`), "bad-chunk", /^421 4\.3\.4 /);
      expect(bench.told()).not.toContain("RSET");
    },
  );

  test("the answers before it are given first", () => {
    const bench = withRecipient();
    expectEnd(() => bench.hear("NOOP\r\nBDAT x\r\n"), "bad-chunk", /^501/);
    expect(bench.codes()).toEqual(["250"]);
  });
});

describe("limits of chunks", () => {
  const limits = { maxMessageBytes: 10, maxDrainedBytes: 10 };

  test("too large by its announcement is let go and answered 552", () => {
    const bench = withRecipient({ limits }).hear("BDAT 11\r\n12345678901NOOP\r\n");
    expect(bench.codes()).toEqual(["552", "250"]);
    expect(bench.session.state).toBe("failed");
    expect(bench.body).toBe("");
  });

  test("too large over several chunks is 552 for the one that goes beyond, and only RSET helps", () => {
    const bench = withRecipient({ limits }).hear("BDAT 6\r\n123456BDAT 4\r\n7890BDAT 1\r\n!BDAT 0 LAST\r\nRSET\r\n");
    expect(bench.codes()).toEqual(["250", "250", "552", "503", "250"]);
    expect(bench.body).toBe("1234567890");
    const fresh = bench.hear(`${MAIL}${RCPT}BDAT 10 LAST\r\n1234567890`);
    expect(fresh.codes()).toEqual(["250", "250", "250"]);
  });

  test("too large together is known before a byte of the last one is read", () => {
    const bench = withRecipient({ limits }).hear("BDAT 6\r\n123456BDAT 5\r\n7").hear("890!");
    expect(bench.events).toContainEqual(
      expect.objectContaining({ type: "command", refusal: expect.objectContaining({ code: 552 }) as unknown }),
    );
    expect(bench.body).toBe("123456");
  });

  test("too large by the line ends that were put in is 552 at its end", () => {
    const bench = withRecipient({ limits, lineEnds: "normalize" }).hear("BDAT 8\r\na\nb\nc\nd\nBDAT 1\r\ne");
    expect(bench.codes()).toEqual(["552", "503"]);
    const last = withRecipient({ limits, lineEnds: "normalize" }).hear("BDAT 8 LAST\r\na\nb\nc\nd\nNOOP\r\n");
    expect(last.codes()).toEqual(["552", "250"]);
    expect(last.session.state).toBe("ready");
  });

  test("far beyond, over several chunks, ends the connection", () => {
    const bench = withRecipient({ limits }).hear("BDAT 10\r\n1234567890");
    expectEnd(() => bench.hear("BDAT 11\r\n"), "bad-chunk", /^421/);
  });
});

describe("line ends in chunks", () => {
  test.each([
    ["in a chunk", "BDAT 3\r\na\nbNOOP\r\n", ["554", "250"], "failed"],
    ["in the last one", "BDAT 3 LAST\r\na\rbNOOP\r\n", ["554", "250"], "ready"],
    ["between two", "BDAT 2\r\na\rBDAT 2\r\nb\nRSET\r\n", ["250", "554", "250"], "ready"],
    ["at the very end", "BDAT 2 LAST\r\na\rNOOP\r\n", ["554", "250"], "ready"],
    ["before an empty end", "BDAT 2\r\na\rBDAT 0 LAST\r\nNOOP\r\n", ["250", "554", "250"], "ready"],
  ])("a bare one %s costs the message, not the connection", (_, text, codes, state) => {
    for (const pieceBytes of [1, 2, 3, Infinity]) {
      const bench = withRecipient().hear(text, pieceBytes);
      expect(bench.codes()).toEqual(codes);
      expect(bench.session.state).toBe(state);
    }
  });

  test("behind a bare one nothing more is given", () => {
    const bench = withRecipient().hear("BDAT 6 LAST\r\n").hear("a").hear("\n").hear("b").hear("c").hear("d\n");
    expect(bench.codes()).toEqual(["554"]);
    expect(bench.body).toBe("a");
  });

  test("a CRLF may be cut by chunks", () => {
    const bench = withRecipient().hear("BDAT 2\r\na\rBDAT 2 LAST\r\n\nb");
    expect(bench.codes()).toEqual(["250", "250"]);
    expect(bench.body).toBe("a\r\nb");
  });

  test("bare ones are made CRLF where that is asked for", () => {
    const bench = withRecipient({ lineEnds: "normalize" }).hear("BDAT 2\r\na\rBDAT 3\r\n.\nbBDAT 1 LAST\r\n\r");
    expect(bench.codes()).toEqual(["250", "250", "250"]);
    expect(bench.body).toBe("a\r\n.\r\nb\r\n");
  });

  test.each(["reject", "normalize"] as const)("a binary body is kept as it is, also under %s", (lineEnds) => {
    const bench = readyServer({ lineEnds }).hear(`MAIL FROM:<a@b> BODY=BINARYMIME\r\n${RCPT}BDAT 4\r\n\n\0\r\rBDAT 2 LAST\r\n.\n`);
    expect(bench.codes()).toEqual(["250", "250", "250", "250"]);
    expect(bench.body).toBe("\n\0\r\r.\n");
  });

  test("a binary body does not come by DATA; the next message is not binary any more", () => {
    const bench = readyServer().hear(`MAIL FROM:<a@b> BODY=binarymime\r\n${RCPT}DATA\r\nBDAT 1 LAST\r\n\n${MAIL}${RCPT}BDAT 1 LAST\r\n\n`);
    expect(bench.codes()).toEqual(["250", "250", "503", "250", "250", "250", "554"]);
    expect(bench.hear(`${MAIL}${RCPT}DATA\r\n`).codes()).toEqual(["250", "250", "354"]);
  });
});

describe("the end of the stream", () => {
  test.each(["BDAT 5\r\n", "BDAT 5\r\nab", "BDAT 2\r\nab", "BDAT 2\r\nabBDAT 5 LAST\r\nab", "BDA", "BDAT 99 x"])(
    "behind %j is no good one",
    (text) => {
      const bench = withRecipient().hear(text);
      bench.session.receiveEof();
      expect(bench.settle().last).toBe("need-input");
    },
  );

  test("inside a refused chunk is none either, behind the message it is", () => {
    const inside = readyServer().hear("BDAT 5\r\nab");
    inside.session.receiveEof();
    expect(inside.settle().last).toBe("need-input");
    const behind = withRecipient().hear("BDAT 2 LAST\r\nab");
    behind.session.receiveEof();
    expect(behind.settle().last).toBe("closed");
  });
});

test("a client that does not wait is refused where that is asked for, but may send groups and chunks", () => {
  const bench = readyServer({ eagerness: "refuse" }).hear(`${MAIL}${RCPT}BDAT 2\r\nabBDAT 1 LAST\r\ncNOOP\r\nRSET\r\n`);
  expect(bench.codes()).toEqual(["250", "250", "250", "250", "503", "250"]);
  expect(bench.hear("NOOP\r\n").codes()).toEqual(["250"]);
  expect(remoteError(() => bench.hear("STARTTLS\r\nEHLO x\r\n"))).toBeUndefined();
  expect(bench.codes()).toEqual(["503", "250"]);
});
