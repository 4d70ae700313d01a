import { expect, test } from "vitest";
import { latin1, utf8 } from "@mailwire/wire";
import type { ByteTransport } from "@mailwire/wire";
import { memoryPair } from "./memory-pair.ts";
import { SplitTransport } from "./split-transport.ts";
import type { Split } from "./split-transport.ts";

async function readAll(transport: ByteTransport): Promise<string[]> {
  const pieces: string[] = [];
  for (let chunk = await transport.read(); chunk !== null; chunk = await transport.read()) pieces.push(latin1(chunk));
  return pieces;
}

test.each<[string, Split | undefined, string[]]>([
  ["no split", undefined, ["+OK 1", " 2\r\n", "more"]],
  ["byte by byte", { pieceBytes: [1], pauseMs: 0 }, Array.from("+OK 1 2\r\nmore")],
  ["one cut", { pieceBytes: [2, Infinity], pauseMs: 0 }, ["+O", "K 1 2\r\n", "more"]],
  ["several cuts, over the ends of writes", { pieceBytes: [3, 1, 4], pauseMs: 0 }, ["+OK", " ", "1 2\r", "\n", "more"]],
  ["no length at all", { pieceBytes: [0], pauseMs: 0 }, Array.from("+OK 1 2\r\nmore")],
])("%s", async (_, split, pieces) => {
  const [near, far] = memoryPair();
  const transport = new SplitTransport(near);
  transport.split(split);
  const reading = readAll(far);
  await transport.write([utf8("+OK 1"), utf8(" 2\r\n")]);
  await transport.write([utf8("more")]);
  await transport.end();
  expect(await reading).toEqual(pieces);
});

test("pauses between the pieces, and no more once it is told so", async () => {
  const [near, far] = memoryPair();
  const transport = new SplitTransport(near);
  transport.split({ pieceBytes: [1], pauseMs: 20 });
  const started = performance.now();
  await transport.write([utf8("abc")]);
  expect(performance.now() - started).toBeGreaterThan(35);
  transport.split();
  await transport.write([utf8("def")]);
  await transport.end();
  expect(await readAll(far)).toEqual(["a", "b", "c", "def"]);
});

test("a connection that is dropped ends the pause", async () => {
  const [near] = memoryPair();
  const transport = new SplitTransport(near);
  transport.split({ pieceBytes: [1], pauseMs: 60_000 });
  const writing = transport.write([utf8("abc")]);
  await new Promise((resolve) => setTimeout(resolve, 5));
  transport.abort(new Error("enough"));
  await expect(writing).rejects.toThrow("enough");
});

test("it is upgraded where the transport behind it is", async () => {
  const [near, far] = memoryPair();
  const transport = new SplitTransport(near);
  const upgrading = transport.startTls?.({ side: "server", reply: utf8("+OK\r\n"), tls: {} });
  expect(latin1((await far.read()) ?? new Uint8Array())).toBe("+OK\r\n");
  const [inside, outside] = await Promise.all([upgrading, far.startTls?.({ side: "client", serverName: "x" })]);
  expect(inside?.info.secure).toBe(true);
  await inside?.write([utf8("inside")]);
  expect(latin1((await outside?.read()) ?? new Uint8Array())).toBe("inside");
  expect(new SplitTransport(memoryPair({ secure: true })[0]).startTls).toBeUndefined();
});
