// Messages larger than anyone wants to hold: they stream from the maildrop to whoever reads, and memory stays flat at both ends.

import { expect, test } from "vitest";
import { memoryPair } from "@mailwire/transport";
import { utf8 } from "@mailwire/wire";
import { Pop3Client } from "../src/client.ts";
import { servePop3 } from "../src/server.ts";
import { NotedMaildrop, serving } from "./fixture.ts";

const MIB = 1024 * 1024;
const CHUNK = utf8(`.${"a line of a large message ".repeat(2)}\r\n`.repeat(1200));

/** A maildrop whose one message is as large as asked, made while it is read. */
function large(octets: number): NotedMaildrop & { made: number } {
  const maildrop = Object.assign(new NotedMaildrop(""), { made: 0, messages: [{ size: octets, uid: "large" }] });
  maildrop.read = function* () {
    // Each time other memory, as a disk would give.
    for (maildrop.made = 0; maildrop.made < octets; maildrop.made += CHUNK.length) yield CHUNK.slice();
  };
  return maildrop;
}

async function open(maildrop: NotedMaildrop): Promise<Pop3Client> {
  const [left, right] = memoryPair();
  servePop3(right, serving(maildrop));
  const client = await Pop3Client.open(left, { allowPlaintext: true });
  await client.login("u", "hush");
  return client;
}

/** Memory in use, buffers and all, garbage included. */
function usedMib(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MIB;
}

test("256 MiB stream through both ends in little memory", { timeout: 60_000 }, async () => {
  const octets = 256 * MIB;
  const client = await open(large(octets));
  const before = usedMib();
  let most = 0;
  let received = 0;
  let steps = 0;
  for await (const chunk of client.retr(1)) {
    received += chunk.length;
    steps += 1;
    if (steps % 64 === 0) most = Math.max(most, usedMib());
  }
  await client.quit();
  expect(received).toBe(Math.ceil(octets / CHUNK.length) * CHUNK.length);
  // The rest of it was garbage before it could add up.
  expect(most - before).toBeLessThan(96);
});

test("who reads slowly holds the maildrop up, and who stops reading stops it", async () => {
  const maildrop = large(64 * MIB);
  const client = await open(maildrop);
  let received = 0;
  for await (const chunk of client.retr(1)) {
    received += chunk.length;
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(maildrop.made - received).toBeLessThan(8 * CHUNK.length);
    if (received > MIB) break;
  }
  client.abort();
  await client.closed;
  await new Promise((resolve) => setTimeout(resolve, 10));
  const { made } = maildrop;
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(maildrop.made).toBe(made);
  expect(made).toBeLessThan(64 * MIB);
});
