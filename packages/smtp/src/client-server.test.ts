import { memoryPair, type ServedConnection } from "@mailwire/transport";
import { loginClient, loginServer, plainClient, plainServer } from "@mailwire/sasl";
import { ConnectionError, latin1, ProtocolError, type Unit, utf8 } from "@mailwire/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SmtpClient, type SmtpClientOptions, SmtpReplyError } from "./client.ts";
import { reply } from "./codec/index.ts";
import { serveSmtp, type SmtpServerOptions } from "./server.ts";

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly body: string;
}

interface Meeting {
  readonly client: SmtpClient;
  readonly served: ServedConnection;
  readonly received: Received[];
}

interface Sides {
  readonly server?: Partial<SmtpServerOptions>;
  readonly client?: SmtpClientOptions;
  readonly chunkSizes?: Iterable<number>;
  readonly secure?: boolean;
}

/** A client and a server that keeps what it gets, both ready. */
async function meet({ server = {}, client = {}, chunkSizes, secure = true }: Sides = {}): Promise<Meeting> {
  const [left, right] = memoryPair({ secure, ...(chunkSizes === undefined ? {} : { chunkSizes }) });
  const received: Received[] = [];
  const served = serveSmtp(right, {
    hostname: "mx.example",
    onMessage: async (envelope, body) => {
      const bytes = await body.bytes();
      received.push({ from: envelope.from, to: envelope.recipients.map(({ path }) => path), body: latin1(bytes) });
      return undefined;
    },
    ...server,
  });
  return { client: await SmtpClient.open(left, client), served, received };
}

const MAIL = { from: "a@example.org", to: ["b@example.com"], body: utf8("Subject: hi\r\n\r\n.dot\r\n") };

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
    const text = fc.array(fc.constantFrom(".", "..", "\r\n", "x", "\r\n.\r\n", "lines of text"), { maxLength: 20 }).map((words) => words.join(""));
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
