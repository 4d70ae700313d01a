// A connection that is cut inside TLS, without the end of TLS: an error wherever the protocol was not at its end.

import { ImapClient } from "@mailwire/imap/client";
import { Pop3Client } from "@mailwire/pop3/client";
import { SmtpClient } from "@mailwire/smtp/client";
import { serveSmtp } from "@mailwire/smtp/server";
import { fromSocket } from "@mailwire/tls";
import type { ByteTransport } from "@mailwire/wire";
import { describe, expect, test, vi } from "vitest";
import { Attacker } from "./attacker.ts";
import { CertificateMaker, SERVER_NAME, certificateCase } from "./certificates.ts";
import { WAYS, type WayName } from "./way.ts";

const certificates = new CertificateMaker();

interface Secured {
  readonly attacker: Attacker;
  readonly transport: ByteTransport;
}

/** mailwire, as a client inside TLS from the first byte, and its server. */
async function withServer(name: WayName): Promise<Secured> {
  const way = await WAYS[name]("client");
  const attacker = new Attacker(way.attacker);
  const tls = { ca: await certificates.trusted() };
  const upgrade = fromSocket(way.mailwire).startTls?.({ side: "client", serverName: SERVER_NAME, tls });
  await attacker.handshakeAsServer(await certificates.server(certificateCase("")));
  if (upgrade === undefined) throw new Error("no TLS here");
  return { attacker, transport: await upgrade };
}

/** Answers each line with the next of these, and cuts the connection behind the last one. */
async function answer(attacker: Attacker, greeting: string, ...answers: string[]): Promise<void> {
  attacker.say(greeting);
  for (const text of answers) {
    const heard = await attacker.line();
    attacker.say(text.replaceAll("{tag}", heard.type === "line" ? (heard.text.split(" ")[0] ?? "") : ""));
  }
  await attacker.within(20);
  attacker.cut();
}

const LOST = { name: "ConnectionError", code: expect.stringMatching(/^(?:eof|transport)$/) as string };

describe.each<[WayName]>([["socket"], ["duplex"]])("the connection is cut inside TLS, over a %s", (way) => {
  test("in the middle of a POP3 message", async () => {
    const { attacker, transport } = await withServer(way);
    const speaking = answer(attacker, "+OK\r\n", "+OK\r\nUSER\r\n.\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\nSubject: hi\r\n\r\nhal");
    const client = await Pop3Client.open(transport);
    await client.login("tim", "tim");
    const reading = async (): Promise<void> => {
      for await (const chunk of client.retr(1)) expect(chunk.length).toBeGreaterThan(0);
    };
    await expect(reading()).rejects.toMatchObject(LOST);
    await speaking;
  });

  test("in the middle of an IMAP literal", async () => {
    const { attacker, transport } = await withServer(way);
    const fetched = "* 1 FETCH (BODY[] {100}\r\nSubject: hal";
    const speaking = answer(attacker, "* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n", "* 1 EXISTS\r\n{tag} OK\r\n", fetched);
    const client = await ImapClient.open(transport);
    await client.select("INBOX");
    const reading = async (): Promise<void> => {
      for await (const message of client.fetch("1", "BODY[]")) expect(message).toBeDefined();
    };
    await expect(reading()).rejects.toMatchObject(LOST);
    await speaking;
  });

  test("in the middle of an SMTP reply", async () => {
    const { attacker, transport } = await withServer(way);
    const speaking = answer(attacker, "220 hi\r\n", "250 mx.example\r\n", "250-hal");
    const client = await SmtpClient.open(transport);
    await expect(client.noop()).rejects.toMatchObject(LOST);
    await speaking;
  });

  test("where the message of an SMTP client has not ended: nothing is delivered", async () => {
    const { mailwire, attacker: end } = await WAYS[way]("server");
    const attacker = new Attacker(end);
    const delivered: string[] = [];
    const failures: string[] = [];
    const served = serveSmtp(fromSocket(mailwire), {
      hostname: SERVER_NAME,
      tls: await certificates.server(certificateCase("")),
      onMessage: async (_envelope, body) => {
        const text = await body.bytes().catch((error: unknown) => {
          failures.push(String(error));
          throw error;
        });
        delivered.push(String(text));
        return undefined;
      },
    });
    const say = async (line: string): Promise<void> => {
      attacker.say(`${line}\r\n`);
      for (let heard = await attacker.line(); heard.type === "line" && heard.text[3] === "-";) heard = await attacker.line();
    };
    await attacker.line();
    await say("EHLO a");
    await say("STARTTLS");
    await attacker.handshakeAsClient({ ca: await certificates.trusted(), servername: SERVER_NAME });
    for (const line of ["EHLO a", "MAIL FROM:<a@b.example>", "RCPT TO:<c@mx.example>", "DATA"]) await say(line);
    attacker.say("Subject: hi\r\n\r\nhalf a mess");
    await attacker.within(20);
    attacker.cut();
    await served.closed;
    expect(delivered).toEqual([]);
    await vi.waitFor(() => expect(failures).toHaveLength(1));
  });
});
