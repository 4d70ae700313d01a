import { utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAIL, meet } from "../../test/meeting.ts";
import { SmtpReplyError } from "../client.ts";
import { reply } from "../codec/index.ts";
import { type SmtpServerOptions } from "../server.ts";

describe("a mail", () => {
  test("goes through", async () => {
    const { client, served, received } = await meet();
    const { reply, recipients } = await client.sendMail(MAIL);
    expect(reply.code).toBe(250);
    expect(recipients).toMatchObject([{ address: "b@example.com", status: "accepted", reply: { code: 250 } }]);
    await client.quit();
    expect(await served.closed).toMatchObject({ reason: "done" });
    expect(await client.closed).toMatchObject({ reason: "done" });
    expect(received).toEqual([{ from: "a@example.org", to: ["b@example.com"], body: "Subject: hi\r\n\r\n.dot\r\n" }]);
  });

  test("is the same however the bytes are cut", async () => {
    const text = fc
      .array(fc.constantFrom(".", "..", "\r\n", "x", "\r\n.\r\n", "lines of text"), { maxLength: 20 })
      .map((words) => words.join(""));
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 400, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(text, sizes, fc.integer({ min: 1, max: 10 }), async (body, chunkSizes, pieceBytes) => {
        const { client, received } = await meet({ chunkSizes });
        const bytes = utf8(body);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.slice(at, at + pieceBytes));
        await client.sendMail({ ...MAIL, body: pieces });
        await client.quit();
        expect(received).toHaveLength(1);
        expect(received[0]?.body).toBe(body === "" || body.endsWith("\r\n") ? body : `${body}\r\n`);
      }),
      { numRuns: 40 },
    );
  });
});

describe("recipients", () => {
  const server: Partial<SmtpServerOptions> = {
    onRcpt: ({ path }) => (path.startsWith("no") ? reply(550, "No such user", "5.1.1") : undefined),
  };

  test("get an answer each; one that is welcome is enough", async () => {
    const { client, received } = await meet({ server });
    const { recipients } = await client.sendMail({ ...MAIL, to: ["no@b", { address: "yes@b", parameters: [] }] });
    expect(recipients.map(({ address, status, reply: { code, enhancedCode } }) => [address, status, code, enhancedCode])).toEqual([
      ["no@b", "refused", 550, "5.1.1"],
      ["yes@b", "accepted", 250, "2.1.5"],
    ]);
    expect(received).toMatchObject([{ to: ["yes@b"] }]);
  });

  test("who are all refused leave no mail behind, not even an empty one, and the client usable", async () => {
    const { client, received } = await meet({ server });
    const failure = await client.sendMail({ ...MAIL, to: ["no@b", "no2@b"] }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SmtpReplyError);
    expect(failure).toMatchObject({ command: "RCPT", reply: { code: 550 }, recipients: [{ status: "refused" }, { status: "refused" }] });
    await client.sendMail(MAIL);
    expect(received).toHaveLength(1);
  });

  test("may be many more than are pipelined at once", async () => {
    const { client, received } = await meet();
    await client.sendMail({ ...MAIL, to: Array.from({ length: 500 }, (_, at) => `u${at}@b`) });
    expect(received[0]?.to).toHaveLength(500);
  });

  test("without PIPELINING a refused sender is not followed by them", async () => {
    const verbs: string[] = [];
    const { client } = await meet({
      server: {
        extensions: [],
        onMail: () => reply(550, "Not you", "5.7.1"),
        onCommand: ({ command }) => {
          verbs.push(command.verb);
          return undefined;
        },
      },
    });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ command: "MAIL", reply: { code: 550 } });
    expect(verbs).toEqual(["EHLO", "MAIL"]);
  });
});

describe("what MAIL says", () => {
  const sent = async (mail: object, server: Partial<SmtpServerOptions> = {}): Promise<unknown> => {
    let seen: unknown;
    const { client } = await meet({
      server: {
        ...server,
        onMail: ({ mail }) => {
          seen = mail;
          return undefined;
        },
      },
    });
    await client.sendMail({ ...MAIL, ...mail });
    return seen;
  };

  test.each([0, 1, 2, 3])(
    "names 8BITMIME wherever in a message the byte stands that needs it, %s bytes into its memory",
    async (offset) => {
      for (let at = 0; at < 23; at += 1) {
        const body = utf8(`${"x".repeat(26)}\r\n`);
        // A byte in front of the message is none of it.
        body.set([0xfc, 0xfc, 0xfc].slice(0, offset));
        const plain = body.slice(0).subarray(offset);
        expect(await sent({ body: new Uint8Array(body.buffer, offset) })).not.toHaveProperty("body");
        plain[at] = 0x80;
        expect(await sent({ body: plain })).toMatchObject({ body: "8BITMIME" });
      }
    },
  );

  test("follows from the message and what the server offers", async () => {
    expect(await sent({})).toEqual({ sizeBytes: 21 });
    expect(await sent({ body: utf8("grün\r\n") })).toEqual({ sizeBytes: 7, body: "8BITMIME" });
    expect(await sent({ body: utf8("xxxxxxxgrün\r\n").subarray(1) })).toMatchObject({ body: "8BITMIME" });
    expect(await sent({ body: utf8("ü\r\nxxxxxxxxx\r\n").subarray(1) })).toMatchObject({ body: "8BITMIME" });
    expect(await sent({ body: utf8("xxxxxxxxxxxx\r\n").subarray(1) })).not.toHaveProperty("body");
    expect(await sent({ to: ["grün@b"] })).toEqual({ sizeBytes: 21, smtputf8: true });
    expect(await sent({ smtputf8: true, sizeBytes: 5, bodyType: "7BIT", body: [utf8("a\r\n")] })).toEqual({
      sizeBytes: 5,
      body: "7BIT",
      smtputf8: true,
    });
    expect(await sent({ body: utf8("grün\r\n") }, { extensions: [] })).toEqual({ sizeBytes: 7 });
  });

  test("is refused here where the server could only refuse it", async () => {
    const { client, received } = await meet({ server: { extensions: [], limits: { maxMessageBytes: 10 } } });
    await expect(client.sendMail(MAIL)).rejects.toMatchObject({ side: "local", code: "message-too-large" });
    await expect(client.sendMail({ ...MAIL, body: [], to: ["grün@b"] })).rejects.toMatchObject({ side: "local", code: "smtputf8-needed" });
    await expect(client.sendMail({ ...MAIL, to: [] })).rejects.toMatchObject({ side: "local", code: "no-recipients" });
    await expect(client.sendMail({ ...MAIL, to: ["nobody"] })).rejects.toMatchObject({ side: "local", code: "bad-address" });
    await client.noop();
    expect(received).toEqual([]);
  });
});
