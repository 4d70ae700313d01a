import { memoryPair } from "@mailwire/transport";
import type { ByteTransport, StartTls } from "@mailwire/wire";
import { latin1, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { readSessionDocument } from "./session-document.ts";
import type { TypedExchange } from "./type-session.ts";
import { isAnsweredAlike, typeSession } from "./type-session.ts";

/** A server that says a greeting and then, for each line, what the table has for it; `null` closes. */
async function answer(transport: ByteTransport, answers: Readonly<Record<string, readonly string[] | null>>): Promise<void> {
  await transport.write([utf8("220 hello\r\n")]);
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) {
    const pieces = answers[latin1(chunk).trim()];
    if (pieces === null) break;
    for (const piece of pieces ?? []) await transport.write([utf8(piece)]);
  }
  await transport.end();
}

const DOCUMENT = readSessionDocument("```wire\nS: 220 ready\nC: EHLO me\nS: 250-mx\nS: 250 HELP\nC: DATA\nC: text\nC: .\nS: 250 ok\n```\n");

describe("typing a session", () => {
  test("waits for whole answers, and not where none was recorded", async () => {
    const [client, server] = memoryPair();
    void answer(server, { "EHLO me": ["250-us\r\n25", "0 SIZE\r\n"], ".": ["550 no\r\n"] });
    const heard: TypedExchange[] = [];
    const exchanges = await typeSession(DOCUMENT, client, { onExchange: (exchange) => heard.push(exchange) });
    expect(exchanges.map(({ said, answered }) => [said, answered])).toEqual([
      ["", "220 hello\r\n"],
      ["EHLO me\r\n", "250-us\r\n250 SIZE\r\n"],
      ["DATA\r\n", ""],
      ["text\r\n", ""],
      [".\r\n", "550 no\r\n"],
    ]);
    expect(heard).toEqual(exchanges);
  });

  test("ends early when the server closes", async () => {
    const [client, server] = memoryPair();
    void answer(server, { "EHLO me": null });
    expect((await typeSession(DOCUMENT, client)).map(({ answered }) => answered)).toEqual(["220 hello\r\n", ""]);
  });

  test("goes on inside TLS", async () => {
    const document = readSessionDocument("```wire\nC: STARTTLS\nS: 220 go\n-- tls --\nC: NOOP\nS: 250 ok\n```\n");
    const startTls: StartTls & { readonly side: "client" } = { side: "client", serverName: "mx.example" };
    const [client, server] = memoryPair();
    const served = (async () => {
      await server.read();
      const inside = await server.startTls?.({ side: "server", tls: {}, reply: utf8("220 go ahead\r\n") });
      await inside?.read();
      await inside?.write([utf8("250 inside\r\n")]);
    })();
    const exchanges = await typeSession(document, client, { startTls });
    await served;
    expect(exchanges.map(({ answered }) => answered)).toEqual(["", "220 go ahead\r\n", "250 inside\r\n"]);
  });

  test.each([{ secure: true }, {}])("cannot go on inside TLS over %j without the means", async (pair) => {
    const [client] = memoryPair(pair);
    await expect(typeSession(readSessionDocument("```wire\n-- tls --\n```\n"), client)).rejects.toMatchObject({ code: "tls" });
  });
});

test.each([
  ["250 ok\r\n", "550-no\r\n", false],
  ["250 ok\r\n", "550-no\r\n550 no\r\n", true],
  ["250 ok\r\n", "250", false],
  ["+OK\r\n1 2\r\n.\r\n", "+OK\r\n1 2\r\n", false],
  ["+OK\r\n1 2\r\n.\r\n", "+OK\r\n.\r\n", true],
  ["+OK\r\n1 2\r\n.\r\n", "-ERR no\r\n", true],
  ["+OK\r\n", "-ERR no\r\n", true],
  ["* 1 EXISTS\r\na1 OK\r\n", "* 2 EXISTS\r\n", false],
  ["* 1 EXISTS\r\na1 OK\r\n", "* 2 EXISTS\r\na1 NO\r\n", true],
])("to %j, %j is an answer: %s", (recorded, answered, is) => {
  expect(isAnsweredAlike({ recorded, answered })).toBe(is);
});
