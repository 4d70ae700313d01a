// The table of the README, tried: what each look-alike of the end of data means to our server, whole and cut at every position.

import { readFileSync } from "node:fs";
import { latin1, type LineEndPolicy, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { promised, visit } from "./meeting.ts";

interface Row {
  readonly sent: string;
  readonly policy: LineEndPolicy;
  readonly meaning: string;
}

function unescaped(text: string): string {
  return text.replaceAll("\\r", "\r").replaceAll("\\n", "\n").replaceAll("\\0", "\0");
}

function rows(): readonly Row[] {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  return [...readme.matchAll(/^\| `([^`]+)` +\| (.+?) +\| (.+?) +\|$/gm)]
    .filter(([, sent = ""]) => sent.includes("."))
    .filter(([, , reject = ""]) => /^(?:554|ends|goes on)/.test(reject))
    .flatMap(([, sent = "", reject = "", normalize = ""]) => [
      { sent, policy: "reject", meaning: reject },
      { sent, policy: "normalize", meaning: normalize },
    ]);
}

/** What became of `a`, the look-alike, `b`: in the words of the table. */
async function meaningOf({ sent, policy }: Row, cut: number): Promise<string> {
  const message = promised<string>();
  const { person } = await visit({
    lineEnds: policy,
    onMessage: async (_, body) => {
      message.resolve(latin1(await body.bytes()));
      return undefined;
    },
  });
  for (const line of ["EHLO x", "MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA"]) await person.ask(line);
  const bytes = utf8(`a${unescaped(sent)}b\r\n.\r\n`);
  await person.transport.write([bytes.slice(0, cut), bytes.slice(cut)]);
  const answer = await person.answer();
  await person.transport.end();
  if (answer?.startsWith("554 ") === true && (await person.line()) === undefined) return "554, connection closed";
  const taken = await message.promise;
  return taken.endsWith("b\r\n") ? `goes on: \`${taken.slice(0, -2)}\`` : `ends: \`${taken}\``;
}

describe("the end of data is CRLF.CRLF and nothing else", () => {
  test("all look-alikes are in the table", () => {
    expect(new Set(rows().map(({ sent }) => sent)).size).toBe(13);
  });

  test.each(rows())("$sent, $policy: $meaning", async (row) => {
    const expected = unescaped(row.meaning);
    for (let cut = 0; cut <= unescaped(row.sent).length + 1; cut += 1) expect(await meaningOf(row, cut)).toBe(expected);
  });
});
