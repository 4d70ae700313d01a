// A transaction said command by command, as relays do.

import { memoryPair } from "@mailwire/transport";
import { latin1, ProtocolError, utf8 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { SmtpClient, type SmtpClientOptions } from "../client.ts";
import { forwardPath, reply, reversePath } from "../codec/index.ts";
import { serveSmtp, type SmtpServerOptions } from "../server.ts";

const MESSAGE = utf8("Subject: hi\r\n\r\n.dot\r\n");

/** A client whose transaction has two recipients, of which `refused@` is none. */
async function withRecipients(server: Partial<SmtpServerOptions>, options: SmtpClientOptions = {}): Promise<SmtpClient> {
  const [left, right] = memoryPair({ secure: true });
  const onRcpt: SmtpServerOptions["onRcpt"] = ({ path }) => (path.startsWith("refused@") ? reply(550, "No", "5.1.1") : undefined);
  serveSmtp(right, { hostname: "mx.example", onRcpt, ...(options.protocol && { protocol: options.protocol }), ...server });
  const client = await SmtpClient.open(left, options);
  await client.command({ verb: "MAIL", path: reversePath("a@example.org"), parameters: [] });
  const codes: number[] = [];
  for (const to of ["b@example.com", "refused@example.com", "c@example.com"]) {
    codes.push((await client.command({ verb: "RCPT", path: forwardPath(to), parameters: [] })).code);
  }
  expect(codes).toEqual([250, 550, 250]);
  return client;
}

describe("data", () => {
  test.each<[string, Parameters<SmtpClient["data"]>[0]]>([
    ["whole", MESSAGE],
    ["in pieces", [MESSAGE.subarray(0, 3), MESSAGE.subarray(3)]],
    [
      "as a stream",
      (async function* () {
        yield* [MESSAGE.subarray(0, 5), MESSAGE.subarray(5)];
      })(),
    ],
  ])("sends the message %s; then the connection goes on", async (_how, body) => {
    const bodies: string[] = [];
    const client = await withRecipients({
      onMessage: async (_envelope, message) => void bodies.push(latin1(await message.bytes())),
    });
    expect(await client.data(body)).toMatchObject([{ code: 250, enhancedCode: "2.6.0" }]);
    expect(bodies).toEqual([latin1(MESSAGE)]);
    const next = { from: "a@example.org", to: ["b@example.com"], body: MESSAGE };
    expect(await client.sendMail(next)).toMatchObject({ reply: { code: 250 } });
    await client.quit();
  });

  test("tells what the server said to DATA, and leaves the transaction open", async () => {
    const client = await withRecipients({
      onCommand: ({ command }) => (command.verb === "DATA" ? reply(451, "Not now", "4.3.0") : undefined),
    });
    expect(await client.data(MESSAGE)).toMatchObject([{ code: 451, lines: ["Not now"] }]);
    await client.reset();
  });

  test("tells what the server said to the message", async () => {
    const client = await withRecipients({ onMessage: () => reply(554, "Spam", "5.7.1") });
    expect(await client.data(MESSAGE)).toMatchObject([{ code: 554, lines: ["Spam"] }]);
    await client.quit();
  });

  test("by LMTP tells what was said for each recipient that was accepted", async () => {
    const replies = [reply(250, "b has it", "2.1.5"), reply(452, "c is full", "4.2.2")];
    const client = await withRecipients({ onMessage: () => replies }, { protocol: "lmtp" });
    expect(await client.data(MESSAGE)).toMatchObject(replies);
    await client.quit();
  });

  test("with a message that fails costs the connection", async () => {
    const client = await withRecipients({});
    const failing = (async function* () {
      yield MESSAGE;
      throw new Error("disk on fire");
    })();
    await expect(client.data(failing)).rejects.toThrow("disk on fire");
    expect(await client.closed).toMatchObject({ reason: "aborted" });
  });

  test("waits its turn, and others wait for it", async () => {
    const client = await withRecipients({});
    const [answers, noop] = await Promise.all([client.data(MESSAGE), client.command({ verb: "NOOP" })]);
    expect([...answers, noop].map(({ code }) => code)).toEqual([250, 250]);
  });

  test("needs recipients", async () => {
    const [left, right] = memoryPair({ secure: true });
    serveSmtp(right, { hostname: "mx.example" });
    const client = await SmtpClient.open(left);
    await expect(client.data(MESSAGE)).rejects.toSatisfy((error) => error instanceof ProtocolError && error.code === "illegal-now");
    await client.quit();
  });
});
