import { describe, expect, test } from "vitest";
import { MAIL, meet } from "../../test/meeting.ts";
import { forwardPath, reply, reversePath } from "../codec/index.ts";

describe("handlers", () => {
  test("that throw cost a 451, and nothing else", async () => {
    const errors: string[] = [];
    const broken = (what: string) => (): never => {
      throw new Error(what);
    };
    const { client, served } = await meet({
      server: {
        onMail: broken("mail"),
        onError: (error) => {
          errors.push(String(error));
          throw new Error("even this one");
        },
        onClose: broken("close"),
      },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 451 } });
    await client.noop();
    await client.quit();
    await served.closed;
    expect(errors).toEqual(["Error: mail", "Error: close"]);
  });

  test("that throw over a message cost a 451 too", async () => {
    const errors: unknown[] = [];
    const { client } = await meet({
      server: { onMessage: () => Promise.reject(new Error("disk full")), onError: (error) => errors.push(error) },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "message", reply: { code: 451 } });
    expect(errors).toHaveLength(1);
    await client.noop();
  });

  test("whose reply cannot be sent cost a 451", async () => {
    const errors: unknown[] = [];
    const { client } = await meet({
      server: { onMail: () => ({ code: 250, enhancedCode: undefined, lines: ["a\r\nb"] }), onError: (error) => errors.push(error) },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 451 } });
    expect(errors).toMatchObject([{ code: "line-break" }]);
  });

  test("know who they talk to", async () => {
    const seen: unknown[] = [];
    const { client, served } = await meet({
      server: {
        onConnect: (peer) => {
          seen.push([peer.state, peer.hello, peer.info.secure]);
          return reply(220, "Welcome");
        },
        onRcpt: (_, peer) => {
          seen.push([peer.state, peer.hello?.domain, peer.envelope?.from]);
          return undefined;
        },
        onReset: ({ from }) => {
          seen.push(["reset", from]);
        },
        onClose: ({ reason }) => {
          seen.push(reason);
        },
      },
      client: { hostname: "client.example" },
    });
    expect(client.greeting?.lines).toEqual(["Welcome"]);
    await client.command({ verb: "MAIL", path: reversePath("a@b"), parameters: [] });
    await client.command({ verb: "RCPT", path: forwardPath("c@d"), parameters: [] });
    await client.reset();
    await client.quit();
    await served.closed;
    expect(seen).toEqual([["greeting", undefined, true], ["mail", "client.example", "a@b"], ["reset", "a@b"], "done"]);
  });

  test("that refuse a connection are heard", async () => {
    await expect(meet({ server: { onConnect: () => reply(554, "Not you", "5.7.1") } })).rejects.toMatchObject({
      command: "greeting",
      reply: { code: 554 },
    });
    await expect(meet({ server: { onConnect: () => reply(421, "Busy", "4.3.2") } })).rejects.toMatchObject({
      command: "greeting",
      reply: { code: 421 },
    });
  });
});
