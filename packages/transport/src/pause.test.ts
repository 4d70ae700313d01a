import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pause } from "./index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NEVER = new Promise(() => undefined);

test("ends when its time is over, and not before", async () => {
  let ended = false;
  const waiting = pause(1000, NEVER).then(() => {
    ended = true;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(ended).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
});

test.each([
  ["resolves", () => Promise.resolve("gone")],
  ["rejects", () => Promise.reject(new Error("lost"))],
])("ends with what %s, and leaves no timer", async (_, over) => {
  await pause(1e9, over());
  expect(vi.getTimerCount()).toBe(0);
});

test("takes no time where there is none to wait", async () => {
  await pause(0, NEVER);
  await pause(0, Promise.reject(new Error("lost")));
  expect(vi.getTimerCount()).toBe(0);
});
