import { plainClient, plainServer } from "@mailwire/sasl";
import { describe, expect, test } from "vitest";
import { MAIL, meet, type Sides, visit } from "../../test/meeting.ts";
import { reply } from "../codec/index.ts";
import { type SubmissionOptions, submissionOptions } from "../server.ts";

const OPTIONS: SubmissionOptions = { hostname: "mail.example", mechanisms: [plainServer(({ user }) => Promise.resolve(user))], tls: {} };
const PLAIN = `AUTH PLAIN ${btoa("\0tim\0geheim")}`;

function sides(options: Partial<SubmissionOptions> = {}): Sides {
  return { secure: false, client: { serverName: "mail.example" }, server: submissionOptions({ ...OPTIONS, ...options }) };
}

describe("submission", () => {
  test("takes mail inside TLS from whom it knows", async () => {
    const senders: unknown[] = [];
    const { client } = await meet(sides({ onMail: (_, peer) => void senders.push(peer.identity) }));
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 530, enhancedCode: "5.7.0" } });
    await client.auth(plainClient({ user: "tim", password: "geheim" }));
    expect((await client.sendMail(MAIL)).reply.code).toBe(250);
    expect(senders).toEqual(["tim"]);
  });

  test("asks for TLS first, even for AUTH", async () => {
    const { person } = await visit(submissionOptions(OPTIONS));
    await person.ask("EHLO x");
    expect(await person.ask(PLAIN)).toMatch(/^530 /);
    expect(await person.ask("MAIL FROM:<a@b.example>")).toMatch(/^530 /);
    expect(await person.ask("NOOP")).toMatch(/^250 /);
  });

  test.each([
    ["MAIL FROM:<a@b>", "554 5.6.0"],
    ["MAIL FROM:<a@b.example.>", "501 5.1.7"],
    ["MAIL FROM:<a..b@c.example>", "501 5.1.7"],
    ["MAIL FROM:<a@under_score.example>", "501 5.1.7"],
    ["MAIL FROM:<a@[192.0.2.1]>", "250 2.1.0"],
    ["MAIL FROM:<>", "250 2.1.0"],
    ["MAIL FROM: <a@c.example>", "250 2.1.0"],
    ["RCPT TO:<a@b>", "554 5.6.0"],
    ["RCPT TO:<.a@b.example>", "501 5.1.3"],
    ["RCPT TO:<postmaster>", "250 2.1.5"],
    ["RCPT TO:<a@b.example>", "250 2.1.5"],
    ["ETRN example.org", "502 5.5.1"],
    ["VRFY a..b@c.example", "250 a..b"],
  ])("%s: %s", async (line, answer) => {
    const { person } = await visit(submissionOptions({ ...OPTIONS, onLookup: ({ text }) => reply(250, text) }), { secure: true });
    await person.ask("EHLO x");
    await person.ask(PLAIN);
    if (line.startsWith("RCPT")) await person.ask("MAIL FROM:<a@b.example>");
    expect((await person.ask(line))?.slice(0, answer.length)).toBe(answer);
  });

  test("offers what it is told to, but no ETRN, and asks the hook first", async () => {
    const server = submissionOptions({
      ...OPTIONS,
      extensions: [
        { keyword: "DSN", parameters: [] },
        { keyword: "ETRN", parameters: [] },
      ],
      onCommand: ({ command }) => (command.verb === "NOOP" ? reply(250, "Hooked") : undefined),
    });
    const { client } = await meet({ server });
    expect([...client.extensions].map(({ keyword }) => keyword)).toEqual(["DSN", "SIZE", "AUTH"]);
    expect((await client.command({ verb: "NOOP" })).lines).toEqual(["Hooked"]);
    expect((await client.verify("ada")).code).toBe(252);
  });
});
