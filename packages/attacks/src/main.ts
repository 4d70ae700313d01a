// `pnpm attacks FILE…`: plays the scripts in the files, a line for each, and counts.

import { readFileSync } from "node:fs";
import process from "node:process";
import { leftOutIn, lineAbout, playAll, violationsIn } from "./play-all.ts";
import { Runner } from "./runner.ts";
import { type Script, readScripts } from "./script.ts";

const files = process.argv.slice(2).filter((argument) => argument !== "--");
if (files.length === 0) {
  console.error("usage: attacks FILE.jsonl [FILE.jsonl…]");
  process.exit(2);
}

/** What went wrong behind everybody's back. */
const strays: unknown[] = [];
process.on("unhandledRejection", (reason) => strays.push(reason));
process.on("uncaughtException", (error) => strays.push(error));

// Until all is over: a runtime may end a program that waits for what never comes.
process.exitCode = 1;
let passed = 0;
let failed = 0;
let leftOut = 0;

/** The scripts of a file; lines that are none fail by themselves. */
function scriptsIn(file: string): readonly Script[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line, at) => {
      try {
        return readScripts(line);
      } catch (error) {
        failed += 1;
        const id = /"id"\s*:\s*"([^"]+)"/.exec(line)?.[1] ?? `${file}:${at + 1}`;
        console.log(
          `${id} FAILED it cannot be understood: ${error instanceof Error ? error.message.replace(/^line 1: /, "") : String(error)}`,
        );
        return [];
      }
    });
}

for await (const [script, verdicts] of playAll(new Runner(), files.flatMap(scriptsIn))) {
  if (leftOutIn(verdicts) !== undefined) leftOut += 1;
  else if (violationsIn(verdicts).length === 0) passed += 1;
  else failed += 1;
  console.log(lineAbout(script, verdicts));
}
for (const stray of strays) {
  failed += 1;
  console.log(`unhandled: ${stray instanceof Error ? (stray.stack ?? stray.message) : String(stray)}`);
}
if (leftOut > 0) console.log(`${leftOut} left out`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
