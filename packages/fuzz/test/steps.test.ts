import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// In a process of its own: the engine is to count, and not to make code fast meanwhile.
const COUNTING = ["--no-opt", "--conditions=@mailwire/source", "--import", "tsx", fileURLToPath(new URL("steps/main.ts", import.meta.url))];

test("the steps of IMAP's decoders grow as their input does, whatever the input", { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, COUNTING, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const cases = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; single: number; twice: number });
  expect(cases.length).toBeGreaterThan(250);
  // What is bounded for one response (readings once more) is done with at half of the size.
  expect(cases.filter(({ single, twice }) => twice > 2.1 * single + 20_000)).toEqual([]);
  const most = 150 * 10_000;
  expect(cases.filter(({ twice }) => twice > most)).toEqual([]);
});
