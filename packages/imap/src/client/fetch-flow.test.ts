// How a FETCH flows: no faster than it is read, unless somebody waits for an answer behind it; and how it ends.

import { latin1 } from "@mailwire/wire";
import { describe, expect, test } from "vitest";
import { all, failure, isSettled, quiet, selected, steps, streamOf } from "../../test/client-fixture.ts";
import type { Connected, HandServer } from "../../test/client-fixture.ts";
import type { ImapClientOptions, ImapMessage } from "../client.ts";
import type { UntaggedData } from "../session/untagged-data.ts";

const PIECE = "x".repeat(16_384);
const PIECES = 64;

/** A loop that has taken its first message and stands still: 1 MiB is on its way, in pieces. */
async function standingStill(
  options?: ImapClientOptions,
): Promise<Connected & { messages: ReturnType<typeof steps<ImapMessage>>; message: ImapMessage; tag: string; saying: Promise<void> }> {
  const { client, server } = await selected("", options, { highWaterMarkBytes: 1 });
  const messages = steps(client.fetch("1:2", "BODY[]"));
  const first = messages.next();
  const tag = await server.command("FETCH 1:2 BODY[]");
  await server.sayText(`* 1 FETCH (BODY[] {${PIECES * PIECE.length}}\r\n`);
  const message = await first;
  if (message === undefined) throw new Error("no message");
  return { client, server, messages, message, tag, saying: sayPieces(server) };
}

async function sayPieces(server: HandServer): Promise<void> {
  for (let piece = 0; piece < PIECES; piece += 1) await server.sayText(PIECE);
  await server.say(")");
}

describe("the brake", () => {
  test("what nobody reads does not flow in; reading lets it flow", async () => {
    const { server, messages, message, tag, saying } = await standingStill();
    expect(await isSettled(saying)).toBe(false);
    const bytes = await streamOf(message).bytes();
    expect(bytes.length).toBe(PIECES * PIECE.length);
    await saying;
    await server.say(`${tag} OK done`);
    expect(await messages.next()).toBeUndefined();
  });

  test("a command lifts it: its answer comes, and nothing of the message is lost", async () => {
    const { client, server, message, tag, saying } = await standingStill();
    expect(await isSettled(saying)).toBe(false);
    const noop = client.noop();
    await server.command("NOOP").then((noopTag) => saying.then(() => server.say(`${tag} OK done`, `${noopTag} OK done`)));
    await noop;
    expect((await streamOf(message).bytes()).length).toBe(PIECES * PIECE.length);
  });

  test("leaving the loop lifts it", async () => {
    const { client, server, messages, tag, saying } = await standingStill();
    await messages.leave();
    await saying;
    await server.say("* 2 FETCH (BODY[] {3}\r\nabc)", `${tag} OK done`);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
    expect(await messages.next()).toBeUndefined();
  });

  test("going on to the next message lifts it", async () => {
    const { server, messages, tag, saying } = await standingStill();
    const next = messages.next();
    await saying;
    await server.say("* 2 FETCH (BODY[] {3}\r\nabc)", `${tag} OK done`);
    expect((await next)?.sequenceNumber).toBe(2);
    expect(await messages.next()).toBeUndefined();
  });

  test("dropping the connection under it ends everything", async () => {
    const { client, messages, message, saying } = await standingStill();
    const unsaid = failure(saying);
    await quiet();
    client.abort("enough");
    await unsaid;
    const reading = failure(streamOf(message).bytes());
    expect(await reading).toMatchObject({ name: "ConnectionError", code: "aborted" });
    expect(await failure(messages.next())).toMatchObject({ name: "ConnectionError", code: "aborted" });
    expect((await client.closed).reason).toBe("aborted");
  });

  test("a signal under it ends the loop, and lets the rest pass", async () => {
    const controller = new AbortController();
    const { client, server } = await selected("", {}, { highWaterMarkBytes: 1 });
    const messages = steps(client.fetch(1, "BODY[]", { signal: controller.signal }));
    const first = messages.next();
    const tag = await server.command("FETCH 1 BODY[]");
    await server.sayText(`* 1 FETCH (BODY[] {${PIECES * PIECE.length}}\r\n`);
    const stream = streamOf(await first);
    const saying = sayPieces(server);
    expect(await isSettled(saying)).toBe(false);
    controller.abort();
    await saying;
    expect(await failure(stream.bytes())).toMatchObject({ name: "ConnectionError", code: "aborted" });
    expect(await failure(messages.next())).toMatchObject({ name: "ConnectionError", code: "aborted" });
    await server.say(`${tag} OK done`);
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });
});

describe("commands inside the loop", () => {
  test("are answered while messages wait", async () => {
    const { client, server } = await selected();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { sequenceNumber } of client.fetch("1:3", "BODY[1]")) {
        seen.push(sequenceNumber);
        await client.noop();
      }
    })();
    const tag = await server.command("FETCH 1:3 BODY[1]");
    await server.say("* 1 FETCH (BODY[1] {1}\r\na)");
    const noop = await server.command("NOOP");
    await server.say("* 2 FETCH (BODY[1] {1}\r\nb)", "* 3 FETCH (BODY[1] {1}\r\nc)", `${tag} OK done`, `${noop} OK done`);
    await server.answer("NOOP", "OK");
    await server.answer("NOOP", "OK");
    await reading;
    expect(seen).toEqual([1, 2, 3]);
  });

  test("another loop inside has its turn when the outer one is answered, and each has its own messages", async () => {
    const { client, server } = await selected("", { limits: { streamLiteralBytes: 4 } });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const outer of client.fetch("1:2", "BODY[]")) {
        seen.push(latin1(await streamOf(outer).bytes()));
        for await (const inner of client.fetch("1:2", "BODY[1]")) seen.push(latin1(await streamOf(inner).bytes()));
      }
    })();
    await server.answer("FETCH 1:2 BODY[]", "* 1 FETCH (BODY[] {5}\r\nouter)", "* 2 FETCH (BODY[] {5}\r\nlater)", "OK done");
    await server.answer("FETCH 1:2 BODY[1]", "* 1 FETCH (BODY[1] {5}\r\ninner)", "OK done");
    await server.answer("FETCH 1:2 BODY[1]", "OK done");
    await reading;
    expect(seen).toEqual(["outer", "inner", "later"]);
  });

  test("what waits for the loop is bounded: a typed error after what had come, and the session goes on", async () => {
    const { client, server, messages, message, tag, saying } = await standingStill({ maxQueuedBytes: 10 * PIECE.length });
    const noop = client.noop();
    const noopTag = await server.command("NOOP");
    await saying;
    await server.say("* 2 FETCH (BODY[] {3}\r\nabc)", `${tag} OK done`, `${noopTag} OK done`);
    await noop;
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of streamOf(message)) bytes += chunk.length;
    })();
    expect(await failure(reading)).toMatchObject({ name: "ProtocolError", side: "local", code: "queue-full" });
    expect(bytes).toBeLessThanOrEqual(11 * PIECE.length);
    expect(await failure(messages.next())).toMatchObject({ code: "queue-full" });
    const again = client.noop();
    await server.answer("NOOP", "OK");
    await again;
  });

  test.each([
    ["messages of small items", '* 2 FETCH (BODY[1] "?")'],
    ["small items behind large data", '* 2 FETCH (BODY[1] {5}\r\nlarge BODY[2] "?")'],
    ["small items between large data", '* 2 FETCH (BODY[1] {5}\r\nlarge BODY[2] "?" BODY[3] {5}\r\nlarge)'],
  ])("%s count, too", async (_, response) => {
    const { client, server } = await selected("", { maxQueuedBytes: 100_000, limits: { streamLiteralBytes: 4 } });
    const messages = steps(client.fetch("1:*", "BODY[1] BODY[2]"));
    const first = messages.next();
    const tag = await server.command("FETCH 1:* (BODY[1] BODY[2])");
    await server.say('* 1 FETCH (BODY[1] "")');
    await first;
    const noop = client.noop();
    const noopTag = await server.command("NOOP");
    for (let count = 0; count < 4; count += 1) await server.say(response.replace("?", "x".repeat(40_000)));
    await server.say(`${tag} OK done`, `${noopTag} OK done`);
    await noop;
    const outcome = (async () => {
      while ((await messages.next()) !== undefined);
    })();
    expect(await failure(outcome)).toMatchObject({ code: "queue-full" });
  });
});

describe("a connection that is lost in the middle", () => {
  test("throws where it is read, after what had come", async () => {
    const { client, server } = await selected("", { limits: { streamLiteralBytes: 4 } });
    const messages = steps(client.fetch("1:2", "BODY[]"));
    const first = messages.next();
    await server.command("FETCH 1:2 BODY[]");
    await server.sayText("* 1 FETCH (BODY[] {10}\r\nhello");
    await server.transport.end();
    let text = "";
    const stream = streamOf(await first);
    const reading = (async () => {
      for await (const chunk of stream) text += latin1(chunk);
    })();
    expect(await failure(reading)).toMatchObject({ name: "ConnectionError", code: "eof" });
    expect(text).toBe("hello");
    expect(await failure(messages.next())).toMatchObject({ name: "ConnectionError", code: "eof" });
    expect((await client.closed).reason).toBe("eof");
  });

  test("a signal that was aborted before: nothing is said", async () => {
    const { client, server } = await selected();
    const signal = AbortSignal.abort("no");
    expect(await failure(all(client.fetch(1, "FLAGS", { signal })))).toMatchObject({ code: "aborted", cause: "no" });
    const noop = client.noop();
    await server.answer("NOOP", "OK");
    await noop;
  });
});

test("a UIDFETCH, which the client never asks for, is told with its data left out", async () => {
  const news: UntaggedData[] = [];
  const { client, server } = await selected("", { onUntagged: (response) => news.push(response) });
  const fetching = all(client.fetch(1, "FLAGS"));
  const tag = await server.command("FETCH 1 FLAGS");
  await server.sayText(`* 7 UIDFETCH (BODY[] {${5 * PIECE.length}}\r\n${PIECE.repeat(5)})\r\n`);
  await server.say("* 1 FETCH (FLAGS ())", `${tag} OK done`);
  expect(await fetching).toHaveLength(1);
  expect(news).toMatchObject([{ type: "UIDFETCH", uid: 7, items: [{ data: { size: 5 * PIECE.length } }] }]);
});
