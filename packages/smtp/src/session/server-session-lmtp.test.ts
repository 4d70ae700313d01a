import { describe, expect, test } from "vitest";
import {
  type Deed,
  expectEnd,
  expectLocal,
  granting,
  MAIL,
  RCPT,
  readyServer,
  ServerBench,
  serverWithRecipients,
} from "../../test/server-bench.ts";
import { type Reply, reply } from "../codec/index.ts";
import type { ServerEvent } from "./index.ts";

const LMTP = { protocol: "lmtp" } as const;
const MESSAGE = "DATA\r\nx\r\n.\r\n";

/** Gives these answers to each message. */
const answering =
  (...replies: readonly Reply[]) =>
  (event: ServerEvent): Deed =>
    event.type === "end-of-data" ? replies : granting(event);

describe("the introduction", () => {
  test("is LHLO, and neither HELO nor EHLO; in SMTP the other way round", () => {
    expect(new ServerBench(LMTP).hear(`EHLO x\r\nHELO x\r\n${MAIL}LHLO x\r\n${MAIL}`).codes()).toEqual(["500", "500", "503", "250", "250"]);
    expect(new ServerBench().hear(`LHLO x\r\n${MAIL}EHLO x\r\n`).codes()).toEqual(["500", "503", "250"]);
  });
});

describe("a message to several recipients", () => {
  test.each([MESSAGE, "BDAT 3 LAST\r\nx\r\n", "BDAT 1\r\nxBDAT 0 LAST\r\n"])("by %j is answered once for each, in order", (message) => {
    const bench = serverWithRecipients(3, LMTP);
    bench.answer = answering(reply(250, "a"), reply(452, "b"), reply(250, "c"));
    bench.hear(`${message}${MAIL}`);
    expect(bench.events).toContainEqual(expect.objectContaining({ type: "end-of-data", recipients: 3 }));
    expect(bench.codes().slice(-4)).toEqual(["250", "452", "250", "250"]);
    expect(bench.session.state).toBe("mail");
  });

  test("is not over, and nothing is read, before the last answer", () => {
    const bench = serverWithRecipients(2, LMTP);
    bench.answer = (event) => (event.type === "end-of-data" ? undefined : granting(event));
    bench.hear(`${MESSAGE}NOOP\r\n`);
    bench.told();
    expect(bench.say(reply(250, "a")).last).toBe("paused");
    expect(bench.told()).toEqual([]);
    expect(bench.say(reply(250, "b")).told()).toEqual(["NOOP"]);
    expectLocal(() => bench.say(reply(250, "c")), "illegal-now");
  });

  test("counts those that were accepted, of this transaction only", () => {
    const bench = serverWithRecipients(2, LMTP);
    bench.answer = (event) => (event.type === "command" && event.received.command.verb === "RCPT" ? reply(550, "no") : granting(event));
    bench.hear(RCPT);
    bench.answer = granting;
    bench.hear(`${MESSAGE}${MAIL}${RCPT}RSET\r\n${MAIL}${RCPT}${MESSAGE}`);
    const counts = bench.events.flatMap((event) => (event.type === "end-of-data" ? [event.recipients] : []));
    expect(counts).toEqual([2, 1]);
  });

  test("that is broken is refused to each", () => {
    const bench = serverWithRecipients(2, { ...LMTP, limits: { maxMessageBytes: 3 } }).hear("DATA\r\nabcdef\r\n.\r\n");
    expect(bench.codes()).toEqual(["354", "552", "552"]);
    const chunks = serverWithRecipients(2, LMTP).hear("BDAT 1 LAST\r\n\nNOOP\r\n");
    expect(chunks.codes()).toEqual(["554", "554", "250"]);
  });

  test("421 in the middle of the answers closes at once", () => {
    const bench = serverWithRecipients(3, LMTP);
    bench.answer = answering(reply(250, "a"), reply(421, "bye"));
    bench.hear(`${MESSAGE}NOOP\r\n`);
    expect(bench.codes()).toEqual(["354", "250", "421"]);
    expect(bench.last).toBe("closed");
  });
});

describe("a refused chunk", () => {
  const refuse = (bench: ServerBench, answer: Reply): ServerBench => {
    bench.answer = (event) =>
      event.type === "command" && event.received.command.verb === "BDAT" ? (event.refusal ?? answer) : granting(event);
    return bench;
  };

  test("is answered once, and the last for each recipient, also behind one that failed", () => {
    const last = refuse(serverWithRecipients(3, LMTP), reply(452, "full")).hear(`BDAT 1 LAST\r\nx${MAIL}`);
    expect(last.codes()).toEqual(["452", "452", "452", "250"]);
    const both = refuse(serverWithRecipients(2, LMTP), reply(452, "full")).hear(`BDAT 1\r\nxBDAT 1 LAST\r\nxRSET\r\n`);
    expect(both.codes()).toEqual(["452", "503", "503", "250"]);
  });

  test("by 421 is answered no more than that", () => {
    const bench = refuse(serverWithRecipients(3, LMTP), reply(421, "bye")).hear("BDAT 1 LAST\r\nxNOOP\r\n");
    expect(bench.codes()).toEqual(["421"]);
    expect(bench.last).toBe("closed");
  });

  test("as the last without any recipient is not answered at all, RFC 2033 section 4.3", () => {
    const bench = readyServer(LMTP).hear(`BDAT 6 LAST\r\nRSET\r\nNOOP\r\n`);
    expect(bench.codes()).toEqual(["250"]);
    expect(bench.told()).toEqual(["BDAT", "NOOP"]);
  });
});

describe("a message counts once", () => {
  test("as an error when nobody gets it", () => {
    const bench = serverWithRecipients(5, { ...LMTP, limits: { maxErrors: 1 } });
    const no = reply(552, "quota");
    bench.answer = answering(no, no, no, no, no);
    expect(bench.hear(MESSAGE).session.errors).toBe(1);
    expectEnd(() => bench.hear(`${MAIL}${RCPT.repeat(5)}${MESSAGE}`), "too-many-errors", /^421/);
  });

  test("as taken when somebody gets it", () => {
    const bench = serverWithRecipients(2, { ...LMTP, limits: { maxMessages: 2 } });
    bench.answer = answering(reply(250, "ok"), reply(552, "quota"));
    bench.hear(`${MESSAGE}${MAIL}${RCPT}${RCPT}${MESSAGE}`);
    expect(bench.session.errors).toBe(0);
    bench.codes();
    expect(bench.hear(MAIL).codes()).toEqual(["421"]);
    expect(bench.last).toBe("closed");
  });
});
