import { describe, expect, test } from "vitest";
import { visit } from "../../test/meeting.ts";
import { reply } from "../codec/index.ts";
import type { SmtpServerOptions } from "../server.ts";

// What was said decides what it meant: a refusal by the hook, or a reply that cannot be sent, must leave both sides in the same transaction.

/** Delivers after this was said; what each line was answered, and who got the message. */
async function delivered(
  options: Partial<SmtpServerOptions>,
  ...lines: string[]
): Promise<{ readonly codes: unknown[]; readonly to: unknown[] }> {
  const to: unknown[] = [];
  const { person } = await visit({ onMessage: ({ recipients }) => void to.push(recipients.map(({ path }) => path)), ...options });
  const codes: unknown[] = [];
  for (const line of ["EHLO x", ...lines, "DATA", "."]) codes.push((await person.ask(line))?.slice(0, 3));
  return { codes, to };
}

describe("a transaction", () => {
  test("survives a RSET that the hook refused", async () => {
    const resets: unknown[] = [];
    const { codes, to } = await delivered(
      {
        onCommand: ({ command }) => (command.verb === "RSET" ? reply(500, "No") : undefined),
        onReset: (envelope) => void resets.push(envelope),
      },
      ...["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RSET"],
    );
    expect(codes).toEqual(["250", "250", "250", "500", "354", "250"]);
    expect(to).toEqual([["c@d"]]);
    expect(resets).toEqual([]);
  });

  test.each([reply(252, "Hm"), reply(550, "No"), { code: 250, enhancedCode: undefined, lines: ["a\nb"] }])(
    "survives a new introduction that was not granted: %o",
    async (answer) => {
      let introductions = 0;
      const { codes, to } = await delivered(
        {
          onCommand: ({ command }) => (command.verb === "EHLO" && (introductions += 1) > 1 ? answer : undefined),
          onError: () => undefined,
        },
        ...["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "EHLO y"],
      );
      expect(codes.slice(-2)).toEqual(["354", "250"]);
      expect(to).toEqual([["c@d"]]);
    },
  );

  test("has only the recipients that heard 2yz", async () => {
    const { codes, to } = await delivered(
      {
        onRcpt: ({ path }) =>
          path === "broken@d" ? { code: 250, enhancedCode: undefined, lines: ["a\nb"] } : path === "no@d" ? reply(550, "No") : undefined,
        onError: () => undefined,
      },
      ...["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "RCPT TO:<broken@d>", "RCPT TO:<no@d>", "RCPT TO:<e@d>"],
    );
    expect(codes).toEqual(["250", "250", "250", "451", "550", "250", "354", "250"]);
    expect(to).toEqual([["c@d", "e@d"]]);
  });

  test("is not begun by a MAIL that was refused", async () => {
    const { person } = await visit({ onMail: () => reply(550, "No") });
    await person.ask("EHLO x");
    expect(await person.ask("MAIL FROM:<a@b>")).toBe("550 No");
    expect(await person.ask("RCPT TO:<a@b>")).toMatch(/^503 /);
  });

  test("stays when the hook says something else to DATA", async () => {
    let asked = 0;
    const { codes, to } = await delivered(
      { onCommand: ({ command }) => (command.verb === "DATA" && (asked += 1) === 1 ? reply(250, "What?") : undefined) },
      ...["MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA"],
    );
    expect(codes.slice(-3)).toEqual(["250", "354", "250"]);
    expect(to).toEqual([["c@d"]]);
  });

  test("that is reset tells so, even if that fails", async () => {
    const errors: unknown[] = [];
    const { person } = await visit({ onReset: () => Promise.reject(new Error("log")), onError: (error) => errors.push(error) });
    for (const line of ["EHLO x", "MAIL FROM:<a@b>"]) await person.ask(line);
    expect(await person.ask("RSET")).toMatch(/^250 /);
    expect(errors).toMatchObject([{ message: "log" }]);
  });
});
