import { plainClient, plainServer } from "@mailwire/sasl";
import { ProtocolError } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { MAIL, meet, visit } from "../../test/meeting.ts";
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
});
