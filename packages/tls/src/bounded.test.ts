import { expect, test } from "vitest";
import { typed } from "./bounded.ts";

test("an error of several attempts, which has no words of its own, has those of all", () => {
  const attempts = new AggregateError([new Error("connect ECONNREFUSED ::1:1"), new Error("connect ECONNREFUSED 127.0.0.1:1")]);
  const error = typed("transport", "connecting to localhost:1", attempts);
  expect(error.message).toBe("connecting to localhost:1 failed: connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1");
  expect(error.cause).toBe(attempts);
});
