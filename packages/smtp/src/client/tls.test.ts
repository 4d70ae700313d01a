import { plainClient, plainServer } from "@mailwire/sasl";
import { memoryPair } from "@mailwire/transport";
import { describe, expect, test } from "vitest";
import { MAIL, meet, Person, type Sides } from "../../test/meeting.ts";
import { SmtpClient } from "../client.ts";
import { reply, reversePath } from "../codec/index.ts";
import { type SmtpServerOptions } from "../server.ts";

describe("TLS", () => {
  test("is there before anything is shown", async () => {
    const { client, received } = await meet({ secure: false, client: { serverName: "mx.example" }, server: { tls: {} } });
    expect(client.info.secure).toBe(true);
    expect(client.extensions.has("STARTTLS")).toBe(false);
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
    expect(client.greeting?.code).toBe(220);
  });

  test.each<[string, Sides, object]>([
    ["not offered", { client: { serverName: "x" } }, { name: "ConnectionError", code: "tls" }],
    [
      "refused",
      {
        client: { serverName: "x" },
        server: { tls: {}, onCommand: ({ command }) => (command.verb === "STARTTLS" ? reply(454, "No", "4.7.0") : undefined) },
      },
      { name: "ConnectionError", code: "tls", cause: { reply: { code: 454 } } },
    ],
    ["without a name to check", { server: { tls: {} } }, { name: "ProtocolError", code: "server-name-missing" }],
    [
      "EHLO unknown",
      {
        client: { serverName: "x" },
        server: { tls: {}, onCommand: ({ command }) => (command.verb === "EHLO" ? reply(500, "What?") : undefined) },
      },
      { name: "SmtpReplyError", command: "EHLO" },
    ],
  ])("%s: nothing is shown", async (_, sides, error) => {
    const verbs: string[] = [];
    const onCommand = sides.server?.onCommand;
    const server: Partial<SmtpServerOptions> = {
      ...sides.server,
      onCommand: (received, peer) => {
        verbs.push(received.command.verb);
        return onCommand?.(received, peer);
      },
    };
    await expect(meet({ ...sides, server, secure: false })).rejects.toMatchObject(error);
    expect(verbs.filter((verb) => !["EHLO", "STARTTLS", "QUIT"].includes(verb))).toEqual([]);
  });

  test("can be done without, on demand", async () => {
    const { client, received } = await meet({ secure: false, client: { allowPlaintext: true } });
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
  });

  describe("where it is taken as it comes", () => {
    const opportunistic = { serverName: "mx.example", allowPlaintext: "opportunistic" } as const;
    const refusing: Partial<SmtpServerOptions> = {
      tls: {},
      onCommand: ({ command }) => (command.verb === "STARTTLS" ? reply(454, "No", "4.7.0") : undefined),
    };

    test("it is used when it is granted", async () => {
      const { client, received } = await meet({ secure: false, client: opportunistic, server: { tls: {} } });
      expect(client.info.secure).toBe(true);
      await client.sendMail(MAIL);
      expect(received).toHaveLength(1);
    });

    test.each<[string, Partial<SmtpServerOptions>]>([
      ["not offered", {}],
      ["refused", refusing],
    ])("%s: mail goes in clear, and credentials never do", async (_, server) => {
      const verify = (): Promise<string> => Promise.resolve("tim");
      const { client, received, said } = await meet({
        secure: false,
        client: opportunistic,
        server: { ...server, mechanisms: [plainServer(verify)], allowPlaintextAuth: true },
      });
      expect(client.info.secure).toBe(false);
      await expect(client.auth(plainClient({ user: "tim", password: "hush" }))).rejects.toMatchObject({
        side: "local",
        code: "tls-required",
      });
      await client.sendMail(MAIL);
      expect(received).toHaveLength(1);
      expect(said()).not.toContain("AUTH");
    });

    test("bytes behind the go-ahead end it all the same", async () => {
      const [left, right] = memoryPair();
      const person = new Person(right);
      const opening = SmtpClient.open(left, opportunistic);
      await person.say("220 mx.example");
      await person.replies("250-mx.example\r\n250 STARTTLS", "220 go\r\n250 AUTH PLAIN");
      await expect(opening).rejects.toMatchObject({ name: "ProtocolError", code: "starttls-injection" });
    });
  });

  test("can be asked for later", async () => {
    const { client } = await meet({
      secure: false,
      client: { allowPlaintext: true, serverName: "x", tlsOptions: {} },
      server: { tls: {}, requireTls: true },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 530 } });
    await client.startTls();
    expect(client.info.secure).toBe(true);
    await client.sendMail(MAIL);
    await expect(client.startTls()).rejects.toMatchObject({ code: "tls" });
  });

  test("drops the transaction and the introduction", async () => {
    const resets: string[] = [];
    const { client } = await meet({
      secure: false,
      client: { allowPlaintext: true, serverName: "x" },
      server: {
        tls: {},
        onReset: ({ from }) => {
          resets.push(from);
        },
      },
    });
    await client.command({ verb: "MAIL", path: reversePath("a@b"), parameters: [] });
    await client.reset();
    await client.startTls();
    expect(resets).toEqual(["a@b"]);
  });
});
