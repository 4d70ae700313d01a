// Clients that mean harm, or are many, over TCP: messages within messages, one byte a second, a thousand at once.

import { setTimeout as sleep } from "node:timers/promises";
import { Pop3Client } from "@mailwire/pop3/client";
import { connect } from "@mailwire/tls";
import { latin1 } from "@mailwire/wire";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCaptureServer } from "../src/capture-server.ts";
import { type Certificate, makeCertificate } from "../src/certificate.ts";
import { RawDialogue } from "../src/raw-dialogue.ts";
import { type ReferenceServer, startReferenceServer } from "../src/reference-server.ts";
import { makeScratch, removeScratch } from "../src/scratch.ts";

let scratch: string;
let certificate: Certificate;
let server: ReferenceServer;

beforeAll(async () => {
  scratch = await makeScratch();
  certificate = await makeCertificate(scratch);
  server = await startReferenceServer(certificate);
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await removeScratch(scratch);
});

/** Reads the mail of a user, and deletes it. */
async function takeMail(user: string, password: string): Promise<string[]> {
  const transport = await connect({ host: "127.0.0.1", port: server.ports.pop3 });
  const client = await Pop3Client.open(transport, { serverName: "localhost", tlsOptions: { ca: certificate.cert } });
  await client.login(user, password);
  const { messages } = await client.stat();
  const texts: string[] = [];
  for (let number = 1; number <= messages; number += 1) {
    texts.push(latin1(await client.retr(number).bytes()));
    await client.dele(number);
  }
  await client.quit();
  return texts;
}

const EVIL = "MAIL FROM:<evil@x.example>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\nSubject: evil\r\n\r\nevil\r\n.\r\nQUIT\r\n";

/** Goes as far as 354 for a mail to alice. */
async function begin(port: number, localAddress?: string): Promise<RawDialogue> {
  const dialogue = await RawDialogue.open(port, localAddress);
  await dialogue.hear(/^220 .*\r\n/);
  dialogue.say("EHLO client.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n");
  await dialogue.hear(/^354 .*\r\n/m);
  return dialogue;
}

describe("what looks like the end of a message to others", () => {
  const GADGETS = [
    "\n.\n",
    "\r\n.\n",
    "\n.\r\n",
    "\r.\r",
    "\r.\r\n",
    "\r\n.\r",
    "\r.\n",
    "\n.\r",
    "\r\n.\r\r\n",
    "\r\r\n.\r\n",
    "\n..\r\n",
  ];
  const named = (gadgets: readonly string[]): (readonly [string, string])[] => gadgets.map((gadget) => [JSON.stringify(gadget), gadget]);

  test.each(named(GADGETS))("%s is refused with all that comes with it", async (_name, gadget) => {
    const dialogue = await begin(server.ports.smtp);
    dialogue.say(`Subject: first\r\n\r\nfirst${gadget}${EVIL}`);
    const heard = await dialogue.end();
    expect(heard.slice(heard.indexOf("354")).match(/^\d{3} \S+/gm)).toEqual([expect.stringMatching(/^354/), "554 5.5.2"]);
    expect(await takeMail("alice", "secret1")).toEqual([]);
  });

  test('"\\r\\n\\u0000.\\r\\n" is a line of the message', async () => {
    const dialogue = await begin(server.ports.smtp);
    dialogue.say(`Subject: first\r\n\r\nfirst\r\n\0.\r\n${EVIL}`);
    await dialogue.end();
    const messages = await takeMail("alice", "secret1");
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain("\r\n\0.\r\nMAIL FROM:<evil@x.example>\r\n");
  });

  // "\r\r\n.\r\n" holds the true end.
  test.each(named(GADGETS.filter((gadget) => !gadget.includes("\r\n.\r\n"))))(
    "%s is one message where line ends are mended",
    async (_name, gadget) => {
      const mending = await startCaptureServer(certificate, { lineEnds: "normalize" });
      try {
        const dialogue = await begin(mending.port);
        dialogue.say(`Subject: first\r\n\r\nfirst${gadget}${EVIL}`);
        await dialogue.end();
        expect(mending.captures).toHaveLength(1);
        expect(mending.captures[0]?.text).toContain("\r\nMAIL FROM:<evil@x.example>\r\n");
        expect(mending.captures[0]?.text).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
      } finally {
        await mending.stop();
      }
    },
  );
});

describe("one byte a second", () => {
  const limits = { commandMs: 1_500, bodyMs: 1_500, minBodyBytesPerSecond: 10 };

  test.each([
    ["in a command", "NOOP"],
    ["in DATA", "Subject: slow"],
    ["in a chunk", "x".repeat(50)],
  ])("%s: the server's patience ends", async (where, text) => {
    const patient = await startCaptureServer(certificate, { limits });
    try {
      const dialogue = where === "in DATA" ? await begin(patient.port) : await RawDialogue.open(patient.port);
      await dialogue.hear(/^\d/);
      if (where === "in a chunk") dialogue.say("EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 50 LAST\r\n");
      const since = Date.now();
      for (const character of text) {
        if (dialogue.isOver) break;
        dialogue.say(character);
        await sleep(1_000);
      }
      await dialogue.end();
      expect(Date.now() - since).toBeLessThan(3_500);
      expect(patient.captures).toEqual([]);
    } finally {
      await patient.stop();
    }
  });
});

test("a thousand connections at once, each with a message; one more is turned away", async () => {
  // Fifty are welcome from each address.
  const addresses = Array.from({ length: 1_000 }, (_, number) => `127.0.1.${1 + (number % 20)}`);
  const dialogues = await Promise.all(addresses.map((address) => begin(server.ports.smtp, address)));
  const late = await RawDialogue.open(server.ports.smtp, "127.0.2.1");
  expect(await late.end()).not.toMatch(/^220/);
  for (const [number, dialogue] of dialogues.entries()) dialogue.say(`Subject: number ${number}\r\n\r\n.\r\nQUIT\r\n`);
  const ends = await Promise.all(dialogues.map((dialogue) => dialogue.end()));
  expect(ends.every((heard) => /^250 2\.6\.0 .*\r\n221 /m.test(heard))).toBe(true);
  const subjects = (await takeMail("alice", "secret1")).map((text) => /Subject: number (\d+)\r\n/.exec(text)?.[1]);
  expect(new Set(subjects).size).toBe(1_000);
});
