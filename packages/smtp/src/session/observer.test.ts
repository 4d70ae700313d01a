import { Secret, type Unit, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import {
  BINARY_MAIL,
  chunk,
  ClientBench,
  clientWithRecipients,
  MAIL as MAIL_COMMAND,
  RCPT as RCPT_COMMAND,
} from "../../test/client-bench.ts";
import { MAIL, RCPT, ServerBench, serverWithRecipients, shown, TLS } from "../../test/server-bench.ts";
import type { ClientSessionOptions, ServerSessionOptions } from "./index.ts";

describe("the observer of a server", () => {
  test("sees every unit, credentials wrapped, even those that come when AUTH was refused", () => {
    const units: string[] = [];
    const bench = new ServerBench({ observe: (unit) => units.push(shown(unit)) });
    bench
      .hear("EHLO a\r\nAUTH PLAIN AGEAYg==\r\n")
      .hear("eA==\r\n")
      .hear(`AUTH LOGIN\r\ndGlt\r\nc2VjcmV0\r\nNOOP\r\n${MAIL}${RCPT}DATA\r\n..x\r\n.\r\nSTARTTLS\r\n`);
    bench.session.receiveTls(TLS);
    expect(units).toEqual([
      "server line 220 hi\r\n",
      "client line EHLO a\r\n",
      "server line 250 ok\r\n",
      "client line AUTH PLAIN *****\r\n",
      "server sasl 334 *****\r\n",
      "client sasl *****\r\n",
      "server line 235 welcome\r\n",
      "client line AUTH LOGIN\r\n",
      "server line 503 5.5.1 Already authenticated\r\n",
      "client line *****",
      "server line 500 5.5.2 Command not recognized\r\n",
      "client line *****",
      "server line 500 5.5.2 Command not recognized\r\n",
      "client line NOOP\r\n",
      "server line 250 ok\r\n",
      "client line MAIL FROM:<a@b>\r\n",
      "server line 250 ok\r\n",
      "client line RCPT TO:<c@d>\r\n",
      "server line 250 ok\r\n",
      "client line DATA\r\n",
      "server line 354 go\r\n",
      "client body ..x\r\n.\r\n",
      "server line 250 taken\r\n",
      "client line STARTTLS\r\n",
      "server line 220 go\r\n",
      "client tls ",
    ]);
  });

  test("sees credentials in lines that cannot be read as secret, too", () => {
    const units: string[] = [];
    const bench = new ServerBench({ observe: (unit) => units.push(shown(unit)) });
    bench.hear(`EHLO a\r\nauth  plain AGEAYg!!\r\nAGEAYg==\r\nAUTH PLAIN ${"QUFB".repeat(4000)}\r\nAUTH\r\nAUTH PLAIN\tAGEAYg==\r\n`);
    const said = units.filter((unit) => unit.startsWith("client")).slice(1);
    expect(said).toHaveLength(5);
    expect(said.join("")).not.toMatch(/AGEAYg|QUFB/);
  });

  function watched(recipients: number, options: Partial<ServerSessionOptions> = {}): { bench: ServerBench; units: Unit[] } {
    const units: Unit[] = [];
    const bench = serverWithRecipients(recipients, { ...options, observe: (unit) => units.push(unit) });
    units.length = 0;
    return { bench, units };
  }

  test("sees chunks, refused ones too, in the order in which all was handled", () => {
    const { bench, units } = watched(1);
    bench.hear("BDAT 2\r\nabBDAT 1 LAST\r\ncBDAT 3\r\nxyzNOOP\r\n");
    expect(units.map(shown)).toEqual([
      "client line BDAT 2\r\n",
      "client body ab",
      "server line 250 more\r\n",
      "client line BDAT 1 LAST\r\n",
      "client body c",
      "server line 250 taken\r\n",
      "client line BDAT 3\r\n",
      "client body xyz",
      "server line 503 5.5.1 BDAT is out of order: say MAIL first\r\n",
      "client line NOOP\r\n",
      "server line 250 ok\r\n",
    ]);
  });

  test("sees each answer of LMTP, and what a relay says of its client", () => {
    const { bench, units } = watched(2, { protocol: "lmtp" });
    bench.hear("BDAT 0 LAST\r\nXCLIENT NAME=x\r\nLHLO y\r\n");
    expect(units.map(shown)).toEqual([
      "client line BDAT 0 LAST\r\n",
      "server line 250 taken\r\n",
      "server line 250 taken\r\n",
      "client line XCLIENT NAME=x\r\n",
      "server line 220 hi again\r\n",
      "client line LHLO y\r\n",
      "server line 250 ok\r\n",
    ]);
  });
});

describe("the observer of a client", () => {
  test("sees every unit, credentials wrapped", () => {
    const units: string[] = [];
    const bench = new ClientBench({ observe: (unit) => units.push(shown(unit)) })
      .hear("220 hi\r\n")
      .say({ verb: "EHLO", domain: "me" })
      .hear("250-mx\r\n250 x\r\n");
    bench.say({ verb: "AUTH", mechanism: "PLAIN", initialResponse: new Secret(utf8("\0a\0b")) }).hear("334 \r\n");
    bench.say({ type: "auth-response", data: new Secret(utf8("x")) }).hear("235 ok\r\n");
    bench.say(MAIL_COMMAND).hear("250 a\r\n").say(RCPT_COMMAND).hear("250 b\r\n").say({ verb: "DATA" }).hear("354 go\r\n");
    bench.say({ type: "data", chunk: utf8(".") }, { type: "end-of-data" });
    expect(units).toEqual([
      "server line 220 hi\r\n",
      "client line EHLO me\r\n",
      "server line 250-mx\r\n250 x\r\n",
      "client line AUTH PLAIN *****\r\n",
      "server sasl 334 *****\r\n",
      "client sasl *****\r\n",
      "server line 235 ok\r\n",
      "client line MAIL FROM:<a@b>\r\n",
      "server line 250 a\r\n",
      "client line RCPT TO:<c@d>\r\n",
      "server line 250 b\r\n",
      "client line DATA\r\n",
      "server line 354 go\r\n",
      "client body ..",
      "client body \r\n.\r\n",
    ]);
  });

  test("sees chunks and each answer of LMTP", () => {
    const units: string[] = [];
    const options: Partial<ClientSessionOptions> = { protocol: "lmtp", observe: (unit) => units.push(shown(unit)) };
    const bench = clientWithRecipients(2, options);
    units.length = 0;
    bench.say(chunk("ab"), chunk("", "last")).hear("250 a\r\n250 b\r\n452 c\r\n").say(BINARY_MAIL);
    bench.hear("250 d\r\n").say({ verb: "RSET" }).hear("250 e\r\n");
    expect(units).toEqual([
      "client line BDAT 2\r\n",
      "client body ab",
      "client line BDAT 0 LAST\r\n",
      "server line 250 a\r\n",
      "server line 250 b\r\n",
      "server line 452 c\r\n",
      "client line MAIL FROM:<a@b> BODY=BINARYMIME\r\n",
      "server line 250 d\r\n",
      "client line RSET\r\n",
      "server line 250 e\r\n",
    ]);
  });
});
