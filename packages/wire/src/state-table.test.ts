import { expect, test } from "vitest";
import { isLegal, nextState, type TransitionTable } from "./state-table.ts";

const TABLE = {
  out: { hello: { yes: "in" } },
  in: { bye: { yes: "out" } },
} as const satisfies TransitionTable<"in" | "out", "hello" | "bye", "yes" | "no">;
const table: TransitionTable<"in" | "out", "hello" | "bye", "yes" | "no"> = TABLE;

test("a missing verb is illegal", () => {
  expect(isLegal(table, "out", "hello")).toBe(true);
  expect(isLegal(table, "out", "bye")).toBe(false);
});

test("a missing answer, and a missing verb, mean: stay", () => {
  expect(nextState(table, "out", "hello", "yes")).toBe("in");
  expect(nextState(table, "out", "hello", "no")).toBe("out");
  expect(nextState(table, "out", "bye", "yes")).toBe("out");
});
