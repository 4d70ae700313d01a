import { utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { ClientBench, MAIL, RCPT, readyClient } from "../../test/client-bench.ts";
import { expectLocal } from "../../test/server-bench.ts";
import { forwardPath } from "../codec/index.ts";

describe("pipelining", () => {
  test("what may be grouped leaves at once, and each answer finds its command", () => {
    const bench = readyClient().say(MAIL, RCPT, { verb: "RCPT", path: forwardPath("e@f"), parameters: [] }, { verb: "RSET" });
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nRSET\r\n");
    bench.hear("250 a\r\n550 b\r\n250 c\r\n250 d\r\n");
    expect(bench.events.map((event) => event.type === "reply" && [event.command.verb, event.reply.code])).toEqual([
      ["MAIL", 250],
      ["RCPT", 550],
      ["RCPT", 250],
      ["RSET", 250],
    ]);
    expect(bench.session.state).toBe("ready");
  });

  test("without the extension one at a time", () => {
    const bench = readyClient({}, "250 mx\r\n").say(MAIL, RCPT);
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("RCPT TO:<c@d>\r\n");
  });

  test("nothing follows a command that ends a group", () => {
    const bench = readyClient().say(MAIL, { verb: "NOOP" }, RCPT, { verb: "QUIT" });
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nNOOP\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("");
    expect(bench.hear("250 b\r\n").take()).toBe("RCPT TO:<c@d>\r\nQUIT\r\n");
  });

  test("never more in flight than the limit", () => {
    const bench = readyClient({ limits: { maxPipelinedCommands: 2 } }).say(MAIL, RCPT, RCPT, RCPT);
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("RCPT TO:<c@d>\r\n");
  });

  test("DATA, AUTH and STARTTLS wait for nobody: they are refused while an answer is owed", () => {
    const bench = readyClient().say(MAIL, RCPT);
    expectLocal(() => bench.say({ verb: "DATA" }), "illegal-now");
    bench.hear("250 a\r\n550 no\r\n");
    expectLocal(() => bench.say({ verb: "DATA" }), "illegal-now");
    expect(bench.say(RCPT).hear("250 ok\r\n").say({ verb: "DATA" }).take()).toContain("DATA\r\n");
  });

  test("after the end of the message the next transaction may follow at once", () => {
    const bench = readyClient().say(MAIL, RCPT).hear("250 a\r\n250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    bench.take();
    bench.say({ type: "data", chunk: utf8(".x\r\n") }, { type: "end-of-data" }, MAIL);
    expect(bench.take()).toBe("..x\r\n.\r\nMAIL FROM:<a@b>\r\n");
    bench.told();
    expect(bench.hear("250 taken\r\n250 a\r\n").told()).toEqual(["message-reply 250", "reply 250"]);
    expect(bench.session.state).toBe("mail");
  });
});

describe("eager DATA", () => {
  const eager = (offers?: string): ClientBench => readyClient({ dataCommand: "eager" }, offers);

  test("follows its recipients in one group, and nothing follows it", () => {
    const bench = eager().say(MAIL, RCPT, { verb: "DATA" });
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
    expectLocal(() => bench.say({ verb: "NOOP" }), "illegal-now");
    expectLocal(() => bench.say({ type: "data", chunk: utf8("x") }), "illegal-now");
    bench.hear("250 a\r\n250 b\r\n354 go\r\n").say({ type: "data", chunk: utf8("x") }, { type: "end-of-data" });
    expect(bench.take()).toBe("x\r\n.\r\n");
  });

  test("without PIPELINING still waits its turn", () => {
    const bench = eager("250 mx\r\n").say(MAIL, RCPT, { verb: "DATA" });
    expect(bench.take()).toBe("MAIL FROM:<a@b>\r\n");
    expect(bench.hear("250 a\r\n").take()).toBe("RCPT TO:<c@d>\r\n");
    expect(bench.hear("250 b\r\n").take()).toBe("DATA\r\n");
  });

  test("is refused when nobody was accepted, and the transaction goes on", () => {
    const bench = eager().say(MAIL, RCPT, { verb: "DATA" }).hear("250 a\r\n550 no\r\n554 no valid recipients\r\n");
    expect(bench.session.state).toBe("mail");
    expect(bench.say(RCPT).hear("250 b\r\n").session.state).toBe("rcpt");
  });

  test("granted although nobody was accepted must be ended with an empty message", () => {
    const bench = eager().say(MAIL, RCPT, { verb: "DATA" }).hear("250 a\r\n550 no\r\n354 go\r\n");
    expect(bench.session.state).toBe("data");
    bench.take();
    expect(bench.say({ type: "end-of-data" }).take()).toBe(".\r\n");
    expect(bench.hear("554 no valid recipients\r\n").session.state).toBe("ready");
  });

  test("needs a recipient that was at least named", () => {
    expectLocal(() => eager().say(MAIL, { verb: "DATA" }), "illegal-now");
  });
});

describe("XCLIENT", () => {
  test("220 means: introduce yourself again; any other answer changes nothing", () => {
    const bench = readyClient().say({ verb: "XCLIENT", attributes: [{ name: "NAME", value: "x" }] });
    expectLocal(() => bench.say(MAIL), "illegal-now");
    bench.hear("220 hi again\r\n");
    expect([...bench.session.extensions]).toEqual([]);
    expect(bench.session.state).toBe("connected");
    const refused = readyClient()
      .say({ verb: "XCLIENT", attributes: [{ name: "NAME", value: "x" }] })
      .hear("550 no\r\n");
    expect(refused.session.extensions.has("PIPELINING")).toBe(true);
    expect(refused.say(MAIL).take()).toContain("MAIL");
  });
});
