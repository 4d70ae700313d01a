import { describe, expect, test } from "vitest";
import { OutputQueue } from "./output-queue.ts";
import { NEED_INPUT, type Output } from "./session.ts";
import { utf8 } from "./text.ts";

const A = Uint8Array.of(1);
const B = Uint8Array.of(2);

function drain(queue: OutputQueue<string>): Output<string>[] {
  const outputs: Output<string>[] = [];
  for (let output = queue.shift(); output !== undefined; output = queue.shift()) outputs.push(output);
  return outputs;
}

describe("outputs", () => {
  test("leave in the order in which they came", () => {
    const queue = new OutputQueue<string>();
    queue.event("first");
    queue.transmit(A);
    queue.event("second");
    queue.push(NEED_INPUT);
    queue.transmit(B);
    expect(drain(queue)).toEqual([
      { type: "event", event: "first" },
      { type: "transmit", chunks: [A] },
      { type: "event", event: "second" },
      { type: "need-input" },
      { type: "transmit", chunks: [B] },
    ]);
  });

  test("bytes said one after another leave together, and empty ones not at all", () => {
    const queue = new OutputQueue<string>();
    queue.transmit(A);
    queue.transmit(new Uint8Array(0));
    queue.transmit(B);
    queue.transmit(new Uint8Array(0));
    expect(drain(queue)).toEqual([{ type: "transmit", chunks: [A, B] }]);
  });

  test("text is said as UTF-8 in its place between bytes, as one piece however much follows", () => {
    const queue = new OutputQueue<string>();
    queue.transmit(A);
    queue.say("a");
    queue.say("\u00e9");
    queue.transmit(B);
    queue.say("");
    queue.event("then");
    queue.say("c");
    expect(drain(queue)).toEqual([
      { type: "transmit", chunks: [A, utf8("a\u00e9"), B] },
      { type: "event", event: "then" },
      { type: "transmit", chunks: [utf8("c")] },
    ]);
  });

  test("bytes given away do not grow any more", () => {
    const queue = new OutputQueue<string>();
    queue.transmit(A);
    const output = queue.shift();
    queue.transmit(B);
    expect(output).toEqual({ type: "transmit", chunks: [A] });
    expect(drain(queue)).toEqual([{ type: "transmit", chunks: [B] }]);
  });
});

test("the queue is empty exactly while nothing waits", () => {
  const queue = new OutputQueue<string>();
  expect(queue.empty).toBe(true);
  queue.transmit(A);
  expect(queue.empty).toBe(false);
  queue.event("one");
  queue.shift();
  expect(queue.empty).toBe(false);
  queue.shift();
  expect(queue.empty).toBe(true);
  queue.say("a");
  expect(queue.empty).toBe(false);
  queue.shift();
  expect(queue.empty).toBe(true);
  expect(queue.shift()).toBeUndefined();
});

test("clear forgets events and bytes", () => {
  const queue = new OutputQueue<string>();
  queue.event("one");
  queue.transmit(A);
  queue.say("b");
  queue.clear();
  expect(queue.empty).toBe(true);
  expect(queue.shift()).toBeUndefined();
});
