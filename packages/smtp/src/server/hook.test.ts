import { plainClient, plainServer } from "@mailwire/sasl";
import { latin1, ProtocolError } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { MAIL, meet, type Person, visit } from "../../test/meeting.ts";
import { forwardPath, reply } from "../codec/index.ts";

describe("the hook", () => {
  test("replaces answers, delays them, refuses what would be granted, drops", async () => {
    const { client, served } = await meet({
      server: {
        onCommand: async ({ command }) => {
          await Promise.resolve();
          if (command.verb === "RCPT") return reply(250, "Hooked");
          if (command.verb === "HELP") return "drop";
          if (command.verb === "MAIL") return reply(250, "Sender hooked");
          return undefined;
        },
      },
    });
    const { recipients } = await client.sendMail(MAIL);
    expect(recipients[0]?.reply.lines).toEqual(["Hooked"]);
    await expect(client.help()).rejects.toBeInstanceOf(Error);
    expect(await served.closed).toMatchObject({ reason: "aborted" });
  });

  test("cannot grant what is out of order or malformed, nor AUTH; it can refuse in its own words", async () => {
    const { client } = await meet({
      server: {
        onCommand: ({ command }) => (command.verb === "EHLO" ? undefined : reply(250, "Anything goes")),
        mechanisms: [plainServer(() => Promise.resolve("x"))],
      },
    });
    await expect(client.command({ verb: "RCPT", path: forwardPath("a@b"), parameters: [] })).rejects.toBeInstanceOf(ProtocolError);
    await expect(client.auth(plainClient({ user: "a", password: "b" }))).rejects.toMatchObject({ reply: { code: 451 } });
    const { person } = await visit({
      onCommand: ({ command }) => (command.verb === "invalid" ? reply(500, "Pardon?") : reply(250, "Anything goes")),
    });
    expect(await person.ask("RCPT TO:<a@b>")).toMatch(/^503 5\.5\.1 /);
    expect(await person.ask("VRFY")).toBe("500 Pardon?");
    expect(await person.ask("RSET")).toBe("250 Anything goes");
  });

  test("sees nothing behind STARTTLS of what was said before it", async () => {
    const seen: unknown[] = [];
    const { client } = await meet({
      secure: false,
      client: { allowPlaintext: true, serverName: "mx.example" },
      server: {
        tls: {},
        onCommand: ({ command }, { info, hello }) => {
          seen.push([command.verb, info.secure, hello?.verb]);
          return undefined;
        },
      },
    });
    await client.startTls();
    expect(seen).toEqual([
      ["EHLO", false, undefined],
      ["STARTTLS", false, "EHLO"],
      ["EHLO", true, undefined],
    ]);
  });

  test("splits its own answer or the usual one, and no other", async () => {
    const { person } = await visit({
      onCommand: ({ command }) => {
        if (command.verb === "NOOP") return { split: { pieceBytes: [1, 3, Infinity], pauseMs: 0 } };
        if (command.verb === "HELP") return { split: { pieceBytes: [5], pauseMs: 0 }, answer: reply(214, "No") };
        return undefined;
      },
    });
    await person.say("RSET", "NOOP", "HELP", "VRFY a");
    expect(await chunks(person, 7)).toEqual([
      "250 2.0.0 Ok\r\n",
      "2",
      "50 ",
      "2.0.0 Ok\r\n",
      "214 N",
      "o\r\n",
      "252 2.1.5 Cannot verify, but will take mail and try\r\n",
    ]);
  });

  test("splits the answer to the message with that to DATA, and the farewell", async () => {
    const { person, served } = await visit({
      onCommand: ({ command: { verb } }) =>
        verb === "DATA" || verb === "QUIT" ? { split: { pieceBytes: [4, Infinity], pauseMs: 0 } } : undefined,
    });
    await person.ask("HELO a");
    await person.ask("MAIL FROM:<a@b.example>");
    await person.ask("RCPT TO:<a@b.example>");
    await person.say("DATA");
    expect(await chunks(person, 2)).toEqual(["354 ", "End data with <CR><LF>.<CR><LF>\r\n"]);
    await person.say("text", ".");
    expect(await person.line()).toBe("250 2.6.0 Message accepted");
    await person.say("QUIT");
    expect(await chunks(person, 1)).toEqual(["221 "]);
    await person.line();
    await person.transport.end();
    expect((await served.closed).reason).toBe("done");
  });

  test("a client that is gone while an answer is split ends the connection as ever", async () => {
    const { person, served } = await visit({ onCommand: () => ({ split: { pieceBytes: [1], pauseMs: 60_000 } }) });
    await person.say("NOOP");
    expect(await chunks(person, 1)).toEqual(["2"]);
    person.transport.abort();
    served.abort();
    expect((await served.closed).reason).toBe("aborted");
  });
});

/** What is heard in so many reads. */
async function chunks({ transport }: Person, count: number): Promise<string[]> {
  const heard: string[] = [];
  while (heard.length < count) heard.push(latin1((await transport.read()) ?? new Uint8Array()));
  return heard;
}
